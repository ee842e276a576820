package lead

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/step"
)

// findOwner asks who owns the lead's contact or account in the CRM, for as long as the policy says.
func (l *lead) findOwner(ctx workflow.Context) (err error) {
	if l.policy.OwnerWait.Duration <= 0 {
		return nil
	}
	l.result.Known, err = step.Repeatable(ctx, l.steps, step.Spec{
		Name: "known", System: "hubspot", Summary: "Ask the CRM whether it knows the lead",
		Policy: step.System.Within(l.policy.OwnerWait.Duration), BestEffort: true,
	}, crmActivities.FindKnown, crm.Query{Email: l.in.Email, Domain: l.in.Domain})
	if err != nil || l.result.Known.Owner == "" {
		return err
	}
	if err = l.whoOwns(ctx, "owner", l.result.Known.Owner); err != nil || l.result.Owner.Person.ID != "" || l.result.Known.AccountOwner == "" {
		return err
	}
	l.result.Known.Account = true // the contact's owner isn't there, so it is the account's
	return l.whoOwns(ctx, "account-owner", l.result.Known.AccountOwner)
}

// whoOwns finds who of ours an owner in the CRM is.
func (l *lead) whoOwns(ctx workflow.Context, name, owner string) (err error) {
	l.result.Owner, err = step.Repeatable(ctx, l.steps, step.Spec{
		Name: name, System: "policy", Summary: "Find the owner", Policy: step.Inside, BestEffort: true,
	}, policyActivities.FindOwner, policy.OwnerRequest{CRMOwner: owner})
	return err
}

// assign gives the lead to whoever owns its contact or account, else to whose turn it is.
func (l *lead) assign(ctx workflow.Context) (err error) {
	if l.result.Owner.Person.ID != "" {
		l.result.Rep = l.result.Owner.Person
		return nil
	}
	began := workflow.Now(ctx)
	l.result.Rep, err = l.takeTurn(ctx, nil)
	l.result.Held = policy.Duration{Duration: workflow.Now(ctx).Sub(began).Round(time.Second)}
	return err
}

// reassign takes a turn that falls on none of those who had the lead; the zero Person where nobody is left.
func (l *lead) reassign(ctx workflow.Context, had []policy.Person) (policy.Person, error) {
	return l.takeTurn(ctx, had)
}

// takeTurn takes the next turn of the lead's pool that falls on none of those who had the lead. While nobody is at work, the
// policy says what happens to a lead that nobody has had; one that is taken from somebody goes to whoever is there.
func (l *lead) takeTurn(ctx workflow.Context, had []policy.Person) (policy.Person, error) {
	name := "assign"
	request := assignment.Request{
		Pool: l.result.Route.Pool.Name, Case: l.id,
		Anyone: l.policy.Shape >= 2 && (len(had) > 0 || l.policy.OutOfHours == policy.Anyway),
	}
	if n := len(had); n > 0 {
		name = fmt.Sprintf("assign-%d", n+1)
		request.Case += fmt.Sprintf("/%d", n+1)
		request.Back = l.turn
	}
	began := workflow.Now(ctx)
	for {
		pool, err := l.attendance(ctx, fmt.Sprintf("%s-hours-%d", name, request.Try+1), had)
		if err != nil || len(pool) == 0 {
			return policy.Person{}, err
		}
		request.Members = present(pool)
		var turn assignment.Turn
		if len(request.Members) > 0 {
			turn, err = step.Repeatable(ctx, l.steps, step.Spec{
				Name: name, System: "rotation", Summary: "Take the next rep of " + request.Pool, Policy: step.Inside,
			}, assignmentActivities.TakeTurn, request)
			if err != nil {
				return policy.Person{}, err
			}
		}
		if turn.Member != "" {
			if l.policy.Shape >= 2 {
				l.turn = request.Case
			}
			return l.member(ctx, name, pool, turn.Member)
		}
		if len(had) > 0 {
			return policy.Person{}, nil // whoever has it keeps it
		}
		taker, err := l.nobodyAtWork(ctx, &request, pool, firstAtWork(pool, turn.Capped), began)
		if err != nil || taker.ID != "" {
			return taker, err
		}
		request.Try++
	}
}

// nobodyAtWork does what the policy says while nobody of a pool is at work. It returns who takes the lead; the zero Person where
// the rotation is to be asked again: somebody is at work now, or anybody is to take it.
func (l *lead) nobodyAtWork(
	ctx workflow.Context, request *assignment.Request, pool []policy.Attendance, first, began time.Time,
) (policy.Person, error) {
	switch {
	case request.Anyone: // all are away
		return l.whoeverThereIs(ctx, pool)
	case l.policy.OutOfHours == policy.ToManager:
		request.Anyone = true // where there is no manager
		return l.manager(ctx, pool)
	case l.policy.OutOfHours == policy.Hold:
		limit := began.Add(l.policy.MaxHold.Duration)
		err := l.hold(ctx, first, limit)
		request.Anyone = !workflow.Now(ctx).Before(limit)
		return policy.Person{}, err
	default:
		request.Anyone = true
		return policy.Person{}, nil
	}
}

// attendance is who of the pool is at work, but for those who had the lead.
func (l *lead) attendance(ctx workflow.Context, name string, had []policy.Person) ([]policy.Attendance, error) {
	var pool []policy.Attendance
	if l.policy.Shape >= 2 {
		found, err := step.Repeatable(ctx, l.steps, step.Spec{
			Name: name, System: "policy", Summary: "See who is at work in " + l.result.Route.Pool.Name, Policy: step.Inside,
		}, policyActivities.FindAvailable, policy.AvailabilityRequest{Pool: l.result.Route.Pool.Name})
		if err != nil {
			return nil, err
		}
		pool = found.Members
	}
	if len(pool) == 0 { // a lead of the first shape, or a pool that has gone from the handbook since the lead was routed
		for _, m := range l.result.Route.Pool.Members {
			m.DailyCap = 0 // nobody knows whose day it is
			pool = append(pool, policy.Attendance{Member: m, Working: true})
		}
	}
	return slices.DeleteFunc(pool, func(m policy.Attendance) bool {
		return slices.ContainsFunc(had, func(p policy.Person) bool { return p.ID == m.Person.ID })
	}), nil
}

// present are those who can be given a turn.
func present(pool []policy.Attendance) []assignment.Member {
	var members []assignment.Member
	for _, m := range pool {
		if !m.Away {
			members = append(members, assignment.Member{
				ID: m.Person.ID, Weight: m.Weight, Off: !m.Working, Cap: m.DailyCap, Day: m.Day,
			})
		}
	}
	return members
}

// firstAtWork is when the first of a pool is at work and may be given something; zero where nobody ever is.
func firstAtWork(pool []policy.Attendance, capped []string) time.Time {
	var first time.Time
	for _, m := range pool {
		next := m.Next
		if slices.Contains(capped, m.Person.ID) {
			next = m.NextDay
		}
		if !next.IsZero() && (first.IsZero() || next.Before(first)) {
			first = next
		}
	}
	return first
}

// hold waits until somebody is at work, until the limit at most. The CRM has the lead meanwhile.
func (l *lead) hold(ctx workflow.Context, until, limit time.Time) error {
	if until.IsZero() || until.After(limit) {
		until = limit
	}
	if !l.begun { // it isn't the first time
		l.startRecord()
	}
	l.held = until
	l.desk.Stage(StageHeld)
	l.desk.Publish(ctx)
	// At least a moment, whatever the clocks of a worker and of Temporal say, so that nothing goes round and round.
	wait := max(until.Sub(workflow.Now(ctx)), time.Second)
	err := workflow.NewTimerWithOptions(ctx, wait, workflow.TimerOptions{
		Summary: "Nobody of " + l.result.Route.Pool.Name + " is at work",
	}).Get(ctx, nil)
	l.held = time.Time{}
	return err
}

// manager looks up the manager of a pool's first member.
func (l *lead) manager(ctx workflow.Context, pool []policy.Attendance) (policy.Person, error) {
	first := pool[0].Person
	found, err := step.Repeatable(ctx, l.steps, step.Spec{
		Name: "assign-manager", System: "policy", Summary: "Look up the manager", Policy: step.Inside,
	}, policyActivities.FindManager, policy.ManagerRequest{Of: first.ID, Manager: first.Manager})
	return found.Person, err
}

// whoeverThereIs is for a pool whose members are all away: their manager, else the first, whose cover takes the task.
func (l *lead) whoeverThereIs(ctx workflow.Context, pool []policy.Attendance) (policy.Person, error) {
	manager, err := l.manager(ctx, pool)
	if err != nil || manager.ID != "" {
		return manager, err
	}
	return pool[0].Person, nil
}

// member is the person behind a turn.
func (l *lead) member(ctx workflow.Context, name string, pool []policy.Attendance, id string) (policy.Person, error) {
	for _, m := range pool {
		if m.Person.ID == id {
			return m.Person, nil
		}
	}
	// The case was reset and routed anew, and the rotation remembers a turn of somebody who has left the pool since.
	found, err := step.Repeatable(ctx, l.steps, step.Spec{
		Name: name + "-find", System: "policy", Summary: "Find the rep", Policy: step.Inside,
	}, policyActivities.FindPeople, policy.PeopleRequest{People: []string{id}})
	if err != nil || len(found.People) > 0 {
		return append(found.People, policy.Person{})[0], err
	}
	return pool[0].Person, nil
}

// passTurn has the turn count for the colleague to whom the rep has handed the lead over.
func (l *lead) passTurn(to policy.Person) {
	if l.turn == "" {
		return
	}
	back := assignment.Return{Pool: l.result.Route.Pool.Name, Case: l.turn}
	for _, m := range l.result.Route.Pool.Members {
		if m.Person.ID == to.ID {
			back.To = to.ID
		}
	}
	l.changes++
	name := fmt.Sprintf("give-back-%d", l.changes)
	l.beside("give back", func(ctx workflow.Context) error {
		_, err := step.Repeatable(ctx, l.steps, step.Spec{
			Name: name, System: "rotation", Summary: "Give the rep's turn back", Policy: step.Inside.Within(time.Hour), BestEffort: true,
		}, assignmentActivities.GiveBack, back)
		return err
	})
}

// why says in a line why the rep has the lead.
func (l *lead) why() string {
	owner := l.result.Owner
	if owner.Person.ID == "" {
		return l.result.Route.Why()
	}
	what := "contact"
	if l.result.Known.Account {
		what = "company"
	}
	if owner.Person.ID != owner.Of.ID {
		return fmt.Sprintf("standing in for %s, who owns the %s in the CRM", owner.Of.Name, what)
	}
	return fmt.Sprintf("owning the %s in the CRM", what)
}
