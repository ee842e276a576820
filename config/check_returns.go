package config

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
)

// reviewers is what the rungs of support's and finance's ladders can say. They have no reassign, since the whole role has the task
// already, and no act: silence neither accepts a return, nor pays for one, nor turns a customer down.
func reviewers(calendars names) ladderTask {
	return ladderTask{moves: []string{string(policy.Remind), string(policy.Escalate)}, clocks: calendars.sorted()}
}

// reasons are those that something can come back for.
var reasons = func() []string {
	var all []string
	for _, r := range commerce.Reasons {
		all = append(all, string(r))
	}
	return all
}()

// stocks are what can become of what came back.
var stocks = []string{string(commerce.Restock), string(commerce.Quarantine), string(commerce.WriteOff)}

// returns checks how returns are handled, in a house that takes some.
func (f *findings) returns(c *Config, roles, calendars names) {
	r := &c.Returns
	if r.Support == "" {
		if _, off := f.where["returns.support"]; !off && len(r.Terms)+len(r.Grades) > 0 {
			f.add("returns.support", "is missing: name the role that decides about returns, or \"\" for a house that takes none")
		}
		return
	}
	f.refer(roles, "returns.support", noRole, r.Support)
	f.refer(roles, "returns.warehouse", noRole, r.Warehouse)
	f.refer(roles, "returns.finance", noRole, r.Finance)
	f.two(c)
	if r.WarehouseEmail != "" {
		f.email("returns.warehouse_email", r.WarehouseEmail)
	}
	f.label("returns.address", r.Address)
	f.calendar(calendars, "returns.calendar", r.Calendar)
	f.terms(r.Terms)
	f.reasons("returns.fault", r.Fault)
	f.grades(r.Grades)
	f.limits("returns.keep_below", r.KeepBelow)
	f.autoApproval(r.Auto)
	f.limits("returns.return_fee", r.ReturnFee)
	f.ladder("returns.review", r.Review, reviewers(calendars))
	f.ladder("returns.payment", r.Payment, reviewers(calendars))
	f.ladder("returns.operations", r.Operations, operationsTask(calendars))
	f.positive("returns.answer_within", r.AnswerWithin)
	f.positive("returns.arrival.expires", r.Arrival.Expires)
	f.reminders("returns.arrival.remind", r.Arrival.Remind, r.Arrival.Expires, "the return was approved", "the return")
	f.positive("returns.follow_up", r.FollowUp)
	f.atLeastNothing("returns.reply_window", r.ReplyWindow)
	f.tickets(r)
	if s := c.Systems.Shopify; s.URL != "" && s.Location == "" {
		f.addAt(f.position("systems.shopify.url"), "systems.shopify.location", "is missing: give the ID of where returns are put into stock, the number at the end of its page's address in the shop's settings, under Locations")
	}
}

// two checks that two people can agree to a refund, as those in a currency without an entry in two always need.
func (f *findings) two(c *Config) {
	f.limits("returns.two", c.Returns.Two)
	i := slices.IndexFunc(c.Roles, func(r Role) bool { return r.Name == c.Returns.Finance })
	if i >= 0 && len(c.Roles[i].People) == 1 {
		f.add("returns.finance", "%q is one person, and two have to agree to refunds above returns.two, or in a currency that isn't there: add somebody to %s.people",
			c.Returns.Finance, item("roles", i))
	}
}

// label checks an address of several lines.
func (f *findings) label(key, address string) {
	switch {
	case strings.TrimSpace(address) == "":
		f.add(key, "is missing: write the address that parcels are sent to, line by line, after |-")
	case strings.ContainsFunc(address, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }):
		f.add(key, "has a tab or another control character in it: write plain lines, after |-")
	}
}

// tickets checks how tickets start returns and follow them. No stage that a return brings a ticket to may start one, or each return that
// came in another way would start a second; and one that is closed has to be told from one that isn't.
func (f *findings) tickets(r *Returns) {
	t := r.Ticket
	f.stage("returns.ticket.pipeline", t.Pipeline)
	f.stage("returns.ticket_stage", r.TicketStage)
	for _, s := range []struct{ key, id string }{
		{"returns.ticket.open", t.Open}, {"returns.ticket.waiting", t.Waiting}, {"returns.ticket.closed", t.Closed},
	} {
		f.stage(s.key, s.id)
		switch {
		case s.id == "":
		case s.id == r.TicketStage:
			f.add(s.key, "%q is returns.ticket_stage, too: a return would bring its ticket to where tickets start returns; name another stage", s.id)
		case s.id == t.Closed && s.key != "returns.ticket.closed":
			f.add(s.key, "%q is returns.ticket.closed, too: nobody could tell a ticket that is worked on from one that is done; name another stage", s.id)
		}
	}
}

// stage checks the ID of one of HubSpot's pipelines or stages, which may be left out.
func (f *findings) stage(key, id string) {
	if id != "" && !stageID.MatchString(id) {
		f.add(key, "%q is no internal ID of HubSpot's: it is like 1 or 1204817 in quotes, and stands in the settings of the tickets' pipelines behind </>", id)
	}
}

func (f *findings) terms(all []Terms) {
	if len(all) == 0 {
		f.add("returns.terms", "is empty: say at least for how long everything can be returned, as {name: standard, window: 30}")
	}
	seen, conditions, catchAll := names{}, names{}, ""
	for i, t := range all {
		key := item("returns.terms", i)
		f.name(key+".name", t.Name)
		f.unique(seen, key+".name", t.Name)
		f.reach(t, key, conditions, &catchAll)
		if _, said := f.where[key+".window"]; !said {
			f.add(key+".window", "is missing: say for how many days after its delivery something can be returned; 0 for not at all")
		} else if t.Window < 0 || t.Window > maxWindow {
			f.add(key+".window", "%d is no window: it is a number of days from 0 (not at all) to %d", t.Window, maxWindow)
		}
		f.share(key+".fee", t.Fee)
	}
}

// maxWindow is ten years, in days: what is more is a slip.
const maxWindow = 3650

// reach checks the condition of some terms, and that those before them leave something for them.
func (f *findings) reach(t Terms, key string, conditions names, catchAll *string) {
	when := strings.Join(strings.Fields(t.When), " ")
	if when != "" {
		if err := policy.CheckTerms(t.When, reasons); err != nil {
			f.add(key+".when", "%s", err)
			return
		}
	}
	switch first, taken := conditions[when]; {
	case *catchAll != "":
		f.add(key, "is never reached, since %s is for everything: put it before that, or take it out", *catchAll)
	case taken:
		f.add(key+".when", "is never reached, since it is what %s has: change it, or take these terms out", first)
	case when == "" || when == "true":
		*catchAll = key
	}
	conditions[when] = key
}

// share checks a share of a price.
func (f *findings) share(key string, p money.Percent) {
	if p < 0 || p > money.Whole {
		f.add(key, "%s is no share of a price: it is from 0 to 100", p)
	}
}

func (f *findings) reasons(key string, given []string) {
	seen := names{}
	for i, reason := range given {
		f.choice(item(key, i), "no reason", reason, reasons)
		f.unique(seen, item(key, i), reason)
	}
}

// gradeName is what a grade can be called: people's answers name it.
var gradeName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

func (f *findings) grades(all []Grade) {
	if len(all) == 0 {
		f.add("returns.grades", "is empty: say what the warehouse can say of what arrives, as {name: new, label: As new, stock: restock}")
	}
	seen, labels := names{}, names{}
	for i, g := range all {
		key := item("returns.grades", i)
		switch {
		case g.Name == "":
			f.add(key+".name", "is missing: give it a name")
		case !gradeName.MatchString(g.Name):
			f.add(key+".name", "%q can't be a grade's name: use at most 40 lower-case letters, digits and hyphens, such as %q", g.Name, idLike(g.Name))
		}
		f.unique(seen, key+".name", g.Name)
		f.name(key+".label", g.Label)
		f.unique(labels, key+".label", g.Label)
		f.choice(key+".stock", "nothing that becomes of goods", g.Stock, stocks)
		f.share(key+".deduct", g.Deduct)
		f.reasons(key+".excused", g.Excused)
		if len(g.Excused) > 0 && g.Deduct == 0 {
			f.add(key+".excused", "excuses nobody from anything, since nothing is deducted: set deduct, or leave it out")
		}
	}
}

// limits checks amounts of which there is one for each currency.
func (f *findings) limits(key string, all []Limit) {
	seen := names{}
	for i, l := range all {
		at := item(key, i)
		f.unique(seen, at, l.Currency)
		if l.Minor < 0 {
			f.add(at, "%s is less than nothing", money.Amount(l))
		}
	}
}

func (f *findings) autoApproval(a AutoApproval) {
	const key = "returns.auto"
	f.limits(key+".below", a.Below)
	if _, said := f.where[key+".max_rate"]; !said && len(a.Below) > 0 {
		f.add(key+".max_rate", "is missing: say of which share of their orders a customer may have returned something, in percent; 100 for any")
	} else if a.MaxRate < 0 || a.MaxRate > money.Whole {
		f.add(key+".max_rate", "%s is no share of a customer's orders: it is from 0 to 100", a.MaxRate)
	}
	f.notNegative(key+".min_orders", a.MinOrders, "how many orders a customer has before the rate counts")
}

// The forms of what Shopify has.
var (
	shopVersion   = regexp.MustCompile(`^20[0-9]{2}-(01|04|07|10)$`)
	shopClient    = regexp.MustCompile(`^[0-9a-f]{32}$`)
	shopLocation  = regexp.MustCompile(`^(gid://shopify/Location/)?([0-9]+)$`)
	shopAttribute = regexp.MustCompile(`^\S(.{0,98}\S)?$`)
)

func (f *findings) shopify(s Shopify) {
	const key = "systems.shopify"
	if s.URL != "" {
		f.url(key+".url", s.URL)
	}
	if strings.Contains(s.URL, "/admin") {
		f.add(key+".url", "%q is a page in the shop: write the shop's own address, like https://example.myshopify.com", s.URL)
	}
	if !shopVersion.MatchString(s.Version) {
		f.add(key+".version", "%q is no version of Shopify's Admin API: it is like 2026-10", s.Version)
	}
	if s.ClientID != "" && !shopClient.MatchString(s.ClientID) {
		f.add(key+".client_id", "%q is no client ID: it is 32 digits and letters from a to f, and stands in the app's settings in Shopify's Dev Dashboard", s.ClientID)
	}
	if s.Location != "" && !shopLocation.MatchString(s.Location) {
		f.add(key+".location", "%q is no location's ID: it is the number at the end of its page's address in the shop's settings, under Locations", s.Location)
	}
	if s.PaymentAttribute != "" && !shopAttribute.MatchString(s.PaymentAttribute) {
		f.add(key+".payment_attribute", "%q is no name of an order's attribute: it is like stripe_payment_intent", s.PaymentAttribute)
	}
}

// returnPolicy is how returns are handled, as their workflow has it.
func returnPolicy(c *Config) policy.Return {
	r := c.Returns
	if r.Support == "" {
		return policy.Return{}
	}
	made := policy.Return{
		Handbook: c.Digest, Shape: policy.ReturnShape, Company: c.Company.Name, Support: r.Support, Warehouse: r.Warehouse, Finance: r.Finance,
		WarehouseEmail: r.WarehouseEmail, Address: strings.TrimSpace(r.Address), Location: shopGID(c.Systems.Shopify.Location), Calendar: r.Calendar,
		Fault: r.Fault, KeepBelow: byCurrency(r.KeepBelow), ReturnFee: byCurrency(r.ReturnFee), RefundShipping: r.RefundShipping,
		Auto:   policy.AutoApproval{Below: byCurrency(r.Auto.Below), MaxRate: r.Auto.MaxRate, MinOrders: r.Auto.MinOrders},
		Review: r.Review, Payment: r.Payment, Operations: r.Operations, AnswerWithin: r.AnswerWithin, Arrival: policy.Arrival(r.Arrival),
		Two: byCurrency(r.Two), FollowUp: r.FollowUp, ReplyWindow: r.ReplyWindow, Ticket: policy.Ticket(r.Ticket),
		Calendars: named(c.Calendars, r.Review, r.Payment, r.Operations, policy.Ladder{{Clock: r.Calendar}}),
	}
	for _, t := range r.Terms {
		made.Terms = append(made.Terms, policy.Terms(t))
	}
	for _, g := range r.Grades {
		made.Grades = append(made.Grades, policy.Grade(g))
	}
	return made
}

// shopGID is a location's ID as the shop's API has it.
func shopGID(location string) string {
	if m := shopLocation.FindStringSubmatch(location); m != nil {
		return "gid://shopify/Location/" + m[2]
	}
	return ""
}

// byCurrency is limits as the policy has them; nil for none.
func byCurrency(all []Limit) map[string]int64 {
	var limits map[string]int64
	for _, l := range all {
		if limits == nil {
			limits = map[string]int64{}
		}
		limits[l.Currency] = l.Minor
	}
	return limits
}
