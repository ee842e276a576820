package e2e

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/starter/desk"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// The worker dies while nobody knows whether the shop keeps a return, has accepted one, has taken what came into its books and its
// stock, whether Stripe has paid, and whether the shop knows it, has given the credit, keeps what is wanted instead or has sent it. The
// next one finds out, and of everything there is one.
func TestAKilledWorkerMovesMoneyAndStockOnce(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{NoWorkers: true, Config: returning()})
	first := s.spawn(t, orders{Config: returning()})

	sku := map[string]string{ // of each its own, so that its stock can be counted
		"requested": "BEACON-1", "accepted": "SENS-RANGE-4", "processed": "PADS-L", "stocked": "PADS-S",
		"paid": "LAMP-ARC-BLK", "recorded": "LAMP-ARC-WHT", "credited": "GLOVE-S", "reserved": "SERVO-S7", "sent": "TIDY-5",
	}
	quantity := map[string]int{"processed": 2, "stocked": 2, "sent": 4} // worth more than what customers may keep
	order, before := map[string]sandbox.ShopOrder{}, map[string]map[string]int{}
	for name, article := range sku {
		days := "3"
		if name == "accepted" || name == "reserved" { // late, so that support decides
			days = "45"
		}
		order[name] = s.buy(t, name, days, max(quantity[name], 1), article)
		before[name] = s.levels(t, article)
	}
	ids := map[string]string{}
	ask := func(name string) {
		t.Helper()
		more := map[string]fields{
			"credited": {"wish": "store_credit"},
			"reserved": {"wish": "exchange", "instead": "GLOVE-M"},
			"sent":     {"wish": "exchange", "instead": "TIDY-5"},
		}
		id, err := s.giveBack(name, order[name], max(quantity[name], 1), sku[name], more[name])
		require.NoError(t, err)
		ids[name] = id
	}
	number := func(name string) string { return returns.Number(returns.Request{}.WorkflowID(name)) }
	inShop := func(name string) string {
		t.Helper()
		o, err := s.world.ShopOrder(t.Context(), order[name].Name)
		require.NoError(t, err)
		require.Len(t, o.Returns, 1)
		return o.Returns[0].ID
	}
	lose := func(system, path, about string) {
		t.Helper()
		s.order(t, sandbox.Fault{System: system, Path: path, Match: about, Kind: sandbox.LostReply})
	}

	// Each is brought to where it is about to do what the worker dies of.
	for name := range sku {
		if name != "requested" {
			ask(name)
		}
	}
	for _, name := range []string{"accepted", "reserved"} {
		s.task(t, ids[name], returns.ApproveTask)
	}
	for _, name := range []string{"processed", "stocked"} {
		s.task(t, ids[name], returns.ArriveTask+"-1")
	}
	for _, name := range []string{"paid", "recorded", "credited"} {
		s.arrives(t, ids[name], "new")
		s.task(t, ids[name], returns.PayTask+"-1")
	}
	s.task(t, ids["sent"], returns.ArriveTask+"-1")

	lose("shopify", "", number("requested")) // what names it first is that the shop is to keep it
	lose("shopify", "", `"input":{"id":"`+inShop("accepted"))
	lose("shopify", "", `"returnId":"`+inShop("processed"))
	lose("shopify", "", `"referenceDocumentUri":`) // nothing else is put into quarantine
	lose("stripe", "v1/refunds", number("paid"))
	lose("shopify", "", ids["recorded"]+"/refund-1-record")
	lose("shopify", "", ids["credited"]+"/refund-1-record")
	lose("shopify", "", "Exchange for return "+number("reserved"))
	lose("shopify", "", "mutation CompleteDraft")

	ask("requested")
	for _, name := range []string{"accepted", "reserved"} {
		s.decide(t, desk.Choice{Workflow: ids[name], Task: returns.ApproveTask, Action: returns.ActionApprove, As: "hana"})
	}
	s.arrives(t, ids["processed"], "new")
	s.arrives(t, ids["stocked"], "worn")
	s.arrives(t, ids["sent"], "new")
	for _, name := range []string{"paid", "recorded", "credited"} {
		s.decide(t, desk.Choice{Workflow: ids[name], Task: returns.PayTask + "-1", Action: returns.ActionApprove, As: "wei"})
	}
	s.struck(t)
	first.kill(t)
	require.NoError(t, s.world.Clear(t.Context(), ""))

	// The second one finishes all of them.
	s.spawn(t, orders{Config: returning()})
	for _, id := range ids { // Temporal still asks the first one for a moment
		eventually(t, "the second worker to answer for "+id, func() bool {
			_, err := desk.Tasks(t.Context(), s.Client, id)
			return err == nil
		})
	}
	for _, name := range []string{"requested", "accepted", "reserved"} {
		s.arrives(t, ids[name], "new")
	}
	for name, id := range ids {
		s.pays(t, id)
		r := s.settled(t, id)
		require.Equal(t, returns.Completed, r.Ending, name)
		s.requireOne(t, id)
		requireReplay(t, s.history(t, id, ""), "")

		refunds, sum := s.repaid(t, id)
		o, err := s.world.ShopOrder(t.Context(), order[name].Name)
		require.NoError(t, err)
		require.Len(t, o.Returns, 1, name)
		require.Equal(t, "CLOSED", o.Returns[0].Status, name)
		require.Equal(t, max(quantity[name], 1), o.Returns[0].Lines[0].Processed, name)
		require.Len(t, o.Refunds, 1, name)
		now, state := s.levels(t, sku[name]), "available"
		if name == "stocked" {
			state = "quality_control"
		}
		back := max(quantity[name], 1)
		if name == "sent" {
			back = 0 // as many went out again
		}
		require.Equal(t, before[name][state]+back, now[state], "%s: %v", name, slices.Sorted(maps.Keys(now)))
		switch name {
		case "credited":
			require.Empty(t, refunds)
			credit, err := s.world.StoreCredit(t.Context(), o.Email)
			require.NoError(t, err)
			require.Len(t, credit, 1)
			require.EqualValues(t, r.Refunded.Minor, credit[0].Balance)
			require.EqualValues(t, 22_90+4_90-6_95, credit[0].Balance)
		case "sent":
			require.Empty(t, refunds, "it was worth as much")
		default:
			require.Len(t, refunds, 1, name)
			require.EqualValues(t, r.Refunded.Minor, sum, name)
			require.LessOrEqual(t, sum, o.Total, name)
		}
	}
	drafts, err := s.world.ShopDrafts(t.Context())
	require.NoError(t, err)
	require.Len(t, drafts, 2, "one for each exchange")
	require.NoError(t, s.Stop())
}
