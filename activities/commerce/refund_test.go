package commerce_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// refunding has the shop refund what it is told to, and returns the inputs of all refunds.
func (s *shop) refunding(o *sold) *[]object {
	made := &[]object{}
	s.answers["CreateRefund"] = func(v object) object {
		return s.once("refundCreate", v, func(input object) object {
			*made = append(*made, input)
			total := "0.0"
			transactions, _ := input["transactions"].([]any)
			for _, tr := range transactions {
				total = tr.(object)["amount"].(string)
			}
			if methods, ok := input["refundMethods"].([]any); ok {
				total = methods[0].(object)["storeCreditRefund"].(object)["amount"].(object)["amount"].(string)
			}
			refund := object{"id": gid("Refund", len(*made)), "totalRefundedSet": euro(total)}
			o.header["refunds"] = append(o.header["refunds"].([]object), object{
				"id": refund["id"], "note": input["note"], "totalRefundedSet": refund["totalRefundedSet"],
			})
			return object{"refund": refund, "userErrors": []object{}}
		})
	}
	return made
}

// paidBack is a refund that Stripe has paid.
var paidBack = commerce.RefundRecord{
	Order: gid("Order", 1), Return: gid("Return", 1), Number: number, Total: eur(2913), Reference: "re_3abc",
	Lines: []commerce.RefundedLine{
		{Line: gid("LineItem", 11), Quantity: 1, Amount: eur(2000)}, {Line: gid("LineItem", 12), Quantity: 1, Amount: eur(413)},
		{Line: gid("LineItem", 11), Quantity: 1, Amount: eur(500)},
	},
	Parts: []commerce.RefundedPart{{Payment: gid("OrderTransaction", 1), Amount: eur(2913)}},
}

func TestARefundThatWasPaidElsewhereIsRecordedWithoutMovingMoney(t *testing.T) {
	for manual, transactions := range map[bool][]any{
		false: {}, // the shop would ask this gateway to pay once more
		true: {object{
			"orderId": gid("Order", 1), "parentId": gid("OrderTransaction", 1), "gateway": "stripe", "kind": "REFUND", "amount": "29.13",
		}},
	} {
		s, a := open(t)
		o := s.sell()
		o.header["transactions"].([]object)[0]["manualPaymentGateway"] = manual
		made := s.refunding(o)
		got, err := a.RecordRefund(t.Context(), key, paidBack)
		require.NoError(t, err)
		assert.Equal(t, commerce.RecordedRefund{ID: gid("Refund", 1)}, got)
		assert.Equal(t, []object{{
			"orderId": gid("Order", 1), "currency": "EUR", "notify": false, "note": "R-7QX4M2KD re_3abc [return-7qx4m2kd/step-1]",
			"transactions": transactions, "refundLineItems": []any{
				object{"lineItemId": gid("LineItem", 11), "quantity": 2.0, "restockType": "NO_RESTOCK"},
				object{"lineItemId": gid("LineItem", 12), "quantity": 1.0, "restockType": "NO_RESTOCK"},
			},
		}}, *made)
	}
}

// So it is where somebody of ours has paid a part in another way, whose lines were recorded before.
func TestMoneyThatTheShopCantWriteDownIsNotRecordedByItself(t *testing.T) {
	alone := paidBack
	alone.Lines = nil
	for manual, want := range map[bool]int{false: 0, true: 1} {
		s, a := open(t)
		o := s.sell()
		o.header["transactions"].([]object)[0]["manualPaymentGateway"] = manual
		made := s.refunding(o)
		got, err := a.RecordRefund(t.Context(), key, alone)
		require.NoError(t, err)
		assert.Len(t, *made, want)
		assert.Equal(t, want == 1, got.ID != "")
	}
}

func TestARefundIsRecordedOnceHoweverOftenAndHoweverLate(t *testing.T) {
	s, a := open(t)
	made := s.refunding(s.sell())
	s.fail = lose("CreateRefund")
	_, err := a.RecordRefund(t.Context(), key, paidBack)
	assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class)
	s.keys = map[string]object{} // a day later Shopify has forgotten the key
	for range 2 {
		got, err := a.RecordRefund(t.Context(), key, paidBack)
		require.NoError(t, err)
		assert.Equal(t, commerce.RecordedRefund{ID: gid("Refund", 1), Before: true}, got)
	}
	assert.Len(t, *made, 1)
	_, err = a.RecordRefund(t.Context(), effect.Key{ID: key.ID + "1"}, paidBack)
	require.NoError(t, err)
	assert.Len(t, *made, 2, "another step is another refund, though it looks the same")
}

func TestTwoAttemptsAtOnceRecordOneRefund(t *testing.T) {
	s, a := open(t)
	o := s.sell()
	made := s.refunding(o)
	_, err := a.RecordRefund(t.Context(), key, paidBack)
	require.NoError(t, err)
	o.header["refunds"] = []object{} // the other one has looked before this one was made
	got, err := a.RecordRefund(t.Context(), key, paidBack)
	require.NoError(t, err)
	assert.Equal(t, gid("Refund", 1), got.ID)
	assert.Len(t, *made, 1)
}

func TestARefundInProgressIsTriedAgain(t *testing.T) {
	s, a := open(t)
	made := s.refunding(s.sell())
	s.fail = reply("CreateRefund", http.StatusOK, nil, coded("IDEMPOTENCY_CONCURRENT_REQUEST"))
	_, err := a.RecordRefund(t.Context(), key, paidBack)
	assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class)
	_, err = a.RecordRefund(t.Context(), key, paidBack)
	require.NoError(t, err)
	s.fail = reply("CreateRefund", http.StatusOK, nil, coded("IDEMPOTENCY_KEY_PARAMETER_MISMATCH"))
	_, err = a.RecordRefund(t.Context(), effect.Key{ID: "another"}, paidBack)
	assert.Equal(t, fault.ClassFinal, faultOf(t, err).Class)
	assert.Len(t, *made, 1)
}

func TestStoreCreditGoesToTheOrdersCustomerOnce(t *testing.T) {
	s, a := open(t)
	made := s.refunding(s.sell())
	q := paidBack
	q.Credit, q.Customer, q.Reference, q.Parts = true, gid("Customer", 5), "", nil
	s.fail = lose("CreateRefund")
	_, err := a.RecordRefund(t.Context(), key, q)
	require.Error(t, err)
	got, err := a.RecordRefund(t.Context(), key, q)
	require.NoError(t, err)
	assert.Equal(t, commerce.RecordedRefund{ID: gid("Refund", 1), Credited: eur(2913), Before: true}, got)
	require.Len(t, *made, 1)
	assert.Equal(t, []any{object{"storeCreditRefund": object{"amount": object{"amount": "29.13", "currencyCode": "EUR"}}}}, (*made)[0]["refundMethods"])
	assert.Empty(t, (*made)[0]["transactions"])
	q.Customer = gid("Customer", 6)
	_, err = a.RecordRefund(t.Context(), effect.Key{ID: "another"}, q)
	assert.Contains(t, faultOf(t, err).Message, "customer:")
	assert.Len(t, *made, 1)
}

func TestTheShopAddsTheTaxToShippingThatIsRefunded(t *testing.T) {
	for _, test := range []struct {
		included bool
		refunded int64
		want     string
	}{{false, 476, "4.00"}, {false, 100, "0.84"}, {true, 400, "4.00"}} {
		s, a := open(t)
		o := s.sell()
		o.header["taxesIncluded"] = test.included
		made := s.refunding(o)
		q := paidBack
		q.Shipping = eur(test.refunded)
		_, err := a.RecordRefund(t.Context(), key, q)
		require.NoError(t, err)
		assert.Equal(t, object{"amount": test.want}, (*made)[0]["shipping"], fmt.Sprint(test))
	}
}

func TestARefundThatMakesNoSenseIsNotRecorded(t *testing.T) {
	s, a := open(t)
	made := s.refunding(s.sell())
	yen := eur(1)
	yen.Currency = "JPY"
	for field, change := range map[string]func(*commerce.RefundRecord){
		"order:":               func(q *commerce.RefundRecord) { q.Order = "" },
		"total, shipping: a":   func(q *commerce.RefundRecord) { q.Total = eur(-1) },
		"total: there":         func(q *commerce.RefundRecord) { q.Credit, q.Total = true, eur(0) },
		"total, shipping: the": func(q *commerce.RefundRecord) { q.Total = yen },
		"lines: nothing":       func(q *commerce.RefundRecord) { q.Lines, q.Total = nil, eur(0) },
		"lines[0]: 0":          func(q *commerce.RefundRecord) { q.Lines = []commerce.RefundedLine{{Line: "1"}} },
		"parts[0].payment:":    func(q *commerce.RefundRecord) { q.Parts = []commerce.RefundedPart{{Payment: "9", Amount: eur(1)}} },
		"parts[0].amount: JPY 1": func(q *commerce.RefundRecord) {
			q.Parts = []commerce.RefundedPart{{Payment: gid("OrderTransaction", 1), Amount: yen}}
		},
	} {
		q := paidBack
		change(&q)
		_, err := a.RecordRefund(t.Context(), key, q)
		f := faultOf(t, err)
		assert.Equal(t, fault.ClassFinal, f.Class)
		assert.Contains(t, f.Message, field)
	}
	q := paidBack
	q.Order = gid("Order", 9)
	_, err := a.RecordRefund(t.Context(), key, q)
	assert.Equal(t, "not_found", faultOf(t, err).Code)
	assert.Empty(t, *made)
}
