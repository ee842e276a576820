package proposal

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/suite"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

type ApproveSuite struct{ Suite }

func TestApprove(t *testing.T) { suite.Run(t, &ApproveSuite{}) }

// ready is a proposal above both tiers, which the strategist has approved after an hour.
func (s *ApproveSuite) ready() {
	s.total(20_000_00)
	s.in.Discount = document.Discount{Percent: 20_00}
	s.decide(hour, "review-1", ActionApprove, maria)
}

// by are who approved or rejected, by tier.
func by(r Result) map[string][]string {
	ids := map[string][]string{}
	for _, a := range r.Approvals {
		for _, o := range a.Answers {
			ids[a.Tier] = append(ids[a.Tier], o.By.ID)
		}
	}
	return ids
}

func (s *ApproveSuite) TestEachTierThatIsTouchedIsAskedAtOnce() {
	s.ready()
	s.at(90*time.Minute, func() {
		s.ElementsMatch([]string{"amend-1", "approve-1-partner-anna", "approve-1-partner-victor", "approve-1-finance-fiona"}, s.tasks())
	})
	s.decide(2*hour, "approve-1-finance-fiona", ActionApprove, fiona)
	s.decide(3*hour, "approve-1-partner-victor", ActionApprove, victor)
	s.signature(4*hour, "request-1", esign.Signed)
	r := s.run()
	s.Equal(Signed, r.Ending)
	s.False(r.ByRule)
	s.Equal(map[string][]string{"finance": {"fiona"}, "partner": {"victor"}}, by(r))
	s.Equal("Withdrawn: it has been approved. There is nothing left to do.", s.status("amend-1"))
	card := s.card("approve-1-finance-fiona")
	s.Equal("EUR 16,000.00", outside.Fact(card, "Total"))
	s.Equal("EUR 4,000.00 off EUR 20,000.00 (20 %)", outside.Fact(card, "Discount"))
	s.Equal(`You are asked for "finance", since the discount is above 10 %.`, card.Text)
	s.Equal("1", card.Task.Version)
}

func (s *ApproveSuite) TestInTurnTheNextTierWaits() {
	s.ready()
	s.policy.InTurn = true
	s.at(90*time.Minute, func() { s.NotContains(s.tasks(), "approve-1-finance-fiona") })
	s.decide(2*hour, "approve-1-partner-anna", ActionApprove, anna)
	s.decide(3*hour, "approve-1-finance-fiona", ActionApprove, fiona)
	s.signature(4*hour, "request-1", esign.Signed)
	s.Equal(Signed, s.run().Ending)
}

func (s *ApproveSuite) TestAnEarlyRejectionEndsItAndGoesBackToTheStrategist() {
	s.ready()
	s.decide(2*hour, "approve-1-finance-fiona", ActionReject, fiona)
	s.decide(3*hour, "approve-1-finance-fiona", ActionReject, fiona, "comment", "20 % is too much")
	s.decide(4*hour, "approve-1-partner-anna", ActionApprove, anna)
	s.at(5*hour, func() { s.Equal([]string{"review-1-2"}, s.tasks()) })
	s.decide(6*hour, "review-1-2", ActionApprove, maria)
	s.decide(7*hour, "review-1-2", ActionChange, maria, FieldDiscount, "5 %", "comment", "less it is")
	s.decide(8*hour, "review-2", ActionApprove, maria)
	s.decide(9*hour, "approve-2-partner-anna", ActionApprove, anna)
	s.signature(10*hour, "request-1", esign.Signed)
	r := s.run()
	s.Equal(Signed, r.Ending)
	s.Equal(1, r.Rounds)
	s.Equal("Fiona Marsh rejected version 1: 20 % is too much", s.card("review-1-2").Text)
	s.Equal("Withdrawn: it has been rejected. There is nothing left to do.", s.status("approve-1-partner-anna"))
	s.Equal("Fiona Marsh rejected version 1: 20 % is too much", outside.Fact(s.card("approve-2-partner-anna"), "Before"))
	s.Require().Len(s.refusals(), 3)
	s.Contains(s.refusals()[1], "Withdrawn: it has been rejected.")
	s.Contains(s.refusals()[2], `"approve" is no answer here`)
}

func (s *ApproveSuite) TestARejectedVersionMayBeSentInAgainWithAWord() {
	s.ready()
	s.decide(2*hour, "approve-1-finance-fiona", ActionReject, fiona, "comment", "why so much?")
	s.decide(3*hour, "review-1-2", ActionChange, maria)
	s.decide(4*hour, "review-1-2", ActionChange, maria, "comment", "they order every year")
	s.decide(5*hour, "review-2", ActionApprove, maria)
	s.decide(6*hour, "approve-2-finance-fiona", ActionApprove, fiona)
	s.decide(7*hour, "approve-2-partner-anna", ActionApprove, anna)
	s.signature(8*hour, "request-1", esign.Signed)
	s.Equal(Signed, s.run().Ending)
	s.Equal("Maria Lopez: they order every year", outside.Fact(s.card("approve-2-finance-fiona"), "Changed by"))
	s.Equal([]string{"Nothing is changed: change something, or say why it should be approved as it is."}, s.refusals())
}

func (s *ApproveSuite) TestItEndsAfterAsManyRoundsAsThePolicyHas() {
	s.ready()
	s.decide(2*hour, "approve-1-finance-fiona", ActionReject, fiona, "comment", "no")
	s.decide(3*hour, "review-1-2", ActionChange, maria, FieldDiscount, "19 %")
	s.decide(4*hour, "review-2", ActionApprove, maria)
	s.decide(5*hour, "approve-2-finance-fiona", ActionReject, fiona, "comment", "no")
	s.decide(6*hour, "review-2-2", ActionChange, maria, FieldDiscount, "18 %")
	s.decide(7*hour, "review-3", ActionApprove, maria)
	s.decide(8*hour, "approve-3-finance-fiona", ActionReject, fiona, "comment", "no!")
	r := s.run()
	s.Equal(Rejected, r.Ending)
	s.Equal(3, r.Rounds)
	s.Len(r.Approvals, 3)
	s.Equal([]string{"The proposal P-7QX4M2KD for Contoso was rejected"}, s.told("UMARIA"))
	s.Empty(s.world.Requests)
}

func (s *ApproveSuite) TestAVersionThatChangesWhileThePartnerIsLooking() {
	s.ready()
	s.decide(2*hour, "amend-1", ActionChange, maria, FieldDiscount, "5 %", "comment", "they agreed")
	s.decide(3*hour, "approve-1-partner-anna", ActionApprove, anna) // on the old card
	s.at(4*hour, func() {
		s.ElementsMatch([]string{"amend-2", "approve-2-partner-anna", "approve-2-partner-victor"}, s.tasks(), "no review, and no finance")
	})
	s.decide(5*hour, "approve-2-partner-anna", ActionApprove, anna)
	s.signature(6*hour, "request-1", esign.Signed)
	r := s.run()
	s.Equal(Signed, r.Ending)
	s.Equal("Withdrawn: there is a newer version. There is nothing left to do.", s.status("approve-1-partner-anna"))
	s.Equal("Withdrawn: there is a newer version. There is nothing left to do.", s.status("approve-1-finance-fiona"))
	s.Equal([]string{"Withdrawn: there is a newer version. There is nothing left to decide."}, s.refusals())
	s.Equal(r.Versions[1].Digest, s.world.Requests[0].It.Digest)
	s.Equal(2, s.world.Requests[0].It.Version)
}

func (s *ApproveSuite) TestAClickOnAnotherVersionOfTheSameTaskDoesNotCount() {
	s.ready()
	s.decide(2*hour, "amend-1", ActionChange, maria, FieldDiscount, "15 %")
	s.at(3*hour, func() {
		s.env.SignalWorkflow("decide", map[string]any{
			"id": "x", "task": "approve-2-partner-anna", "action": ActionApprove, "version": "1", "by": map[string]string{"slack": "UANNA"},
			"reply": map[string]string{"channel": "C1", "user": "UANNA"},
		})
	})
	s.decide(4*hour, "amend-2", ActionDrop, maria, "comment", "no")
	s.Equal(Dropped, s.run().Ending)
	s.Contains(s.refusals()[0], "older version")
}

func (s *ApproveSuite) TestTheStrategistMayDropItWhileOthersLook() {
	s.ready()
	s.decide(2*hour, "amend-1", ActionDrop, maria, "comment", "they bought elsewhere")
	s.Equal(Dropped, s.run().Ending)
	s.Equal("Withdrawn: Maria Lopez has dropped the proposal. There is nothing left to do.", s.status("approve-1-partner-victor"))
}

func (s *ApproveSuite) TestAChangeThatTouchesNoTierAnyMoreIsApprovedByRule() {
	s.ready()
	s.decide(2*hour, "amend-1", ActionChange, maria, FieldLines, "1 × Robot @ 100.00", FieldDiscount, "")
	s.signature(3*hour, "request-1", esign.Signed)
	r := s.run()
	s.True(r.ByRule)
	s.Equal(Signed, r.Ending)
}

func (s *ApproveSuite) TestPricesCanNotBeTakenOutWhileOthersLook() {
	s.ready()
	s.decide(2*hour, "amend-1", ActionChange, maria, FieldLines, "", FieldDiscount, "")
	s.decide(3*hour, "amend-1", ActionDrop, maria, "comment", "no")
	s.run()
	s.Equal([]string{"Prices: a version that others are to approve needs prices."}, s.refusals())
}

func (s *ApproveSuite) TestOnlyThoseWhoAreTouchedAreAskedAgain() {
	s.ready()
	s.policy.AskAgain = policy.AskTouched
	s.decide(2*hour, "approve-1-finance-fiona", ActionApprove, fiona)
	s.decide(3*hour, "amend-1", ActionChange, maria, FieldLines, "1 × Robots @ 30000.00") // the share stays 20 %
	s.at(4*hour, func() {
		s.ElementsMatch([]string{"amend-2", "approve-2-partner-anna", "approve-2-partner-victor"}, s.tasks())
	})
	s.decide(5*hour, "approve-2-partner-anna", ActionApprove, anna)
	s.signature(6*hour, "request-1", esign.Signed)
	r := s.run()
	s.Equal(Signed, r.Ending)
	s.Require().Len(r.Approvals, 3)
	s.True(r.Approvals[1].Stands)
	s.Equal(2, r.Approvals[1].Version)
	s.Equal("fiona", r.Approvals[1].Answers[0].By.ID)
}

func (s *ApproveSuite) TestAChangeOfTheTextAsksAllAgain() {
	s.ready()
	s.policy.AskAgain = policy.AskTouched
	s.decide(2*hour, "approve-1-finance-fiona", ActionApprove, fiona)
	s.decide(3*hour, "amend-1", ActionChange, maria, document.Goals, "Fly.")
	s.at(4*hour, func() { s.Contains(s.tasks(), "approve-2-finance-fiona") })
	s.decide(5*hour, "amend-2", ActionDrop, maria, "comment", "no")
	s.run()
}

func (s *ApproveSuite) TestWhereAllStandsNobodyIsAskedAgain() {
	s.ready()
	s.policy.AskAgain = policy.AskTouched
	s.policy.Tiers = []policy.Tier{s.policy.Tiers[1], {Name: "second", DiscountOver: 15_00, Role: "partners", Need: 2}}
	s.decide(2*hour, "approve-1-finance-fiona", ActionApprove, fiona)
	s.decide(3*hour, "amend-1", ActionChange, maria, FieldDiscount, "12 %", FieldLines, "1 × Robots @ 20000.00")
	s.decide(4*hour, "approve-2-finance-fiona", ActionApprove, fiona)
	s.signature(5*hour, "request-1", esign.Signed)
	r := s.run()
	s.Equal(Signed, r.Ending, "the second tier isn't touched any more")
	s.False(r.ByRule)
}

func (s *ApproveSuite) TestWhoAskedForItAndWhoReviewedItCanNotApproveIt() {
	s.ready()
	s.world.Book.Roles["partners"] = policy.Role{Name: "partners", People: []policy.Person{maria, luis, anna}}
	s.decide(2*hour, "approve-1-finance-fiona", ActionApprove, fiona)
	s.decide(3*hour, "approve-1-partner-maria", ActionApprove, maria)
	s.decide(4*hour, "approve-1-partner-anna", ActionApprove, luis)
	s.decide(5*hour, "approve-1-partner-anna", ActionApprove, anna)
	s.signature(6*hour, "request-1", esign.Signed)
	s.Equal(Signed, s.run().Ending)
	s.ElementsMatch([]string{"anna", "fiona"}, s.approvers())
	s.Len(s.refusals(), 2)
}

func (s *ApproveSuite) TestAPartnerWhoIsAwayWithACoverWhoIsExcluded() {
	s.ready()
	s.away("anna", "maria") // who has reviewed it
	s.world.Book.Roles["partners"] = policy.Role{Name: "partners", People: []policy.Person{s.world.Book.People["anna"]}}
	s.decide(2*hour, "approve-1-finance-fiona", ActionApprove, fiona)
	s.decide(3*hour, "approve-1-partner-anna", ActionApprove, maria)
	s.decide(4*hour, "approve-1-partner-anna", ActionApprove, grace)
	s.signature(5*hour, "request-1", esign.Signed)
	r := s.run()
	s.Equal(map[string][]string{"finance": {"fiona"}, "partner": {"grace"}}, by(r), "her manager, since nobody acts for who is excluded")
	s.Len(s.refusals(), 1)
}

func (s *ApproveSuite) TestACoverWhoIsAskedForAnotherTierDoesNotFillBoth() {
	s.ready()
	s.away("fiona", "anna")
	s.world.Book.Roles["finance"] = policy.Role{Name: "finance", People: []policy.Person{s.world.Book.People["fiona"]}}
	s.decide(2*hour, "approve-1-partner-anna", ActionApprove, anna)
	s.decide(3*hour, "approve-1-finance-fiona", ActionApprove, anna)
	s.decide(4*hour, "approve-1-finance-fiona", ActionApprove, grace)
	s.signature(5*hour, "request-1", esign.Signed)
	s.Equal(map[string][]string{"finance": {"grace"}, "partner": {"anna"}}, by(s.run()))
}

func (s *ApproveSuite) TestTiersThatSharePeopleAskDistinctOnesOneAfterTheOther() {
	s.ready()
	s.policy.Tiers = []policy.Tier{
		{Name: "one", Over: map[string]int64{"EUR": 1}, Role: "partners", Need: 1},
		{Name: "two", Over: map[string]int64{"EUR": 1000}, Role: "partners", Need: 1},
	}
	s.at(90*time.Minute, func() {
		s.ElementsMatch([]string{"amend-1", "approve-1-one-anna", "approve-1-one-victor"}, s.tasks(), "nobody is asked twice at once")
	})
	s.decide(2*hour, "approve-1-one-anna", ActionApprove, anna)
	s.at(150*time.Minute, func() { s.ElementsMatch([]string{"amend-1", "approve-1-two-victor"}, s.tasks()) })
	s.decide(3*hour, "approve-1-two-victor", ActionApprove, anna)
	s.decide(4*hour, "approve-1-two-victor", ActionApprove, victor)
	s.signature(5*hour, "request-1", esign.Signed)
	s.Equal(map[string][]string{"one": {"anna"}, "two": {"victor"}}, by(s.run()))
	s.Len(s.refusals(), 1)
}

func (s *ApproveSuite) TestNobodyIsAskedForTwoTiersAtOnceWhoHoldsTwoRoles() {
	s.ready()
	s.world.Book.Roles["finance"] = policy.Role{Name: "finance", People: []policy.Person{anna, fiona}}
	s.at(90*time.Minute, func() {
		s.Len(s.tasks(), 3, "the strategist's, and two of one tier")
	})
	for i := range 3 { // whichever comes first
		s.decide(time.Duration(2+i)*hour, "approve-1-partner-victor", ActionApprove, victor)
		s.decide(time.Duration(2+i)*hour, "approve-1-finance-fiona", ActionApprove, fiona)
	}
	s.signature(6*hour, "request-1", esign.Signed)
	s.Equal(map[string][]string{"partner": {"victor"}, "finance": {"fiona"}}, by(s.run()))
}

func (s *ApproveSuite) TestOneManagerDoesNotDecideForTwoTiers() {
	s.ready() // both tiers escalate to Grace at the same moment
	s.decide(50*hour, "approve-1-partner-anna", ActionApprove, grace)
	s.decide(51*hour, "approve-1-finance-fiona", ActionApprove, grace)
	s.decide(52*hour, "approve-1-partner-victor", ActionApprove, victor)
	s.decide(53*hour, "approve-1-finance-fiona", ActionApprove, fiona)
	s.signature(54*hour, "request-1", esign.Signed)
	r := s.run()
	s.Equal(Signed, r.Ending)
	s.Contains([]map[string][]string{
		{"partner": {"grace"}, "finance": {"fiona"}}, {"partner": {"victor"}, "finance": {"grace"}},
	}, by(r), "which of the two she comes by first is nobody's business")
}

func (s *ApproveSuite) TestWhereNobodyMayApproveOperationsAreAskedAndNothingIsApproved() {
	s.ready()
	s.world.Book.Roles["finance"] = policy.Role{Name: "finance", People: []policy.Person{maria}}
	s.decide(2*hour, "approve-1-partner-anna", ActionApprove, anna)
	s.at(3*hour, func() {
		s.Contains(s.tasks(), "approvers-1-finance-failed-1")
		s.Empty(s.asOf().Signature)
		s.world.Book.Roles["finance"] = policy.Role{Name: "finance", People: []policy.Person{maria, fiona}}
	})
	s.decide(4*hour, "approvers-1-finance-failed-1", "retry", omar)
	s.decide(5*hour, "approve-1-finance-fiona", ActionApprove, fiona)
	s.signature(6*hour, "request-1", esign.Signed)
	r := s.run()
	s.Equal(Signed, r.Ending)
	s.Equal(map[string][]string{"finance": {"fiona"}, "partner": {"anna"}}, by(r))
	s.Contains(outside.Fact(s.card("approvers-1-finance-failed-1"), "What happened"), "NOBODY_MAY_APPROVE")
}

func (s *ApproveSuite) TestTwoHaveToApproveWhereOnlyOneMay() {
	s.ready()
	s.policy.Tiers = []policy.Tier{{Name: "two", Role: "partners", Need: 2}}
	s.in.RequestedBy = "victor"
	s.decide(2*hour, "approvers-1-two-failed-1", "abort", omar)
	s.Equal(Aborted, s.run().Ending)
	s.Empty(s.approvers())
}

func (s *ApproveSuite) TestAllOfARoleInTurnWithAVeto() {
	s.ready()
	s.policy.Tiers = []policy.Tier{{Name: "all", Role: "partners", Veto: true, InTurn: true}}
	s.at(90*time.Minute, func() { s.ElementsMatch([]string{"amend-1", "approve-1-all-anna"}, s.tasks()) })
	s.decide(2*hour, "approve-1-all-anna", ActionApprove, anna)
	s.decide(3*hour, "approve-1-all-victor", ActionReject, victor, "comment", "no")
	s.decide(4*hour, "review-1-2", ActionDrop, maria, "comment", "no")
	r := s.run()
	s.Equal(Dropped, r.Ending)
	s.Require().Len(r.Approvals, 1)
	s.False(r.Approvals[0].Agreed)
	s.Equal(map[string][]string{"all": {"anna", "victor"}}, by(r))
}

func (s *ApproveSuite) TestADayThatIsOverWhenItIsApprovedGoesBack() {
	s.ready()
	s.in.ValidUntil = "2026-08-04"
	s.decide(2*hour, "approve-1-finance-fiona", ActionApprove, fiona)
	s.decide(47*hour, "approve-1-partner-anna", ActionApprove, anna) // on the 5th
	s.decide(48*hour, "review-1-2", ActionChange, maria, FieldValidUntil, "2026-08-31")
	s.decide(49*hour, "review-2", ActionDrop, maria, "comment", "no")
	r := s.run()
	s.Equal(Dropped, r.Ending)
	s.Zero(r.Rounds)
	s.Contains(s.card("review-1-2").Text, "valid until 2026-08-04 only")
	s.Empty(s.world.Requests)
}

func (s *ApproveSuite) TestALookUpThatIsDownForAWhileIsTriedAgain() {
	s.ready()
	down := 3
	s.world.Fail = func(a string, key effect.Key) error {
		if a == "FindApprovers" && strings.HasSuffix(key.ID, "finance") && down > 0 {
			down--
			return fault.Unreachable("policy", "down").Err()
		}
		return nil
	}
	s.decide(2*hour, "approve-1-partner-anna", ActionApprove, anna)
	s.decide(3*hour, "approve-1-finance-fiona", ActionApprove, fiona)
	s.signature(4*hour, "request-1", esign.Signed)
	s.Equal(Signed, s.run().Ending)
}
