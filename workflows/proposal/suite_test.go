package proposal

import (
	"strings"
	"time"

	"github.com/stretchr/testify/suite"
	"go.temporal.io/sdk/testsuite"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

func person(id, name, manager string) policy.Person {
	return policy.Person{ID: id, Name: name, Email: id + "@northwind.example", Slack: "U" + strings.ToUpper(id), Manager: manager}
}

var (
	maria  = person("maria", "Maria Lopez", "grace")  // strategist
	luis   = person("luis", "Luis Ortega", "grace")   // strategist
	grace  = person("grace", "Grace Chen", "bernd")   // above all of them
	bernd  = person("bernd", "Bernd Voss", "")        // above Grace
	anna   = person("anna", "Anna Berg", "grace")     // partner
	victor = person("victor", "Victor Hale", "grace") // partner
	fiona  = person("fiona", "Fiona Marsh", "grace")  // finance
	omar   = person("omar", "Omar Haddad", "")        // operations
)

func euro(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

// Suite runs one proposal, in time that skips.
type Suite struct {
	suite.Suite
	testsuite.WorkflowTestSuite
	env    *testsuite.TestWorkflowEnvironment
	world  *outside.World
	policy *policy.Proposal
	in     Request
	began  time.Time
	clicks int
}

func (s *Suite) SetupTest() {
	s.env = s.NewTestWorkflowEnvironment()
	s.began = time.Date(2026, 8, 3, 10, 0, 0, 0, time.UTC) // a Monday
	s.env.SetStartTime(s.began)
	s.clicks = 0
	people := map[string]policy.Person{}
	for _, p := range []policy.Person{maria, luis, grace, bernd, anna, victor, fiona, omar} {
		people[p.ID] = p
	}
	s.world = &outside.World{Now: s.env.Now, Book: &policy.Book{
		People: people,
		Pools: map[string]policy.Pool{
			"strategists": {Name: "strategists", Members: []policy.Member{{Person: maria, Weight: 1}, {Person: luis, Weight: 1}}},
		},
		Roles: map[string]policy.Role{
			"partners":   {Name: "partners", People: []policy.Person{anna, victor}},
			"finance":    {Name: "finance", People: []policy.Person{fiona}},
			"operations": {Name: "operations", Channel: "COPS", People: []policy.Person{omar}},
		},
		Proposal: policy.Proposal{
			Handbook: "h1", Shape: policy.ProposalShape, Company: "Northwind Robotics", Strategists: "strategists", Calendar: "office",
			Review:     policy.Ladder{{After: policy.Hours(24), Do: policy.Remind}, {After: policy.Hours(48), Do: policy.Escalate}},
			Approval:   policy.Ladder{{After: policy.Hours(24), Do: policy.Remind}, {After: policy.Hours(48), Do: policy.Escalate}},
			Operations: policy.Ladder{{After: policy.Hours(4), Do: policy.Remind}},
			MaxRounds:  2, AskAgain: policy.AskAll, InvoiceDue: 30, WonStage: "closedwon", Channel: "CDEALS",
			Tiers: []policy.Tier{
				{Name: "partner", Over: map[string]int64{"EUR": 10_000_00, "JPY": 1_000_000}, Role: "partners", Need: 1},
				{Name: "finance", DiscountOver: 10_00, Role: "finance", Need: 1},
			},
			Signature: policy.Signature{Expires: policy.Hours(14 * 24), Remind: []policy.Duration{policy.Hours(72), policy.Hours(168)}},
			Kickoff: policy.Kickoff{Sections: []policy.KickoffSection{
				{Name: "Start", Tasks: []policy.KickoffTask{
					{Name: "Kickoff call", Assignee: policy.TheStrategist, Due: 2}, {Name: "Access", Assignee: "omar", Due: 5}, {Name: "Filing"},
				}},
				{Name: "Build"},
			}},
			Calendars: map[string]calendar.Calendar{"office": {
				Name: "office", Zone: "Europe/Berlin", Hours: []calendar.Hours{{Days: "mon-fri", Open: "09:00-17:00"}},
			}},
		},
	}}
	s.policy = &s.world.Book.Proposal
	s.env.RegisterActivity(s.world)
	s.in = Request{
		Number: "P-7QX4M2KD", Title: "Forty robots", Deal: "42",
		Client:   document.Party{Company: "Contoso", Name: "Ada Winter", Email: "ada@contoso.example", Country: "DE"},
		Notes:    "## Goals\nMove pallets at night.\n\n## Scope\nForty robots.\n\n## Colours\nBlue.",
		Currency: "EUR", Lines: []document.Line{
			{Description: "Robot arm", Quantity: 2 * money.One, Price: euro(1999_50)}, {Description: "Set-up", Quantity: money.One, Price: euro(500_00)},
		},
		ValidUntil: "2026-08-31", RequestedBy: "luis", Received: s.began,
	}
}

// total makes the proposal come to so much.
func (s *Suite) total(minor int64) {
	s.in.Lines = []document.Line{{Description: "Robots", Quantity: money.One, Price: euro(minor)}}
}

// at does something so long after the start.
func (s *Suite) at(after time.Duration, do func()) { s.env.RegisterDelayedCallback(do, after) }

// decide has somebody answer a task; the version is that in the task's ID, and a step's has none.
func (s *Suite) decide(after time.Duration, task, action string, by policy.Person, fields ...string) {
	s.clicks++
	d := humantask.Decision{
		ID: strings.Repeat("i", s.clicks), Task: task, Action: action, By: humantask.Actor{Slack: by.Slack},
		Version: strings.Split(task, "-")[1], Reply: humantask.Reply{Channel: "C1", User: by.Slack},
	}
	if strings.Contains(task, "-failed-") {
		d.Version = ""
	}
	for i := 0; i < len(fields); i += 2 {
		if d.Fields == nil {
			d.Fields = map[string]string{}
		}
		d.Fields[fields[i]] = fields[i+1]
	}
	s.at(after, func() { s.env.SignalWorkflow(humantask.SignalDecide, d) })
}

// signature has Dropbox Sign tell something, which is so.
func (s *Suite) signature(after time.Duration, request string, state esign.State) {
	s.at(after, func() { s.stands(request, state) })
	s.callback(after, request, state)
}

// stands is where Dropbox Sign says that a request stands.
func (s *Suite) stands(request string, state esign.State) {
	if s.world.Signature == nil {
		s.world.Signature = map[string]esign.State{}
	}
	if final(state) {
		s.world.Signature[request] = state
	}
}

// callback is what comes in as from Dropbox Sign, whether it is so or not.
func (s *Suite) callback(after time.Duration, request string, state esign.State) {
	s.at(after, func() {
		s.env.SignalWorkflow(SignalSignature, esign.Status{ID: request, State: state, At: s.env.Now().UTC()})
	})
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
	v, err := s.env.QueryWorkflow(QueryProposal)
	s.Require().NoError(err)
	s.Require().NoError(v.Get(&r))
	return r
}

// tasks are the IDs of the tasks that are open at the moment.
func (s *Suite) tasks() (ids []string) {
	v, err := s.env.QueryWorkflow(humantask.QueryTasks)
	s.Require().NoError(err)
	var views []humantask.View
	s.Require().NoError(v.Get(&views))
	for _, view := range views {
		if view.Open() {
			ids = append(ids, view.ID)
		}
	}
	return ids
}

// version is what the query answers about a version at the end.
func (s *Suite) version(n int) (v Version) {
	got, err := s.env.QueryWorkflow(QueryVersion, n)
	s.Require().NoError(err)
	s.Require().NoError(got.Get(&v))
	return v
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

// status is what the cards of a task say in the end.
func (s *Suite) status(task string) string { return outside.LastCard(s.world, task).Status }

// refusals are what people were told in private.
func (s *Suite) refusals() []string { return outside.Refusals(s.world) }

// told are the titles of the messages to somebody in Slack that are about no task.
func (s *Suite) told(to string) (titles []string) {
	for _, c := range s.world.Cards {
		if c.It.Task.Task == "" && c.It.To == to {
			titles = append(titles, c.It.Title)
		}
	}
	return titles
}

// approvers are who was asked for approval.
func (s *Suite) approvers() (ids []string) {
	for _, c := range s.world.Cards {
		if strings.HasPrefix(c.It.Task.Task, ApproveTask+"-") {
			ids = append(ids, strings.ToLower(strings.TrimPrefix(c.It.To, "U")))
		}
	}
	return ids
}

const hour = time.Hour

// away has somebody be away all the time, wherever the handbook names them.
func (s *Suite) away(id, cover string) {
	book := s.world.Book
	p := book.People[id]
	p.Away = []policy.Absence{{From: s.began.Add(-hour), To: s.began.Add(1000 * hour), Cover: cover}}
	book.People[id] = p
	for _, pool := range book.Pools {
		for i := range pool.Members {
			if pool.Members[i].Person.ID == id {
				pool.Members[i].Person = p
			}
		}
	}
	for _, role := range book.Roles {
		for i := range role.People {
			if role.People[i].ID == id {
				role.People[i] = p
			}
		}
	}
}
