package commerce_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/fault"
)

// wanted is a return of one lamp and the shade.
var wanted = commerce.RequestedReturn{Order: gid("Order", 1), Number: number, Lines: []commerce.RequestedLine{
	{Line: gid("LineItem", 11), Parcel: gid("FulfillmentLineItem", 111), Quantity: 1, Reason: commerce.TooSmall},
	{Line: gid("LineItem", 12), Parcel: gid("FulfillmentLineItem", 112), Quantity: 1, Reason: commerce.Damaged},
}}

// takes has the shop take requests of returns, with IDs from 1.
func (s *shop) takes(o *sold) *[]*comingBack {
	all := &[]*comingBack{}
	s.answers["RequestReturn"] = func(v object) object {
		input := v["input"].(object)
		r := &comingBack{id: gid("Return", len(*all)+1), status: "REQUESTED"}
		for i, l := range input["returnLineItems"].([]any) {
			l := l.(object)
			parcel := map[any]int{gid("FulfillmentLineItem", 111): 111, gid("FulfillmentLineItem", 112): 112}[l["fulfillmentLineItemId"]]
			r.lines = append(r.lines, &backLine{
				id: gid("ReturnLineItem", len(*all)*10+i), note: l["customerNote"].(string), reason: l["returnReason"].(string), parcel: parcel,
				line: parcel - 100, quantity: int(l["quantity"].(float64)),
			})
		}
		*all = append(*all, r)
		s.returning(r)
		o.returns = []object{{"id": r.id}}
		return object{"returnRequest": object{"return": object{"id": r.id}, "userErrors": []object{}}}
	}
	return all
}

func TestARequestedReturnIsKeptWithOurNumberAndItsReasons(t *testing.T) {
	s, a := open(t)
	all := s.takes(s.sell())
	got, err := a.RequestReturn(t.Context(), key, wanted)
	require.NoError(t, err)
	assert.Equal(t, commerce.Return{
		ID: gid("Return", 1), Name: "#1042-R1", State: commerce.Requested, Number: number, Lines: []commerce.ReturnedLine{
			{ID: gid("ReturnLineItem", 0), Line: gid("LineItem", 11), Parcel: gid("FulfillmentLineItem", 111), Quantity: 1},
			{ID: gid("ReturnLineItem", 1), Line: gid("LineItem", 12), Parcel: gid("FulfillmentLineItem", 112), Quantity: 1},
		},
	}, got)
	assert.Equal(t, "R-7QX4M2KD: too small", (*all)[0].lines[0].note)
	assert.Equal(t, "SIZE_TOO_SMALL", (*all)[0].lines[0].reason)
	assert.Equal(t, "DEFECTIVE", (*all)[0].lines[1].reason)
}

func TestEveryReasonIsOneOfShopifys(t *testing.T) {
	s, a := open(t)
	all := s.takes(s.sell())
	for _, reason := range commerce.Reasons {
		q := wanted
		q.Lines = []commerce.RequestedLine{{Line: "11", Parcel: gid("FulfillmentLineItem", 111), Quantity: 1, Reason: reason}}
		_, err := a.RequestReturn(t.Context(), key, q)
		require.NoError(t, err)
		(*all)[len(*all)-1].status = "DECLINED"
	}
	assert.Len(t, *all, len(commerce.Reasons))
}

func TestAReturnIsRequestedOnceHoweverOftenItIsTried(t *testing.T) {
	s, a := open(t)
	all := s.takes(s.sell())
	s.fail = lose("RequestReturn")
	_, err := a.RequestReturn(t.Context(), key, wanted)
	assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class)
	for range 2 {
		got, err := a.RequestReturn(t.Context(), key, wanted)
		require.NoError(t, err)
		assert.Equal(t, gid("Return", 1), got.ID)
	}
	assert.Len(t, *all, 1)
	other := wanted
	other.Number = "R-7QX4M2K"
	_, err = a.RequestReturn(t.Context(), key, other)
	require.NoError(t, err)
	assert.Len(t, *all, 2, "another number is another return")
}

func TestAReturnThatWasDeclinedIsRequestedAnew(t *testing.T) {
	for _, over := range []string{"DECLINED", "CANCELED"} {
		s, a := open(t)
		all := s.takes(s.sell())
		_, err := a.RequestReturn(t.Context(), key, wanted)
		require.NoError(t, err)
		(*all)[0].status = over
		_, err = a.RequestReturn(t.Context(), key, wanted)
		require.NoError(t, err)
		assert.Len(t, *all, 2)
	}
}

func TestAReturnOfMoreThanIsLeftIsRefusedForGood(t *testing.T) {
	s, a := open(t)
	s.sell()
	s.answers["RequestReturn"] = func(object) object { return wrong("returnRequest", "return", "INVALID", "quantity") }
	_, err := a.RequestReturn(t.Context(), key, wanted)
	assert.Equal(t, fault.Fault{Class: fault.ClassFinal, System: "shopify", Code: "INVALID", Message: "quantity: can't be done"}, faultOf(t, err))
}

func TestARequestThatMakesNoSenseNamesTheFieldAndTheShopHearsNothingOfIt(t *testing.T) {
	s, a := open(t)
	for field, change := range map[string]func(*commerce.RequestedReturn){
		"order:":             func(q *commerce.RequestedReturn) { q.Order = "" },
		"number:":            func(q *commerce.RequestedReturn) { q.Number = "R-1: x" },
		"lines:":             func(q *commerce.RequestedReturn) { q.Lines = nil },
		"lines[0].parcel:":   func(q *commerce.RequestedReturn) { q.Lines = []commerce.RequestedLine{{Quantity: 1, Reason: "other"}} },
		"lines[0].quantity:": func(q *commerce.RequestedReturn) { q.Lines = []commerce.RequestedLine{{Parcel: "1", Reason: "other"}} },
		"lines[0].reason:":   func(q *commerce.RequestedReturn) { q.Lines = []commerce.RequestedLine{{Parcel: "1", Quantity: 1}} },
	} {
		q := wanted
		change(&q)
		_, err := a.RequestReturn(t.Context(), key, q)
		assert.True(t, strings.HasPrefix(faultOf(t, err).Message, field), field)
	}
	_, err := a.AcceptReturn(t.Context(), key, commerce.AcceptedReturn{Return: gid("Return", 1), Lines: map[string]int{"1": 0}})
	assert.Contains(t, faultOf(t, err).Message, "decline it")
	assert.Empty(t, s.asked)
}

func TestAnAcceptedReturnHasWhatWasAcceptedAndIsOpenHoweverOftenItIsTried(t *testing.T) {
	for _, lost := range []string{"", "ApproveReturn", "RemoveFromReturn", "ReadReturn"} {
		s, a := open(t)
		// Of line 11 come two from one parcel and one from another; the shade comes too, and isn't accepted.
		r := s.back(1, "REQUESTED", back{111, 11, 2, 0}, back{113, 11, 1, 0}, back{112, 12, 1, 0})
		s.fail = lose(lost)
		q := commerce.AcceptedReturn{Order: gid("Order", 1), Return: r.id, Lines: map[string]int{gid("LineItem", 11): 1}}
		got, err := a.AcceptReturn(t.Context(), key, q)
		for tries := 0; err != nil && tries < 3; tries++ {
			got, err = a.AcceptReturn(t.Context(), key, q)
		}
		require.NoError(t, err, lost)
		assert.Equal(t, commerce.Return{ID: r.id, Name: "#1042-R1", State: commerce.Open, Number: number, Lines: []commerce.ReturnedLine{
			{ID: gid("ReturnLineItem", 10), Line: gid("LineItem", 11), Parcel: gid("FulfillmentLineItem", 111), Quantity: 1},
		}}, got)
	}
}

func TestWhatIsAcceptedInWholeLosesNothing(t *testing.T) {
	s, a := open(t)
	r := s.back(1, "REQUESTED", back{111, 11, 2, 0})
	_, err := a.AcceptReturn(t.Context(), key, commerce.AcceptedReturn{Return: r.id, Lines: map[string]int{gid("LineItem", 11): 2}})
	require.NoError(t, err)
	assert.Empty(t, s.of("RemoveFromReturn"))
	assert.Equal(t, object{"id": r.id, "notifyCustomer": false}, s.of("ApproveReturn")[0]["input"])
}

func TestMoreThanTheReturnHasIsNotAccepted(t *testing.T) {
	s, a := open(t)
	r := s.back(1, "REQUESTED", back{111, 11, 1, 0}, back{113, 11, 1, 0})
	_, err := a.AcceptReturn(t.Context(), key, commerce.AcceptedReturn{Return: r.id, Lines: map[string]int{gid("LineItem", 11): 3}})
	f := faultOf(t, err)
	assert.Equal(t, "too_many", f.Code)
	assert.Equal(t, fault.ClassFinal, f.Class)
	assert.Equal(t, "REQUESTED", r.status)
}

func TestAReturnThatIsOverCantBeAccepted(t *testing.T) {
	s, a := open(t)
	r := s.back(1, "DECLINED", back{111, 11, 2, 0})
	_, err := a.AcceptReturn(t.Context(), key, commerce.AcceptedReturn{Return: r.id, Lines: map[string]int{gid("LineItem", 11): 2}})
	assert.Equal(t, "INVALID_STATE", faultOf(t, err).Code)
	_, err = a.AcceptReturn(t.Context(), key, commerce.AcceptedReturn{Return: gid("Return", 9), Lines: map[string]int{"1": 1}})
	assert.Equal(t, "not_found", faultOf(t, err).Code)
}

func TestADeclinedReturnStaysDeclinedAndNobodyIsTold(t *testing.T) {
	s, a := open(t)
	r := s.back(1, "REQUESTED", back{111, 11, 2, 0})
	s.fail = lose("DeclineReturn")
	q := commerce.DeclinedReturn{Return: r.id, Note: strings.Repeat("ü", 600)}
	_, err := a.DeclineReturn(t.Context(), key, q)
	require.Error(t, err)
	_, err = a.DeclineReturn(t.Context(), key, q)
	require.NoError(t, err)
	assert.Equal(t, "DECLINED", r.status)
	require.Len(t, s.of("DeclineReturn"), 1)
	assert.Equal(t, object{"id": r.id, "declineReason": "OTHER", "declineNote": strings.Repeat("ü", 500), "notifyCustomer": false},
		s.of("DeclineReturn")[0]["input"])
}

func TestAReturnIsTakenBackInWhateverStateItIs(t *testing.T) {
	for from, to := range map[string]string{
		"REQUESTED": "DECLINED", "OPEN": "CANCELED", "CANCELED": "CANCELED", "CLOSED": "CLOSED", "DECLINED": "DECLINED",
	} {
		s, a := open(t)
		r := s.back(1, from, back{111, 11, 2, 0})
		for range 2 {
			_, err := a.CancelReturn(t.Context(), key, commerce.ReturnRef{Return: r.id})
			require.NoError(t, err)
		}
		assert.Equal(t, to, r.status, from)
	}
}

func TestWhatNeverCameBackIsTakenOutOfAReturnBeforeItIsClosed(t *testing.T) {
	for _, lost := range []string{"", "RemoveFromReturn", "CloseReturn"} {
		s, a := open(t)
		r := s.back(1, "OPEN", back{111, 11, 3, 1}, back{112, 12, 1, 0}, back{113, 13, 2, 0})
		r.lines[2].refunded = 1 // the customer was paid for one that they keep
		s.fail = lose(lost)
		_, err := a.CloseReturn(t.Context(), key, commerce.ReturnRef{Return: r.id})
		for tries := 0; err != nil && tries < 3; tries++ {
			_, err = a.CloseReturn(t.Context(), key, commerce.ReturnRef{Return: r.id})
		}
		require.NoError(t, err)
		assert.Equal(t, "CLOSED", r.status)
		assert.Equal(t, []int{1, 0, 1}, []int{r.lines[0].quantity, r.lines[1].quantity, r.lines[2].quantity})
	}
}

func TestAReturnOfWhichNothingCameIsCancelledRatherThanClosed(t *testing.T) {
	for from, to := range map[string]string{"OPEN": "CANCELED", "REQUESTED": "DECLINED", "CLOSED": "CLOSED"} {
		s, a := open(t)
		r := s.back(1, from, back{111, 11, 3, 0})
		_, err := a.CloseReturn(t.Context(), key, commerce.ReturnRef{Return: r.id})
		require.NoError(t, err)
		assert.Equal(t, to, r.status, from)
	}
	s, a := open(t)
	r := s.back(1, "CLOSED", back{111, 11, 3, 2})
	_, err := a.CloseReturn(t.Context(), key, commerce.ReturnRef{Return: r.id})
	require.NoError(t, err)
	assert.Equal(t, 3, r.lines[0].quantity, "one that is closed stays as it is")
}

func TestAnOrdersReturnsCountUnlessTheyAreOver(t *testing.T) {
	for status, counts := range map[string]int{"REQUESTED": 2, "OPEN": 2, "CLOSED": 2, "DECLINED": 0, "CANCELED": 0} {
		s, a := open(t)
		o := s.sell()
		r := s.back(1, status, back{111, 11, 1, 1}, back{113, 11, 1, 0})
		r.lines[1].note, r.lines[1].refunded = "the wrong colour; R-OTHER: no", 1
		o.returns = []object{{"id": r.id}}
		got := read(t, a)
		assert.Equal(t, counts, got.Lines[0].Returning, status)
		assert.Zero(t, got.Lines[1].Returning)
		require.Len(t, got.Returns, 1)
		assert.Equal(t, number, got.Returns[0].Number)
		assert.Equal(t, []commerce.ReturnedLine{
			{ID: gid("ReturnLineItem", 10), Line: gid("LineItem", 11), Parcel: gid("FulfillmentLineItem", 111), Quantity: 1, Processed: 1},
			{ID: gid("ReturnLineItem", 11), Line: gid("LineItem", 11), Parcel: gid("FulfillmentLineItem", 113), Quantity: 1, Refunded: 1},
		}, got.Returns[0].Lines)
	}
}

func TestAReturnThatIsntOursHasNoNumber(t *testing.T) {
	for _, note := range []any{"R-1 is broken", "r-7QX4M2KD: x", "", nil} {
		s, a := open(t)
		o := s.sell()
		r := s.back(1, "OPEN", back{111, 11, 1, 0})
		whole := s.answers["ReadReturn"]
		s.answers["ReadReturn"] = func(v object) object {
			got := whole(v)
			got["return"].(object)["returnLineItems"].(object)["nodes"].([]object)[0]["customerNote"] = note
			return got
		}
		o.returns = []object{{"id": r.id}}
		assert.Empty(t, read(t, a).Returns[0].Number, note)
	}
}

// late has a request of before get through while the shop has the next one, which it refuses where nothing is left then.
func (s *shop) late(o *sold, nothingLeft bool) map[string]*comingBack {
	all := map[string]*comingBack{}
	put := func(n int) *comingBack {
		r := s.back(n, "REQUESTED", back{parcel: 111, line: 11, quantity: 1})
		all[r.id] = r
		o.returns = append(o.returns, object{"id": r.id})
		return r
	}
	s.answers["RequestReturn"] = func(object) object {
		put(9)
		if nothingLeft {
			return wrong("returnRequest", "return", "INVALID", "quantity")
		}
		r := put(10)
		s.answers["ReadReturn"] = func(v object) object {
			r := all[v["id"].(string)]
			return object{"return": object{"id": r.id, "name": "#1042-R1", "status": r.status, "returnLineItems": s.list(r.nodes(), v)}}
		}
		return object{"returnRequest": object{"return": object{"id": r.id}, "userErrors": []object{}}}
	}
	return all
}

func TestARequestThatGetsThroughLateIsTheSameReturn(t *testing.T) {
	for name, nothingLeft := range map[string]bool{"enough is left for both": false, "nothing is left": true} {
		t.Run(name, func(t *testing.T) {
			s, a := open(t)
			all := s.late(s.sell(), nothingLeft)
			got, err := a.RequestReturn(t.Context(), key, wanted)
			require.NoError(t, err)
			assert.Equal(t, gid("Return", 9), got.ID, "the older one stays")
			assert.Equal(t, "REQUESTED", all[got.ID].status)
			if !nothingLeft {
				assert.Equal(t, "DECLINED", all[gid("Return", 10)].status)
			}
		})
	}
}
