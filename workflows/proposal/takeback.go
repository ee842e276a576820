package proposal

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/field"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// settling is how long Dropbox Sign may take to confirm that a request was taken back. Until then the client may still be quicker.
const settling = 10 * time.Minute

// takeBack takes a request back, as what that is. Where the client was quicker, what Dropbox Sign says goes before.
func (p *proposal) takeBack(ctx workflow.Context, id string, as esign.State) (esign.Status, error) {
	p.recalled++
	status, err := step.Once(ctx, p.steps, step.Spec{
		Name: fmt.Sprintf("recall-%d", p.recalled), System: "dropboxsign", Summary: "Take the request for a signature back", Policy: step.System,
	}, esignActivities.RecallSignature, esign.Reference{ID: id})
	if err != nil {
		return esign.Status{}, err
	}
	if status.State == esign.Recalled {
		confirmed, err := step.WaitAtMost(ctx, settling, "Wait for Dropbox Sign to confirm", func() bool { return final(p.standing(id).State) })
		if err != nil {
			return esign.Status{}, err
		}
		if now := p.standing(id); confirmed {
			status = now
		} else if now, err := p.lookUp(ctx, id); err == nil && final(now.State) {
			status = now
		}
	}
	if status.State == esign.Recalled {
		status.State = as
	}
	return status, nil
}

// abandon takes back what the client has when the workflow is cancelled, as well as that goes: nobody would hear of the signature.
func (p *proposal) abandon(ctx workflow.Context) {
	if p.stage != StageSignature || p.result.Signature.ID == "" {
		return
	}
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	p.recalled++
	_, _ = step.Once(ctx, p.steps, step.Spec{
		Name: fmt.Sprintf("recall-%d", p.recalled), System: "dropboxsign", Summary: "Take the request for a signature back",
		Policy: step.System.Within(10 * time.Minute), BestEffort: true,
	}, esignActivities.RecallSignature, esign.Reference{ID: p.result.Signature.ID})
}

// How often, and how far apart, Dropbox Sign is asked to confirm what was heard: it may take a moment to know itself.
const (
	confirmations     = 3
	confirmationPause = time.Minute
)

// confirm makes sure of what was heard of a request: a callback is known to be Dropbox Sign's by its time and its kind only, and
// what comes of a signature is money. It returns where the request stands.
func (p *proposal) confirm(ctx workflow.Context, heard esign.Status) (esign.Status, error) {
	for try := 1; ; try++ {
		p.confirmed++
		status, err := step.Repeatable(ctx, p.steps, step.Spec{
			Name: fmt.Sprintf("confirm-%d", p.confirmed), System: "dropboxsign", Summary: "Make sure of what was heard of the signature",
			Policy: step.System,
		}, esignActivities.SignatureStatus, esign.Reference{ID: heard.ID})
		if err != nil {
			return esign.Status{}, err
		}
		if final(status.State) {
			status.Reason = cmp.Or(status.Reason, heard.Reason)
			if status.At.IsZero() {
				status.At = heard.At
			}
			return status, nil
		}
		if try == confirmations {
			workflow.GetLogger(ctx).Warn("What was heard of a signature isn't so; it is passed over.", "heard", heard.State, "is", status.State)
			p.heard = slices.DeleteFunc(p.heard, func(h esign.Status) bool { return h.ID == heard.ID && final(h.State) })
			return status, nil
		}
		options := workflow.TimerOptions{Summary: "Ask Dropbox Sign again"}
		if err := workflow.NewTimerWithOptions(ctx, confirmationPause, options).Get(ctx, nil); err != nil {
			return esign.Status{}, err
		}
	}
}

// lookUp asks Dropbox Sign where a request stands.
func (p *proposal) lookUp(ctx workflow.Context, id string) (esign.Status, error) {
	return step.Repeatable(ctx, p.steps, step.Spec{
		Name: fmt.Sprintf("recalled-%d", p.recalled), System: "dropboxsign", Summary: "See whether the client was quicker",
		Policy: step.System.Within(time.Hour), BestEffort: true,
	}, esignActivities.SignatureStatus, esign.Reference{ID: id})
}

// askWhereTo asks the strategist what to do about a client who can't be reached.
func (p *proposal) askWhereTo(ctx workflow.Context, status esign.Status) (humantask.Outcome, error) {
	text := "Dropbox Sign couldn't deliver the request for the signature."
	if status.Reason != "" {
		text += "\n" + status.Reason
	}
	v := p.current()
	return p.askStrategist(ctx, humantask.Task{
		ID: fmt.Sprintf("%s-%d", DeliverTask, p.asked), Version: fmt.Sprint(v.Proposal.Version),
		Title: "The client can't be reached: " + p.name(), Text: text, Ladder: p.policy.Review,
		Actions: []humantask.Action{
			{
				Name: ActionResend, Label: "Send it again", Style: "primary", Done: "Sent again",
				Fields: []slack.Field{
					{Name: FieldEmail, Label: "E-mail", Kind: slack.FieldText, Required: true, Value: p.client.Email},
					{Name: FieldName, Label: "Name", Kind: slack.FieldText, Required: true, Value: p.client.Name},
				},
				Check: func(d humantask.Decision) string {
					if wrong := field.WrongEmail(field.Email(d.Fields[FieldEmail])); wrong != "" {
						return "E-mail: " + wrong
					}
					if wrong := field.WrongLine(d.Fields[FieldName], MaxName); wrong != "" {
						return "Name: " + wrong
					}
					return ""
				},
			},
			dropAction,
		},
		WhyWithdrawn: func() string { return "there is news of the signature." },
	})
}

// afterAnswer does what the strategist said about a client who can't be reached: in either case the request is taken back first.
func (p *proposal) afterAnswer(ctx workflow.Context, id string, o humantask.Outcome) (esign.Status, error) {
	status, err := p.takeBack(ctx, id, esign.Undeliverable)
	switch {
	case err != nil || status.State != esign.Undeliverable:
		return status, err
	case p.recall != nil:
		status.State = esign.Recalled
		return status, nil
	case o.Action == ActionDrop:
		return status, ended(Dropped)
	case !workflow.Now(ctx).Before(p.expires):
		status.State = esign.Expired
		return status, nil
	}
	p.client.Email, p.client.Name = field.Email(o.Fields[FieldEmail]), field.OneLine(o.Fields[FieldName])
	return status, nil
}
