package humantask

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
)

// task is a task that a desk has asked, and where it stands.
type task struct {
	desk *Desk
	def  Task

	// Who: see people.go.
	holder   policy.Person   // who is expected to answer; the zero Person for a group's task that nobody has claimed
	since    time.Time       // since when
	entitled []policy.Person // all who may answer
	had      []policy.Person // all who ever held it

	// By when: see ladder.go and clock.go.
	opened     time.Time
	rungs      []progress
	climbed    policy.Move // the latest rung that was climbed; "" before the first
	clock      clock
	asking     bool                // paused by one of its own answers: somebody outside is to say something
	unreckoned bool                // the rungs' times have to be worked out again
	wake       workflow.CancelFunc // ends the wait for the next rung, since something has changed
	settled    workflow.CancelFunc // ends the whole ladder

	// What came of it: see decide.go.
	story     []Happening
	accepted  []string // IDs of the decisions that counted
	outcome   *Outcome
	withdrawn bool

	// What people have been told: see talk.go.
	cards   []*card
	outbox  []func(workflow.Context)
	talking bool
	stale   bool // the cards no longer show how things are
	mails   int
	asked   int // numbers the look-ups, whose keys must differ
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
		desk: d, def: def, opened: now, since: now, wake: func() {}, settled: func() {},
		clock: clock{since: now}, rungs: make([]progress, len(def.Ladder)),
	}
	t.entitle(def.Candidates...)
	if def.Channel == "" {
		t.holder = t.entitled[0]
		t.had = []policy.Person{t.holder}
	}
	d.tasks = append(d.tasks, t)
	t.count(ctx, tasksOpened)

	err := t.begin(ctx)
	if err == nil {
		err = t.wait(ctx)
	}
	t.withdrawn = t.outcome == nil
	t.measureEnd(ctx)
	t.redraw(ctx)
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	d.publish(ctx)
	if t.withdrawn {
		return Outcome{}, err
	}
	return *t.outcome, nil
}

// begin finds who is there and when the rungs are due, and tells those who are asked.
func (t *task) begin(ctx workflow.Context) error {
	if t.anybodyAway(t.opened) {
		if err := insist(ctx, t.cover); err != nil {
			return err
		}
	}
	t.unreckoned = t.reckon(ctx) != nil // people are told all the same; the ladder insists
	t.show(ctx)
	t.desk.publish(ctx)
	return nil
}

func (t *task) open() bool { return t.outcome == nil && !t.withdrawn }

// settle ends the task.
func (t *task) settle(ctx workflow.Context, decision Decision, by policy.Person) {
	now := workflow.Now(ctx)
	t.outcome = &Outcome{
		Action: decision.Action, Decision: decision.ID, By: by, Version: t.def.Version, Comment: decision.Comment, Fields: decision.Fields,
		Opened: t.opened, At: now, Took: policy.Duration{Duration: now.Sub(t.opened)},
		Paused: policy.Duration{Duration: t.clock.paused(now)}, Story: t.story,
	}
	t.settled()
}

// happen adds to the task's story, and has everything that shows it brought up to date.
func (t *task) happen(ctx workflow.Context, h Happening) {
	h.At = workflow.Now(ctx)
	t.story = append(t.story, h)
	t.count(ctx, taskEvents, "what", string(h.What))
	t.redraw(ctx)
	t.desk.publish(ctx)
}

func (t *task) view(now time.Time) View {
	v := View{
		ID: t.def.ID, Title: t.def.Title, Text: t.def.Text, Version: t.def.Version, Actions: t.offered(),
		Holder: t.holder, Candidates: t.entitled, Opened: t.opened, Since: t.since,
		Due: t.due(), Breached: t.breached(), Story: t.story, Outcome: t.outcome,
		PausedSince: t.clock.pausedSince, Paused: policy.Duration{Duration: t.clock.paused(now)},
	}
	if t.def.Facts != nil {
		v.Facts = t.def.Facts()
	}
	if t.withdrawn {
		v.Withdrawn = t.whyWithdrawn()
	}
	if !t.open() {
		v.Actions = unfilled(v.Actions)
	}
	if i, ok := t.next(); ok && t.open() {
		v.Next = &NextRung{Do: t.def.Ladder[i].Do, At: t.rungs[i].at}
	}
	return v
}

// waitsOn are the people whom the task waits for.
func (t *task) waitsOn() []policy.Person {
	if t.holder.ID == "" {
		return t.entitled
	}
	return []policy.Person{t.holder}
}

func has(people []policy.Person, id string) bool {
	return slices.ContainsFunc(people, func(p policy.Person) bool { return p.ID == id })
}
