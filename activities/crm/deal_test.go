package crm_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
)

var (
	winKey = effect.Key{ID: "proposal-1/deal"}
	win    = crm.Win{
		Deal: "7", Stage: "closedwon", Amount: money.Amount{Minor: 1234550, Currency: "EUR"},
		At: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), Note: "Signed <today>",
	}
)

func theDeal(values map[string]string) *row { return &row{"0-3", "7", values} }

func requireWon(t *testing.T, h *hub) {
	t.Helper()
	assert.Equal(t, map[string]string{
		"dealstage": "closedwon", "amount": "12345.50", "closedate": "2026-03-04T05:06:07.000Z", "pipeline": "default",
	}, h.row("0-3", "7").values)
	notes := h.of("notes")
	require.Len(t, notes, 1)
	assert.Equal(t, "Signed &lt;today&gt;", notes[0]["hs_note_body"])
	assert.Equal(t, "proposal-1/deal", notes[0]["throughline_key"])
	assert.Len(t, h.associations, 1)
}

func TestADealIsWonOnceHoweverOftenItRuns(t *testing.T) {
	h, o := open(t, nil)
	h.rows = append(h.rows, theDeal(map[string]string{"dealstage": "contractsent", "pipeline": "default"}))
	a := crm.New(o)
	for i := range 2 {
		won, err := a.WinDeal(t.Context(), winKey, win)
		require.NoError(t, err)
		assert.Equal(t, crm.Won{Deal: "7", Before: i > 0}, won)
		requireWon(t, h)
	}
}

func TestAWinIsAsHubSpotDescribesIt(t *testing.T) {
	h, o := open(t, contract.Hubspot(t).Handler)
	h.rows = append(h.rows, theDeal(map[string]string{"dealstage": "contractsent", "pipeline": "default"}))
	_, err := crm.New(o).WinDeal(t.Context(), winKey, win)
	require.NoError(t, err)
	requireWon(t, h)
}

func TestAWinThatBrokeOffAnywhereIsCompletedByTheNextAttempt(t *testing.T) {
	for n := range 4 {
		for _, done := range []bool{false, true} {
			h, o := open(t, nil)
			h.rows = append(h.rows, theDeal(map[string]string{"dealstage": "contractsent", "pipeline": "default"}))
			h.breakAt(n+1, done)
			a := crm.New(o)
			_, err := a.WinDeal(t.Context(), winKey, win)
			assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class)
			_, err = a.WinDeal(t.Context(), winKey, win)
			require.NoError(t, err)
			requireWon(t, h)
		}
	}
}

func TestADealThatPeopleHaveWonKeepsWhatTheyEntered(t *testing.T) {
	h, o := open(t, nil)
	values := map[string]string{"dealstage": "wonelsewhere", "amount": "1", "closedate": "2026-01-01T00:00:00.000Z", "hs_is_closed_won": "true"}
	h.rows = append(h.rows, theDeal(values))
	won, err := crm.New(o).WinDeal(t.Context(), winKey, win)
	require.NoError(t, err)
	assert.True(t, won.Before)
	assert.Equal(t, "wonelsewhere", h.row("0-3", "7").values["dealstage"])
	assert.Equal(t, "1", h.row("0-3", "7").values["amount"])
	assert.Len(t, h.of("notes"), 1)
}

func TestAnAmountInAnotherCurrencyIsNotTheDeals(t *testing.T) {
	h, o := open(t, nil)
	h.rows = append(h.rows, theDeal(map[string]string{"dealstage": "contractsent", "amount": "1", "deal_currency_code": "USD"}))
	_, err := crm.New(o).WinDeal(t.Context(), winKey, win)
	require.NoError(t, err)
	assert.Equal(t, "1", h.row("0-3", "7").values["amount"])
	assert.Equal(t, "closedwon", h.row("0-3", "7").values["dealstage"])
}

func TestADealThatIsGoneOrNotNamedIsForSomebodyToDecide(t *testing.T) {
	for name, w := range map[string]crm.Win{
		"gone":     win,
		"no deal":  {Stage: "closedwon"},
		"no stage": {Deal: "7"},
	} {
		t.Run(name, func(t *testing.T) {
			_, o := open(t, nil)
			_, err := crm.New(o).WinDeal(t.Context(), winKey, w)
			assert.Equal(t, fault.ClassFinal, faultOf(t, err).Class)
		})
	}
}
