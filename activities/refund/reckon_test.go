package refund

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
)

func eur(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

// rules are the policy of these tests.
func rules() policy.Return {
	return policy.Return{
		Grades: []policy.Grade{
			{Name: "new"},
			{Name: "opened", Deduct: 10_00, Excused: []string{"defective"}},
			{Name: "broken", Deduct: 100_00, Excused: []string{"defective"}},
		},
		ReturnFee:      map[string]int64{"EUR": 500},
		RefundShipping: true,
	}
}

// lamps is an order of three lamps for EUR 100 and a desk for EUR 80, with EUR 5 for the shipping, all with the tax in it.
func lamps() commerce.Order {
	return commerce.Order{
		ID: "o1", Currency: "EUR", TaxIncluded: true,
		Lines: []commerce.Line{
			{ID: "lamp", Title: "Lamp", Quantity: 3, Price: eur(100_00), Tax: eur(15_97)},
			{ID: "desk", Title: "Desk", Quantity: 1, Price: eur(80_00), Tax: eur(12_77)},
		},
		Shipping: commerce.Shipping{Paid: eur(500)},
		Payments: []commerce.Payment{{ID: "t1", Gateway: "stripe", Reference: "pi_1", Amount: eur(185_00)}},
	}
}

func bill(lines ...Settled) Bill {
	return Bill{Order: lamps(), Lines: lines, Policy: rules(), Wish: Refund}
}

func reckoned(t *testing.T, b Bill) Reckoned {
	t.Helper()
	r, err := Reckon(b)
	require.NoError(t, err)
	return r
}

func TestWhatCameBackIsPaidForByLine(t *testing.T) {
	r := reckoned(t, bill(
		Settled{Line: "lamp", Quantity: 1, Grade: "new"},
		Settled{Line: "desk", Quantity: 1, Grade: "opened", Fee: 5_00},
	))
	r.Digest = ""
	assert.Equal(t, Reckoned{
		Lines: []ReckonedLine{
			{Line: "lamp", Title: "Lamp", Quantity: 1, Grade: "new", Price: eur(33_33), Tax: eur(0), Total: eur(33_33)},
			{Line: "desk", Title: "Desk", Quantity: 1, Grade: "opened", Price: eur(80_00), Tax: eur(0), Deducted: eur(-8_00), Fee: eur(-4_00), Total: eur(68_00)},
		},
		Total: eur(101_33), Left: eur(185_00),
		Parts: []Part{{Payment: "t1", Gateway: "stripe", Reference: "pi_1", Amount: eur(101_33)}},
	}, r)
}

func TestTheUnitsOfALineAddUpToTheCent(t *testing.T) {
	b := bill(Settled{Line: "lamp", Quantity: 1, Grade: "new"})
	var totals []int64
	for n := range 3 {
		b.Order.Lines[0].RefundedQuantity = n
		totals = append(totals, reckoned(t, b).Total.Minor)
	}
	assert.Equal(t, []int64{33_33, 33_34, 33_33}, totals)
	whole := reckoned(t, bill(Settled{Line: "lamp", Quantity: 3, Grade: "new"}))
	assert.Equal(t, eur(100_00), whole.Total)
	apart := reckoned(t, bill(Settled{Line: "lamp", Quantity: 1, Grade: "new"}, Settled{Line: "lamp", Quantity: 2, Grade: "new"}))
	assert.Equal(t, eur(100_00), apart.Total, "and within one refund")
	assert.Equal(t, eur(66_67), apart.Lines[1].Total)
}

func TestTaxOnTopIsGivenBackWithThePrice(t *testing.T) {
	b := bill(Settled{Line: "lamp", Quantity: 2, Grade: "opened"})
	b.Order.TaxIncluded = false
	b.Order.Payments[0].Amount = eur(218_74)
	line := reckoned(t, b).Lines[0]
	assert.Equal(t, eur(66_67), line.Price)
	assert.Equal(t, eur(10_65), line.Tax, "two thirds of 15.97")
	assert.Equal(t, eur(-7_73), line.Deducted, "a tenth of both")
	assert.Equal(t, eur(69_59), line.Total)
}

func TestAReasonThatExcusesTheStateTakesNothingOffForIt(t *testing.T) {
	assert.Equal(t, eur(80_00), reckoned(t, bill(Settled{Line: "desk", Quantity: 1, Grade: "broken", Reason: commerce.Defective})).Total)
	assert.Equal(t, eur(0), reckoned(t, bill(Settled{Line: "desk", Quantity: 1, Grade: "broken", Reason: commerce.Unwanted, Fee: 20_00})).Total,
		"and else never more than there is")
}

func TestWhatTheCustomerKeepsIsPaidForWithoutAnyFee(t *testing.T) {
	b := bill(Settled{Line: "desk", Quantity: 1, Fee: 20_00})
	b.ReturnFee = true
	r := reckoned(t, b)
	assert.Equal(t, eur(80_00), r.Total)
	assert.Zero(t, r.ReturnFee, "nothing was sent back")
}

func TestTheWayBackIsTakenOffOnceHoweverTheReturnComesIn(t *testing.T) {
	b := bill(Settled{Line: "lamp", Quantity: 1, Grade: "new"})
	b.ReturnFee = true
	assert.Equal(t, eur(28_33), reckoned(t, b).Total)

	b.Order.Lines[0].Price = eur(9_00) // three euros each
	r := reckoned(t, b)
	assert.Equal(t, eur(0), r.Total, "never less than nothing")
	assert.Equal(t, eur(-300), r.ReturnFee)
	assert.Empty(t, r.Parts)
	b.FeeTaken, b.Order.Lines[0].RefundedQuantity = eur(300), 1
	r = reckoned(t, b)
	assert.Equal(t, eur(-200), r.ReturnFee, "the rest of it")
	b.FeeTaken = eur(500)
	assert.Zero(t, reckoned(t, b).ReturnFee)
	b.FeeTaken = eur(0)
	b.Policy.ReturnFee = map[string]int64{"USD": 500}
	assert.Zero(t, reckoned(t, b).ReturnFee, "none in this currency")
}

func TestShippingIsGivenBackOnceAllOfTheOrderIsBack(t *testing.T) {
	all := []Settled{{Line: "lamp", Quantity: 3, Grade: "new"}, {Line: "desk", Quantity: 1, Grade: "new"}}
	r := reckoned(t, bill(all...))
	assert.Equal(t, eur(500), r.Shipping)
	assert.Equal(t, eur(185_00), r.Total)

	assert.Zero(t, reckoned(t, bill(all[0])).Shipping, "the desk stays")
	last := bill(all[1])
	last.Order.Lines[0].RefundedQuantity = 3
	assert.Equal(t, eur(500), reckoned(t, last).Shipping, "the lamps were back before")
	last.Order.Shipping.Refunded = eur(200)
	assert.Equal(t, eur(300), reckoned(t, last).Shipping, "what is left of it")
	last.Policy.RefundShipping = false
	assert.Zero(t, reckoned(t, last).Shipping)

	all[1].Exchanged, all[1].Worth = true, eur(10_00)
	assert.Zero(t, reckoned(t, bill(all...)).Shipping, "something is sent again")
}

func TestWhatTheyGetInsteadIsTakenOff(t *testing.T) {
	line := func(worth int64, taxIncluded bool) ReckonedLine {
		b := bill(Settled{Line: "desk", Quantity: 1, Grade: "new", Exchanged: true, Worth: eur(worth)})
		b.Order.TaxIncluded = taxIncluded
		return reckoned(t, b).Lines[0]
	}
	assert.Equal(t, eur(20_00), line(60_00, true).Total)
	assert.Equal(t, eur(0), line(80_00, true).Total)
	assert.Equal(t, eur(-80_00), line(99_00, true).Exchanged, "what it costs more isn't asked for")
	assert.Equal(t, eur(0), line(80_00, false).Total, "tax for tax")
	assert.Equal(t, eur(23_19), line(60_00, false).Total, "92.77 less 60 and the tax on it")
	assert.Equal(t, eur(0), line(81_00, false).Total)
	assert.Equal(t, eur(0), line(999_99, false).Total)
}

func TestNothingIsPaidForTwice(t *testing.T) {
	b := bill(Settled{Line: "lamp", Quantity: 2, Grade: "new"})
	b.Order.Lines[0].RefundedQuantity = 2
	line := reckoned(t, b).Lines[0]
	assert.Equal(t, 1, line.Before)
	assert.Equal(t, eur(33_33), line.Total, "the third of them")
	b.Order.Lines[0].RefundedQuantity = 3
	r := reckoned(t, b)
	assert.Equal(t, 2, r.Lines[0].Before)
	assert.Equal(t, eur(0), r.Total)
	twice := reckoned(t, bill(Settled{Line: "desk", Quantity: 1, Grade: "new"}, Settled{Line: "desk", Quantity: 1, Grade: "new"}))
	assert.Equal(t, eur(80_00), twice.Total)
	assert.Equal(t, 1, twice.Lines[1].Before)
}

func TestNoMoreIsGivenBackThanIsLeftOfThePayments(t *testing.T) {
	all := []Settled{{Line: "lamp", Quantity: 3, Grade: "new"}, {Line: "desk", Quantity: 1, Grade: "new"}}
	b := bill(all...)
	b.Order.Payments[0].Refunded = eur(20_00) // out of kindness
	r := reckoned(t, b)
	assert.True(t, r.Capped)
	assert.Equal(t, eur(165_00), r.Left)
	assert.Equal(t, eur(165_00), r.Total)
	assert.Zero(t, r.Shipping, "it goes first")
	assert.Equal(t, eur(-15_00), r.Lines[1].Cut, "then the last line")
	assert.Equal(t, eur(65_00), r.Lines[1].Total)
	assert.Zero(t, r.Lines[0].Cut)

	b.Paid = map[string]money.Amount{"pi_1": eur(30_00)} // Stripe knows of more
	r = reckoned(t, b)
	assert.Equal(t, eur(30_00), r.Total)
	assert.Equal(t, eur(0), r.Lines[1].Total)
	assert.Equal(t, eur(-70_00), r.Lines[0].Cut)

	b.Paid = map[string]money.Amount{"pi_1": eur(999_00)}
	b.Order.Refunded = eur(85_00) // as store credit, of which Stripe knows nothing
	assert.Equal(t, eur(100_00), reckoned(t, b).Total, "twenty from the payment, and the rest another way")
	b.Paid = map[string]money.Amount{"pi_1": eur(90_00)}
	assert.Equal(t, eur(25_00), reckoned(t, b).Total, "Stripe gave back 95, and the shop 65 as credit")

	b.Order.Payments = nil
	assert.Equal(t, eur(0), reckoned(t, b).Total)
}

func TestTheTotalGoesBackToThePaymentsInTheirOrder(t *testing.T) {
	b := bill(Settled{Line: "lamp", Quantity: 3, Grade: "new"})
	b.Order.Payments = []commerce.Payment{
		{ID: "t1", Gateway: "gift_card", Amount: eur(50_00), Refunded: eur(20_00)},
		{ID: "t2", Gateway: "stripe", Reference: "pi_1", Amount: eur(60_00)},
		{ID: "t3", Gateway: "stripe", Reference: "pi_1", Amount: eur(75_00)},
	}
	assert.Equal(t, []Part{
		{Payment: "t1", Gateway: "gift_card", Amount: eur(30_00)},
		{Payment: "t2", Gateway: "stripe", Reference: "pi_1", Amount: eur(60_00)},
		{Payment: "t3", Gateway: "stripe", Reference: "pi_1", Amount: eur(10_00)},
	}, reckoned(t, b).Parts)

	b.Paid = map[string]money.Amount{"pi_1": eur(64_00)} // of both together
	r := reckoned(t, b)
	assert.Equal(t, eur(94_00), r.Total)
	assert.Equal(t, []int64{30_00, 60_00, 4_00}, []int64{r.Parts[0].Amount.Minor, r.Parts[1].Amount.Minor, r.Parts[2].Amount.Minor})

	b.Wish = StoreCredit
	r = reckoned(t, b)
	assert.Equal(t, eur(94_00), r.Total, "credit is as good as money")
	assert.Empty(t, r.Parts)
}

func TestTheDigestIsOfWhatIsAgreedTo(t *testing.T) {
	lines := []Settled{{Line: "lamp", Quantity: 1, Grade: "new"}}
	digest := reckoned(t, bill(lines...)).Digest
	assert.Regexp(t, "^[0-9a-f]{16}$", digest)

	same := bill(lines...)
	same.Order.Lines[0].Title, same.Order.Name, same.Order.Customer.Orders = "A lamp", "#7", 12
	same.Order.Payments[0].Refunded, same.Order.Lines[1].RefundedQuantity = eur(10_00), 1
	assert.Equal(t, digest, reckoned(t, same).Digest, "what changes for nothing")

	for name, change := range map[string]func(*Bill){
		"quantity": func(b *Bill) { b.Lines[0].Quantity = 2 },
		"grade":    func(b *Bill) { b.Lines[0].Grade = "opened" },
		"a cent":   func(b *Bill) { b.Order.Lines[0].RefundedQuantity = 1 },
		"fee":      func(b *Bill) { b.ReturnFee = true },
		"wish":     func(b *Bill) { b.Wish = StoreCredit },
		"payment":  func(b *Bill) { b.Order.Payments[0].ID = "t9" },
		"order":    func(b *Bill) { b.Order.ID = "o2" },
	} {
		b := bill(lines...)
		b.Lines = append([]Settled(nil), lines...)
		change(&b)
		assert.NotEqual(t, digest, reckoned(t, b).Digest, name)
	}
}

func TestABillThatCantBeReckonedNamesTheField(t *testing.T) {
	for want, change := range map[string]func(*Bill){
		`order.currency: "" is no currency`:             func(b *Bill) { b.Order.Currency = "" },
		"lines is empty":                                func(b *Bill) { b.Lines = nil },
		`lines[0].line: the order has no line "chair"`:  func(b *Bill) { b.Lines[0].Line = "chair" },
		"lines[0].quantity is 0":                        func(b *Bill) { b.Lines[0].Quantity = 0 },
		`lines[0].grade: the policy has no grade "nwe"`: func(b *Bill) { b.Lines[0].Grade = "nwe" },
		"lines[0].fee is 101 %":                         func(b *Bill) { b.Lines[0].Fee = 101_00 },
		`lines[0].grade: "new" deducts 101 %`:           func(b *Bill) { b.Policy.Grades[0].Deduct = 101_00 },
		"lines[0].worth is USD 1.00, and the order is in EUR": func(b *Bill) {
			b.Lines[0].Exchanged, b.Lines[0].Worth = true, money.Amount{Minor: 100, Currency: "USD"}
		},
		"order.lines[0].price is USD 100.00, and the order is in EUR":       func(b *Bill) { b.Order.Lines[0].Price.Currency = "USD" },
		"order.lines[0].tax is EUR -1.00: it can be neither less":           func(b *Bill) { b.Order.Lines[0].Tax = eur(-100) },
		"order.lines[0].quantity is -1":                                     func(b *Bill) { b.Order.Lines[0].Quantity = -1 },
		"order.shipping.paid is USD 5.00, and the order is in EUR":          func(b *Bill) { b.Order.Shipping.Paid.Currency = "USD" },
		"order.payments[0].amount is USD 185.00, and the order is in EUR":   func(b *Bill) { b.Order.Payments[0].Amount.Currency = "USD" },
		"paid.pi_1 is JPY 5, and the order is in EUR":                       func(b *Bill) { b.Paid = map[string]money.Amount{"pi_1": {Minor: 5, Currency: "JPY"}} },
		"fee_taken is JPY 5, and the order is in EUR":                       func(b *Bill) { b.FeeTaken = money.Amount{Minor: 5, Currency: "JPY"} },
		"order.refunded is JPY 5, and the order is in EUR":                  func(b *Bill) { b.Order.Refunded = money.Amount{Minor: 5, Currency: "JPY"} },
		"order.payments[0].amount is EUR 92,233,720,368,547,758.07: it can": func(b *Bill) { b.Order.Payments[0].Amount = eur(1<<63 - 1) },
	} {
		b := bill(Settled{Line: "lamp", Quantity: 1, Grade: "new"})
		change(&b)
		_, err := Reckon(b)
		assert.ErrorContains(t, err, want)
		_, err = (&Activities{}).ReckonRefund(t.Context(), effect.Key{}, b)
		f, ok := fault.From(err)
		require.True(t, ok)
		assert.Equal(t, fault.ClassFinal, f.Class)
		assert.Contains(t, f.Message, want)
	}
	b := bill(Settled{Line: "lamp", Quantity: 0}, Settled{Line: "chair", Quantity: 1})
	_, err := Reckon(b)
	assert.EqualError(t, err, "lines[0].quantity is 0: it is at least 1\nlines[1].line: the order has no line \"chair\"", "all at once")
}

func ExampleReckon() {
	r, err := Reckon(Bill{
		Order: commerce.Order{
			ID: "gid://shopify/Order/1042", Currency: "EUR", TaxIncluded: true,
			Lines: []commerce.Line{{ID: "gid://shopify/LineItem/1", Title: "Lamp", Quantity: 3, Price: money.Amount{Minor: 100_00, Currency: "EUR"}}},
			Payments: []commerce.Payment{
				{ID: "gid://shopify/OrderTransaction/1", Gateway: "stripe", Reference: "pi_1", Amount: money.Amount{Minor: 100_00, Currency: "EUR"}},
			},
		},
		Lines:  []Settled{{Line: "gid://shopify/LineItem/1", Quantity: 2, Grade: "opened"}},
		Policy: policy.Return{Grades: []policy.Grade{{Name: "opened", Deduct: 10_00}}},
		Wish:   Refund,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range r.Lines {
		fmt.Printf("%d × %s: %s, %s for their state: %s\n", l.Quantity, l.Title, l.Price, l.Deducted, l.Total)
	}
	// Output: 2 × Lamp: EUR 66.67, EUR -6.67 for their state: EUR 60.00
}
