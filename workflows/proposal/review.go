package proposal

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// review asks the strategist until a version is approved. With a reason, the latest version has come back, and can't go out as it
// is: the strategist changes or drops it.
func (p *proposal) review(ctx workflow.Context, back string) error {
	for {
		p.enter(ctx, StageReview)
		outcome, err := p.askStrategist(ctx, p.reviewTask(ctx, back))
		if err != nil {
			return err
		}
		p.spent.Add(StageReview, outcome.By.ID, outcome.Opened, outcome.At)
		switch outcome.Action {
		case ActionDrop:
			return ended(Dropped)
		case ActionChange:
			if err := p.revise(ctx, outcome); err != nil {
				return err
			}
			back = ""
		default:
			p.worked(outcome.By.ID)
			return nil
		}
	}
}

func (p *proposal) reviewTask(ctx workflow.Context, back string) humantask.Task {
	v := p.current()
	n := v.Proposal.Version
	p.reviews[n]++
	task := humantask.Task{
		ID: fmt.Sprintf("%s-%d", ReviewTask, n), Version: fmt.Sprint(n), Title: "Review the " + p.name(),
		Text: "This is what the client is to get. What the notes of the call had nothing for is left out, and so is what they have beside.",
	}
	if n > 1 {
		task.Text = "This is what the client is to get, as it was changed."
	}
	if again := p.reviews[n]; again > 1 {
		task.ID += fmt.Sprintf("-%d", again)
	}
	task.Ladder, task.MaxPause, task.MaxExtension = p.policy.Review, p.policy.MaxPause.Duration, p.policy.MaxExtension.Duration
	if back != "" {
		task.Text = back
	} else {
		task.Actions = append(task.Actions, humantask.Action{
			Name: ActionApprove, Label: "Approve", Style: "primary", Done: "Approved by the strategist",
			Check: func(humantask.Decision) string { return v.unfit() },
		})
	}
	task.Actions = append(task.Actions, p.changeAction(ctx, back != ""), dropAction)
	return task
}

// unfit says why a version can't go out; "" where it can.
func (v *edition) unfit() string {
	if len(v.Proposal.Lines) == 0 {
		return "It has no prices yet: add them by a change first."
	}
	return ""
}

var dropAction = humantask.Action{
	Name: ActionDrop, Label: "Drop it", Style: "danger", Done: "Dropped",
	Fields: []slack.Field{humantask.Comment("Why it is dropped", true)},
}

// askStrategist asks the strategist, or whoever they hand it over to, something about the current version.
func (p *proposal) askStrategist(ctx workflow.Context, task humantask.Task) (humantask.Outcome, error) {
	task.Candidates = append(task.Candidates, p.result.Strategist)
	task.Colleagues, task.Moved = p.colleagues, p.moved
	task.Calendars = p.policy.Calendars
	v := p.current()
	task.Facts = func() []slack.Fact { return p.strategistFacts(v) }
	return p.desk.Ask(ctx, task)
}

// worked notes somebody who has worked on the proposal, and so can't approve it.
func (p *proposal) worked(id string) {
	for _, one := range p.reviewers {
		if one == id {
			return
		}
	}
	p.reviewers = append(p.reviewers, id)
}
