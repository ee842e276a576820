package intake

import (
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/starter/spool"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

var down = serviceerror.NewUnavailable("connection refused")

// keeping is a client with a spool.
func keeping(t *testing.T, c client.Client) *spool.Client {
	t.Helper()
	s, err := spool.Open(spool.Options{Dir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return &spool.Client{Client: c, Spool: s}
}

// inSpool are the entries of a spool.
func inSpool(t *testing.T, c *spool.Client) (all []spool.Entry) {
	t.Helper()
	require.NoError(t, c.Spool.Look(func(l spool.Looked) error { all = append(all, l.Entry); return nil }))
	return all
}

func TestALeadThatTemporalCannotTakeIsKeptAndStartedLaterAsItWouldHaveBeen(t *testing.T) {
	var wanted, got client.StartWorkflowOptions
	var first, second []byte
	remember := func(o *client.StartWorkflowOptions, in *[]byte) func(mock.Arguments) {
		return func(args mock.Arguments) {
			*o = args.Get(1).(client.StartWorkflowOptions)
			var err error
			*in, err = json.Marshal(args.Get(3))
			require.NoError(t, err)
		}
	}
	away := mocks.NewClient(t)
	away.On("ExecuteWorkflow", mock.Anything, mock.Anything, lead.WorkflowName, mock.Anything).Run(remember(&wanted, &first)).Return(nil, down).Once()
	c := keeping(t, away)
	receipt, err := Take(t.Context(), c, entry())
	require.NoError(t, err)
	assert.True(t, receipt.Kept)
	kept := inSpool(t, c)
	require.Len(t, kept, 1)
	assert.Equal(t, receipt.ID, kept[0].Line)

	back := mocks.NewClient(t)
	back.On("ExecuteWorkflow", mock.Anything, mock.Anything, lead.WorkflowName, mock.Anything).Run(remember(&got, &second)).Return(nil, nil).Once()
	require.NoError(t, Deliver(t.Context(), back, kept[0]))
	assert.Equal(t, wanted, got)
	assert.Equal(t, string(first), string(second))
}

func TestALeadThatTemporalHadAfterAllIsHandedOver(t *testing.T) {
	c := keeping(t, answering(t, serviceerror.NewDeadlineExceeded("slow")))
	_, err := Take(t.Context(), c, entry())
	require.NoError(t, err)
	assert.NoError(t, Deliver(t.Context(), answering(t, started), inSpool(t, c)[0]))
}

func TestALeadThatIsKeptIsKeptOnce(t *testing.T) {
	c := keeping(t, answering(t, down)) // which is asked once
	first, err := Take(t.Context(), c, entry())
	require.NoError(t, err)
	again, err := Take(t.Context(), c, entry())
	require.NoError(t, err)
	assert.Equal(t, Receipt{ID: first.ID, Duplicate: true}, again)
	assert.Len(t, inSpool(t, c), 1)
}

func TestTheSameKeyWithOtherContentIsNotSwallowedByTheSpoolEither(t *testing.T) {
	e := entry()
	e.Key = "contact-form"
	c := keeping(t, answering(t, down))
	_, err := Take(t.Context(), c, e)
	require.NoError(t, err)
	other := e
	other.Submission.Company = "Fabrikam"
	_, err = Take(t.Context(), c, other)
	var m lead.Mistakes
	require.ErrorAs(t, err, &m)
	assert.Equal(t, KeyField, m[0].Field)

	// Temporal had had another one of that name before it was away: nobody can know until it is back.
	var refused *spool.RefusedError
	assert.ErrorAs(t, Deliver(t.Context(), holding(t, memo(t, "somebody else's"), nil), inSpool(t, c)[0]), &refused)
}

func TestWhatTemporalRefusesIsNotKept(t *testing.T) {
	for _, err := range []error{serviceerror.NewInvalidArgument("x"), serviceerror.NewNamespaceNotFound("x")} {
		c := keeping(t, answering(t, err))
		_, err := Take(t.Context(), c, entry())
		var u *Unavailable
		require.ErrorAs(t, err, &u)
		assert.Empty(t, inSpool(t, c))
	}
}

func TestOnlyWhatTemporalNeverTakesIsGivenUp(t *testing.T) {
	c := keeping(t, answering(t, down))
	_, err := Take(t.Context(), c, entry())
	require.NoError(t, err)
	e := inSpool(t, c)[0]
	var refused *spool.RefusedError
	assert.ErrorAs(t, Deliver(t.Context(), answering(t, serviceerror.NewInvalidArgument("x")), e), &refused)
	for _, err := range []error{down, serviceerror.NewPermissionDenied("x", ""), serviceerror.NewNamespaceNotFound("x")} {
		err = Deliver(t.Context(), answering(t, err), e)
		require.Error(t, err)
		assert.NotErrorAs(t, err, &refused)
	}
}

func TestADealThatIsKeptStartsNoProposalBesideAnOpenOne(t *testing.T) {
	away := mocks.NewClient(t)
	listing(away, down)
	c := keeping(t, away)
	receipt, err := TakeDeal(t.Context(), c, aDeal)
	require.NoError(t, err)
	assert.True(t, receipt.Kept)

	back := mocks.NewClient(t) // in which nothing may be started
	listing(back, nil, proposal.DealWorkflowID(aDeal.ID, aDeal.At.AddDate(0, 0, -3)))
	assert.NoError(t, Deliver(t.Context(), back, inSpool(t, c)[0]))
}

func TestAReturnThatIsKeptHasItsNumber(t *testing.T) {
	away := mocks.NewClient(t)
	away.On("ExecuteWorkflow", mock.Anything, mock.Anything, mock.Anything, mock.Anything).Return(nil, down)
	c := keeping(t, away)
	receipt, err := TakeTicket(t.Context(), c, "9812345678", time.Now())
	require.NoError(t, err)
	assert.True(t, receipt.Kept)
	assert.NotEmpty(t, receipt.Number)
	assert.Contains(t, string(inSpool(t, c)[0].Content), receipt.Number)
}
