package e2e

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

// toSign waits until the client of a proposal is asked for the signature.
func (s system) toSign(t *testing.T, id string) (asked sandbox.Signature) {
	t.Helper()
	eventually(t, "the client to be asked for the signature", func() bool {
		all, err := s.world.Signatures(t.Context(), id)
		require.NoError(t, err)
		if len(all) > 0 {
			asked = all[0]
		}
		return len(all) > 0
	})
	return asked
}

// requireNothingOf requires that nothing has come of a proposal, whose request the client can't sign any more. The proposal's history is
// kept under the name.
func (s system) requireNothingOf(t *testing.T, id, name string) sandbox.Signature {
	t.Helper()
	projects, err := s.world.Projects(t.Context(), id)
	require.NoError(t, err)
	require.Empty(t, projects)
	invoices, err := s.world.Invoices(t.Context(), id)
	require.NoError(t, err)
	require.Empty(t, invoices)
	asked, err := s.world.Signatures(t.Context(), id)
	require.NoError(t, err)
	require.Len(t, asked, 1)
	require.Equal(t, sandbox.SignatureRecalled, asked[0].State)
	_, err = s.world.Act(t.Context(), asked[0].ID, sandbox.SignatureAct{Do: sandbox.SignatureSign})
	require.Error(t, err)
	s.requireOnce(t, id)
	requireReplay(t, s.history(t, id, ""), name)
	return asked[0]
}

func TestAProposalThatIsTakenBackCannotBeSigned(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{})
	id := s.propose(t, "recalled")
	card := s.card(t, id)
	strategist := s.rep(t, card)
	recall := func(name, by string) {
		require.NoError(t, s.Client.SignalWorkflow(t.Context(), id, "", proposal.SignalRecall, proposal.Recall{ID: name, By: by, Reason: "A mistake in it."}))
	}
	recall("too-soon", strategist.ID) // nobody has it yet
	s.contact(t, card)
	s.toSign(t, id)
	recall("not-yours", "tom")
	recall("yours", strategist.ID)
	recall("yours", strategist.ID) // told twice
	require.Equal(t, proposal.Recalled, s.carried(t, id).Ending)
	s.requireNothingOf(t, id, "proposal/2-recalled")
	cards, err := s.world.Messages(t.Context(), sandbox.MessageFilter{Case: id})
	require.NoError(t, err)
	require.Len(t, cards, 2)
	require.Contains(t, cards[1].Text, "was taken back")
	require.NoError(t, s.Stop())
}

func TestAProposalThatNobodySignsInTimeCannotBeSignedAnyMore(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{Config: append(slices.Clone(patient), "testdata/hurried.yaml")})
	id := s.propose(t, "hurried")
	s.contact(t, s.card(t, id))
	require.Equal(t, proposal.Expired, s.carried(t, id).Ending)
	require.Equal(t, 1, s.requireNothingOf(t, id, "proposal/2-reminded").Reminders)
	require.NoError(t, s.Stop())
}
