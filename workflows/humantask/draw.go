package humantask

import (
	"fmt"
	"strings"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
)

// draw is a card as it should be now.
func (t *task) draw(c *card) slack.Card {
	drawn := slack.Card{To: c.to, Title: t.def.Title, Text: t.def.Text, Facts: t.facts(), Status: t.status()}
	if t.open() {
		for _, a := range t.def.Actions {
			drawn.Buttons = append(drawn.Buttons, slack.Button{Action: a.Name, Label: a.Label, Style: a.Style, Confirm: a.Confirm})
		}
	}
	drawn.Task = slack.TaskRef{Workflow: t.desk.workflow, Task: t.def.ID, Version: t.def.Version}
	return drawn
}

// facts are the task's own, and what its ladder has done.
func (t *task) facts() []slack.Fact {
	var facts []slack.Fact
	if t.def.Facts != nil {
		facts = t.def.Facts()
	}
	if story := t.story(); story != "" {
		facts = append(facts, slack.Fact{Label: "So far", Value: story})
	}
	return facts
}

// story tells what the ladder has done, a line a rung.
func (t *task) story() string {
	var lines []string
	for _, c := range t.climbed {
		line := moment(c.At) + ": "
		switch {
		case c.Note != "":
			line += fmt.Sprintf("%s (%s)", c.Rung.Do, c.Note)
		case c.Rung.Do == policy.Escalate:
			line += "escalated to " + c.To.Name
		default:
			line += "reminded " + c.To.Name
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// status is the line that says where the task stands: who holds it and until when, or who decided what.
func (t *task) status() string {
	switch {
	case t.outcome != nil:
		s := fmt.Sprintf("%s by %s, %s, after %s", t.done(), t.outcome.By.Name, moment(t.outcome.At), span(t.outcome.Took.Duration))
		if t.outcome.Comment != "" {
			s += ": " + t.outcome.Comment
		}
		return s
	case t.withdrawn:
		return "Withdrawn: there is nothing left to do."
	}
	s := fmt.Sprintf("With %s since %s.", t.holder.Name, moment(t.since))
	if due := t.due(); t.breached() {
		s += fmt.Sprintf(" Late: it was due %s.", moment(due))
	} else if !due.IsZero() {
		s += fmt.Sprintf(" Due %s.", moment(due))
	}
	return s
}
