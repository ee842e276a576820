package lead

import (
	"testing"
	"time"

	"github.com/stretchr/testify/suite"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/enrich"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

var (
	maria = policy.Person{ID: "maria", Name: "Maria Lopez", Email: "maria@northwind.example", Slack: "UMARIA", Manager: "grace", CRMOwner: "11"}
	grace = policy.Person{ID: "grace", Name: "Grace Chen", Email: "grace@northwind.example", Slack: "UGRACE"}
	omar  = policy.Person{ID: "omar", Name: "Omar Haddad", Email: "omar@northwind.example", Slack: "UOMAR"}
)

// things are what was received, without their keys.
func things[T any](sent []outside.Sent[T]) []T {
	var all []T
	for _, s := range sent {
		all = append(all, s.It)
	}
	return all
}

// LeadSuite runs one lead, in time that skips.
type LeadSuite struct {
	suite.Suite
	testsuite.WorkflowTestSuite
	env   *testsuite.TestWorkflowEnvironment
	world *outside.World
	in    Submission
}

func TestLead(t *testing.T) { suite.Run(t, &LeadSuite{}) }

func (s *LeadSuite) SetupTest() {
	s.env = s.NewTestWorkflowEnvironment()
	s.env.SetStartTime(time.Date(2026, 8, 3, 10, 0, 0, 0, time.UTC)) // a Monday
	enterprise := policy.Pool{Name: "enterprise", Members: []policy.Member{{Person: maria, Weight: 1}}}
	inbound := policy.Pool{Name: "inbound", Members: []policy.Member{{Person: omar, Weight: 1}}}
	s.world = &outside.World{
		Company: enrich.Company{Found: true, Name: "Contoso Ltd", Domain: "contoso.com", Country: "DE", Industry: "logistics", Employees: 900},
		Book: &policy.Book{
			People: map[string]policy.Person{"maria": maria, "grace": grace, "omar": omar},
			Pools:  map[string]policy.Pool{"enterprise": enterprise, "inbound": inbound},
			Roles:  map[string]policy.Role{"operations": {Name: "operations", Channel: "COPS", People: []policy.Person{omar}}},
			Lead: policy.Lead{
				Handbook: "h1", Shape: policy.LeadShape, OwnerWait: policy.Duration{Duration: 5 * time.Second},
				OutOfHours: policy.Hold, MaxHold: policy.Hours(16), EnrichmentWait: policy.Duration{Duration: 10 * time.Second}, OutreachTemplate: "lead_outreach", Company: "Northwind Robotics",
				Territories: []policy.Territory{{Name: "Enterprise", When: "company.employees >= 500", Pool: "enterprise"}},
				DefaultPool: "inbound",
				Contact:     policy.Ladder{{After: policy.Hours(24), Do: policy.Remind}, {After: policy.Hours(48), Do: policy.Escalate}},
				Operations:  policy.Ladder{{After: policy.Hours(4), Do: policy.Remind}},
			},
		},
	}
	s.env.RegisterActivity(s.world)
	s.in = Submission{
		Name: "Ada Winter", Email: "ada@contoso.com", Company: "Contoso", Phone: "+49 30 1234", Country: "DE", Domain: "contoso.com",
		Message: "We need <forty> robots.", UTM: map[string]string{"source": "search"}, Received: s.env.Now().UTC(),
	}
}

func (s *LeadSuite) click(at time.Duration, task, action, slackUser string) {
	s.env.RegisterDelayedCallback(func() {
		s.env.SignalWorkflow(humantask.SignalDecide, humantask.Decision{
			ID: slackUser + action, Task: task, Action: action, By: humantask.Actor{Slack: slackUser},
		})
	}, at)
}

func (s *LeadSuite) run() Result {
	s.env.ExecuteWorkflow(Workflow, s.in)
	s.Require().True(s.env.IsWorkflowCompleted())
	s.Require().NoError(s.env.GetWorkflowError())
	var r Result
	s.Require().NoError(s.env.GetWorkflowResult(&r))
	return r
}

func (s *LeadSuite) fail(activity string, err error, until time.Duration) {
	begun := s.env.Now()
	s.world.Fail = func(a string, _ effect.Key) error {
		if a == activity && s.env.Now().Sub(begun) < until {
			return err
		}
		return nil
	}
}

func (s *LeadSuite) TestALeadGoesFromTheFormToARepWhoMadeContact() {
	s.click(3*time.Hour, "contact", "contacted", "UMARIA")
	r := s.run()

	s.Equal(Contacted, r.Ending)
	s.Equal("maria", r.Rep.ID)
	s.Equal("Enterprise", r.Route.Territory)
	s.Equal("h1", r.Policy)
	s.Equal("maria", r.Contact.By.ID)
	s.Equal(3*time.Hour, r.Contact.Took.Duration)
	s.False(r.Escalated)
	s.GreaterOrEqual(r.Took.Duration, 3*time.Hour)
	var names []string
	for _, step := range r.Steps {
		s.Equal("done", step.Ended)
		names = append(names, step.Name)
	}
	s.ElementsMatch([]string{
		"policy", "claim-1", "known", "enrich", "route", "assign-hours-1", "assign", "record", "claim-2", "outreach", "stage-1", "outcome", "release",
	}, names)

	s.Require().Len(s.world.Leads, 1)
	lead := s.world.Leads[0].It
	s.Equal("11", lead.Owner)
	s.Equal(crm.Company{Name: "Contoso Ltd", Domain: "contoso.com", Country: "DE", Industry: "logistics", Employees: 900}, lead.Company)
	s.Contains(lead.Note, "We need <forty> robots.")
	s.Contains(lead.Note, `Given to Maria Lopez by territory "Enterprise"`)
	s.Contains(lead.Note, "source: search")

	s.Require().Len(s.world.Mails, 1)
	mail := s.world.Mails[0].It
	s.Equal("ada@contoso.com", mail.To.Email)
	s.Equal("maria@northwind.example", mail.From.Email)
	s.Equal("lead_outreach", mail.Template)

	s.Require().Len(s.world.Cards, 1)
	card := s.world.Cards[0].It
	s.Equal("Make contact: Contoso", card.Title)
	facts := map[string]string{}
	for _, f := range card.Facts {
		facts[f.Label] = f.Value
	}
	s.Equal("Contoso Ltd, logistics, DE, 900 people", facts["Company"])
	s.Contains(facts["Why"], "company.employees")
	s.Equal("Open the record", facts["CRM"], "the card waits a moment for the CRM")

	s.Require().Len(s.world.Ended, 1)
	s.Equal(crm.Outcome{Contact: "101", Email: "ada@contoso.com", Status: crm.StatusConnected, At: r.Contact.At}, s.world.Ended[0].It)
	s.Equal([]crm.Stage{{Contact: "101", Email: "ada@contoso.com", Status: crm.StatusAttempted}}, things(s.world.Stages))
	s.Empty(s.world.Owners, "the record has had its owner from the start")
	s.Empty(s.world.Holders, "what was claimed is released")
}

func (s *LeadSuite) TestNobodyMakesContactSoTheManagerIsAsked() {
	s.click(49*time.Hour, "contact", "contacted", "UGRACE")
	r := s.run()
	s.Equal(Contacted, r.Ending)
	s.True(r.Escalated)
	s.Equal("grace", r.Contact.By.ID)
	s.Equal("maria", r.Rep.ID)
	s.Len(s.world.Cards, 2)
	s.Len(s.world.Mails, 1, "the lead is written to once")
}

func (s *LeadSuite) TestALeadThatNobodyTouchesGoesToTheNextRepOfThePool() {
	luis := policy.Person{ID: "luis", Name: "Luis Ortega", Email: "luis@northwind.example", Slack: "ULUIS", Manager: "grace"}
	s.world.Book.People["luis"] = luis
	s.world.Book.Pools["enterprise"] = policy.Pool{Name: "enterprise", Members: []policy.Member{{Person: maria, Weight: 1}, {Person: luis, Weight: 1}}}
	s.world.Book.Lead.Contact = policy.Ladder{
		{After: policy.Hours(24), Do: policy.Reassign, Every: policy.Hours(1)}, {After: policy.Hours(48), Do: policy.Escalate},
	}
	s.click(24*time.Hour+30*time.Minute, "contact", "contacted", "ULUIS")
	r := s.run()
	s.Equal("maria", r.Rep.ID)
	s.Equal("luis", r.Contact.By.ID)
	s.Equal(2, outside.Calls(s.world, "TakeTurn"))
	s.Len(s.world.Cards, 2)
}

func (s *LeadSuite) TestWhatIsNoLeadEndsDisqualified() {
	s.env.RegisterDelayedCallback(func() {
		s.env.SignalWorkflow(humantask.SignalDecide, humantask.Decision{
			Task: "contact", Action: "disqualified", By: humantask.Actor{Slack: "UMARIA"}, Fields: map[string]string{"comment": "a student"},
		})
	}, time.Hour)
	s.Equal(Disqualified, s.run().Ending)
	s.Equal(crm.StatusUnqualified, s.world.Ended[0].It.Status)
	s.Equal("Maria Lopez: a student", s.world.Ended[0].It.Note)
}

func (s *LeadSuite) TestEnrichmentThatIsDownIsWaitedForAndThenDoneWithout() {
	s.in.Employees = 30
	s.fail("EnrichCompany", fault.Unreachable("peopledatalabs", "down").Err(), 100*time.Hour)
	s.click(time.Hour, "contact", "contacted", "UOMAR")
	r := s.run()
	s.Equal("omar", r.Rep.ID, "the default pool")
	s.Empty(r.Route.Territory)
	s.False(r.Company.Found)
	s.Greater(outside.Calls(s.world, "EnrichCompany"), 1)
	s.LessOrEqual(r.Steps[1].Took.Duration, 10*time.Second)
	s.Equal("Contoso", s.world.Leads[0].It.Company.Name, "what the lead said is used instead")
}

func (s *LeadSuite) TestAPrivatePersonIsNotLookedUp() {
	s.in.Email, s.in.Domain, s.in.Company = "ada.winter@gmail.com", "", ""
	s.click(time.Hour, "contact", "contacted", "UOMAR")
	r := s.run()
	s.Zero(outside.Calls(s.world, "EnrichCompany"))
	s.Equal("omar", r.Rep.ID)
	s.Equal("Make contact: Ada Winter", s.world.Cards[0].It.Title)
}

func (s *LeadSuite) TestACRMThatIsDownDoesNotHoldUpTheRep() {
	s.fail("RecordLead", fault.Unreachable("hubspot", "down").Err(), 5*time.Minute)
	s.env.RegisterDelayedCallback(func() { s.Len(s.world.Cards, 1) }, time.Minute)
	s.click(2*time.Hour, "contact", "contacted", "UMARIA")
	r := s.run()
	s.Len(s.world.Leads, 1)
	s.Equal("101", r.Records.Contact)
	s.Len(s.world.Ended, 1)
}

func (s *LeadSuite) TestARevokedKeyIsPutRightByOperations() {
	s.fail("RecordLead", fault.OfStatus("hubspot", 401, 0, "EXPIRED_AUTHENTICATION", "").Err(), time.Hour)
	s.click(30*time.Minute, "contact", "contacted", "UMARIA")
	s.click(2*time.Hour, "record-failed-1", "retry", "UOMAR")
	r := s.run()
	s.Equal(Contacted, r.Ending)
	s.Equal("101", r.Records.Contact)
	s.Require().Len(s.world.Leads, 1)
	s.True(s.world.Leads[0].Key.Again)
	s.Len(s.world.Ended, 1, "the outcome waits for the record")
	s.Require().Len(s.world.Cards, 2)
	ops := s.world.Cards[0].It
	s.Equal("COPS", ops.To)
	s.Equal("Put right: Record the lead in the CRM", ops.Title)
	s.Contains(ops.Facts[0].Value, "hubspot answered 401: EXPIRED_AUTHENTICATION")
}

func (s *LeadSuite) TestOperationsSkipTheRecord() {
	s.fail("RecordLead", fault.OfStatus("hubspot", 400, 0, "VALIDATION_ERROR", "").Err(), time.Hour)
	s.click(10*time.Minute, "record-failed-1", "skip", "UOMAR")
	s.click(30*time.Minute, "contact", "contacted", "UMARIA")
	r := s.run()
	s.Equal(Contacted, r.Ending)
	s.Empty(s.world.Leads)
	s.Empty(s.world.Ended, "there is no record to bring up to date")
}

func (s *LeadSuite) TestOperationsSkipTheMailAndTheOutcome() {
	s.world.Fail = func(a string, _ effect.Key) error {
		if a == "SendEmail" || a == "RecordOutcome" {
			return fault.OfStatus(a, 400, 0, "", "").Err()
		}
		return nil
	}
	s.click(10*time.Minute, "outreach-failed-1", "skip", "UOMAR")
	s.click(30*time.Minute, "contact", "contacted", "UMARIA")
	s.click(time.Hour, "outcome-failed-2", "skip", "UOMAR")
	s.Equal(Contacted, s.run().Ending)
}

func (s *LeadSuite) TestOperationsGiveTheCaseUp() {
	s.fail("SendEmail", fault.OfStatus("sendgrid", 400, 0, "", "").Err(), 100*time.Hour)
	s.click(time.Hour, "outreach-failed-1", "abort", "UOMAR")
	r := s.run()
	s.Equal(Aborted, r.Ending)
	s.Zero(r.Contact)
	last := s.world.Updates[len(s.world.Updates)-2:]
	var statuses string
	for _, u := range last {
		statuses += u.It.Card.Status
	}
	s.Contains(statuses, "Withdrawn", "the rep's card says that there is nothing left to do")
	s.Contains(statuses, "Given up by Omar Haddad")
}

func (s *LeadSuite) TestSlackDownForTheWholeLifeOfALead() {
	s.world.Fail = func(a string, _ effect.Key) error {
		switch a {
		case "PostCard", "UpdateCard", "ReplyInThread":
			return fault.Unreachable("slack", "down").Err()
		}
		return nil
	}
	s.env.RegisterDelayedCallback(func() {
		s.env.SignalWorkflow(humantask.SignalDecide, humantask.Decision{Task: "contact", Action: "contacted", By: humantask.Actor{Person: "grace"}})
	}, 50*time.Hour)
	r := s.run()
	s.Equal(Contacted, r.Ending)
	s.True(r.Escalated)
	s.Len(s.world.Leads, 1)
	var templates []string
	for _, m := range s.world.Mails {
		templates = append(templates, m.It.Template+" to "+m.It.To.Email)
	}
	s.ElementsMatch([]string{
		"lead_outreach to ada@contoso.com", "task to maria@northwind.example", "task to maria@northwind.example",
		"task to grace@northwind.example", "task to maria@northwind.example",
	}, templates)
}

func (s *LeadSuite) TestTheQueryTellsWhereALeadIs() {
	s.env.RegisterDelayedCallback(func() {
		v, err := s.env.QueryWorkflow(QueryLead)
		s.Require().NoError(err)
		var r Result
		s.Require().NoError(v.Get(&r))
		s.Empty(r.Ending)
		s.Equal("maria", r.Rep.ID)
		s.Equal("101", r.Records.Contact)
	}, time.Hour)
	s.click(2*time.Hour, "contact", "contacted", "UMARIA")
	s.run()
}

func (s *LeadSuite) TestACancelledLeadWithdrawsItsCard() {
	s.env.RegisterDelayedCallback(s.env.CancelWorkflow, time.Hour)
	s.env.ExecuteWorkflow(Workflow, s.in)
	s.True(temporal.IsCanceledError(s.env.GetWorkflowError()))
	s.Require().NotEmpty(s.world.Updates)
	s.Contains(s.world.Updates[len(s.world.Updates)-1].It.Card.Status, "Withdrawn")
}
