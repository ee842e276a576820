package humantask

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/step"
)

// inside bounds the look-ups for a task: what fails for a minute is tried again by [insist], so that people are told first.
var inside = step.Inside.Within(time.Minute)

// clock is when the clocks of a task run. They all stop while it is paused.
type clock struct {
	since       time.Time // since when they run; meaningless while paused
	pausedSince time.Time // zero while they run
	pausedUntil time.Time // at the latest; meaningless while they run
	pausedFor   time.Duration
	extended    time.Duration // what has been added to the deadlines

	// ran are the times they ran before, not yet in used; used is how much time went by on each clock before since.
	ran  []calendar.Span
	used map[string]time.Duration
}

// paused is for how long the clocks have stood still in all.
func (c *clock) paused(now time.Time) time.Duration {
	if c.pausedSince.IsZero() {
		return c.pausedFor
	}
	return c.pausedFor + now.Sub(c.pausedSince)
}

func (c *clock) pause(now time.Time, most time.Duration) {
	c.ran = append(c.ran, calendar.Span{From: c.since, To: now})
	c.pausedSince, c.pausedUntil = now, now.Add(most)
}

func (c *clock) resume(now time.Time) {
	c.pausedFor += now.Sub(c.pausedSince)
	c.pausedSince, c.since = time.Time{}, now
}

// reckon works out when each rung is due. On the wall clock that is a sum; the working hours of a calendar depend on the
// time-zone data of the build, so an activity counts them and their result stands in history.
func (t *task) reckon(ctx workflow.Context) error {
	asked := map[string]bool{}
	for _, r := range t.def.Ladder {
		name := clockName(r)
		if asked[name] {
			continue
		}
		asked[name] = true
		if err := t.reckonClock(ctx, name); err != nil {
			return err
		}
	}
	t.clock.ran = nil
	return nil
}

func (t *task) reckonClock(ctx workflow.Context, name string) error {
	if err := t.account(ctx, name); err != nil {
		return err
	}
	var rungs []int
	var left []calendar.Duration
	for i, r := range t.def.Ladder {
		p := &t.rungs[i]
		if clockName(r) != name || p.spent(r) {
			continue
		}
		need := r.After.Duration + time.Duration(p.done)*r.Every.Duration + t.clock.extended - t.clock.used[name]
		if name == policy.Wall {
			p.at = t.clock.since.Add(need)
			continue
		}
		rungs, left = append(rungs, i), append(left, calendar.Duration(max(need, 0)))
	}
	if len(rungs) == 0 {
		return nil
	}
	reckoned, err := step.Repeatable(ctx, t.desk.talk, t.reckonStep(name), calendarActivities.ReckonDeadlines,
		calendar.DeadlinesRequest{Calendar: t.def.Calendars[name], From: t.clock.since, After: left})
	if err != nil {
		return err
	}
	for n, i := range rungs {
		t.rungs[i].at = reckoned.At[n]
	}
	return nil
}

// account adds up how much time went by on a clock before the last pause.
func (t *task) account(ctx workflow.Context, name string) error {
	if len(t.clock.ran) == 0 {
		return nil
	}
	var went time.Duration
	if name == policy.Wall {
		for _, s := range t.clock.ran {
			went += s.To.Sub(s.From)
		}
	} else {
		counted, err := step.Repeatable(ctx, t.desk.talk, t.reckonStep(name), calendarActivities.ReckonWorkingTime,
			calendar.WorkingTimeRequest{Calendar: t.def.Calendars[name], Spans: t.clock.ran})
		if err != nil {
			return err
		}
		went = time.Duration(counted.Worked)
	}
	if t.clock.used == nil {
		t.clock.used = map[string]time.Duration{}
	}
	t.clock.used[name] += went
	return nil
}

func (t *task) reckonStep(clock string) step.Spec {
	t.asked++
	return step.Spec{
		Name: t.numbered("reckon", t.asked), System: "calendar", Summary: "Count the working hours of " + clock, Policy: inside,
	}
}

func clockName(r policy.Rung) string {
	if r.Clock == "" {
		return policy.Wall
	}
	return r.Clock
}

// checkLadder finds a rung that can't be climbed.
func checkLadder(def Task) error {
	for i, r := range def.Ladder {
		_, known := def.Calendars[r.Clock]
		switch {
		case clockName(r) != policy.Wall && !known:
			return fmt.Errorf("humantask: task %s: rung %d counts on the calendar %q, which the task doesn't have", def.ID, i+1, r.Clock)
		case r.Every.Duration < 0 || r.After.Duration < 0:
			return fmt.Errorf("humantask: task %s: rung %d has a negative duration", def.ID, i+1)
		case r.Do == policy.Act && def.action(r.Action) == nil:
			return fmt.Errorf("humantask: task %s: rung %d answers %q, which is no action of the task", def.ID, i+1, r.Action)
		case r.Do == policy.Act && def.action(r.Action).Pauses > 0:
			return fmt.Errorf("humantask: task %s: rung %d answers %q, which only pauses the task", def.ID, i+1, r.Action)
		}
	}
	return nil
}
