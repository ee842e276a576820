package humantask

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/step"
)

// excluded are those who must not answer, as it is now.
func (t *task) excluded() []string {
	if t.def.ExcludedNow == nil {
		return t.def.Excluded
	}
	return append(slices.Clone(t.def.Excluded), t.def.ExcludedNow()...)
}

func (t *task) excludes(id string) bool { return slices.Contains(t.excluded(), id) }

// entitle lets people answer, but for those who are excluded.
func (t *task) entitle(people ...policy.Person) {
	for _, p := range people {
		if !t.excludes(p.ID) && !has(t.entitled, p.ID) {
			t.entitled = append(t.entitled, p)
		}
	}
}

// give makes somebody the holder. Whoever held it before keeps their say or loses it.
func (t *task) give(ctx workflow.Context, to policy.Person, keepsSay bool) {
	from := t.holder
	if !keepsSay {
		t.entitled = slices.DeleteFunc(t.entitled, func(p policy.Person) bool { return p.ID == from.ID })
	}
	t.entitle(to)
	t.holder, t.since = to, workflow.Now(ctx)
	if !has(t.had, to.ID) {
		t.had = append(t.had, to)
	}
}

// cover sees to it that those who are asked are there: whoever is away is replaced by their cover, and a holder who has left,
// or is away without cover, by a colleague or the manager.
func (t *task) cover(ctx workflow.Context) error {
	if t.holder.ID == "" {
		return t.coverGroup(ctx, workflow.Now(ctx))
	}
	return t.coverHolder(ctx)
}

// anybodyAway reports whether somebody who is asked is known to be away, so that a task without absences looks nothing up.
func (t *task) anybodyAway(now time.Time) bool {
	return slices.ContainsFunc(t.waitsOn(), func(p policy.Person) bool {
		_, away := p.AbsentAt(now)
		return away
	})
}

// coverGroup lets the covers of a group's absent members answer too.
func (t *task) coverGroup(ctx workflow.Context, now time.Time) error {
	var away []string
	for _, p := range t.entitled {
		if _, is := p.AbsentAt(now); is {
			away = append(away, p.ID)
		}
	}
	if len(away) == 0 {
		return nil
	}
	found, err := t.standIns(ctx, away...)
	if err != nil {
		return err
	}
	for _, s := range found {
		if s.Person.ID != "" {
			t.entitle(s.Person)
		}
	}
	return nil
}

func (t *task) coverHolder(ctx workflow.Context) error {
	before := t.holder
	found, err := t.standIns(ctx, before.ID)
	if err != nil || !t.stillWith(before) {
		return err
	}
	s := found[0]
	h := Happening{What: Covered, Note: "away"}
	if s.Gone {
		h = Happening{What: Replaced, Note: "has left"}
	}
	switch {
	case s.Person.ID == before.ID:
		t.holder = s.Person // as the handbook has them now
		return nil
	case s.Person.ID != "":
	default:
		if s.Person, err = t.colleague(ctx); err != nil {
			return err
		}
		if s.Person.ID == "" {
			if s.Person, err = t.manager(ctx); err != nil {
				return err
			}
		}
	}
	if s.Person.ID == "" || !t.stillWith(before) {
		return nil
	}
	t.give(ctx, s.Person, !s.Gone)
	h.From, h.To = before, s.Person
	t.moved(ctx, h)
	return nil
}

// stillWith reports whether the task waits for the same person as before a look-up, during which it may have been decided, handed
// over or given back.
func (t *task) stillWith(holder policy.Person) bool { return t.open() && t.holder.ID == holder.ID }

// standIns looks up who acts for people now.
func (t *task) standIns(ctx workflow.Context, ids ...string) ([]policy.StandIn, error) {
	found, err := step.Repeatable(ctx, t.desk.talk, t.lookUp("Look up who is there"), policyActivities.FindStandIns,
		policy.StandInRequest{For: ids, Excluded: t.excluded()})
	return found.StandIns, err
}

// manager looks up whom the task escalates to from its holder; the zero Person where nobody is above.
func (t *task) manager(ctx workflow.Context) (policy.Person, error) {
	of := t.holder
	if of.ID == "" {
		of = t.entitled[0]
	}
	found, err := step.Repeatable(ctx, t.desk.talk, t.lookUp("Look up the manager"), policyActivities.FindManager,
		policy.ManagerRequest{Of: of.ID, Manager: of.Manager, Excluded: t.excluded()})
	return found.Person, err
}

// colleague chooses who is next to hold the task: nobody who had it, nobody who is excluded or away.
func (t *task) colleague(ctx workflow.Context) (policy.Person, error) {
	if t.def.Reassigned != nil {
		next, err := t.def.Reassigned(ctx, slices.Clone(t.had))
		if has(t.had, next.ID) || t.excludes(next.ID) {
			next = policy.Person{}
		}
		return next, err
	}
	now := workflow.Now(ctx)
	for _, p := range t.def.Colleagues {
		if _, away := p.AbsentAt(now); !away && !has(t.had, p.ID) && !t.excludes(p.ID) {
			return p, nil
		}
	}
	return policy.Person{}, nil
}

func (t *task) lookUp(summary string) step.Spec {
	t.asked++
	return step.Spec{Name: t.numbered("look-up", t.asked), System: "policy", Summary: summary, Policy: inside}
}

// nextAbsence is when the holder is known to go away next; zero where that isn't known.
func (t *task) nextAbsence(now time.Time) time.Time {
	var next time.Time
	for _, a := range t.holder.Away {
		if a.From.After(now) && (next.IsZero() || a.From.Before(next)) {
			next = a.From
		}
	}
	return next
}
