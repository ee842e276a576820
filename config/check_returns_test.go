package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/policy"
)

// returned is a section to lay behind the handbook, from its line 40 on, with a calendar.
const returned = `returns:
  support: operations
  warehouse: operations
  finance: payers
  warehouse_email: dock@contoso.example
  address: |-
    Contoso
    1 Dock Street
  calendar: berlin
  ticket_stage: "1"
  terms:
    - name: Faults
      when: reason == "defective"
      window: 365
      photo: true
    - {name: Final sale, when: '"final-sale" in line.tags', window: 0, ask: true}
    - {name: Standard, window: 30, fee: 12.5, free_return: true}
  fault: [defective, wrong_item]
  grades:
    - {name: new, label: As new, stock: restock}
    - {name: worn, label: Worn, stock: quarantine, deduct: 40, excused: [defective]}
  keep_below: [EUR 15, JPY 2000]
  auto: {below: [EUR 250], max_rate: 30, min_orders: 3}
  return_fee: [KWD 2.5]
  refund_shipping: true
  review: [{after: 8h, clock: berlin, do: escalate}]
  payment: [{after: 8h, clock: wall, do: remind}]
  operations: [{after: 1h, clock: wall, do: act, action: abort}]
  answer_within: 120h
  arrival: {remind: [168h, 336h], expires: 504h}
  two: [EUR 500]
  follow_up: 12h
  reply_window: 336h
  ticket: {pipeline: "0", open: "3", waiting: "2", closed: "4"}
systems: {shopify: {url: https://contoso.myshopify.com, location: "1001", payment_attribute: pay id}}
` + berlin

func withReturns(t *testing.T, changes ...string) (*Config, error) {
	t.Helper()
	text := replaced(t, "  - name: operations\n    channel: C0OPSDESK\n    people: [grace]\n",
		"  - {name: operations, channel: C0OPSDESK, people: [grace]}\n  - name: payers\n    people: [grace, maria]\n") + returned
	for i := 0; i < len(changes); i += 2 {
		require.Contains(t, text, changes[i])
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	return load([]layer{{1, "handbook.yaml", []byte(text)}}, nil)
}

func TestAReturnsPolicyIsReadAsItIsWritten(t *testing.T) {
	c, err := withReturns(t)
	require.NoError(t, err)
	assert.Equal(t, policy.Return{
		Handbook: c.Digest, Shape: policy.ReturnShape, Company: "Contoso", Support: "operations", Warehouse: "operations", Finance: "payers",
		WarehouseEmail: "dock@contoso.example", Address: "Contoso\n1 Dock Street", Location: "gid://shopify/Location/1001", Calendar: "berlin",
		Terms: []policy.Terms{
			{Name: "Faults", When: `reason == "defective"`, Window: 365, Photo: true},
			{Name: "Final sale", When: `"final-sale" in line.tags`, Ask: true},
			{Name: "Standard", Window: 30, Fee: 12_50, FreeReturn: true},
		},
		Fault: []string{"defective", "wrong_item"},
		Grades: []policy.Grade{
			{Name: "new", Label: "As new", Stock: "restock"},
			{Name: "worn", Label: "Worn", Stock: "quarantine", Deduct: 40_00, Excused: []string{"defective"}},
		},
		KeepBelow: policy.Limits{"EUR": 15_00, "JPY": 2000},
		Auto:      policy.AutoApproval{Below: policy.Limits{"EUR": 250_00}, MaxRate: 30_00, MinOrders: 3},
		ReturnFee: map[string]int64{"KWD": 2500}, RefundShipping: true,
		Review:       policy.Ladder{{After: policy.Hours(8), Clock: "berlin", Do: policy.Escalate}},
		Payment:      policy.Ladder{{After: policy.Hours(8), Clock: policy.Wall, Do: policy.Remind}},
		Operations:   policy.Ladder{{After: policy.Hours(1), Clock: policy.Wall, Do: policy.Act, Action: "abort"}},
		AnswerWithin: policy.Hours(120),
		Arrival:      policy.Arrival{Remind: []policy.Duration{policy.Hours(168), policy.Hours(336)}, Expires: policy.Hours(504)},
		Two:          policy.Limits{"EUR": 500_00}, FollowUp: policy.Hours(12), ReplyWindow: policy.Hours(336),
		Ticket:    policy.Ticket{Pipeline: "0", Open: "3", Waiting: "2", Closed: "4"},
		Calendars: map[string]calendar.Calendar{"berlin": c.Calendars[0]},
	}, c.Book.Return)
	assert.Equal(t, "1", c.Returns.TicketStage)
	assert.Equal(t, Shopify{URL: "https://contoso.myshopify.com", Version: "2026-10", Location: "1001", PaymentAttribute: "pay id"}, c.Systems.Shopify)

	c, err = withReturns(t, `location: "1001"`, "location: gid://shopify/Location/7")
	require.NoError(t, err)
	assert.Equal(t, "gid://shopify/Location/7", c.Book.Return.Location)
}

func TestAHouseWithoutSupportTakesNoReturns(t *testing.T) {
	c, err := withReturns(t, "support: operations", `support: ""`, "finance: payers", "finance: nobody")
	require.NoError(t, err, "the rest doesn't matter then")
	assert.Zero(t, c.Book.Return)
	c, err = try(t, nil)
	require.NoError(t, err)
	assert.Zero(t, c.Book.Return)
}

func TestEachMistakeAboutReturnsIsNamedWithItsLineAndItsFix(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"opened where one starts":  {`open: "3"`, `open: "1"`, `handbook.yaml:73: returns.ticket.open: "1" is returns.ticket_stage, too: a return would bring its ticket to where tickets start returns; name another stage`},
		"waits where it is closed": {`waiting: "2"`, `waiting: "4"`, `handbook.yaml:73: returns.ticket.waiting: "4" is returns.ticket.closed, too: nobody could tell a ticket that is worked on from one that is done; name another stage`},
		"no support":               {"  support: operations\n", "", `handbook.yaml:40: returns.support: is missing: name the role that decides about returns, or "" for a house that takes none`},
		"support":                  {"support: operations", "support: operation", `handbook.yaml:41: returns.support: "operation" is no role in roles; did you mean "operations"?`},
		"no warehouse":             {"  warehouse: operations\n", "", `handbook.yaml:40: returns.warehouse: is missing`},
		"finance":                  {"finance: payers", "finance: payer", `handbook.yaml:43: returns.finance: "payer" is no role in roles; did you mean "payers"?`},
		"one who pays":             {"finance: payers", "finance: operations", `handbook.yaml:43: returns.finance: "operations" is one person, and two have to agree to refunds above returns.two, or in a currency that isn't there: add somebody to roles[0].people`},
		"warehouse email":          {"dock@contoso.example", "dock", `handbook.yaml:44: returns.warehouse_email: "dock" is no e-mail address: it is like maria@example.com, without a name`},
		"no address":               {"    Contoso\n    1 Dock Street\n", "     \n", `handbook.yaml:45: returns.address: is missing: write the address that parcels are sent to, line by line, after |-`},
		"address":                  {"    1 Dock Street", "    1\tDock Street", `handbook.yaml:45: returns.address: has a tab or another control character in it: write plain lines, after |-`},
		"calendar":                 {"calendar: berlin", "calendar: belrin", `handbook.yaml:48: returns.calendar: "belrin" is no calendar in calendars; did you mean "berlin"?`},
		"ticket stage":             {`ticket_stage: "1"`, "ticket_stage: New ticket", `handbook.yaml:49: returns.ticket_stage: "New ticket" is no internal ID of HubSpot's: it is like 1 or 1204817 in quotes, and stands in the settings of the tickets' pipelines behind </>`},
		"stage as number":          {`open: "3"`, `open: 3`, `handbook.yaml:73: returns.ticket.open: 3 is not a text to YAML: write it in quotes, "3"`},
		"terms without":            {"    - name: Faults\n      when", "    - when", `handbook.yaml:51: returns.terms[0].name: is missing`},
		"terms twice":              {"name: Standard", "name: Faults", `handbook.yaml:56: returns.terms[2].name: "Faults" stands in returns.terms[0].name too: once is enough`},
		"condition":                {`reason == "defective"`, `reason == "defect"`, `handbook.yaml:52: returns.terms[0].when: column 11: reason is one of unwanted, too_small, too_large, defective, damaged, wrong_item, not_as_described, other, never "defect"`},
		"no window":                {"      window: 365\n", "", `handbook.yaml:51: returns.terms[0].window: is missing: say for how many days after its delivery something can be returned; 0 for not at all`},
		"window":                   {"window: 365", "window: -1", `handbook.yaml:53: returns.terms[0].window: -1 is no window: it is a number of days from 0 (not at all) to 3650`},
		"window of hours":          {"window: 365", "window: 720h", `handbook.yaml:53: returns.terms[0].window: "720h" is no whole number`},
		"fee":                      {"fee: 12.5", "fee: 100.01", `handbook.yaml:56: returns.terms[2].fee: 100.01 is no share of a price: it is from 0 to 100`},
		"never reached":            {`when: '"final-sale" in line.tags', `, "", `handbook.yaml:56: returns.terms[2]: is never reached, since returns.terms[1] is for everything: put it before that, or take it out`},
		"true for all":             {`'"final-sale" in line.tags'`, "'true'", `handbook.yaml:56: returns.terms[2]: is never reached, since returns.terms[1] is for everything: put it before that, or take it out`},
		"condition twice":          {`'"final-sale" in line.tags'`, `reason  ==  "defective"`, `handbook.yaml:55: returns.terms[1].when: is never reached, since it is what returns.terms[0] has: change it, or take these terms out`},
		"fault":                    {"fault: [defective, wrong_item]", "fault: [defective, wrong]", `handbook.yaml:57: returns.fault[1]: "wrong" is no reason: it is unwanted, too_small, too_large, defective, damaged, wrong_item, not_as_described or other`},
		"fault twice":              {"fault: [defective, wrong_item]", "fault: [defective, defective]", `handbook.yaml:57: returns.fault[1]: "defective" stands in returns.fault[0] too: once is enough`},
		"grade's name":             {"name: new", "name: As New", `handbook.yaml:59: returns.grades[0].name: "As New" can't be a grade's name: use at most 40 lower-case letters, digits and hyphens, such as "as-new"`},
		"no grade's name":          {"name: new, ", "", `handbook.yaml:59: returns.grades[0].name: is missing: give it a name`},
		"grade twice":              {"name: worn", "name: new", `handbook.yaml:60: returns.grades[1].name: "new" stands in returns.grades[0].name too: once is enough`},
		"label":                    {"label: Worn, ", "", `handbook.yaml:60: returns.grades[1].label: is missing`},
		"stock":                    {"stock: quarantine", "stock: quarantene", `handbook.yaml:60: returns.grades[1].stock: "quarantene" is nothing that becomes of goods: it is restock, quarantine or write_off; did you mean "quarantine"?`},
		"deduct":                   {"deduct: 40", "deduct: 140", `handbook.yaml:60: returns.grades[1].deduct: 140 is no share of a price: it is from 0 to 100`},
		"excused":                  {"excused: [defective]", "excused: [broken]", `handbook.yaml:60: returns.grades[1].excused[0]: "broken" is no reason: it is unwanted, too_small, too_large, defective, damaged, wrong_item, not_as_described or other`},
		"excused of naught":        {"deduct: 40, ", "", `handbook.yaml:60: returns.grades[1].excused: excuses nobody from anything, since nothing is deducted: set deduct, or leave it out`},
		"keep below":               {"JPY 2000", "EUR 20", `handbook.yaml:61: returns.keep_below[1]: "EUR" stands in returns.keep_below[0] too: once is enough`},
		"no currency":              {"below: [EUR 250]", "below: [250]", `handbook.yaml:62: returns.auto.below[0]: "250" is no amount: write its currency and a plain number, like EUR 10000`},
		"no rate":                  {"max_rate: 30, ", "", `handbook.yaml:62: returns.auto.max_rate: is missing: say of which share of their orders a customer may have returned something, in percent; 100 for any`},
		"rate":                     {"max_rate: 30", "max_rate: 101", `handbook.yaml:62: returns.auto.max_rate: 101 is no share of a customer's orders: it is from 0 to 100`},
		"orders":                   {"min_orders: 3", "min_orders: -3", `handbook.yaml:62: returns.auto.min_orders: -3 is less than nothing: it is how many orders a customer has before the rate counts, 0 or more`},
		"return fee":               {"KWD 2.5", "KWD -2.5", `handbook.yaml:63: returns.return_fee[0]: KWD -2.500 is less than nothing`},
		"approve by act":           {"do: escalate}", "do: act, action: approve}", `handbook.yaml:65: returns.review[0].do: "act" is no move: it is remind or escalate`},
		"pay by act":               {"do: remind}", "do: act, action: approve}", `handbook.yaml:66: returns.payment[0].do: "act" is no move: it is remind or escalate`},
		"operations":               {"action: abort", "action: skip", `handbook.yaml:67: returns.operations[0].action: "skip" is no answer that the policy can give: it is retry or abort`},
		"no answer":                {"  answer_within: 120h\n", "", `handbook.yaml:40: returns.answer_within: is missing: give it a duration such as 90s, 15m or 48h`},
		"reminder too late":        {"336h], expires", "504h], expires", `handbook.yaml:69: returns.arrival.remind[1]: 504h is not before the return expires, after 504h`},
		"reminders' order":         {"[168h, 336h]", "[168h, 100h]", `handbook.yaml:69: returns.arrival.remind[1]: 100h is not later than what is before it: all are counted from when the return was approved`},
		"never expires":            {", expires: 504h", "", `handbook.yaml:69: returns.arrival.expires: is missing: give it a duration such as 90s, 15m or 48h`},
		"two":                      {"two: [EUR 500]", "two: [EURO 500]", `handbook.yaml:70: returns.two[0]: "EURO" is no currency: write its ISO 4217 code in capitals, like EUR or USD`},
		"follow up":                {"follow_up: 12h", "follow_up: 0s", `handbook.yaml:71: returns.follow_up: 0s is not more than nothing`},
		"reply window":             {"reply_window: 336h", "reply_window: -1h", `handbook.yaml:72: returns.reply_window: -1h is less than nothing`},
		"no location":              {`location: "1001", `, "", `handbook.yaml:74: systems.shopify.location: is missing: give the ID of where returns are put into stock, the number at the end of its page's address in the shop's settings, under Locations`},
		"location":                 {`location: "1001"`, "location: Newark", `handbook.yaml:74: systems.shopify.location: "Newark" is no location's ID: it is the number at the end of its page's address in the shop's settings, under Locations`},
		"shop":                     {"https://contoso.myshopify.com", "contoso.myshopify.com", `handbook.yaml:74: systems.shopify.url: "contoso.myshopify.com" is no whole address: it is like https://api.example.com`},
		"a page of it":             {"https://contoso.myshopify.com", "https://contoso.myshopify.com/admin", `handbook.yaml:74: systems.shopify.url: "https://contoso.myshopify.com/admin" is a page in the shop: write the shop's own address, like https://example.myshopify.com`},
		"version":                  {"payment_attribute", `version: "2026-09", payment_attribute`, `handbook.yaml:74: systems.shopify.version: "2026-09" is no version of Shopify's Admin API: it is like 2026-10`},
		"client":                   {"payment_attribute", `client_id: shop app, payment_attribute`, `handbook.yaml:74: systems.shopify.client_id: "shop app" is no client ID: it is 32 digits and letters from a to f, and stands in the app's settings in Shopify's Dev Dashboard`},
		"attribute":                {"payment_attribute: pay id", `payment_attribute: " "`, `handbook.yaml:74: systems.shopify.payment_attribute: " " is no name of an order's attribute: it is like stripe_payment_intent`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := withReturns(t, c.old, c.new)
			assert.EqualError(t, err, c.want)
		})
	}
	_, err := load([]layer{{1, "handbook.yaml", []byte(strings.Replace(handbook, "people: [grace]", "people: [grace, maria]", 1) + `returns:
  {support: operations, warehouse: operations, finance: operations, address: A, answer_within: 1h, follow_up: 1h, arrival: {expires: 1h}}`)}}, nil)
	assert.EqualError(t, err, "2 mistakes in the configuration:\n"+
		"handbook.yaml:40: returns.terms: is empty: say at least for how long everything can be returned, as {name: standard, window: 30}\n"+
		"handbook.yaml:40: returns.grades: is empty: say what the warehouse can say of what arrives, as {name: new, label: As new, stock: restock}")
}

func TestTheDefaultHandbookTakesReturns(t *testing.T) {
	c, err := Load()
	require.NoError(t, err)
	r := c.Book.Return
	assert.Equal(t, "support", r.Support)
	assert.Contains(t, r.Calendars, r.Calendar)
	for _, role := range []string{r.Support, r.Warehouse} {
		assert.NotEmpty(t, c.Book.Roles[role].Channel, role)
	}
	assert.Empty(t, r.Terms[len(r.Terms)-1].When, "all that is left")

	find := policy.FindTerms(r.Terms)
	terms := func(change func(*policy.ReturnFacts)) string {
		facts := policy.ReturnFacts{Reason: "unwanted"}
		facts.Line.Category, facts.Order.Country, facts.Order.Currency = "Robots", "US", "USD"
		change(&facts)
		found, _, _ := find.First(facts)
		return found.Name
	}
	assert.Equal(t, "Electronics", terms(func(*policy.ReturnFacts) {}))
	assert.Equal(t, "Our fault", terms(func(f *policy.ReturnFacts) { f.Reason, f.Line.Tags = "damaged", []string{"final-sale"} }))
	assert.Equal(t, "Final sale", terms(func(f *policy.ReturnFacts) { f.Line.Tags = []string{"final-sale"} }))
	assert.Equal(t, "European Union", terms(func(f *policy.ReturnFacts) { f.Line.Tags, f.Order.Country = []string{"final-sale"}, "DE" }), "no sale is final there")
	assert.Equal(t, "Made to order", terms(func(f *policy.ReturnFacts) { f.Line.Category, f.Order.Country = "Custom build", "DE" }))
	assert.Equal(t, "Everything else", terms(func(f *policy.ReturnFacts) { f.Line.Category = "Books" }))
	for _, g := range r.Grades {
		if g.Deduct > 0 {
			assert.Equal(t, r.Fault, g.Excused, "what is our fault costs the customer nothing: %s", g.Name)
		}
	}
}
