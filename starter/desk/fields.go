package desk

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// fits says what a choice leaves out, or has that its answer doesn't take, by the names that the command takes. The workflow would
// refuse most of it too, but by the labels of a dialog that whoever is at a command line doesn't see; what else is wrong, it says.
func fits(task humantask.View, choice Choice) error {
	i := slices.IndexFunc(task.Actions, func(a humantask.Action) bool { return a.Name == choice.Action })
	if i < 0 || !task.Open() {
		return nil // the workflow says by whom it was decided
	}
	fields := task.Actions[i].Fields
	var wrong []string
	for _, f := range fields {
		value, given := choice.Fields[f.Name]
		if f.Name == humantask.FieldComment && choice.Comment != "" {
			value, given = choice.Comment, true
		}
		chosen := func(c slack.Choice) bool { return c.Value == value }
		switch {
		case f.Required && (given || f.Value == "") && strings.TrimSpace(value) == "":
			wrong = append(wrong, flag(f)+" is missing")
		case given && value != "" && f.Kind == slack.FieldChoice && !slices.ContainsFunc(f.Choices, chosen):
			wrong = append(wrong, fmt.Sprintf("%s: %q is none of its choices", flag(f), value))
		}
	}
	for name := range choice.Fields {
		if name != humantask.FieldComment && !slices.ContainsFunc(fields, func(f slack.Field) bool { return f.Name == name }) {
			wrong = append(wrong, fmt.Sprintf("--field %s: there is no such field", name))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return errors.New(strings.Join(wrong, "\n") + "\n" + takes(choice.Action, fields))
}

// byFlags adds to a refusal that begins with a field's label what the answer takes, by its flags.
func byFlags(task humantask.View, action, refusal string) string {
	for _, a := range task.Actions {
		about := func(f slack.Field) bool { return strings.HasPrefix(refusal, f.Label) }
		if a.Name == action && slices.ContainsFunc(a.Fields, about) {
			return refusal + "\n" + takes(action, a.Fields)
		}
	}
	return refusal
}

// flag is the flag by which the command takes a field.
func flag(f slack.Field) string {
	if f.Name == humantask.FieldComment {
		return "--comment"
	}
	return "--field " + f.Name
}

// takes lists what an answer takes: the flags, what each means, and what there is to choose from.
func takes(action string, fields []slack.Field) string {
	if len(fields) == 0 {
		return fmt.Sprintf("%q takes no fields", action)
	}
	lines := []string{fmt.Sprintf("%q takes:", action)}
	for _, f := range fields {
		line := "  " + flag(f) + ": " + f.Label
		if f.Hint != "" {
			line += ". " + f.Hint
		}
		var values []string
		for _, c := range f.Choices {
			values = append(values, fmt.Sprintf("%s (%s)", c.Value, c.Label))
		}
		if len(values) > 0 {
			line += ". One of " + strings.Join(values, ", ")
		}
		if !f.Required {
			line += "; may be left out"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
