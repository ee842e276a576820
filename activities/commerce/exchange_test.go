package commerce_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/fault"
)

// drafts are the shop's draft orders.
type drafts struct {
	all   []object // as they are in the shop's own books
	found []object // what the search knows of them
	input []object
	ready bool
}

func (s *shop) drafting() *drafts {
	d := &drafts{ready: true}
	short := func(all []object) []object {
		shown := []object{}
		for _, one := range all {
			shown = append(shown, object{"id": one["id"], "name": one["name"], "createdAt": one["createdAt"], "tags": one["tags"]})
		}
		return shown
	}
	index := func(id any) int {
		for i, one := range d.all {
			if one["id"] == id {
				return i
			}
		}
		return -1
	}
	s.answers["ReadShippingAddress"] = func(object) object {
		return object{"order": object{"shippingAddress": object{
			"firstName": "Ada", "lastName": "Lovelace", "company": nil, "address1": "Street 1", "address2": nil, "zip": "10115", "city": "Berlin",
			"provinceCode": nil, "countryCodeV2": "DE", "phone": nil,
		}}}
	}
	s.answers["FindDrafts"] = func(object) object {
		return object{"newest": object{"nodes": short(d.all)}, "tagged": object{"nodes": short(d.found)}}
	}
	s.answers["ReadDraft"] = func(v object) object {
		i := index(v["id"])
		if i < 0 {
			return object{"draftOrder": nil}
		}
		status := map[bool]string{true: "OPEN", false: "COMPLETED"}[d.all[i]["order"] == nil]
		return object{"draftOrder": object{"id": v["id"], "ready": d.ready, "status": status, "order": d.all[i]["order"]}}
	}
	s.answers["CreateDraft"] = func(v object) object {
		d.input = append(d.input, v["input"].(object))
		d.add(len(d.input), v["input"].(object)["tags"])
		return object{"draftOrderCreate": object{"draftOrder": short(d.all[len(d.all)-1:])[0], "userErrors": []object{}}}
	}
	s.answers["CompleteDraft"] = func(v object) object {
		one := d.all[index(v["id"])]
		one["order"] = object{"id": gid("Order", 77), "name": "#1077"}
		return object{"draftOrderComplete": object{"draftOrder": object{"id": v["id"], "order": one["order"]}, "userErrors": []object{}}}
	}
	s.answers["DeleteDraft"] = func(v object) object {
		i := index(v["input"].(object)["id"])
		if i < 0 {
			return object{"draftOrderDelete": object{"deletedId": nil, "userErrors": []object{{"field": nil, "message": "not found"}}}}
		}
		d.all = append(d.all[:i:i], d.all[i+1:]...)
		return object{"draftOrderDelete": object{"deletedId": gid("DraftOrder", 1), "userErrors": []object{}}}
	}
	return d
}

// add puts a draft into the shop's books.
func (d *drafts) add(n int, tags any) {
	d.all = append(d.all, object{
		"id": gid("DraftOrder", n), "name": fmt.Sprint("#D", n), "createdAt": fmt.Sprintf("2026-09-05T10:00:%02dZ", n), "tags": tags, "order": nil,
	})
}

var swap = commerce.Exchange{
	Order: gid("Order", 1), Number: number, N: 1, Currency: "EUR", Customer: commerce.Customer{ID: gid("Customer", 5), Email: "ada@example.com"},
	Lines: []commerce.ExchangedLine{{Variant: gid("ProductVariant", 3), Quantity: 2}}, Until: time.Date(2026, 10, 1, 12, 0, 0, 0, time.FixedZone("", 7200)),
}

func TestAnExchangeIsADraftThatCostsNothingAndReservesItsStock(t *testing.T) {
	s, a := open(t)
	d := s.drafting()
	got, err := a.ReserveExchange(t.Context(), key, swap)
	require.NoError(t, err)
	assert.Equal(t, commerce.Reserved{ID: gid("DraftOrder", 1), Name: "#D1"}, got)
	assert.Equal(t, []object{{
		"lineItems": []any{object{"variantId": gid("ProductVariant", 3), "quantity": 2.0}}, "presentmentCurrencyCode": "EUR",
		"tags": []any{number, number + "-1"}, "note": "Exchange for return " + number, "reserveInventoryUntil": "2026-10-01T10:00:00Z",
		"appliedDiscount":  object{"title": "Exchange", "description": number, "valueType": "PERCENTAGE", "value": 100.0},
		"purchasingEntity": object{"customerId": gid("Customer", 5)}, "email": "ada@example.com",
		"shippingAddress": object{
			"firstName": "Ada", "lastName": "Lovelace", "address1": "Street 1", "zip": "10115", "city": "Berlin", "countryCode": "DE",
		},
	}}, d.input)
}

func TestAnExchangeIsReservedOnceThoughTheSearchIsBehind(t *testing.T) {
	s, a := open(t)
	d := s.drafting()
	d.add(40, []string{"R-OTHER"})
	s.fail = lose("CreateDraft")
	_, err := a.ReserveExchange(t.Context(), key, swap)
	assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class)
	for range 2 {
		got, err := a.ReserveExchange(t.Context(), key, swap)
		require.NoError(t, err)
		assert.Equal(t, gid("DraftOrder", 1), got.ID)
	}
	assert.Len(t, d.input, 1)
}

func TestAnExchangeThatWasReleasedIsReservedAnewThoughTheSearchStillKnowsIt(t *testing.T) {
	s, a := open(t)
	d := s.drafting()
	first, err := a.ReserveExchange(t.Context(), key, swap)
	require.NoError(t, err)
	d.found = append([]object{}, d.all...)
	for range 2 {
		_, err = a.ReleaseExchange(t.Context(), key, commerce.ExchangeRef{ID: first.ID})
		require.NoError(t, err)
	}
	second, err := a.ReserveExchange(t.Context(), key, swap)
	require.NoError(t, err)
	assert.Equal(t, gid("DraftOrder", 2), second.ID)
	assert.Len(t, d.all, 1)
}

func TestAnExchangeIsNeverTheOneBeforeThatIsThereStill(t *testing.T) {
	s, a := open(t)
	d := s.drafting()
	first, err := a.ReserveExchange(t.Context(), key, swap)
	require.NoError(t, err)
	less := swap
	less.N, less.Lines = 2, []commerce.ExchangedLine{{Variant: gid("ProductVariant", 3), Quantity: 1}}
	for range 2 {
		second, err := a.ReserveExchange(t.Context(), key, less)
		require.NoError(t, err)
		assert.NotEqual(t, first, second)
	}
	assert.Len(t, d.input, 2)
}

func TestOfTwoExchangesThatWereReservedAtOnceTheOlderOneStays(t *testing.T) {
	s, a := open(t)
	d := s.drafting()
	create := s.answers["CreateDraft"]
	s.answers["CreateDraft"] = func(v object) object {
		d.add(0, []string{number, number + "-1"}) // the other attempt's
		return create(v)
	}
	got, err := a.ReserveExchange(t.Context(), key, swap)
	require.NoError(t, err)
	assert.Equal(t, commerce.Reserved{ID: gid("DraftOrder", 0), Name: "#D0"}, got)
	assert.Len(t, d.all, 1)
}

func TestAnExchangeBecomesOneOrder(t *testing.T) {
	s, a := open(t)
	d := s.drafting()
	d.add(1, []string{number})
	ref := commerce.ExchangeRef{ID: gid("DraftOrder", 1)}
	d.ready = false
	_, err := a.CompleteExchange(t.Context(), key, ref)
	assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class, "Shopify is still at it")
	d.ready = true
	s.fail = lose("CompleteDraft")
	_, err = a.CompleteExchange(t.Context(), key, ref)
	require.Error(t, err)
	for range 2 {
		got, err := a.CompleteExchange(t.Context(), key, ref)
		require.NoError(t, err)
		assert.Equal(t, commerce.Exchanged{Order: gid("Order", 77), Name: "#1077"}, got)
	}
	assert.Len(t, s.of("CompleteDraft"), 1)
	_, err = a.ReleaseExchange(t.Context(), key, ref)
	assert.Equal(t, "completed", faultOf(t, err).Code, "what the customer gets can't be given free")
	assert.Len(t, d.all, 1)
	_, err = a.CompleteExchange(t.Context(), key, commerce.ExchangeRef{ID: gid("DraftOrder", 9)})
	assert.Equal(t, "not_found", faultOf(t, err).Code)
}

func TestAnExchangeThatIsDeletedMeanwhileIsGone(t *testing.T) {
	s, a := open(t)
	d := s.drafting()
	d.add(1, []string{number})
	remove := s.answers["DeleteDraft"]
	s.answers["DeleteDraft"] = func(v object) object {
		d.all = nil // somebody was faster
		return remove(v)
	}
	_, err := a.ReleaseExchange(t.Context(), key, commerce.ExchangeRef{ID: gid("DraftOrder", 1)})
	require.NoError(t, err)
	d.add(1, []string{number})
	s.answers["DeleteDraft"] = func(object) object {
		return object{"draftOrderDelete": object{"deletedId": nil, "userErrors": []object{{"field": nil, "message": "is being changed"}}}}
	}
	_, err = a.ReleaseExchange(t.Context(), key, commerce.ExchangeRef{ID: gid("DraftOrder", 1)})
	assert.Equal(t, "is being changed", faultOf(t, err).Message)
}

func TestWhatIsSentOfAPersonNeverComesBackInAFault(t *testing.T) {
	s, a := open(t)
	s.drafting()
	s.fail = reply("CreateDraft", http.StatusOK, nil, `{"errors":[{"message":"Variable $input: email ada@example.com is bad",
		"extensions":{"code":"INVALID_VARIABLE","value":{"email":"ada@example.com","shippingAddress":{"lastName":"Lovelace"}}}}]}`)
	_, err := a.ReserveExchange(t.Context(), key, swap)
	f := faultOf(t, err)
	assert.Equal(t, fault.Fault{Class: fault.ClassFinal, System: "shopify", Code: "INVALID_VARIABLE", Message: "Variable $input: email … is bad"}, f)
	assert.Equal(t, "shopify refused: INVALID_VARIABLE", f.String())
}

func TestAnExchangeThatMakesNoSenseNamesTheField(t *testing.T) {
	s, a := open(t)
	for field, change := range map[string]func(*commerce.Exchange){
		"order:": func(q *commerce.Exchange) { q.Order = "" }, "number:": func(q *commerce.Exchange) { q.Number = "7" },
		"n:":     func(q *commerce.Exchange) { q.N = 0 },
		"lines:": func(q *commerce.Exchange) { q.Lines = nil }, "lines[0]:": func(q *commerce.Exchange) { q.Lines = []commerce.ExchangedLine{{Quantity: 1}} },
	} {
		q := swap
		change(&q)
		_, err := a.ReserveExchange(t.Context(), key, q)
		assert.Contains(t, faultOf(t, err).Message, field)
	}
	_, err := a.CompleteExchange(t.Context(), key, commerce.ExchangeRef{})
	assert.Contains(t, faultOf(t, err).Message, "id:")
	assert.Empty(t, s.asked)
}
