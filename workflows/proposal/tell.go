package proposal

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/step"
)

// tell tells the strategist something that nobody has to answer: in Slack, or by e-mail where that can't be. It holds nothing up
// for longer than Slack may take; what can't be said at all stands in Temporal.
func (p *proposal) tell(ctx workflow.Context, title, text string) {
	p.told++
	name := fmt.Sprintf("tell-%d", p.told)
	to := p.result.Strategist
	if to.Slack != "" {
		_, err := step.Once(ctx, p.steps, step.Spec{
			Name: name, System: "slack", Summary: "Tell the strategist", Policy: step.Talk, BestEffort: true,
		}, slackActivities.PostCard, slack.Card{To: to.Slack, Title: title, Text: text, Facts: p.facts(p.current())})
		if err == nil {
			return
		}
	}
	_, _ = step.Once(ctx, p.steps, step.Spec{
		Name: name + "-mail", System: "sendgrid", Summary: "Tell the strategist by e-mail", Policy: step.System.Within(time.Hour), BestEffort: true,
	}, emailActivities.SendEmail, p.mailToStrategist(title, text))
}

func (p *proposal) mailToStrategist(title, text string) email.Message {
	to := p.result.Strategist
	return email.Message{
		To: email.Address{Name: to.Name, Email: to.Email}, Template: "task",
		Data: map[string]string{
			"person_name": to.Name, "title": title, "text": text, "facts": slack.Lines(p.facts(p.current())), "status": "", "how": "",
		},
	}
}

// signed is when the client has signed.
func (p *proposal) signed(ctx workflow.Context) time.Time {
	if at := p.result.Status.At; !at.IsZero() {
		return at
	}
	return workflow.Now(ctx)
}

// thank writes to the client.
func (p *proposal) thank(ctx workflow.Context) error {
	strategist := email.Address{Name: p.result.Strategist.Name, Email: p.result.Strategist.Email}
	v := p.current().Proposal
	_, err := step.Once(ctx, p.steps, step.Spec{
		Name: "signed-client", System: "sendgrid", Summary: "Thank the client", Policy: step.System, Skippable: true,
	}, emailActivities.SendEmail, email.Message{
		To: email.Address{Name: p.client.Name, Email: p.client.Email}, From: strategist, ReplyTo: strategist, Template: "proposal_signed",
		Data: map[string]string{
			"client_name": p.client.Name, "client_company": p.client.Company, "title": v.Title, "number": v.Number,
			"total": v.Totals.Total.String(), "strategist_name": strategist.Name, "strategist_email": strategist.Email,
			"company": p.policy.Company,
		},
	})
	return skipped(err)
}

// announce tells the team's channel, where there is one.
func (p *proposal) announce(ctx workflow.Context) error {
	if p.policy.Channel == "" {
		return nil
	}
	_, err := step.Once(ctx, p.steps, step.Spec{
		Name: "signed-team", System: "slack", Summary: "Tell the team that it is signed", Policy: step.System, Skippable: true,
	}, slackActivities.PostCard, slack.Card{To: p.policy.Channel, Title: p.signedTitle(), Facts: p.facts(p.current())})
	return skipped(err)
}

// report writes to the strategist.
func (p *proposal) report(ctx workflow.Context) error {
	_, err := step.Once(ctx, p.steps, step.Spec{
		Name: "signed-strategist", System: "sendgrid", Summary: "Write to the strategist that it is signed", Policy: step.System, Skippable: true,
	}, emailActivities.SendEmail, p.mailToStrategist(p.signedTitle(), "The project and the invoice are on their way."))
	return skipped(err)
}

func (p *proposal) signedTitle() string {
	return p.client.Company + " has signed the proposal " + p.in.Number
}
