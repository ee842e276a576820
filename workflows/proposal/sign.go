package proposal

import (
	"cmp"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// inTime works out until when the client can sign. Where the last day of an approved version is over already, it returns why the
// version comes back to the strategist.
func (p *proposal) inTime(ctx workflow.Context) (back string, err error) {
	v := p.current().Proposal
	day, err := step.Repeatable(ctx, p.steps, step.Spec{
		Name: fmt.Sprintf("valid-until-%d", v.Version), System: "calendar", Summary: "See when the last day is over", Policy: step.Inside,
	}, calendarActivities.ReckonDayEnd, calendar.DayEndRequest{Calendar: p.calendar(), Date: v.ValidUntil})
	if err != nil {
		return "", err
	}
	now := workflow.Now(ctx)
	p.expires = now.Add(p.policy.Signature.Expires.Duration)
	if day.At.Before(p.expires) {
		p.expires = day.At
	}
	if !p.expires.After(now) {
		return fmt.Sprintf("It is approved, but was valid until %s only, which is over. Give it a later day.", v.ValidUntil), nil
	}
	return "", nil
}

// calendar is the house's.
func (p *proposal) calendar() calendar.Calendar {
	return calendar.Among(p.policy.Calendars, p.policy.Calendar)
}

// sign has the client sign the approved version. It returns nil once it is signed.
func (p *proposal) sign(ctx workflow.Context) error {
	p.enter(ctx, StageSignature)
	began := workflow.Now(ctx)
	defer func() { p.spent.Add(StageSignature, "client", began, workflow.Now(ctx)) }()
	for {
		if err := p.request(ctx); err != nil {
			return err
		}
		status, err := p.awaitSignature(ctx)
		if err != nil {
			return err
		}
		p.result.Status = status
		switch status.State {
		case esign.Signed:
			return nil
		case esign.Declined:
			p.tell(ctx, p.client.Company+" has declined the proposal "+p.in.Number, status.Reason)
			return ended(Declined)
		case esign.Expired:
			p.tell(ctx, "Nobody has signed the "+p.name(), "The client can't sign it any more.")
			return ended(Expired)
		case esign.Recalled:
			p.tell(ctx, "The "+p.name()+" was taken back", p.whyRecalled())
			return ended(Recalled)
		}
	}
}

func (p *proposal) whyRecalled() string {
	if p.recall == nil {
		return "Somebody has done that in Dropbox Sign."
	}
	return cmp.Or(p.recall.Reason, "Nobody has said why.")
}

// request has Dropbox Sign ask the client for the signature, for exactly the bytes that were approved.
func (p *proposal) request(ctx workflow.Context) (err error) {
	v := p.current()
	p.asked++
	p.result.Signature, err = step.Once(ctx, p.steps, step.Spec{
		Name: fmt.Sprintf("signature-%d", p.asked), System: "dropboxsign", Summary: "Ask the client for the signature", Policy: step.System,
	}, esignActivities.RequestSignature, esign.Request{
		Digest: v.Document.Digest, Number: v.Proposal.Number, Version: v.Proposal.Version,
		Title:   fmt.Sprintf("%s (%s)", v.Proposal.Title, v.Proposal.Number),
		Message: fmt.Sprintf("%s sends you the proposal %s for your signature. It is valid until %s.", p.policy.Company, v.Proposal.Number, v.Proposal.ValidUntil),
		Signer:  esign.Signer{Name: cmp.Or(p.client.Name, p.client.Company), Email: p.client.Email},
		Expires: p.expires,
	})
	return err
}

// awaitSignature waits until it is known what becomes of the request: one of the states in which it stays, or Undeliverable where
// the strategist wants it to be sent to another address.
func (p *proposal) awaitSignature(ctx workflow.Context) (esign.Status, error) {
	id := p.result.Signature.ID
	ctx, over := workflow.WithCancel(ctx) // of the reminders, and of the question where to send it
	defer over()
	p.remind(ctx, id)
	var answer *humantask.Outcome // of the strategist, who was asked once
	asked := false
	for {
		status := p.standing(id)
		switch {
		case final(status.State):
			confirmed, err := p.confirm(ctx, status)
			if err != nil || final(confirmed.State) {
				return confirmed, err
			}
			continue
		case answer != nil:
			return p.afterAnswer(ctx, id, *answer)
		case p.recall != nil:
			return p.takeBack(ctx, id, esign.Recalled)
		case !workflow.Now(ctx).Before(p.expires):
			return p.takeBack(ctx, id, esign.Expired)
		case status.State == esign.Undeliverable && !asked:
			asked = true
			workflow.GoNamed(ctx, DeliverTask, func(ctx workflow.Context) {
				if o, err := p.askWhereTo(ctx, status); err == nil {
					answer = &o
				}
			})
		}
		_, err := step.WaitAtMost(ctx, p.expires.Sub(workflow.Now(ctx)), "Wait for the signature", func() bool {
			now := p.standing(id).State
			return final(now) || answer != nil || p.recall != nil || now == esign.Undeliverable && !asked
		})
		if err != nil {
			return esign.Status{}, err
		}
	}
}

// remind has the client reminded when the policy says so, until ctx ends. Nobody is asked about a reminder that can't be sent.
func (p *proposal) remind(ctx workflow.Context, id string) {
	began, email := workflow.Now(ctx), p.client.Email
	workflow.GoNamed(ctx, "remind", func(ctx workflow.Context) {
		for i, after := range p.policy.Signature.Remind {
			at := began.Add(after.Duration)
			if !at.Before(p.expires) {
				return
			}
			options := workflow.TimerOptions{Summary: "Remind the client"}
			if workflow.NewTimerWithOptions(ctx, at.Sub(workflow.Now(ctx)), options).Get(ctx, nil) != nil {
				return
			}
			_, _ = step.Once(ctx, p.steps, step.Spec{
				Name: fmt.Sprintf("remind-%d-%d", p.asked, i+1), System: "dropboxsign", Summary: "Remind the client",
				Policy: step.System.Within(time.Hour), BestEffort: true,
			}, esignActivities.RemindSigner, esign.Reference{ID: id, Email: email})
		}
	})
}
