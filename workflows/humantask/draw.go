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
		fields, prefilled := withoutValues(a.Fields)
		drawn.Buttons = append(drawn.Buttons, slack.Button{
			Action: a.Name, Label: a.Label, Style: a.Style, Confirm: a.Confirm, Fields: fields, Prefilled: prefilled,
		})
	}
	return drawn
}

// withoutValues are fields without what they have to begin with, which can be long and would stand in history with each card;
// had is whether one had something.
func withoutValues(fields []slack.Field) (without []slack.Field, had bool) {
	for i, f := range fields {
		if f.Value == "" {
			continue
		}
		if !had {
			without, had = slices.Clone(fields), true
		}
		without[i].Value = ""
	}
	if !had {
		return fields, false
	}
	return without, true
}

// unfilled are actions whose fields are without values.
func unfilled(actions []Action) []Action {
	actions = slices.Clone(actions)
	for i := range actions {
		actions[i].Fields, _ = withoutValues(actions[i].Fields)
	}
	return actions
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
