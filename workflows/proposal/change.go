package proposal

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// maxPrefilled is the longest text that a field begins with, in characters: what a dialog in Slack can hold. A longer one isn't
// repeated in every list of tasks either.
const maxPrefilled = 3000

const linesLabel = "Prices"

// takenOut is what somebody writes into a field that can't begin with its text, to empty it.
const takenOut = "-"

// What becomes of a section that the notes have beside. A dialog in Slack has room for so many of them; the client doesn't get
// the rest.
const (
	besideOut = "out"
	besideIn  = "in"
	maxBeside = 60
)

// part is a part of the proposal that a field changes.
type part struct {
	field, label, kind, hint string
	now                      string
	choices                  []slack.Choice
	set                      func(c *document.Change, value string)
}

// parts are what can be changed of a version, in the order of the dialog.
func (v *edition) parts() []part {
	parts := []part{
		{
			field: FieldLines, label: linesLabel, kind: slack.FieldLong, hint: "A line each: 2 × Robot arm @ 1999.50",
			now: document.FormatLines(v.Proposal.Lines),
			set: func(c *document.Change, value string) { c.Lines = &value },
		},
		{
			field: FieldDiscount, label: "Discount", kind: slack.FieldText, hint: "A share like 12.5 %, or an amount like 500.00",
			now: document.FormatDiscount(v.Proposal.Discount),
			set: func(c *document.Change, value string) { c.Discount = &value },
		},
		{
			field: FieldValidUntil, label: "Valid until", kind: slack.FieldText, hint: "The last day, like 2026-11-30",
			now: v.Proposal.ValidUntil,
			set: func(c *document.Change, value string) { c.ValidUntil = value },
		},
	}
	beside := 0
	for i, s := range v.Proposal.Sections {
		if s.Kind == "" {
			if beside++; beside <= maxBeside {
				parts = append(parts, besidePart(i, s))
			}
			continue
		}
		parts = append(parts, part{field: s.Kind, label: s.Title, kind: slack.FieldLong, now: s.Text, set: func(c *document.Change, value string) {
			c.Sections = append(c.Sections, document.Section{Kind: s.Kind, Title: s.Title, Text: value})
		}})
	}
	return parts
}

// besidePart lets the client have what the notes have beside, or not.
func besidePart(i int, s document.Section) part {
	p := part{
		field: fmt.Sprintf("beside-%d", i+1), label: s.Title, kind: slack.FieldChoice, hint: opening(s.Text), now: besideOut,
		choices: []slack.Choice{{Value: besideOut, Label: "The client doesn’t get it"}, {Value: besideIn, Label: "The client gets it"}},
		set: func(c *document.Change, value string) {
			c.Sections = append(c.Sections, document.Section{Title: s.Title, Text: s.Text, Shown: value == besideIn})
		},
	}
	if s.Shown {
		p.now = besideIn
	}
	return p
}

// opening is how a text begins, on one line.
func opening(text string) string {
	const most = 200
	line := []rune(strings.Join(strings.Fields(text), " "))
	if len(line) > most {
		return string(line[:most-1]) + "…"
	}
	return string(line)
}

func (part part) long() bool { return utf8.RuneCountInString(part.now) > maxPrefilled }

// input is the field that asks for a part.
func (part part) input() slack.Field {
	f := slack.Field{Name: part.field, Label: part.label, Kind: part.kind, Choices: part.choices, Hint: part.hint, Value: part.now}
	if part.long() {
		f.Value = ""
		f.Hint = strings.TrimSpace(fmt.Sprintf("%s What is there is too long to be shown here (%d characters). Leave this empty to keep it; what you write replaces all of it, and %s takes it out.",
			part.hint, utf8.RuneCountInString(part.now), takenOut))
	}
	return f
}

// changed is what a decision makes of a part; ok is false where it stays as it is.
func (part part) changed(d humantask.Decision) (value string, ok bool) {
	value, named := d.Fields[part.field]
	value = strings.TrimSpace(strings.ReplaceAll(value, "\r\n", "\n"))
	switch {
	case !named, part.long() && value == "":
		return "", false
	case part.long() && value == takenOut:
		return "", true
	}
	return value, value != strings.TrimSpace(part.now)
}

// change is what a decision makes of the version; differs is whether that is something else than there was.
func (v *edition) change(d humantask.Decision, now time.Time) (c document.Change, differs bool) {
	for _, part := range v.parts() {
		if value, ok := part.changed(d); ok {
			part.set(&c, value)
			differs = true
		}
	}
	// By UTC, since a workflow knows no zones; never before the version that it replaces.
	c.Issued = max(v.Proposal.Issued, now.UTC().Format(time.DateOnly))
	return c, differs
}

// changeAction is the answer that makes a new version. One that has come back may be sent in again as it is, with a word on why.
func (p *proposal) changeAction(ctx workflow.Context, back bool) humantask.Action {
	v := p.current()
	a := humantask.Action{Name: ActionChange, Label: "Change it", Done: "Changed"}
	for _, part := range v.parts() {
		a.Fields = append(a.Fields, part.input())
	}
	comment := humantask.Comment("Why", false)
	comment.Hint = "Whoever approves it sees this"
	a.Fields = append(a.Fields, comment)
	a.Check = func(d humantask.Decision) string {
		if v.Proposal.Version >= MaxVersions {
			return fmt.Sprintf("This proposal has had %d versions, and can't have more: drop it, and begin a new one.", MaxVersions)
		}
		c, differs := v.change(d, workflow.Now(ctx))
		switch {
		case !differs && !back:
			return "Nothing is changed: change something, or choose another answer."
		case !differs && strings.TrimSpace(d.Comment) == "":
			return "Nothing is changed: change something, or say why it should be approved as it is."
		}
		made, err := v.Proposal.Revise(c)
		switch {
		case err != nil:
			return v.labelled(err)
		case len(made.Lines) > MaxLines:
			return fmt.Sprintf("%s: there are %d lines, and can be at most %d.", linesLabel, len(made.Lines), MaxLines)
		}
		return ""
	}
	return a
}

// labelled is what is wrong with a change, beginning with the label of the field that it is about, as "discount.percent: …".
func (v *edition) labelled(err error) string {
	where, problem, _ := strings.Cut(err.Error(), ": ")
	for _, part := range v.parts() {
		switch rest, ok := strings.CutPrefix(where, part.field); {
		case !ok:
		case rest == "" || rest[0] == '.':
			return part.label + ": " + problem
		case rest[0] == '[': // one of the lines
			return part.label + ": " + rest + ": " + problem
		}
	}
	return err.Error()
}

// revise makes the version that somebody has asked for.
func (p *proposal) revise(ctx workflow.Context, o humantask.Outcome) error {
	v := p.current()
	c, _ := v.change(humantask.Decision{Fields: o.Fields}, o.At)
	made, err := v.Proposal.Revise(c)
	if err != nil {
		return err // it was checked before it counted
	}
	p.worked(o.By.ID)
	return p.publish(ctx, made, o.By, o.Comment)
}
