package proposal

import (
	"testing"
	"time"

	"github.com/stretchr/testify/suite"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
)

type KickoffSuite struct{ Suite }

func TestKickoff(t *testing.T) { suite.Run(t, &KickoffSuite{}) }

// SetupTest has a proposal that is signed after two hours.
func (s *KickoffSuite) SetupTest() {
	s.Suite.SetupTest()
	s.decide(hour, "review-1", ActionApprove, maria)
	s.signature(2*hour, "request-1", esign.Signed)
}

// parts are the steps that can fail, each with the activity and how often the world has received it in the end.
func (s *KickoffSuite) parts() map[string]struct {
	fails    func(activity string, key effect.Key) bool
	received func() int
} {
	type part = struct {
		fails    func(activity string, key effect.Key) bool
		received func() int
	}
	activity := func(name string) func(string, effect.Key) bool {
		return func(a string, _ effect.Key) bool { return a == name }
	}
	mails := func(template string) func() int {
		return func() (n int) {
			for _, m := range s.world.Mails {
				if m.It.Template == template {
					n++
				}
			}
			return n
		}
	}
	step := func(name string) func(string, effect.Key) bool {
		return func(_ string, key effect.Key) bool { return key.ID == "default-test-workflow-id/"+name }
	}
	return map[string]part{
		"project":           {activity("MakeProject"), func() int { return len(s.world.Projects) }},
		"invoice":           {activity("MakeInvoice"), func() int { return len(s.world.Invoices) }},
		"deal":              {activity("WinDeal"), func() int { return len(s.world.Wins) }},
		"signed-client":     {step("signed-client"), mails("proposal_signed")},
		"signed-strategist": {step("signed-strategist"), mails("task")},
		"signed-team":       {step("signed-team"), func() int { return len(s.told("CDEALS")) }},
	}
}

func (s *KickoffSuite) TestWhenOnePartFailsForGoodTheOthersStandAndOperationsFinishIt() {
	for name := range s.parts() {
		for _, answer := range []string{"retry", "skip", "abort"} {
			s.SetupTest()
			parts := s.parts()
			s.world.Fail = func(a string, key effect.Key) error {
				if parts[name].fails(a, key) && s.env.Now().Sub(s.began) < 5*hour {
					return fault.OfStatus("vendor", 401, 0, "revoked", "").Err()
				}
				return nil
			}
			s.at(4*hour, func() {
				for other, part := range parts {
					want := 1
					if other == name {
						want = 0
					}
					s.Equal(want, part.received(), "%s, while %s has failed", other, name)
				}
				s.Equal([]string{name + "-failed-1"}, s.tasks())
			})
			s.decide(6*hour, name+"-failed-1", answer, omar)
			r := s.run()
			want := map[string]Ending{"retry": Signed, "skip": Signed, "abort": Aborted}[answer]
			s.Equal(want, r.Ending, "%s of %s", answer, name)
			received := map[string]int{"retry": 1}[answer]
			s.Equal(received, parts[name].received(), "%s of %s", answer, name)
		}
	}
}

func (s *KickoffSuite) TestAllPartsFailAndEachIsFinishedByItself() {
	for _, activity := range []string{"MakeProject", "MakeInvoice", "WinDeal", "SendEmail"} {
		s.fail(activity, 5*hour)
	}
	tasks := map[string]bool{}
	s.at(4*hour, func() {
		for _, id := range s.tasks() {
			tasks[id] = true
			s.decide(6*hour, id, "retry", omar)
		}
	})
	s.at(5*hour+time.Minute, func() {})
	s.Equal(Signed, s.run().Ending)
	s.Len(tasks, 5)
	s.Len(s.world.Projects, 1)
	s.Len(s.world.Invoices, 1)
	s.Len(s.world.Wins, 1)
	s.Len(s.world.Mails, 2)
}

func (s *KickoffSuite) TestEachPartIsOneEffect() {
	s.run()
	keys := map[string]bool{}
	for _, k := range []effect.Key{s.world.Projects[0].Key, s.world.Invoices[0].Key, s.world.Wins[0].Key, s.world.Mails[0].Key, s.world.Mails[1].Key} {
		keys[k.ID] = true
		s.False(k.Again)
	}
	s.Len(keys, 5)
}

func (s *KickoffSuite) TestTheInvoiceAddsUpHoweverTheDiscountIsRounded() {
	s.in.Lines = []document.Line{
		{Description: "Hours", Quantity: 333, Price: euro(99_99)}, {Description: "Parts", Quantity: 3 * money.One, Price: euro(33)},
	}
	s.in.Discount = document.Discount{Percent: 3_33}
	r := s.run()
	invoice := s.world.Invoices[0].It
	sum := money.Amount{}
	for _, l := range invoice.Lines {
		var err error
		sum, err = sum.Add(l.Amount)
		s.NoError(err)
	}
	s.Equal(invoice.Total, sum)
	s.Equal(r.Total, sum)
	s.Equal("0.333 × Hours", invoice.Lines[0].Description)
	s.Equal("Discount (3.33 %)", invoice.Lines[2].Description)
}

func (s *KickoffSuite) TestADiscountThatIsAnAmountIsALineOfItsOwn() {
	s.in.Discount = document.Discount{Amount: euro(99_00)}
	s.run()
	lines := s.world.Invoices[0].It.Lines
	s.Equal("Discount", lines[2].Description)
	s.Equal(euro(-99_00), lines[2].Amount)
}

func (s *KickoffSuite) TestWhatCostsNothingIsNotInvoiced() {
	s.in.Discount = document.Discount{Percent: money.Whole}
	s.policy.Tiers = nil
	s.Equal(Signed, s.run().Ending)
	s.Empty(s.world.Invoices)
}

func (s *KickoffSuite) TestTheProjectsOwnerMayBeSomebodyElse() {
	s.policy.Kickoff.Owner = "grace"
	s.policy.Kickoff.Sections[0].Tasks[1].Assignee = "somebody-who-has-left"
	s.run()
	k := s.world.Projects[0].It
	s.Equal("grace@northwind.example", k.Owner)
	s.Empty(k.Sections[0].Tasks[1].Assignee)
	s.Contains(k.Notes, "Deal: 42")
	s.Contains(k.Notes, "Total: EUR 4,499.00")
}

func (s *KickoffSuite) TestWithoutACalendarWeekdaysCount() {
	s.policy.Calendar = ""
	s.run()
	s.Equal("2026-08-03", s.world.Projects[0].It.Start)
	s.Equal("2026-08-05", s.world.Projects[0].It.Sections[0].Tasks[0].Due)
}
