package proposal

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/suite"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

type ReviewSuite struct{ Suite }

func TestReview(t *testing.T) { suite.Run(t, &ReviewSuite{}) }

// fields are the fields of an action of an open task, by name.
func (s *ReviewSuite) fields(task, action string) map[string]slack.Field {
	v, err := s.env.QueryWorkflow(humantask.QueryTasks)
	s.Require().NoError(err)
	var views []humantask.View
	s.Require().NoError(v.Get(&views))
	fields := map[string]slack.Field{}
	for _, view := range views {
		for _, a := range view.Actions {
			if view.ID == task && a.Name == action {
				for _, f := range a.Fields {
					fields[f.Name] = f
				}
			}
		}
	}
	return fields
}

func (s *ReviewSuite) TestAChangeMakesAVersionThatIsReviewedToo() {
	s.decide(hour, "review-1", ActionChange, maria,
		FieldLines, "3 × Robot arm @ 1000.00", FieldDiscount, "5 %", FieldValidUntil, "2026-09-30",
		document.Budget, "Below 3000.", document.Scope, "", "comment", "as she asked")
	s.decide(2*hour, "review-2", ActionApprove, maria)
	s.signature(3*hour, "request-1", esign.Signed)
	r := s.run()
	s.Equal(Signed, r.Ending)
	s.Require().Len(r.Versions, 2)
	s.NotEqual(r.Versions[0].Digest, r.Versions[1].Digest)
	s.Equal(euro(2850_00), r.Total)
	s.Equal(r.Versions[1].Digest, s.world.Requests[0].It.Digest)

	v := s.version(2)
	s.Equal("maria", v.By.ID)
	s.Equal("as she asked", v.Why)
	s.Equal("2026-09-30", v.Proposal.ValidUntil)
	sections := map[string]string{}
	for _, section := range v.Proposal.Sections {
		sections[section.Kind] += section.Text
	}
	s.Equal("Below 3000.", sections[document.Budget])
	s.Empty(sections[document.Scope], "what is emptied is empty")
	s.Equal("Move pallets at night.", sections[document.Goals], "what isn't named stays as it is")
	s.Equal("Blue.", sections[""])
	s.Equal("Maria Lopez: as she asked", outside.Fact(s.card("review-2"), "Changed by"))
	s.Equal("Forty robots.", s.version(1).Proposal.Sections[1].Text, "the version before stays as it was")
}

func (s *ReviewSuite) TestTheClientGetsWhatTheNotesHaveBesideOnlyWhereTheStrategistSaysSo() {
	s.at(hour, func() {
		f := s.fields("review-1", ActionChange)["beside-8"]
		s.Equal("Colours", f.Label)
		s.Equal("Blue.", f.Hint)
		s.Equal("out", f.Value)
	})
	s.decide(2*hour, "review-1", ActionChange, maria, "beside-8", "in")
	s.decide(3*hour, "review-2", ActionChange, maria, "beside-8", "out")
	s.decide(4*hour, "review-3", ActionDrop, maria, "comment", "no")
	s.run()
	for n, shown := range map[int]bool{1: false, 2: true, 3: false} {
		last := s.version(n).Proposal.Sections[7]
		s.Equal(document.Section{Title: "Colours", Text: "Blue.", Shown: shown}, last, "version %d", n)
	}
	s.Equal("Colours", outside.Fact(s.card("review-1"), "In the notes, and left out"))
	s.Empty(outside.Fact(s.card("review-2"), "In the notes, and left out"))
}

func (s *ReviewSuite) TestTheDialogBeginsWithWhatTheProposalSays() {
	s.at(hour, func() {
		fields := s.fields("review-1", ActionChange)
		s.Equal("2 × Robot arm @ 1999.50\n1 × Set-up @ 500.00", fields[FieldLines].Value)
		s.Empty(fields[FieldDiscount].Value)
		s.Equal("2026-08-31", fields[FieldValidUntil].Value)
		s.Equal("Move pallets at night.", fields[document.Goals].Value)
		s.Contains(fields, document.NextSteps)
	})
	s.decide(2*hour, "review-1", ActionDrop, maria, "comment", "no")
	s.run()
}

func (s *ReviewSuite) TestATextThatIsTooLongForADialogIsKeptReplacedOrTakenOut() {
	long := strings.Repeat("Forty robots. ", 300)
	s.in.Notes = "## Goals\n" + long + "\n## Scope\n" + long + "\n## Risks\n" + long
	s.at(hour, func() {
		f := s.fields("review-1", ActionChange)[document.Goals]
		s.Empty(f.Value)
		s.Contains(f.Hint, "(4199 characters)")
	})
	s.decide(2*hour, "review-1", ActionChange, maria, document.Goals, "", document.Scope, "Fifty.", document.Risks, "-")
	s.decide(3*hour, "review-2", ActionDrop, maria, "comment", "no")
	s.run()
	text := map[string]string{}
	for _, section := range s.version(2).Proposal.Sections {
		text[section.Kind] = section.Text
	}
	s.Equal(strings.TrimSpace(long), text[document.Goals])
	s.Equal("Fifty.", text[document.Scope])
	s.Empty(text[document.Risks])
}

func (s *ReviewSuite) TestAMistakeInAChangeNamesTheFieldAndTheFix() {
	for i, c := range []struct{ field, value, want string }{
		{FieldLines, "3 robots for 5", `Prices: line 1: "3 robots for 5" isn't of the form: 2 × Robot arm @ 1999.50`},
		{FieldLines, "1 × Robot @ USD 5", "Prices: line 1: the price behind @: \"USD 5\" is in USD, but the proposal is in EUR"},
		{FieldLines, "1 × Robot @ 5.005", "Prices: line 1: the price behind @: \"5.005\" has too many digits after the point: EUR has 2"},
		{FieldLines, strings.Repeat("1 × Robot @ 5.00\n", MaxLines+1), "Prices: there are 101 lines, and can be at most 100."},
		{FieldDiscount, "120 %", "Discount: 120 is not between 0 and 100"},
		{FieldDiscount, "9000", "Discount: EUR 9,000.00 is more than the subtotal of EUR 4,499.00"},
		{FieldValidUntil, "next week", `Valid until: "next week" is no date: write it like 2026-11-30`},
		{FieldValidUntil, "2026-08-01", "Valid until: 2026-08-01 is before the date of issue, 2026-08-03"},
		{"comment", "hm", "Nothing is changed: change something, or choose another answer."},
	} {
		s.SetupTest()
		s.decide(hour, "review-1", ActionChange, maria, c.field, c.value)
		s.decide(2*hour, "review-1", ActionDrop, maria, "comment", "no")
		s.Len(s.run().Versions, 1, "case %d", i)
		s.Equal([]string{c.want}, s.refusals())
	}
}

func (s *ReviewSuite) TestADecisionOnAnOlderVersionDoesNotCount() {
	s.decide(hour, "review-1", ActionChange, maria, FieldDiscount, "5 %")
	s.decide(2*hour, "review-1", ActionApprove, maria)
	s.decide(3*hour, "review-2", ActionDrop, maria, "comment", "no")
	s.Equal(Dropped, s.run().Ending)
	s.Len(s.refusals(), 1)
}

func (s *ReviewSuite) TestADraftWithoutPricesCanNotGoOut() {
	s.in.Lines = nil
	s.decide(hour, "review-1", ActionApprove, maria)
	s.decide(2*hour, "review-1", ActionChange, maria, FieldLines, "1 × Robot @ 5.00")
	s.decide(3*hour, "review-2", ActionApprove, maria)
	s.signature(4*hour, "request-1", esign.Signed)
	r := s.run()
	s.Equal(Signed, r.Ending)
	s.Equal([]string{"It has no prices yet: add them by a change first."}, s.refusals())
	s.Contains(outside.Fact(s.card("review-1"), "Missing"), "Prices")
	s.Equal("no prices yet", outside.Fact(s.card("review-1"), "Total"))
	s.Equal(euro(5_00), r.Total)
}

func (s *ReviewSuite) TestOnlyWhatIsMarkedForTheStrategistIsADraft() {
	s.decide(hour, "review-1", ActionApprove, maria)
	s.signature(2*hour, "request-1", esign.Signed)
	s.run()
	s.Require().Len(s.world.Rendered, 2)
	s.False(s.world.Rendered[0].It.Draft)
	s.True(s.world.Rendered[1].It.Draft)
	s.Equal("P-7QX4M2KD-v1.pdf", s.world.Links[0].It.Document.Name)
	s.Equal(s.world.Requests[0].It.Digest, s.world.Links[0].It.Document.Digest, "what is sent is what everybody has seen")
	s.Equal("P-7QX4M2KD-v1.html", s.world.Links[1].It.Document.Name)
	s.Equal("P-7QX4M2KD-v1-marked.html", s.world.Links[2].It.Document.Name)
}

func (s *ReviewSuite) TestACurrencyWithoutMinorUnits() {
	yen := func(n int64) money.Amount { return money.Amount{Minor: n, Currency: "JPY"} }
	s.in.Currency = "JPY"
	s.in.Lines = []document.Line{{Description: "Robot", Quantity: 2500, Price: yen(333)}}
	s.in.Discount = document.Discount{Percent: 12_50}
	s.decide(hour, "review-1", ActionChange, maria, FieldLines, "2.5 × Robot @ 335")
	s.decide(2*hour, "review-2", ActionApprove, maria)
	s.signature(3*hour, "request-1", esign.Signed)
	s.policy.Tiers = s.policy.Tiers[:1]
	r := s.run()
	s.Equal(yen(733), r.Total, "838 less 105")
	invoice := s.world.Invoices[0].It
	s.Equal(yen(838), invoice.Lines[0].Amount)
	s.Equal(yen(-105), invoice.Lines[1].Amount)
	s.Equal("Discount (12.5 %)", invoice.Lines[1].Description)
	s.Equal(yen(733), invoice.Total)
}

func (s *ReviewSuite) TestVersionsAreBounded() {
	for n := 1; n <= MaxVersions; n++ {
		s.decide(time.Duration(n)*time.Minute, "review-"+strconv.Itoa(n), ActionChange, maria, FieldDiscount, strconv.Itoa(n)+".00")
	}
	s.decide(2*hour, "review-50", ActionDrop, maria, "comment", "no")
	r := s.run()
	s.Len(r.Versions, MaxVersions)
	s.Equal([]string{"This proposal has had 50 versions, and can't have more: drop it, and begin a new one."}, s.refusals())
}

func (s *ReviewSuite) TestNotesOfTwoHundredKilobytesInAnotherScriptAreCarried() {
	s.in.Notes = "## 目標\n" + strings.Repeat("夜間に<パレット>を運ぶ。", 5600)
	s.Require().Greater(len(s.in.Notes), 190<<10)
	s.decide(hour, "review-1", ActionChange, maria, FieldDiscount, "5 %")
	s.decide(2*hour, "review-2", ActionApprove, maria)
	s.signature(3*hour, "request-1", esign.Signed)
	s.Equal(Signed, s.run().Ending)
	s.Len(s.world.Drafts, 1, "the notes go out once")
}
