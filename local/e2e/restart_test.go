package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// Each of these leads is somewhere else on its way when everything is stopped: three of them in the middle of a call, two of
// which have had their effect already.
func TestLeadsGoOnAfterARestartWithoutDoingAnythingTwice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, stack.Options{Dir: dir})
	var ids []string
	for _, c := range []struct {
		company string
		fault   sandbox.Fault
	}{
		{company: "atease"},
		{"enriched", sandbox.Fault{System: "pdl", Match: "enriched.example", Kind: sandbox.Timeout}},
		{"recorded", sandbox.Fault{System: "hubspot", Path: "crm/v3/objects/contacts/batch/upsert", Match: "ada@recorded.example", Kind: sandbox.LostReply}},
		{"carded", sandbox.Fault{System: "slack", Path: "chat.postMessage", Match: "ada@carded.example", Kind: sandbox.LostReply}},
	} {
		if c.fault.System != "" {
			c.fault.Count = 1
			_, err := s.world.Order(t.Context(), c.fault)
			require.NoError(t, err)
		}
		ids = append(ids, s.send(t, fields{
			"name": "Ada Brandt", "email": "ada@" + c.company + ".example", "company": c.company, "country": "DE",
		}))
	}
	s.card(t, ids[0])
	eventually(t, "all faults to strike", func() bool {
		left, err := s.world.Faults(t.Context())
		require.NoError(t, err)
		return len(left) == 0
	})
	require.NoError(t, s.Stop())

	s = start(t, stack.Options{Dir: dir})
	for _, id := range ids {
		s.contact(t, s.card(t, id))
		require.Equal(t, lead.Contacted, s.result(t, id).Ending)
		s.requireWhole(t, id)
		requireReplay(t, s.history(t, id, ""), "")
	}
	require.NoError(t, s.Stop())
}
