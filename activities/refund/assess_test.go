package refund

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
)

// day is noon in Berlin of a day in June 2026.
func day(n int) time.Time { return time.Date(2026, time.June, n, 10, 0, 0, 0, time.UTC) }

// question asks for one of two lamps, of EUR 60 for both, that were delivered on 1 June; it is 10 June.
func question() Question {
	return Question{
		Email: "ada@example.com", Wish: Refund, Number: "R-1", Asked: day(10),
		Items: []Item{{SKU: "LAMP", Quantity: 1, Reason: commerce.Unwanted, Note: "too bright"}},
		Order: commerce.Order{
			ID: "o1", Name: "#1042", Currency: "EUR", TaxIncluded: true, Country: "DE",
			Customer: commerce.Customer{Email: "Ada@Example.com", Orders: 5, Returned: 1},
			Lines: []commerce.Line{
				{ID: "l1", SKU: "LAMP", Title: "Lamp", Item: "i1", Category: "Lamps", Quantity: 2, Price: eur(60_00), Parcels: []commerce.Parcel{
					{ID: "p1", Quantity: 2, Sent: day(1).AddDate(0, 0, -3), Delivered: day(1)},
				}},
				{ID: "l2", SKU: "CARD", Title: "Gift card", Category: "Gift cards", Quantity: 1, Price: eur(20_00), Parcels: []commerce.Parcel{
					{ID: "p2", Quantity: 1, Sent: day(1), Delivered: day(1)},
				}},
			},
			Payments: []commerce.Payment{{ID: "t1", Amount: eur(80_00)}},
		},
		Policy: policy.Return{
			Calendar: "berlin", Calendars: map[string]calendar.Calendar{"berlin": {Name: "berlin", Zone: "Europe/Berlin"}},
			Terms: []policy.Terms{
				{Name: "Faults", When: `reason == "defective"`, Window: 365, Photo: true, Fee: 5_00},
				{Name: "Gift cards", When: `line.category == "Gift cards"`},
				{Name: "Standard", When: `line.category != "Rugs"`, Window: 14, Fee: 10_00},
			},
			Fault:     []string{"defective"},
			KeepBelow: policy.Limits{"EUR": 15_00},
			Auto:      policy.AutoApproval{Below: policy.Limits{"EUR": 100_00}, MaxRate: 30_00, MinOrders: 3},
		},
	}
}

func assessed(t *testing.T, q Question) Assessment {
	t.Helper()
	a, err := Assess(q)
	require.NoError(t, err)
	return a
}

func codes(a Assessment) []string {
	all := []string{}
	for _, f := range a.Findings {
		all = append(all, f.Code)
	}
	return all
}

func TestAReturnWithinThePolicyIsApprovedByRule(t *testing.T) {
	assert.Equal(t, Assessment{
		Verdict: Approve, Value: eur(30_00),
		Lines: []Assessed{{
			Line: "l1", SKU: "LAMP", Title: "Lamp", Item: "i1", Quantity: 1, Reason: commerce.Unwanted, Note: "too bright",
			Parcels: []commerce.RequestedLine{{Line: "l1", Parcel: "p1", Quantity: 1, Reason: commerce.Unwanted}},
			Terms:   "Standard", Because: `line.category != "Rugs" is true: line.category is "Lamps"`, Verdict: Approve, Fee: 10_00,
			Value: eur(30_00), Until: time.Date(2026, time.June, 16, 0, 0, 0, 0, berlin(t)),
		}},
	}, assessed(t, question()))
}

func berlin(t *testing.T) *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	return zone
}

func TestWhoIsntTheOrdersCustomerLearnsNothingAboutIt(t *testing.T) {
	unknown, theirs := question(), question()
	unknown.Order = commerce.Order{}
	theirs.Email = "eve@example.com"
	theirs.Order.Payments, theirs.Order.Currency = nil, "no such" // whatever else is wrong with it
	one, other := assessed(t, unknown), assessed(t, theirs)
	assert.Equal(t, []string{"unknown_order"}, codes(one))
	assert.Equal(t, []string{"not_theirs"}, codes(other))
	assert.Equal(t, one.Findings[0].For, other.Findings[0].For)
	for _, a := range []Assessment{one, other} {
		assert.Equal(t, Refuse, a.Verdict)
		assert.Empty(t, a.Lines)
		assert.Zero(t, a.Value)
		assert.False(t, a.Keep)
		assert.NotContains(t, a.Findings[0].For, "1042")
	}
	nobodys := question()
	nobodys.Email, nobodys.Order.Customer.Email = "", " "
	assert.Equal(t, []string{"not_theirs"}, codes(assessed(t, nobodys)), "no address is nobody's")
	spaced := question()
	spaced.Email = " ADA@example.COM "
	assert.Equal(t, Approve, assessed(t, spaced).Verdict)
}

func TestWhatCantBeIsRefusedWithTheReason(t *testing.T) {
	for name, c := range map[string]struct {
		change    func(*Question)
		code, is  string
		forThem   string
		leavesOut bool
	}{
		"unknown SKU":  {func(q *Question) { q.Items[0].SKU = "CHAIR" }, "unknown_line", `no "CHAIR"`, `There is no "CHAIR" in your order.`, true},
		"unknown line": {func(q *Question) { q.Items[0].Line = "l9" }, "unknown_line", `no "LAMP"`, `"LAMP"`, true},
		"no name":      {func(q *Question) { q.Items[0].SKU = "" }, "unknown_line", `no ""`, "", true},
		"too many":     {func(q *Question) { q.Items[0].Quantity = 3 }, "too_many", "3 of Lamp are asked for, and 2 are left: 2 were sent", "You have asked to return 3 of Lamp, and 2 can be returned", false},
		"none left": {func(q *Question) {
			q.Order.Lines[0].Returning = 1
			q.Order.Lines[0].RefundedQuantity = 1
		}, "too_many", "0 are left: 2 were sent, of which 1 are in other returns and 1 were refunded", "Nothing of Lamp is left to return", true},
		"not sent":     {func(q *Question) { q.Order.Lines[0].Parcels = nil }, "not_sent", "hasn't been sent", "please tell us", true},
		"not paid":     {func(q *Question) { q.Order.Payments = nil }, "not_paid", "Nothing has been paid", "hasn't been paid", false},
		"paid back":    {func(q *Question) { q.Order.Payments[0].Refunded = eur(80_00) }, "not_paid", "has been given back", "given back already", false},
		"all credited": {func(q *Question) { q.Order.Refunded = eur(80_00) }, "not_paid", "has been given back", "given back already", false},
		"cancelled":    {func(q *Question) { q.Order.Cancelled = true; q.Order.Payments = nil }, "cancelled", "was cancelled", "nothing to return", false},
	} {
		q := question()
		c.change(&q)
		a := assessed(t, q)
		assert.Equal(t, Refuse, a.Verdict, name)
		require.Equal(t, []string{c.code}, codes(a), name)
		assert.Contains(t, a.Findings[0].Text, c.is, name)
		assert.Contains(t, a.Findings[0].For, c.forThem, name)
		assert.Equal(t, c.leavesOut, len(a.Lines) == 0, name)
		assert.False(t, a.Keep, name)
	}
}

func TestWhatSupportCouldDecideDoesntSaveWhatCantBe(t *testing.T) {
	q := question()
	q.Items = []Item{{SKU: "CHAIR", Quantity: 1}, {SKU: "CARD", Quantity: 1}}
	a := assessed(t, q)
	assert.Equal(t, Refuse, a.Verdict)
	assert.Equal(t, []string{"unknown_line", "final_sale"}, codes(a))
}

func TestWhatThePolicyDoesntGiveIsSupportsToDecide(t *testing.T) {
	for name, c := range map[string]struct {
		change          func(*Question)
		code, is, other string
	}{
		"window": {func(q *Question) { q.Asked = time.Date(2026, time.June, 15, 22, 0, 0, 0, time.UTC) }, "window",
			"Lamp could be returned until 15 June 2026, 14 days from its delivery (Standard).", "Lamp could be returned until 15 June 2026."},
		"final sale":    {func(q *Question) { q.Items[0].SKU = "CARD" }, "final_sale", "Gift card is a final sale (Gift cards).", "Gift card was sold without a right to return it."},
		"no terms":      {func(q *Question) { q.Order.Lines[0].Category = "Rugs" }, "no_terms", "None of the policy's terms is for Lamp.", ""},
		"no photo":      {func(q *Question) { q.Items[0].Reason = commerce.Defective }, "photo", "There is no photo, which is needed for Lamp (Faults).", "We need a photo of Lamp."},
		"somebody's":    {func(q *Question) { q.Policy.Terms[2].Ask = true }, "ask", "Somebody has to decide about Lamp (Standard).", ""},
		"not delivered": {func(q *Question) { q.Order.Lines[0].Parcels[0].Delivered = time.Time{} }, "not_delivered", "Lamp was sent on 29 May 2026, and the carrier hasn't said that it arrived.", "As far as we know, Lamp hasn't arrived yet."},
		"sent before it was cancelled": {func(q *Question) { q.Order.Cancelled = true }, "cancelled",
			"The order was cancelled after something of it had been sent, and EUR 80.00 is left of what was paid.", ""},
		"worth too much":   {func(q *Question) { q.Policy.Auto.Below["EUR"] = 30_00 }, "above_amount", "It is worth EUR 30.00, and what is worth less than EUR 30.00 is approved by rule.", ""},
		"no such currency": {func(q *Question) { q.Policy.Auto.Below = policy.Limits{"USD": 100_00} }, "above_amount", "It is worth EUR 30.00, and nothing in EUR is approved by rule.", ""},
		"returns a lot":    {func(q *Question) { q.Order.Customer.Returned = 2 }, "return_rate", "The customer has returned something of 2 of their 5 orders before, and up to 30 % is approved by rule.", ""},
	} {
		q := question()
		c.change(&q)
		a := assessed(t, q)
		assert.Equal(t, Ask, a.Verdict, name)
		require.Equal(t, []string{c.code}, codes(a), name)
		assert.Equal(t, c.is, a.Findings[0].Text, name)
		assert.Equal(t, c.other, a.Findings[0].For, name)
		ofLine := Approve
		if a.Findings[0].Line != "" {
			ofLine = Ask
		}
		assert.Equal(t, ofLine, a.Lines[0].Verdict, name)
	}
}

func TestTheWindowEndsWithItsLastDayWhereTheHouseIs(t *testing.T) {
	// It was delivered on 1 June in Berlin, where the clocks changed before; the last of the 14 days is 15 June.
	for asked, want := range map[string]Verdict{"2026-06-15T21:59:59Z": Approve, "2026-06-15T22:00:00Z": Ask} {
		q := question()
		q.Order.Lines[0].Parcels[0].Delivered = time.Date(2026, time.May, 31, 22, 0, 0, 0, time.UTC)
		at, err := time.Parse(time.RFC3339, asked)
		require.NoError(t, err)
		q.Asked = at
		assert.Equal(t, want, assessed(t, q).Verdict, asked)
		q.Policy.Calendar = "" // by UTC it was 31 May
		assert.Equal(t, Ask, assessed(t, q).Verdict, asked)
	}
	assert.Equal(t, time.Date(2026, time.March, 30, 0, 0, 0, 0, berlin(t)), until(time.Date(2026, time.March, 28, 12, 0, 0, 0, time.UTC), 1, berlin(t)), "an hour less")
}

func TestOurFaultCostsTheCustomerNothing(t *testing.T) {
	q := question()
	q.Items[0].Reason, q.Photos = commerce.Defective, 1
	l := assessed(t, q).Lines[0]
	assert.Equal(t, "Faults", l.Terms)
	assert.Zero(t, l.Fee, "whatever the terms say")
	assert.True(t, l.WePay)
	q.Items[0].Reason, q.Policy.Terms[2].FreeReturn = commerce.Unwanted, true
	l = assessed(t, q).Lines[0]
	assert.Equal(t, money.Percent(10_00), l.Fee)
	assert.True(t, l.WePay)
}

func TestWhatCostsLittleIsKept(t *testing.T) {
	q := question()
	q.Order.Lines[0].Price = eur(28_00)
	assert.True(t, assessed(t, q).Keep)
	q.Asked = day(29)
	a := assessed(t, q)
	assert.Equal(t, Ask, a.Verdict)
	assert.True(t, a.Keep, "should support accept it")
	q.Items[0].Quantity = 2
	assert.False(t, assessed(t, q).Keep)
}

func TestTheRateLeavesThisReturnOutAndWaitsForEnoughOrders(t *testing.T) {
	q := question()
	q.Order.Customer.Returned = 2
	q.Order.Returns = []commerce.Return{{Number: "R-1", State: commerce.Requested}}
	assert.Equal(t, Approve, assessed(t, q).Verdict, "it counts itself")
	q.Order.Returns = append(q.Order.Returns, commerce.Return{Number: "R-0", State: commerce.Closed})
	assert.Equal(t, []string{"return_rate"}, codes(assessed(t, q)), "the order was returned of before")
	q.Order.Returns[1].State = commerce.Declined
	assert.Equal(t, Approve, assessed(t, q).Verdict)
	q.Order.Returns = nil
	q.Order.Customer.Orders = 2
	assert.Equal(t, Approve, assessed(t, q).Verdict, "two orders say nothing yet")
	q.Order.Customer.Orders, q.Order.Customer.Returned, q.Policy.Auto.MinOrders = 0, 0, 0
	assert.Equal(t, Approve, assessed(t, q).Verdict, "a guest")
}

func TestOneSKUOnTwoLinesIsTakenOfBothInOrder(t *testing.T) {
	q := question()
	second := q.Order.Lines[0]
	second.ID, second.SKU, second.Price, second.Parcels = "l3", "lamp", eur(50_00), []commerce.Parcel{{ID: "p3", Quantity: 2, Sent: day(1), Delivered: day(2)}}
	q.Order.Lines = append(q.Order.Lines, second)
	q.Items = []Item{{SKU: "LAMP", Quantity: 3, Reason: commerce.TooSmall}, {SKU: "LAMP", Quantity: 1, Reason: commerce.Other}}
	a := assessed(t, q)
	var got []any
	for _, l := range a.Lines {
		got = append(got, l.Line, l.Quantity, l.Reason, l.Value.Minor, l.Parcels[0].Parcel)
	}
	assert.Equal(t, []any{"l1", 2, commerce.TooSmall, int64(60_00), "p1", "l3", 1, commerce.TooSmall, int64(25_00), "p3", "l3", 1, commerce.Other, int64(25_00), "p3"}, got)
	assert.Equal(t, eur(110_00), a.Value)

	q.Items = append(q.Items, Item{Line: "l3", Quantity: 1})
	a = assessed(t, q)
	assert.Equal(t, Refuse, a.Verdict, "an item takes what another has left")
	assert.Equal(t, "l3", a.Findings[0].Line, "the ID goes before the SKU")
}

func TestTheValueIsWhatIsLeftAfterEarlierRefunds(t *testing.T) {
	q := question()
	l := &q.Order.Lines[0]
	l.Quantity, l.Parcels[0].Quantity, l.Price = 3, 3, eur(100_00)
	var values []int64
	for n := range 3 {
		l.RefundedQuantity = n
		values = append(values, assessed(t, q).Value.Minor)
	}
	assert.Equal(t, []int64{33_33, 33_34, 33_33}, values)
	l.RefundedQuantity = 0
	q.Items = append(q.Items, q.Items[0])
	a := assessed(t, q)
	assert.Equal(t, []int64{33_33, 33_34}, []int64{a.Lines[0].Value.Minor, a.Lines[1].Value.Minor}, "one after the other")
	q.Items = q.Items[:1]
	q.Order.TaxIncluded, l.Tax = false, eur(19_00)
	assert.Equal(t, eur(39_66), assessed(t, q).Value, "with the tax on top")
}

func TestAnExchangeHasToBeThereAndCostNoMore(t *testing.T) {
	other := commerce.Variant{ID: "v2", SKU: "LAMP-L", Title: "Lamp, large", Price: eur(30_00), Available: 2}
	exchange := func(change func(*Question)) Assessment {
		q := question()
		q.Wish, q.Items[0].Instead, q.Instead = Exchange, "lamp-l", []commerce.Variant{other}
		change(&q)
		return assessed(t, q)
	}
	a := exchange(func(*Question) {})
	assert.Equal(t, Approve, a.Verdict)
	assert.Equal(t, other, a.Lines[0].Instead)

	for name, c := range map[string]struct {
		change          func(*Question)
		code, is, other string
	}{
		"unknown":  {func(q *Question) { q.Instead = nil }, "exchange_unknown", `The shop has no "lamp-l" to exchange Lamp for.`, `We have no "lamp-l".`},
		"not said": {func(q *Question) { q.Items[0].Instead = " "; q.Instead[0].SKU = "" }, "exchange_unknown", "They haven't said what they want instead of Lamp.", "What would you like instead of Lamp?"},
		"sold out": {func(q *Question) { q.Instead[0].Available = -1 }, "exchange_out_of_stock", "1 of Lamp, large are wanted instead, and 0 are in stock.", "We don't have 1 of Lamp, large at the moment."},
		"dearer":   {func(q *Question) { q.Instead[0].Price = eur(30_01) }, "exchange_costs_more", "Lamp, large costs EUR 30.01 each, and EUR 30.00 was paid for 1 of Lamp.", "Lamp, large costs more than Lamp."},
	} {
		a := exchange(c.change)
		assert.Equal(t, Ask, a.Verdict, name)
		require.Equal(t, []string{c.code}, codes(a), name)
		assert.Equal(t, c.is, a.Findings[0].Text, name)
		assert.Equal(t, c.other, a.Findings[0].For, name)
	}
	a = exchange(func(q *Question) {
		q.Instead[0].Available = 1
		q.Items = append(q.Items, q.Items[0])
	})
	assert.Equal(t, []string{"exchange_out_of_stock"}, codes(a), "one, for both")
	a = exchange(func(q *Question) {
		q.Order.TaxIncluded, q.Order.Lines[0].Tax = false, eur(11_40)
		q.Instead[0].Price = eur(30_01)
	})
	assert.Equal(t, []string{"exchange_costs_more"}, codes(a), "both without the tax")
}

func TestAQuestionThatCantBeAnsweredNamesTheField(t *testing.T) {
	for want, change := range map[string]func(*Question){
		"items is empty":                         func(q *Question) { q.Items = nil },
		"items[0].quantity is 0":                 func(q *Question) { q.Items[0].Quantity = 0 },
		"asked is missing":                       func(q *Question) { q.Asked = time.Time{} },
		"policy.calendar: unknown time zone":     func(q *Question) { q.Policy.Calendars["berlin"] = calendar.Calendar{Zone: "Mars"} },
		"order.lines[1].price is USD 20.00, and": func(q *Question) { q.Order.Lines[1].Price.Currency = "USD" },
		"order.payments[0].amount is USD 80.00":  func(q *Question) { q.Order.Payments[0].Amount.Currency = "USD" },
		"instead[0].price is USD 1.00, and the order is in EUR": func(q *Question) {
			q.Wish, q.Items[0].Instead = Exchange, "X"
			q.Instead = []commerce.Variant{{SKU: "X", Price: money.Amount{Minor: 100, Currency: "USD"}, Available: 1}}
		},
	} {
		q := question()
		change(&q)
		_, err := Assess(q)
		assert.ErrorContains(t, err, want)
		_, err = (&Activities{}).AssessReturn(t.Context(), effect.Key{}, q)
		f, ok := fault.From(err)
		require.True(t, ok, want)
		assert.Contains(t, f.Message, want)
	}
	a, err := (&Activities{}).AssessReturn(t.Context(), effect.Key{}, question())
	require.NoError(t, err)
	assert.Equal(t, Approve, a.Verdict)
}

func TestEachFindingIsForPeople(t *testing.T) {
	q := question()
	q.Items = []Item{{SKU: "LAMP", Quantity: 9, Reason: commerce.Defective}, {SKU: "CARD", Quantity: 1}, {SKU: "X", Quantity: 1}}
	q.Order.Lines[0].Parcels[0].Delivered = time.Time{}
	a := assessed(t, q)
	require.Len(t, a.Findings, 5)
	for _, f := range a.Findings {
		assert.True(t, strings.HasSuffix(f.Text, "."), f.Text)
		assert.NotContains(t, f.Text, "ada@", "and without anybody's address")
	}
}
