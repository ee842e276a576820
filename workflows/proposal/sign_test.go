package proposal

import (
	"testing"
	"time"

	"github.com/stretchr/testify/suite"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

type SignSuite struct{ Suite }

func TestSign(t *testing.T) { suite.Run(t, &SignSuite{}) }

// SetupTest has a proposal that is with the client from the first hour on.
func (s *SignSuite) SetupTest() {
	s.Suite.SetupTest()
	s.decide(hour, "review-1", ActionApprove, maria)
}

func (s *SignSuite) takeBack(after time.Duration, id, by string) {
	s.at(after, func() { s.env.SignalWorkflow(SignalRecall, Recall{ID: id, By: by, Reason: "The price was wrong."}) })
}

func (s *SignSuite) TestACallbackThatComesTwiceIsOneSignature() {
	s.fail("MakeInvoice", 5*hour) // so that it goes on for a while
	s.signature(2*hour, "request-1", esign.Viewed)
	s.signature(3*hour, "request-1", esign.Signed)
	s.signature(3*hour, "request-1", esign.Signed)
	s.signature(4*hour, "request-1", esign.Signed)
	s.decide(6*hour, "invoice-failed-1", "retry", omar)
	s.Equal(Signed, s.run().Ending)
	s.Len(s.world.Projects, 1)
	s.Len(s.world.Invoices, 1)
	s.Len(s.world.Wins, 1)
}

func (s *SignSuite) TestASignatureBeforeTheWaitBeginsIsKept() {
	s.world.OnRequest = func(id string) { // the client is quicker than the answer
		s.stands(id, esign.Signed)
		s.env.SignalWorkflow(SignalSignature, esign.Status{ID: id, State: esign.Signed})
	}
	s.Equal(Signed, s.run().Ending)
}

func (s *SignSuite) TestASignatureThatDropboxSignKnowsNothingOfStartsNothing() {
	s.callback(2*hour, "request-1", esign.Signed)
	s.at(3*hour, func() { s.Empty(s.asOf().Ending); s.Empty(s.world.Invoices) })
	s.signature(4*hour, "request-1", esign.Signed)
	r := s.run()
	s.Equal(Signed, r.Ending)
	s.Equal(4, outside.Calls(s.world, "SignatureStatus"), "three times in vain, for it may take a moment to know itself")
	s.Len(s.world.Invoices, 1)
}

func (s *SignSuite) TestADeclineThatDropboxSignKnowsNothingOfEndsNothing() {
	s.callback(2*hour, "request-1", esign.Declined)
	s.signature(4*hour, "request-1", esign.Signed)
	s.Equal(Signed, s.run().Ending)
}

func (s *SignSuite) TestEventsInAnyOrder() {
	s.signature(2*hour, "request-1", esign.Signed)
	s.signature(2*hour, "request-1", esign.Viewed)
	s.signature(2*hour, "request-1", esign.Waiting)
	s.Equal(Signed, s.run().Ending)
}

func (s *SignSuite) TestADecline() {
	s.at(2*hour, func() {
		s.stands("request-1", esign.Declined)
		s.env.SignalWorkflow(SignalSignature, esign.Status{ID: "request-1", State: esign.Declined, Reason: "Too dear."})
	})
	r := s.run()
	s.Equal(Declined, r.Ending)
	s.Equal("Too dear.", r.Status.Reason)
	s.Equal([]string{"Contoso has declined the proposal P-7QX4M2KD"}, s.told("UMARIA"))
	s.Empty(s.world.Invoices)
	s.Empty(s.world.TakenBack)
}

func (s *SignSuite) TestTheClientIsRemindedAndThenItExpires() {
	r := s.run()
	s.Equal(Expired, r.Ending)
	s.Require().Len(s.world.Reminders, 2)
	s.Equal(esign.Reference{ID: "request-1", Email: "ada@contoso.example"}, s.world.Reminders[0].It)
	s.Require().Len(s.world.TakenBack, 1)
	s.Equal([]string{"Nobody has signed the proposal P-7QX4M2KD for Contoso"}, s.told("UMARIA"))
	s.Equal(14*24*hour+hour, r.Took.Duration.Round(hour))
	s.Equal(1, outside.Calls(s.world, "SignatureStatus"), "nothing was confirmed, so it is looked up")
}

func (s *SignSuite) TestTheLastDayGoesBeforeWhereTheHouseIs() {
	s.in.ValidUntil = "2026-08-05"
	r := s.run()
	s.Equal(Expired, r.Ending)
	s.Equal(time.Date(2026, 8, 5, 22, 0, 0, 0, time.UTC), s.world.Requests[0].It.Expires.UTC(), "midnight in Berlin")
	s.Empty(s.world.Reminders)
}

func (s *SignSuite) TestASignatureAfterExpiryCountsWhereDropboxSignHasIt() {
	s.world.Signature = map[string]esign.State{"request-1": esign.Signed}
	r := s.run()
	s.Equal(Signed, r.Ending, "its callback was lost")
	s.Len(s.world.Invoices, 1)
}

func (s *SignSuite) TestASignatureWhileItIsBeingTakenBackCounts() {
	s.signature(hour+14*24*hour+time.Minute, "request-1", esign.Signed)
	s.Equal(Signed, s.run().Ending)
}

func (s *SignSuite) TestASignatureAfterItWasTakenBackDoesNot() {
	s.takeBack(2*hour, "r1", "maria")
	s.signature(2*hour+time.Minute, "request-1", esign.Recalled)
	s.Equal(Recalled, s.run().Ending)
	s.Empty(s.world.Invoices)
	s.Zero(outside.Calls(s.world, "SignatureStatus"), "it was confirmed")
}

func (s *SignSuite) TestWhoMayTakeItBack() {
	for _, who := range []string{"maria", "luis", "omar"} { // the strategist, who asked for it, operations
		s.SetupTest()
		s.takeBack(2*hour, "r1", who)
		r := s.run()
		s.Equal(Recalled, r.Ending, who)
		s.Less(r.Took.Duration, 4*hour)
		s.Require().Len(s.world.TakenBack, 1)
		last := s.world.Cards[len(s.world.Cards)-1].It
		s.Equal("The price was wrong.", last.Text)
	}
	for _, who := range []string{"anna", "", "nobody"} {
		s.SetupTest()
		s.takeBack(2*hour, "r1", who)
		s.signature(3*hour, "request-1", esign.Signed)
		s.Equal(Signed, s.run().Ending, who)
		s.Empty(s.world.TakenBack)
	}
}

func (s *SignSuite) TestARecallThatIsTooLateOrTooEarlyIsPassedOver() {
	s.takeBack(30*time.Minute, "r1", "maria") // the strategist drops it then
	s.world.Signature = map[string]esign.State{"request-1": esign.Signed}
	s.takeBack(3*hour, "r2", "maria") // Dropbox Sign has it signed already
	s.takeBack(3*hour, "r2", "maria")
	s.Equal(Signed, s.run().Ending)
	s.Len(s.world.TakenBack, 1)
}

func (s *SignSuite) TestWhatSomebodyDidInDropboxSignCounts() {
	s.signature(2*hour, "request-1", esign.Recalled)
	s.Equal(Recalled, s.run().Ending)
	s.Empty(s.world.TakenBack)
	s.Equal("Somebody has done that in Dropbox Sign.", s.world.Cards[len(s.world.Cards)-1].It.Text)
}

func (s *SignSuite) TestAnAddressThatTakesNoMailIsPutRightByTheStrategist() {
	s.at(2*hour, func() {
		s.env.SignalWorkflow(SignalSignature, esign.Status{ID: "request-1", State: esign.Undeliverable, Reason: "no such mailbox"})
	})
	s.decide(3*hour, "deliver-1", ActionResend, maria, FieldEmail, "ada@", FieldName, "Ada Winter")
	s.decide(4*hour, "deliver-1", ActionResend, maria, FieldEmail, "winter@contoso.example", FieldName, "Ada Winter-Frost")
	s.signature(5*hour, "request-1", esign.Declined) // of the one before
	s.signature(6*hour, "request-2", esign.Signed)
	r := s.run()
	s.Equal(Signed, r.Ending)
	s.Contains(s.card("deliver-1").Text, "no such mailbox")
	s.Require().Len(s.world.Requests, 2)
	s.Equal(esign.Signer{Name: "Ada Winter-Frost", Email: "winter@contoso.example"}, s.world.Requests[1].It.Signer)
	s.Equal(s.world.Requests[0].It.Digest, s.world.Requests[1].It.Digest)
	s.NotEqual(s.world.Requests[0].Key.ID, s.world.Requests[1].Key.ID)
	s.Equal("request-1", s.world.TakenBack[0].It.ID)
	s.Equal("winter@contoso.example", s.world.Invoices[0].It.Customer.Email)
	s.Require().Len(s.refusals(), 1)
	s.Contains(s.refusals()[0], "E-mail: is not an e-mail address")
}

func (s *SignSuite) TestASignatureWhileTheStrategistThinksAboutTheAddress() {
	s.signature(2*hour, "request-1", esign.Undeliverable)
	s.signature(3*hour, "request-1", esign.Signed)
	s.Equal(Signed, s.run().Ending)
	s.Equal("Withdrawn: there is news of the signature. There is nothing left to do.", s.status("deliver-1"))
}

func (s *SignSuite) TestAClientWhoCanNotBeReachedIsDropped() {
	s.signature(2*hour, "request-1", esign.Undeliverable)
	s.decide(3*hour, "deliver-1", ActionDrop, maria, "comment", "a hoax")
	s.Equal(Dropped, s.run().Ending)
	s.Len(s.world.TakenBack, 1)
}

func (s *SignSuite) TestNobodyDoesAnythingAboutTheAddressSoItExpires() {
	s.policy.Review = policy.Ladder{}
	s.signature(2*hour, "request-1", esign.Undeliverable)
	s.Equal(Expired, s.run().Ending)
}

func (s *SignSuite) TestARevokedKeyIsPutRightByOperations() {
	s.fail("RequestSignature", 5*hour)
	s.decide(6*hour, "signature-1-failed-1", "retry", omar)
	s.signature(7*hour, "request-1", esign.Signed)
	r := s.run()
	s.Equal(Signed, r.Ending)
	s.True(s.world.Requests[0].Key.Again)
	var operations time.Duration
	for _, one := range r.Spent {
		if one.Stage == StageSignature && one.With == "operations" {
			operations = one.Wall.Duration
		}
	}
	s.Equal(5*hour, operations.Round(time.Minute))
}

func (s *SignSuite) TestACancelledProposalIsTakenBackFromTheClient() {
	s.at(2*hour, s.env.CancelWorkflow)
	s.env.ExecuteWorkflow(Workflow, s.in)
	s.True(temporal.IsCanceledError(s.env.GetWorkflowError()))
	s.Require().Len(s.world.TakenBack, 1)
	s.Equal("request-1", s.world.TakenBack[0].It.ID)
}

func (s *SignSuite) TestNewsThatIsToldAgainAndAgainLeavesRoomForTheSignature() {
	for i := range 2 * maxNews {
		s.signature(2*hour+time.Duration(i)*time.Second, "request-1", esign.Viewed)
	}
	s.signature(4*hour, "request-1", esign.Signed)
	s.Equal(Signed, s.run().Ending)
}

func (s *SignSuite) TestReminderThatFailsHoldsUpNothing() {
	s.fail("RemindSigner", 1000*hour)
	s.signature(80*hour, "request-1", esign.Signed)
	s.Equal(Signed, s.run().Ending)
}
