package humantask

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
)

// judgement is what is found about a decision before it counts.
type judgement struct {
	task *task
	by   policy.Person
	// repeat is set for a second delivery of a decision that counted.
	repeat bool
}

// refusal is why a decision doesn't count, for the person who made it.
type refusal string

// judge finds out whether a decision may count, without changing anything, so that the update's validator can ask too.
func (d *Desk) judge(ctx workflow.Context, decision *Decision) (judgement, refusal) {
	t := d.find(decision.Task)
	if t == nil {
		return judgement{}, refusal(fmt.Sprintf("There is no task %q here.", decision.Task))
	}
	if decision.ID != "" && slices.Contains(t.accepted, decision.ID) {
		return judgement{task: t, repeat: true}, ""
	}
	now := workflow.Now(ctx)
	if o := t.outcome; o != nil {
		return judgement{}, refusal(fmt.Sprintf("%s decided this %s: %s", o.By.Name, ago(now, o.At), t.done()))
	}
	if t.withdrawn {
		return judgement{}, refusal(t.whyWithdrawn() + " There is nothing left to decide.")
	}
	by, entitled := t.candidate(decision.By)
	if !entitled {
		return judgement{}, refusal(fmt.Sprintf("This isn't yours to decide. It is with %s.", t.with()))
	}
	if t.excludes(by.ID) {
		return judgement{}, "Somebody else has to decide this, since you have decided another part of it."
	}
	if decision.Version != t.def.Version {
		return judgement{}, "You answered an older version of this. Please look at the latest card."
	}
	offered := t.offered()
	i := slices.IndexFunc(offered, func(a Action) bool { return a.Name == decision.Action })
	if i < 0 {
		return judgement{}, refusal(fmt.Sprintf("%q is no answer here, or not now. Choose one of: %s.", decision.Action, t.actionNames()))
	}
	if refusal := decision.fill(offered[i]); refusal != "" {
		return judgement{}, refusal
	}
	if check := offered[i].Check; check != nil {
		if wrong := check(*decision); wrong != "" {
			return judgement{}, refusal(wrong)
		}
	}
	return judgement{task: t, by: by}, t.unhandled(now, *decision)
}

// The longest value of a field, in characters: what Slack lets a dialog's input hold. One of several lines may be longer, which
// the task's page takes, and is still far from the two megabytes that Temporal lets a decision have. A comment, which stands on
// cards, may not.
const (
	maxField = 3000
	maxLong  = 100_000
)

// fill checks a decision's fields against its action's, leaves those as they are that it doesn't name, and sees to it that a
// comment stands in Comment.
func (d *Decision) fill(a Action) refusal {
	if d.Comment == "" {
		d.Comment = d.Fields[FieldComment]
	}
	fields := maps.Clone(d.Fields)
	for _, f := range a.Fields {
		value, named := d.Fields[f.Name]
		if f.Name == FieldComment && d.Comment != "" {
			value, named = d.Comment, true
		}
		if !named && f.Value != "" {
			if fields == nil {
				fields = map[string]string{}
			}
			value, fields[f.Name] = f.Value, f.Value
			if f.Name == FieldComment {
				d.Comment = f.Value
			}
		}
		most := maxField
		if f.Kind == slack.FieldLong && f.Name != FieldComment {
			most = maxLong
		}
		switch chosen := func(c slack.Choice) bool { return c.Value == value }; {
		case strings.TrimSpace(value) == "" && f.Required:
			return refusal(fmt.Sprintf("%q is needed with the answer %q.", f.Label, a.Label))
		case f.Kind == slack.FieldChoice && value != "" && !slices.ContainsFunc(f.Choices, chosen):
			return refusal(fmt.Sprintf("%q is no choice for %q.", value, f.Label))
		case utf8.RuneCountInString(value) > most:
			return refusal(fmt.Sprintf("%q is too long: at most %d characters.", f.Label, most))
		}
	}
	d.Fields = fields
	return ""
}

// refuse is the answer to a decision that doesn't count.
func (d *Desk) refuse(decision Decision, why refusal) Answer {
	answer := Answer{Text: string(why)}
	if t := d.find(decision.Task); t != nil {
		for _, a := range t.offered() {
			if a.Name == decision.Action {
				answer.Field = a.fieldOf(why)
			}
		}
	}
	return answer
}

// fieldOf is the name of the field with whose label a refusal begins, the longest of them; "" for none.
func (a Action) fieldOf(why refusal) string {
	text, name, longest := strings.TrimPrefix(string(why), `"`), "", 0
	for _, f := range a.Fields {
		rest, begins := strings.CutPrefix(text, f.Label)
		next, _ := utf8.DecodeRuneInString(rest)
		if begins && len(f.Label) > longest && !unicode.IsLetter(next) && !unicode.IsDigit(next) {
			name, longest = f.Name, len(f.Label)
		}
	}
	return name
}

// decide judges a decision and does what it says, where it counts.
func (d *Desk) decide(ctx workflow.Context, decision Decision) Answer {
	j, refusal := d.judge(ctx, &decision)
	if refusal != "" {
		d.countDecision(ctx, decision, "refused")
		return d.refuse(decision, refusal)
	}
	t := j.task
	if j.repeat {
		d.countDecision(ctx, decision, "repeated")
		return Answer{Accepted: true, Text: "Recorded already."}
	}
	t.accepted = append(t.accepted, decision.ID)
	d.countDecision(ctx, decision, "counted")
	if a := t.def.action(decision.Action); a == nil || a.Pauses > 0 {
		return Answer{Accepted: true, Text: t.handle(ctx, decision, j.by)}
	}
	t.settle(ctx, decision, j.by)
	return Answer{Accepted: true, Text: "Recorded: " + t.done() + "."}
}

// candidate finds the person behind an actor among those who may answer.
func (t *task) candidate(by Actor) (policy.Person, bool) {
	i := slices.IndexFunc(t.entitled, func(p policy.Person) bool {
		return by.Person != "" && by.Person == p.ID || by.Slack != "" && by.Slack == p.Slack
	})
	if i < 0 {
		return policy.Person{}, false
	}
	return t.entitled[i], true
}

func (def Task) action(name string) *Action {
	for i := range def.Actions {
		if def.Actions[i].Name == name {
			return &def.Actions[i]
		}
	}
	return nil
}

func (t *task) actionNames() string {
	var names []string
	for _, a := range t.offered() {
		names = append(names, a.Name)
	}
	return strings.Join(names, ", ")
}

// whyWithdrawn says that and why the task was withdrawn.
func (t *task) whyWithdrawn() string {
	if t.def.WhyWithdrawn != nil {
		if why := t.def.WhyWithdrawn(); why != "" {
			return "Withdrawn: " + why
		}
	}
	return "Withdrawn."
}

// done says what was decided ("Contact made").
func (t *task) done() string {
	if a := t.def.action(t.outcome.Action); a != nil {
		return a.Done
	}
	return t.outcome.Action
}
