package humantask

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
)

// offered are the answers that the task takes now: its own actions, then what else can be done with it.
func (t *task) offered() []Action {
	if !t.open() {
		return t.def.Actions
	}
	paused := !t.clock.pausedSince.IsZero()
	offered := slices.DeleteFunc(slices.Clone(t.def.Actions), func(a Action) bool { return paused && a.Pauses > 0 })
	group := t.def.Channel != ""
	if group && t.holder.ID == "" {
		offered = append(offered, Action{Name: ActionClaim, Label: "I'll take it", Done: "Taken"})
	}
	if group && t.holder.ID != "" {
		offered = append(offered, Action{Name: ActionRelease, Label: "Give it back", Done: "Given back"})
	}
	if choices := t.colleagues(); t.holder.ID != "" && len(choices) > 0 {
		offered = append(offered, Action{Name: ActionHandOver, Label: "Hand over", Done: "Handed over", Fields: []slack.Field{
			{Name: FieldTo, Label: "To", Kind: slack.FieldChoice, Choices: choices, Required: true},
			Comment("What they should know", false),
		}})
	}
	switch {
	case paused:
		offered = append(offered, Action{Name: ActionResume, Label: "Carry on", Done: "Carried on"})
	case t.clock.pausedFor < t.def.MaxPause:
		offered = append(offered, Action{Name: ActionPause, Label: "Wait for the customer", Done: "Paused", Fields: []slack.Field{
			Comment("What is being waited for", true),
		}})
	}
	if _, more := t.next(); more && t.clock.extended < t.def.MaxExtension {
		offered = append(offered, Action{Name: ActionExtend, Label: "More time", Done: "Extended", Fields: []slack.Field{
			{
				Name: FieldBy, Label: "How much", Kind: slack.FieldText, Required: true,
				Hint: fmt.Sprintf("Like 4h or 90m, at most %s, counted on the task's own clocks", typed(t.def.MaxExtension-t.clock.extended)),
			},
			Comment("Why", true),
		}})
	}
	return offered
}

// colleagues are those to whom the task can be handed over now.
func (t *task) colleagues() []slack.Choice {
	var choices []slack.Choice
	for _, p := range t.def.Colleagues {
		if p.ID != t.holder.ID && !t.excludes(p.ID) {
			choices = append(choices, slack.Choice{Value: p.ID, Label: p.Name})
		}
	}
	return choices
}

// handle does what a decision that was judged asks for, where it doesn't answer the task, and says what was done.
func (t *task) handle(ctx workflow.Context, decision Decision, by policy.Person) string {
	defer func() { t.wake() }()
	from := t.holder
	if a := t.def.action(decision.Action); a != nil {
		return t.askOutside(ctx, *a, decision, by)
	}
	switch decision.Action {
	case ActionClaim:
		t.give(ctx, by, true)
		t.happen(ctx, Happening{What: Claimed, To: by})
		return "It is yours."
	case ActionRelease:
		t.holder, t.since = policy.Person{}, workflow.Now(ctx)
		t.happen(ctx, Happening{What: Released, From: from})
		return "It is the group's again."
	case ActionHandOver:
		i := slices.IndexFunc(t.def.Colleagues, func(p policy.Person) bool { return p.ID == decision.Fields[FieldTo] })
		to := t.def.Colleagues[i]
		t.give(ctx, to, false)
		t.moved(ctx, Happening{What: HandedOver, From: from, To: to, Note: decision.Comment})
		return to.Name + " has it now."
	case ActionPause:
		t.clock.pause(workflow.Now(ctx), t.def.MaxPause-t.clock.pausedFor)
		t.happen(ctx, Happening{What: Paused, From: by, Note: decision.Comment})
		return "The clocks stand still until it is carried on."
	case ActionResume:
		t.resume(ctx, by, decision.Comment)
		return "The clocks run again."
	default:
		added, _ := time.ParseDuration(decision.Fields[FieldBy])
		t.clock.extended += added
		t.unreckoned = true
		t.happen(ctx, Happening{What: Extended, From: by, Note: fmt.Sprintf("by %s: %s", decision.Fields[FieldBy], decision.Comment)})
		return "There is more time."
	}
}

// askOutside pauses the task, since somebody outside has to answer first.
func (t *task) askOutside(ctx workflow.Context, a Action, decision Decision, by policy.Person) string {
	t.clock.pause(workflow.Now(ctx), a.Pauses)
	t.asking = true
	note := decision.Comment
	if note == "" {
		note = a.Done
	}
	t.happen(ctx, Happening{What: Paused, From: by, Note: note})
	if a.Then != nil {
		a.Then(ctx, decision, by)
	}
	return fmt.Sprintf("Recorded: %s. The clocks stand still until there is an answer, until %s at most.", a.Done, moment(t.clock.pausedUntil))
}

func (t *task) resume(ctx workflow.Context, by policy.Person, note string) {
	t.clock.resume(workflow.Now(ctx))
	t.unreckoned, t.asking = true, false
	t.happen(ctx, Happening{What: Resumed, From: by, Note: note})
}

// unhandled says why a decision can't be handled as it stands, though it is on offer; "" where it can.
func (t *task) unhandled(now time.Time, decision Decision) refusal {
	switch decision.Action {
	case ActionHandOver:
		for _, p := range t.def.Colleagues {
			if _, away := p.AbsentAt(now); away && p.ID == decision.Fields[FieldTo] {
				return refusal(p.Name + " is away. Choose somebody else.")
			}
		}
	case ActionExtend:
		added, err := time.ParseDuration(decision.Fields[FieldBy])
		if left := t.def.MaxExtension - t.clock.extended; err != nil || added <= 0 || added > left {
			return refusal(fmt.Sprintf("Write how much more time as a duration like 4h or 90m, at most %s.", typed(left)))
		}
	}
	return ""
}
