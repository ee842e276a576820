package sandbox_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/sandbox"
)

func shopSchema(t *testing.T) *ast.Schema {
	t.Helper()
	text, err := os.ReadFile("internal/shopify/schema.graphql")
	require.NoError(t, err)
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(text)})
	require.NoError(t, err)
	return schema
}

// ownTypes are the types that a schema defines itself, by name.
func ownTypes(schema *ast.Schema) (list []*ast.Definition) {
	for _, d := range schema.Types {
		if !d.BuiltIn {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func TestTheSandboxsShopIsAPartOfShopifysSchema(t *testing.T) {
	t.Parallel()
	real := contract.Shopify(t).Schema
	for _, d := range ownTypes(shopSchema(t)) {
		is := real.Types[d.Name]
		if is == nil {
			t.Errorf("Shopify has no type %s", d.Name)
			continue
		}
		require.Equal(t, is.Kind, d.Kind, d.Name)
		for _, v := range d.EnumValues {
			if is.EnumValues.ForName(v.Name) == nil {
				t.Errorf("%s has no value %s", d.Name, v.Name)
			}
		}
		for _, name := range append(slices.Clone(d.Interfaces), d.Types...) {
			if !slices.Contains(append(slices.Clone(is.Interfaces), is.Types...), name) {
				t.Errorf("%s has nothing to do with %s", d.Name, name)
			}
		}
		for _, f := range d.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			has := is.Fields.ForName(f.Name)
			if has == nil {
				t.Errorf("%s has no field %s", d.Name, f.Name)
				continue
			}
			same(t, d.Name+"."+f.Name, has.Type, f.Type, has.DefaultValue, f.DefaultValue)
			for _, a := range f.Arguments {
				if of := has.Arguments.ForName(a.Name); of == nil {
					t.Errorf("%s.%s has no argument %s", d.Name, f.Name, a.Name)
				} else {
					same(t, d.Name+"."+f.Name+"("+a.Name, of.Type, a.Type, of.DefaultValue, a.DefaultValue)
				}
			}
			for _, a := range has.Arguments { // what Shopify insists on, the sandbox has to as well
				if a.Type.NonNull && a.DefaultValue == nil && f.Arguments.ForName(a.Name) == nil {
					t.Errorf("%s.%s lacks the argument %s", d.Name, f.Name, a.Name)
				}
			}
		}
		for _, f := range is.Fields {
			if d.Kind == ast.InputObject && f.Type.NonNull && f.DefaultValue == nil && d.Fields.ForName(f.Name) == nil {
				t.Errorf("%s lacks the field %s", d.Name, f.Name)
			}
		}
	}
	require.Equal(t, real.Directives["idempotent"].Arguments[0].Type.String(), "String!")
}

func same(t *testing.T, what string, real, ours *ast.Type, realDefault, ourDefault *ast.Value) {
	t.Helper()
	if real.String() != ours.String() {
		t.Errorf("%s is %s, and not %s", what, real, ours)
	}
	if ourDefault != nil && (realDefault == nil || realDefault.String() != ourDefault.String()) {
		t.Errorf("the default of %s is %v, and not %s", what, realDefault, ourDefault)
	}
}

// TestTheShopAnswersEveryFieldOfItsSchema asks for each field of each type, on the way on which the type is reached first. Where
// Shopify's schema is at hand the answers are held against it, too.
func TestTheShopAnswersEveryFieldOfItsSchema(t *testing.T) {
	t.Parallel()
	o := options()
	o.PagesURL = "http://127.0.0.1:8090" // "" gives paths only, which are no URLs
	w := shop(t, o)
	full(t, w)
	schema := shopSchema(t)
	ids := map[string]string{
		"order": "Order/1001", "customer": "Customer/7001", "draftOrder": "DraftOrder/1", "fulfillment": "Fulfillment/1001001",
		"inventoryItem": "InventoryItem/71001", "location": "Location/81001", "productVariant": "ProductVariant/71001", "refund": "Refund/1001001",
		"return": "Return/1001002", "reverseFulfillmentOrder": "ReverseFulfillmentOrder/1001001", "storeCreditAccount": "StoreCreditAccount/7001004",
		"node": "Order/1001",
	}
	args := func(field *ast.FieldDefinition) string {
		var list []string
		for _, a := range field.Arguments {
			switch {
			case a.Name == "id" && ids[field.Name] != "":
				list = append(list, fmt.Sprintf("id: %q", "gid://shopify/"+ids[field.Name]))
			case a.Name == "ids":
				list = append(list, `ids: ["gid://shopify/Return/1001001", "gid://shopify/Return/1001002", "gid://shopify/Order/9"]`)
			case a.Name == "first":
				list = append(list, "first: 3")
			case a.Name == "names":
				list = append(list, `names: ["available", "on_hand"]`)
			case a.Name == "locationId":
				list = append(list, fmt.Sprintf("locationId: %q", sandbox.ShopLocation))
			case a.Name == "context":
				list = append(list, "context: {country: DE}")
			}
		}
		if list == nil {
			return ""
		}
		return "(" + strings.Join(list, ", ") + ")"
	}
	type way struct {
		kind *ast.Definition
		ask  func(inside string) string // the whole query, but for what is asked of the type
	}
	reached := map[string]bool{"QueryRoot": true}
	ways := []way{{schema.Query, func(inside string) string { return "{ " + inside + " }" }}}
	for len(ways) > 0 {
		at := ways[0]
		ways = ways[1:]
		leaves := "__typename"
		for _, f := range at.kind.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			to := schema.Types[f.Type.Name()]
			if to.IsLeafType() {
				leaves += " " + f.Name + args(f)
				continue
			}
			for _, possible := range append([]*ast.Definition{to}, schema.GetPossibleTypes(to)...) {
				if reached[possible.Name] || possible.IsAbstractType() {
					continue
				}
				ask := func(inside string) string {
					if to.IsAbstractType() {
						inside = "... on " + possible.Name + " { " + inside + " }"
					}
					return at.ask(f.Name + args(f) + " { " + inside + " }")
				}
				got := w.graph(ask("__typename"), nil)
				require.NotContains(t, got, "errors", ask("__typename"))
				if strings.Contains(fmt.Sprint(got), ":"+possible.Name+"]") {
					reached[possible.Name] = true
					ways = append(ways, way{possible, ask})
				}
			}
		}
		require.NotContains(t, w.graph(at.ask(leaves), nil), "errors", at.ask(leaves))
	}
	for _, d := range ownTypes(schema) {
		if d.Kind == ast.Object && !reached[d.Name] && d.Name != "Mutation" && !strings.HasSuffix(d.Name, "Payload") &&
			!strings.HasSuffix(d.Name, "UserError") && !strings.HasPrefix(d.Name, "InventoryAdjustmentGroup") && d.Name != "InventoryChange" {
			t.Errorf("%s is never reached", d.Name)
		}
	}
}

// full has the shop have everything: an order with a return that was processed, refunded and credited, one that was declined, and a
// draft order.
func full(t *testing.T, w world) {
	t.Helper()
	w.bought(lamps())
	o, a, ctx := w.readOrder("1001"), w.commerce(nil), t.Context()
	r, err := a.RequestReturn(ctx, key("request"), coming(o, 1, 1))
	require.NoError(t, err)
	_, err = a.AcceptReturn(ctx, key("accept"), commerce.AcceptedReturn{Order: o.ID, Return: r.ID, Lines: map[string]int{o.Lines[0].ID: 1, o.Lines[1].ID: 1}})
	require.NoError(t, err)
	_, err = a.RestockReturn(ctx, key("restock"), commerce.Restocking{
		Order: o.ID, Return: r.ID, Number: number, Location: sandbox.ShopLocation,
		Lines: []commerce.RestockedLine{{Line: o.Lines[0].ID, Item: o.Lines[0].Item, Quantity: 1, Stock: commerce.Restock}},
	})
	require.NoError(t, err)
	_, err = a.RecordRefund(ctx, key("refund"), commerce.RefundRecord{
		Order: o.ID, Return: r.ID, Number: number, Total: eur(5000), Shipping: eur(100), Credit: true, Customer: o.Customer.ID,
		Lines: []commerce.RefundedLine{{Line: o.Lines[0].ID, Quantity: 1, Amount: eur(4900)}},
	})
	require.NoError(t, err)
	second := coming(o, 1, 0)
	second.Number = "R-DECLINED"
	d, err := a.RequestReturn(ctx, key("request-2"), second)
	require.NoError(t, err)
	_, err = a.DeclineReturn(ctx, key("decline"), commerce.DeclinedReturn{Return: d.ID, Note: "No."})
	require.NoError(t, err)
	_, err = a.ReserveExchange(ctx, key("reserve"), exchange(w, time.Now().Add(time.Hour)))
	require.NoError(t, err)
}
