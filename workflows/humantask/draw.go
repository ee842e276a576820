package humantask

import (
	"slices"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
)

// draw is a card as it should be now.
func (t *task) draw(c *card) slack.Card {
	drawn := slack.Card{To: c.to, Title: t.def.Title, Text: t.def.Text, Facts: t.facts(), Status: t.status()}
	drawn.Task = slack.TaskRef{Workflow: t.desk.workflow, Task: t.def.ID, Version: t.def.Version}
	entitled := slices.ContainsFunc(c.people, func(p policy.Person) bool { return has(t.entitled, p.ID) })
	if !t.open() || !entitled {
		return drawn
	}
	for _, a := range t.offered() {
		drawn.Buttons = append(drawn.Buttons, slack.Button{
			Action: a.Name, Label: a.Label, Style: a.Style, Confirm: a.Confirm, Fields: a.Fields,
		})
	}
	return drawn
}

// facts are the task's own, and what has happened to it.
func (t *task) facts() []slack.Fact {
	var facts []slack.Fact
	if t.def.Facts != nil {
		facts = t.def.Facts()
	}
	if tale := t.tale(); tale != "" {
		facts = append(facts, slack.Fact{Label: "So far", Value: tale})
	}
	return facts
}
