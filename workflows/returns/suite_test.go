package returns

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/suite"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

func person(id, name, manager string) policy.Person {
	return policy.Person{ID: id, Name: name, Email: id + "@northwind.example", Slack: "U" + strings.ToUpper(id), Manager: manager}
}

var (
	sam   = person("sam", "Sam Reed", "grace")     // support
	nina  = person("nina", "Nina Berg", "grace")   // support
	walt  = person("walt", "Walt Moss", "grace")   // warehouse
	fiona = person("fiona", "Fiona Marsh", "")     // finance
	felix = person("felix", "Felix Brandt", "")    // finance
	grace = person("grace", "Grace Chen", "")      // above support
	omar  = person("omar", "Omar Haddad", "grace") // operations
)

func euro(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

const (
	hour = time.Hour
	days = 24 * time.Hour
)

// The lines of the order that the shop has: two lamps, a shirt and a chair, delivered on the Wednesday before.
const (
	lamps = "gid://shopify/LineItem/1"
	shirt = "gid://shopify/LineItem/2"
	chair = "gid://shopify/LineItem/3"
)

// Suite runs one return, in time that skips.
type Suite struct {
	suite.Suite
	testsuite.WorkflowTestSuite
	env    *testsuite.TestWorkflowEnvironment
	world  *outside.World
	policy *policy.Return
	in     Request
	began  time.Time
	clicks int
}

func TestReturn(t *testing.T) { suite.Run(t, &Suite{}) }

func (s *Suite) SetupTest() {
	s.env = s.NewTestWorkflowEnvironment()
	// A busy machine is no deadlock, and a slow one fails nothing.
	s.env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute})
	s.env.SetTestTimeout(time.Minute)
	s.began = time.Date(2026, 8, 3, 10, 0, 0, 0, time.UTC) // a Monday
	s.env.SetStartTime(s.began)
	s.clicks = 0
	people := map[string]policy.Person{}
	for _, p := range []policy.Person{sam, nina, walt, fiona, felix, grace, omar} {
		people[p.ID] = p
	}
	s.world = &outside.World{Now: s.env.Now, Book: &policy.Book{
		People: people,
		Roles: map[string]policy.Role{
			"support":    {Name: "support", Channel: "CSUPPORT", People: []policy.Person{sam, nina}},
			"warehouse":  {Name: "warehouse", Channel: "CHOUSE", People: []policy.Person{walt}},
			"finance":    {Name: "finance", Channel: "CFINANCE", People: []policy.Person{fiona, felix}},
			"operations": {Name: "operations", Channel: "COPS", People: []policy.Person{omar}},
		},
		Return: policy.Return{
			Handbook: "h1", Shape: policy.ReturnShape, Company: "Northwind Robotics",
			Support: "support", Warehouse: "warehouse", Finance: "finance",
			WarehouseEmail: "dock@northwind.example", Address: "Northwind Returns\nDock 4, 20457 Hamburg", Location: "gid://shopify/Location/1",
			Calendar: "office",
			Terms: []policy.Terms{
				{Name: "final sale", When: `"sale" in line.tags`, Window: 0},
				{Name: "furniture", When: `line.category == "Furniture"`, Window: 14, Fee: 10_00},
				{Name: "standard", Window: 30},
			},
			Fault: []string{"damaged", "defective", "wrong_item", "not_as_described"},
			Grades: []policy.Grade{
				{Name: "new", Label: "As new", Stock: "restock"},
				{Name: "worn", Label: "Worn", Stock: "quarantine", Deduct: 50_00, Excused: []string{"damaged", "defective"}},
				{Name: "broken", Label: "Broken", Stock: "write_off", Deduct: money.Whole, Excused: []string{"damaged", "defective"}},
			},
			KeepBelow:  policy.Limits{"EUR": 5_00},
			Auto:       policy.AutoApproval{Below: policy.Limits{"EUR": 50_00}, MaxRate: 40_00, MinOrders: 3},
			ReturnFee:  map[string]int64{"EUR": 4_90},
			Review:     policy.Ladder{{After: policy.Hours(24), Do: policy.Remind}, {After: policy.Hours(48), Do: policy.Escalate}},
			Payment:    policy.Ladder{{After: policy.Hours(24), Do: policy.Remind}, {After: policy.Hours(48), Do: policy.Escalate}},
			Operations: policy.Ladder{{After: policy.Hours(4), Do: policy.Remind}},
			Two:        policy.Limits{"EUR": 500_00}, FollowUp: policy.Hours(24), AnswerWithin: policy.Hours(5 * 24),
			Arrival:     policy.Arrival{Remind: []policy.Duration{policy.Hours(5 * 24), policy.Hours(10 * 24)}, Expires: policy.Hours(14 * 24)},
			ReplyWindow: policy.Hours(7 * 24),
			Ticket:      policy.Ticket{Pipeline: "0", Open: "1", Waiting: "2", Closed: "4"},
			Calendars: map[string]calendar.Calendar{"office": {
				Name: "office", Zone: "Europe/Berlin", Hours: []calendar.Hours{{Days: "mon-fri", Open: "09:00-17:00"}},
			}},
		},
	}}
	s.policy = &s.world.Book.Return
	line := func(id, sku, title, category string, n int, price int64) commerce.Line {
		return commerce.Line{
			ID: id, SKU: sku, Title: title, Category: category, Quantity: n, Price: euro(price), Tax: euro(0), Refunded: euro(0),
			Variant: "gid://shopify/ProductVariant/" + sku, Item: "gid://shopify/InventoryItem/" + sku,
			Parcels: []commerce.Parcel{{
				ID: "gid://shopify/FulfillmentLineItem/" + sku, Quantity: n, Sent: s.began.Add(-8 * days), Delivered: s.began.Add(-5 * days),
				Location: "gid://shopify/Location/1",
			}},
		}
	}
	s.world.Order = commerce.Order{
		ID: "gid://shopify/Order/1042", Name: "#1042", Placed: s.began.Add(-10 * days), URL: "https://shop.example/orders/1042",
		Customer: commerce.Customer{ID: "gid://shopify/Customer/7", Name: "Ada Winter", Email: "ada@contoso.example", Orders: 7, Returned: 1},
		Country:  "DE", Currency: "EUR", TaxIncluded: true,
		Lines: []commerce.Line{
			line(lamps, "LAMP-1", "Desk lamp", "Lamps", 2, 80_00), line(shirt, "SHIRT-M", "Shirt M", "Clothes", 1, 30_00),
			line(chair, "CHAIR-1", "Chair", "Furniture", 1, 200_00),
		},
		Shipping: commerce.Shipping{Paid: euro(0), Refunded: euro(0)},
		Payments: []commerce.Payment{{
			ID: "gid://shopify/OrderTransaction/1", Gateway: "stripe", Reference: "pi_1", Amount: euro(310_00), Refunded: euro(0),
		}},
		Refunded: euro(0),
	}
	s.env.RegisterActivity(s.world)
	s.in = Request{
		Number: "R-7QX4M2KD", Order: "1042", Email: "ada@contoso.example", Name: "Ada Winter", Wish: refund.Refund,
		Items:  []refund.Item{{SKU: "LAMP-1", Quantity: 2, Reason: commerce.Unwanted}},
		Ticket: "77", Received: s.began,
	}
}

// small makes it a return that is approved by rule: one shirt.
func (s *Suite) small() {
	s.in.Items = []refund.Item{{SKU: "SHIRT-M", Quantity: 1, Reason: commerce.TooSmall}}
}

// at does something so long after the start.
func (s *Suite) at(after time.Duration, do func()) { s.env.RegisterDelayedCallback(do, after) }

// decide has somebody answer a task, on the version that it has then.
func (s *Suite) decide(after time.Duration, task, action string, by policy.Person, fields ...string) {
	s.clicks++
	id := fmt.Sprintf("click-%d", s.clicks)
	s.at(after, func() {
		d := humantask.Decision{
			ID: id, Task: task, Action: action, By: humantask.Actor{Slack: by.Slack}, Version: s.view(task).Version,
			Reply: humantask.Reply{Channel: "C1", User: by.Slack}, Fields: map[string]string{},
		}
		for i := 0; i < len(fields); i += 2 {
			d.Fields[fields[i]] = fields[i+1]
		}
		s.env.SignalWorkflow(humantask.SignalDecide, d)
	})
}

// arrives has the warehouse record a parcel, by its fields.
func (s *Suite) arrives(after time.Duration, n int, fields ...string) {
	s.decide(after, fmt.Sprintf("%s-%d", ArriveTask, n), ActionArrived, walt, fields...)
}

// pays has finance agree to a refund.
func (s *Suite) pays(after time.Duration, n int) {
	s.decide(after, fmt.Sprintf("%s-%d", PayTask, n), ActionApprove, fiona)
}

// comes has the shirt arrive, and paid for an hour later.
func (s *Suite) comes(after time.Duration) {
	s.arrives(after, 1, "received-1", "1", "grade-1", "new")
	s.pays(after+hour, 1)
}

// writes has the customer write.
func (s *Suite) writes(after time.Duration, text string) {
	s.clicks++
	id := fmt.Sprintf("mail-%d", s.clicks)
	s.at(after, func() { s.env.SignalWorkflow(SignalReply, Reply{ID: id, At: s.env.Now(), Text: text}) })
}

func (s *Suite) run() Result {
	s.env.ExecuteWorkflow(Workflow, s.in)
	s.Require().True(s.env.IsWorkflowCompleted())
	s.Require().NoError(s.env.GetWorkflowError())
	var r Result
	s.Require().NoError(s.env.GetWorkflowResult(&r))
	return r
}

// asOf is what the query answers at the moment.
func (s *Suite) asOf() (r Result) {
	v, err := s.env.QueryWorkflow(QueryReturn)
	s.Require().NoError(err)
	s.Require().NoError(v.Get(&r))
	return r
}

func (s *Suite) views() (views []humantask.View) {
	v, err := s.env.QueryWorkflow(humantask.QueryTasks)
	s.Require().NoError(err)
	s.Require().NoError(v.Get(&views))
	return views
}

// view is a task as it is listed; the zero View where it wasn't asked.
func (s *Suite) view(task string) humantask.View {
	views := s.views()
	if i := slices.IndexFunc(views, func(v humantask.View) bool { return v.ID == task }); i >= 0 {
		return views[i]
	}
	return humantask.View{}
}

// tasks are the IDs of the tasks that are open at the moment.
func (s *Suite) tasks() (ids []string) {
	for _, v := range s.views() {
		if v.Open() {
			ids = append(ids, v.ID)
		}
	}
	return ids
}

// fail has calls of an activity fail for good until so long after the start.
func (s *Suite) fail(activity string, until time.Duration) {
	outside.FailUntil(s.world, activity, s.env.Now, s.began.Add(until))
}

// card is the card of a task as it was first shown.
func (s *Suite) card(task string) slack.Card {
	card := outside.Card(s.world, task)
	s.Require().NotEmpty(card.Title, "there is no card of the task "+task)
	return card
}

// lastCard is the card of a task as it was last shown.
func (s *Suite) lastCard(task string) slack.Card { return outside.LastCard(s.world, task) }

// status is what the cards of a task say in the end.
func (s *Suite) status(task string) string { return s.lastCard(task).Status }

// refusals are what people were told in private.
func (s *Suite) refusals() []string { return outside.Refusals(s.world) }

// told are what was said in the threads of cards.
func (s *Suite) told() (texts []string) {
	for _, p := range s.world.Replies {
		texts = append(texts, p.It.Text)
	}
	return texts
}

// mailed are the templates of what the customer was sent, in order, without "return_".
func (s *Suite) mailed() (templates []string) {
	for _, m := range s.world.Mails {
		if m.It.To.Email == s.in.Email {
			templates = append(templates, strings.TrimPrefix(m.It.Template, "return_"))
		}
	}
	return templates
}

// mail is the last e-mail by a template.
func (s *Suite) mail(template string) email.Message {
	for _, m := range slices.Backward(s.world.Mails) {
		if m.It.Template == template {
			return m.It
		}
	}
	s.FailNow("there is no e-mail by the template " + template)
	return email.Message{}
}

// ticketed are the stages that the ticket was brought to, in order.
func (s *Suite) ticketed() (stages []string) {
	for _, u := range s.world.Ticketed {
		if u.It.Stage != "" {
			stages = append(stages, u.It.Stage)
		}
	}
	return stages
}

// notes are all notes of the ticket.
func (s *Suite) notes() string {
	var notes []string
	for _, u := range s.world.Ticketed {
		notes = append(notes, u.It.Note)
	}
	return strings.Join(notes, "\n\n")
}

// spent is with whom a stage was, and for how long.
func spentOn(r Result, stage string) map[string]time.Duration {
	all := map[string]time.Duration{}
	for _, s := range r.Spent {
		if s.Stage == stage {
			all[s.With] = s.Wall.Duration
		}
	}
	return all
}
