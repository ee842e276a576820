package sandbox_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/sandbox/client"
)

func TestWhoAsksTooMuchIsThrottledByWhatItCosts(t *testing.T) {
	t.Parallel()
	o := options()
	o.ShopifyPoints = 1 // of twenty at once
	w := start(t, o)
	cost := func(got object) object { return got["extensions"].(object)["cost"].(object) }
	got := cost(w.graph("{ orders(first: 10) { nodes { name customer { id } } } }", nil))
	require.EqualValues(t, 2+10, got["requestedQueryCost"])
	require.EqualValues(t, 0, got["actualQueryCost"], "there are no orders, and the rest was given back")
	require.InDelta(t, 20, got["throttleStatus"].(object)["currentlyAvailable"], 0)

	res := w.graphAs("shpat_sandbox", "{ orders(first: 19) { nodes { name customer { id } } } }", nil)
	require.Equal(t, http.StatusOK, res.Status)
	refused := res.JSON(t)
	require.NotContains(t, refused, "data")
	require.Equal(t, "THROTTLED", refused["errors"].([]any)[0].(object)["extensions"].(object)["code"])
	require.Equal(t, object{
		"requestedQueryCost": 21.0, "actualQueryCost": nil,
		"throttleStatus": object{"maximumAvailable": 20.0, "currentlyAvailable": 20.0, "restoreRate": 1.0},
	}, cost(refused))
	dear := w.graph("{ orders(first: 250) { nodes { name lineItems(first: 4) { nodes { id } } } } }", nil)
	require.Equal(t, "MAX_COST_EXCEEDED", dear["errors"].([]any)[0].(object)["extensions"].(object)["code"])

	_, err := w.commerce(nil).ReadOrder(t.Context(), key("order"), commerce.OrderQuery{ID: "gid://shopify/Order/1"})
	f, ok := fault.From(err)
	require.True(t, ok)
	require.Equal(t, "THROTTLED", f.Code)
	require.Equal(t, fault.ClassThrottled, f.Class)
}

func TestShopifyFailsOnOrderAsShopifyFails(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for _, c := range []struct {
		fault client.Fault
		class string
	}{
		{client.Fault{Kind: client.Throttled, RetryAfter: 7}, fault.ClassThrottled},
		{client.Fault{Kind: client.Broken}, fault.ClassUnavailable},
		{client.Fault{Kind: client.Unauthorized}, fault.ClassFinal},
		{client.Fault{Kind: client.Garbage}, fault.ClassUnavailable},
	} {
		c.fault.System, c.fault.Count = "shopify", 1
		w.order(c.fault)
		_, err := w.commerce(nil).ReadOrder(t.Context(), key("order"), commerce.OrderQuery{Number: "1"})
		f, ok := fault.From(err)
		require.True(t, ok, "%v", err)
		require.Equal(t, c.class, f.Class, c.fault.Kind)
		if c.fault.RetryAfter > 0 {
			require.Equal(t, 7*time.Second, f.RetryAfter)
		}
	}
}

func TestTheSearchFollowsTheShopWithALag(t *testing.T) {
	t.Parallel()
	o := options()
	o.Lag = time.Hour
	w := shop(t, o)
	placed := w.bought(lamps())
	found, err := w.commerce(nil).ReadOrder(t.Context(), key("order"), commerce.OrderQuery{Number: placed.Name})
	require.NoError(t, err)
	require.Empty(t, found.ID)
	found, err = w.commerce(nil).ReadOrder(t.Context(), key("order"), commerce.OrderQuery{ID: placed.ID})
	require.NoError(t, err)
	require.Equal(t, placed.ID, found.ID)
	e := commerce.Exchange{
		Order: found.ID, Number: number, N: 1, Customer: found.Customer, Currency: "EUR", Until: time.Now().Add(time.Hour),
		Lines: []commerce.ExchangedLine{{Variant: "gid://shopify/ProductVariant/71005", Quantity: 1}},
	}
	first, err := w.commerce(nil).ReserveExchange(t.Context(), key("reserve"), e)
	require.NoError(t, err)
	second, err := w.commerce(nil).ReserveExchange(t.Context(), key("reserve"), e)
	require.NoError(t, err)
	require.Equal(t, first, second, "the newest ones are listed without a search")
}

// shopSeen is all that can be seen of the shop.
func (w world) shopSeen() (seen struct {
	Orders  []client.ShopOrder
	Stock   []client.ShopStock
	Drafts  []client.ShopDraft
	Credit  []client.ShopCredit
	Effects []client.Effect
}) {
	w.t.Helper()
	ctx, errs := w.t.Context(), [5]error{}
	seen.Orders, errs[0] = w.ShopOrders(ctx, "")
	seen.Stock, errs[1] = w.Stock(ctx, "")
	seen.Drafts, errs[2] = w.ShopDrafts(ctx)
	seen.Credit, errs[3] = w.StoreCredit(ctx, "")
	seen.Effects, errs[4] = w.Effects(ctx, "")
	for _, err := range errs {
		require.NoError(w.t, err)
	}
	return seen
}

func TestTheShopSurvivesAKill(t *testing.T) {
	t.Parallel()
	o := options()
	o.Dir = filepath.Join(t.TempDir(), "state")
	w := shop(t, o)
	full(t, w)
	require.NoError(t, w.DeleteProduct(t.Context(), "BEACON-1"))
	w.did(adjustStock, object{"input": adjusting(2, nil), "key": "k-1"})
	again := w.did(createRefund, object{"input": refunding(w.readOrder("1001"), 1, 1, nil), "key": "k-2"})
	before := w.shopSeen()
	require.NotEmpty(t, before.Credit)

	o.Dir = copied(t, o.Dir) // as a kill leaves it
	later := shop(t, o)
	require.Equal(t, before, later.shopSeen())
	later.did(adjustStock, object{"input": adjusting(2, nil), "key": "k-1"})
	require.Equal(t, again, later.did(createRefund, object{"input": refunding(later.readOrder("1001"), 1, 1, nil), "key": "k-2"}), "the keys are remembered")
	require.Equal(t, before, later.shopSeen())
	next := later.bought(lamps())
	require.Equal(t, "#1002", next.Name, "what comes next doesn't collide with what was there")
	require.Equal(t, before.Orders[0].Account, next.Account)
	_, err := later.PlaceOrder(t.Context(), client.ShopOrderForm{Email: "a@b.example", Lines: []client.ShopFormLine{{SKU: "BEACON-1"}}})
	require.ErrorContains(t, err, "no product")
}

func TestANewShopBeginsWithOrdersWhereThatIsWanted(t *testing.T) {
	t.Parallel()
	o := options()
	o.Dir, o.SampleOrders = t.TempDir(), true
	w := start(t, o)
	seen := w.shopSeen()
	require.Greater(t, len(seen.Orders), 5)
	payments, err := w.Payments(t.Context())
	require.NoError(t, err)
	require.Len(t, payments, len(seen.Orders))
	o.Dir = copied(t, o.Dir)
	require.Equal(t, seen, start(t, o).shopSeen(), "once")
}

func TestListsComeInPagesFromBothEnds(t *testing.T) {
	t.Parallel()
	w := shop(t, options())
	for range 5 {
		w.bought(client.ShopOrderForm{Email: "ada@contoso.example", Lines: []client.ShopFormLine{{SKU: "TIDY-5"}}})
	}
	page := func(args string) (names []string, info object) {
		t.Helper()
		list := w.graph("{ orders("+args+") { edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }", nil)["data"].(object)["orders"].(object)
		for _, e := range list["edges"].([]any) {
			names = append(names, e.(object)["node"].(object)["name"].(string))
		}
		return names, list["pageInfo"].(object)
	}
	names, info := page("first: 2")
	require.Equal(t, []string{"#1001", "#1002"}, names)
	require.Equal(t, []any{true, false}, []any{info["hasNextPage"], info["hasPreviousPage"]})
	names, info = page(`first: 3, after: "` + info["endCursor"].(string) + `"`)
	require.Equal(t, []string{"#1003", "#1004", "#1005"}, names)
	require.Equal(t, []any{false, true}, []any{info["hasNextPage"], info["hasPreviousPage"]})
	names, _ = page(`last: 1, before: "` + info["startCursor"].(string) + `"`)
	require.Equal(t, []string{"#1002"}, names)
	names, _ = page("first: 2, reverse: true")
	require.Equal(t, []string{"#1005", "#1004"}, names)
	names, _ = page(`first: 9, query: "(name:1002 OR name:'#1004') AND -name:#1004 email:\"ADA@contoso.example\""`)
	require.Equal(t, []string{"#1002"}, names)
}
