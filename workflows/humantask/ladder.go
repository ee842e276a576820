package humantask

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
)

// progress is how far a rung has been climbed.
type progress struct {
	done int       // how often
	at   time.Time // when it is next
	last time.Time // when it was due the last time
}

// spent reports whether a rung won't be climbed any more.
func (p progress) spent(r policy.Rung) bool {
	switch {
	case r.Every.Duration == 0:
		return p.done > 0
	case r.Times > 0:
		return p.done >= r.Times
	default:
		return false
	}
}

// next is the rung that is due first; ok is false where none is left, and while the task is paused.
func (t *task) next() (rung int, ok bool) {
	rung = -1
	if !t.clock.pausedSince.IsZero() {
		return rung, false
	}
	for i, r := range t.def.Ladder {
		if !t.rungs[i].spent(r) && (rung < 0 || t.rungs[i].at.Before(t.rungs[rung].at)) {
			rung = i
		}
	}
	return rung, rung >= 0
}

// wait climbs the ladder until the task is settled. There is one timer at a time; it is cancelled as soon as something
// changes, and none is left behind. An error means that ctx was cancelled.
func (t *task) wait(ctx workflow.Context) error {
	ladder, settled := workflow.WithCancel(ctx)
	defer settled()
	t.settled = settled
	for t.open() {
		err := t.step(ladder)
		if ctx.Err() != nil && t.open() {
			return ctx.Err()
		}
		if err != nil && !temporal.IsCanceledError(err) {
			return err
		}
	}
	return nil
}

// step waits for what happens next, and does it. It ends early, with a CanceledError, when something else changes first.
func (t *task) step(ctx workflow.Context) error {
	if t.unreckoned {
		if err := insist(ctx, t.reckon); err != nil {
			return err
		}
		t.unreckoned = false
		t.redraw(ctx)
		t.desk.publish(ctx)
	}
	at, summary, then := t.upcoming(ctx)
	if err := t.sleep(ctx, at, summary); err != nil {
		return err
	}
	return then(ctx)
}

// upcoming is what happens next to a task that nobody touches.
func (t *task) upcoming(ctx workflow.Context) (at time.Time, summary string, then func(workflow.Context) error) {
	now := workflow.Now(ctx)
	if !t.clock.pausedSince.IsZero() {
		return t.clock.pausedUntil, "paused for as long as it may be", func(ctx workflow.Context) error {
			asking := t.asking
			t.resume(ctx, ThePolicy, "it was paused for as long as it may be")
			if asking { // and whoever asked waits for an answer
				t.sayLatest(ctx)
			}
			return nil
		}
	}
	rung, ok := t.next()
	if ok {
		at, summary = t.rungs[rung].at, string(t.def.Ladder[rung].Do)+" next"
		then = func(ctx workflow.Context) error { return t.climb(ctx, rung) }
	}
	if away := t.nextAbsence(now); !away.IsZero() && (!ok || away.Before(at)) {
		return away, "the holder goes away", func(ctx workflow.Context) error { return insist(ctx, t.coverHolder) }
	}
	return at, summary, then
}

// sleep waits until a time, or without end where it is zero. It returns early, with a CanceledError, when t.wake is called.
func (t *task) sleep(ctx workflow.Context, at time.Time, summary string) error {
	ctx, t.wake = workflow.WithCancel(ctx)
	defer t.wake()
	if at.IsZero() {
		return workflow.Await(ctx, func() bool { return false })
	}
	options := workflow.TimerOptions{Summary: t.def.ID + ": " + summary} // a title names people
	return workflow.NewTimerWithOptions(ctx, at.Sub(workflow.Now(ctx)), options).Get(ctx, nil)
}

// insist does something until it works, since the ladder must go on whatever it depends on. It fails only when ctx is
// cancelled.
func insist(ctx workflow.Context, do func(workflow.Context) error) error {
	for {
		err := do(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		workflow.GetLogger(ctx).Warn("A look-up for a human task failed; it is tried again.", "error", err)
		options := workflow.TimerOptions{Summary: "try the look-up again"}
		if err := workflow.NewTimerWithOptions(ctx, time.Minute, options).Get(ctx, nil); err != nil {
			return err
		}
	}
}

// climb does what a rung says. Rungs that were passed while nothing ran are all climbed, in order, but a reminder that the
// next rung has overtaken already is not sent.
func (t *task) climb(ctx workflow.Context, rung int) error {
	r, p := t.def.Ladder[rung], &t.rungs[rung]
	p.done, p.last = p.done+1, p.at
	t.climbed = r.Do
	if rung == t.dueRung() && p.done == 1 {
		t.count(ctx, tasksBreached)
	}
	if !p.spent(r) {
		if err := insist(ctx, t.reckon); err != nil {
			return err
		}
	}
	before := t.holder.ID
	if err := insist(ctx, t.cover); err != nil || !t.open() {
		return err
	}
	if t.holder.ID != before && (r.Do == policy.Remind || r.Do == policy.Reassign) {
		return nil // somebody else has just been given it
	}
	switch r.Do {
	case policy.Act:
		t.settle(ctx, Decision{Action: r.Action, Comment: "nobody answered in time"}, ThePolicy)
		return nil
	case policy.Reassign:
		return t.reassign(ctx)
	case policy.Escalate:
		return t.escalate(ctx)
	default:
		t.remind(ctx, "")
		return nil
	}
}

func (t *task) reassign(ctx workflow.Context) error {
	from := t.holder
	to, err := t.colleague(ctx)
	if err != nil || !t.stillWith(from) {
		return err
	}
	if to.ID == "" {
		t.remind(ctx, "there is nobody else to give it to")
		return nil
	}
	t.give(ctx, to, false)
	t.moved(ctx, Happening{What: Reassigned, From: from, To: to})
	return nil
}

func (t *task) escalate(ctx workflow.Context) error {
	var to policy.Person
	err := insist(ctx, func(ctx workflow.Context) (err error) { to, err = t.manager(ctx); return err })
	if err != nil || !t.open() {
		return err
	}
	if to.ID == "" || to.ID == t.holder.ID {
		t.remind(ctx, "nobody is above "+t.waitsOn()[0].Name)
		return nil
	}
	from := t.holder
	t.give(ctx, to, true)
	t.moved(ctx, Happening{What: Escalated, From: from, To: to})
	return nil
}

// remind tells whoever holds the task again, unless the next rung has come up already and says more.
func (t *task) remind(ctx workflow.Context, note string) {
	next, more := t.next()
	overtaken := more && !t.rungs[next].at.After(workflow.Now(ctx))
	if overtaken {
		note = "not sent, since the next rung was due already"
	}
	t.happen(ctx, Happening{What: Reminded, To: t.holder, Note: note})
	if !overtaken {
		t.sayReminder(ctx, note)
	}
}

// dueRung is the rung at which the task is late: its first escalation, else its last rung; -1 without a ladder.
func (t *task) dueRung() int {
	for i, r := range t.def.Ladder {
		if r.Do == policy.Escalate {
			return i
		}
	}
	return len(t.def.Ladder) - 1
}

// due is when the task is late; zero without a ladder and while it is paused.
func (t *task) due() time.Time {
	i := t.dueRung()
	switch {
	case i < 0 || !t.clock.pausedSince.IsZero():
		return time.Time{}
	case t.rungs[i].done > 0:
		return t.rungs[i].last
	default:
		return t.rungs[i].at
	}
}

// breached reports whether the task has been waiting past its due time. It is read off the ladder, which has a rung at that
// time, so that the answer is the same on every replay.
func (t *task) breached() bool {
	i := t.dueRung()
	return i >= 0 && t.rungs[i].done > 0
}
