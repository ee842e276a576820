package humantask

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/step"
)

// task is a task that a desk has asked, and where it stands.
type task struct {
	desk       *Desk
	def        Task
	candidates []policy.Person // all who may answer: those of the definition, then whoever it escalated to
	holder     policy.Person   // who is expected to
	opened     time.Time
	since      time.Time // since when the holder has it
	climbed    []Climbed
	outcome    *Outcome
	decision   string // ID of the decision that counted
	withdrawn  bool
	settled    workflow.CancelFunc // stops the ladder

	// What people have been told: see talk.go.
	cards   []*card
	outbox  []func(workflow.Context)
	talking bool
	stale   bool // the cards no longer show how things are
	mails   int
}

// Ask opens a task and blocks until somebody has decided it. It returns an error only for a task that can't be asked (no
// ID, candidate or action; an ID that the workflow has used) and when ctx is cancelled: then the task is withdrawn, and its
// cards say so.
func (d *Desk) Ask(ctx workflow.Context, def Task) (Outcome, error) {
	if err := d.check(def); err != nil {
		return Outcome{}, err
	}
	now := workflow.Now(ctx)
	t := &task{
		desk: d, def: def, candidates: slices.Clone(def.Candidates), holder: def.Candidates[0], opened: now, since: now,
	}
	ladder, settled := workflow.WithCancel(ctx)
	t.settled = settled
	d.tasks = append(d.tasks, t)
	t.show(ctx)
	d.publish(ctx)

	err := t.wait(ctx, ladder)
	if t.open() {
		t.withdrawn = true
	}
	t.redraw(ctx)
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	d.publish(ctx)
	if t.withdrawn {
		return Outcome{}, err
	}
	return *t.outcome, nil
}

// wait climbs the ladder until the task is settled. The context ladder ends with the first decision, so there is one timer
// at a time and none is left behind; an error means that ctx itself was cancelled.
func (t *task) wait(ctx, ladder workflow.Context) error {
	for t.open() {
		rung, ok := t.next()
		if !ok {
			return workflow.Await(ctx, func() bool { return !t.open() })
		}
		options := workflow.TimerOptions{Summary: t.def.Title + ": " + string(rung.Do) + " next"}
		err := workflow.NewTimerWithOptions(ladder, t.at(rung).Sub(workflow.Now(ctx)), options).Get(ladder, nil)
		if err == nil {
			err = t.climb(ladder, rung)
		}
		if err != nil && t.open() {
			return err
		}
	}
	return nil
}

// settle ends the task with a decision that was judged to count.
func (t *task) settle(ctx workflow.Context, decision Decision, by policy.Person) {
	now := workflow.Now(ctx)
	t.decision = decision.ID
	t.outcome = &Outcome{
		Action: decision.Action, By: by, Version: decision.Version, Comment: decision.Comment,
		Opened: t.opened, At: now, Took: policy.Duration{Duration: now.Sub(t.opened)}, Ladder: t.climbed,
	}
	t.settled()
}

func (t *task) open() bool { return t.outcome == nil && !t.withdrawn }

// next is the rung that the task reaches next; ok is false at the top.
func (t *task) next() (rung policy.Rung, ok bool) {
	if len(t.climbed) == len(t.def.Ladder) {
		return policy.Rung{}, false
	}
	return t.def.Ladder[len(t.climbed)], true
}

func (t *task) at(r policy.Rung) time.Time { return t.opened.Add(r.After.Duration) }

// climb does what a rung says. Rungs that were passed while nothing ran are all climbed, in order, but a reminder is only
// sent when it isn't overtaken by the next rung already.
func (t *task) climb(ctx workflow.Context, rung policy.Rung) error {
	c := Climbed{Rung: rung, To: t.holder}
	if rung.Do == policy.Escalate {
		manager, err := t.manager(ctx)
		if err != nil {
			return err
		}
		if manager.ID == "" {
			c.Note = "nobody is above " + t.holder.Name
		}
		c.To = manager
	}
	c.At = workflow.Now(ctx)
	t.climbed = append(t.climbed, c)
	following, more := t.next()
	switch {
	case c.To.ID != t.holder.ID && c.To.ID != "":
		t.escalate(ctx, c.To)
	case more && !t.at(following).After(c.At):
		t.climbed[len(t.climbed)-1].Note = "not sent: the next rung was due already"
	default:
		t.remind(ctx)
	}
	t.redraw(ctx)
	t.desk.publish(ctx)
	return nil
}

// manager looks up who the holder's tasks escalate to, as the handbook has it now; the zero Person where there is nobody.
func (t *task) manager(ctx workflow.Context) (policy.Person, error) {
	if t.holder.Manager == "" {
		return policy.Person{}, nil
	}
	found, err := step.Repeatable(ctx, t.desk.talk, step.Spec{
		Name: t.numbered("manager", len(t.climbed)+1), System: "policy", Summary: "Look up the manager", Policy: step.Inside,
	}, policyActivities.FindPeople, policy.PeopleRequest{People: []string{t.holder.Manager}})
	if err != nil || len(found.People) == 0 {
		return policy.Person{}, err
	}
	return found.People[0], nil
}

// escalate gives the task to the manager too. Whoever held it may still answer.
func (t *task) escalate(ctx workflow.Context, manager policy.Person) {
	t.holder, t.since = manager, workflow.Now(ctx)
	if !slices.ContainsFunc(t.candidates, func(p policy.Person) bool { return p.ID == manager.ID }) {
		t.candidates = append(t.candidates, manager)
	}
	t.tellEscalated(ctx)
}

// due is when the task is late: at its first escalation, else at its last rung; zero without a ladder.
func (t *task) due() time.Time {
	for _, r := range t.def.Ladder {
		if r.Do == policy.Escalate {
			return t.at(r)
		}
	}
	if n := len(t.def.Ladder); n > 0 {
		return t.at(t.def.Ladder[n-1])
	}
	return time.Time{}
}

// breached reports whether the task has been waiting past its due time. It is read off the ladder, which has a rung at that
// time, so that the answer is the same on every replay.
func (t *task) breached() bool {
	due := t.due()
	return slices.ContainsFunc(t.climbed, func(c Climbed) bool { return !t.at(c.Rung).Before(due) })
}

func (t *task) view() View {
	v := View{
		ID: t.def.ID, Title: t.def.Title, Version: t.def.Version, Actions: t.def.Actions,
		Holder: t.holder, Candidates: t.candidates, Opened: t.opened, Since: t.since,
		Due: t.due(), Breached: t.breached(), Outcome: t.outcome,
	}
	if rung, ok := t.next(); ok && t.open() {
		v.Next = &NextRung{Do: rung.Do, At: t.at(rung)}
	}
	return v
}
