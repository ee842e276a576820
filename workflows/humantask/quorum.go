package humantask

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
)

// Quorum is one question to several people, of whom enough have to say yes.
//
// Each of its candidates has a seat, which is a task of their own: their card, their ladder, their cover. Nobody fills two
// seats, whatever they stand in for: who has answered one, or has one, can't answer another.
//
// With M seats of which Need have to be filled with yes, it is agreed as soon as there are Need answers of yes, and refused
// as soon as there can't be any more: with M-Need+1 other answers, or with the first where Veto is set. The seats that are
// still open are withdrawn then.
type Quorum struct {
	// Task is what everybody is asked. Its Candidates have the seats; a seat's ID is the task's with the candidate's behind it
	// ("approve-anna"). It has no Channel.
	Task Task
	// Yes is the action that agrees; each other one doesn't.
	Yes string
	// Need is how many have to agree; 0 for all.
	Need int
	// Veto ends it at the first answer that doesn't agree.
	Veto bool
	// InTurn asks one after the other, in the order of the candidates, and the next only once the one before has answered.
	// Otherwise all are asked at once.
	InTurn bool
}

// QuorumOutcome is how a quorum ended.
type QuorumOutcome struct {
	Agreed bool `json:"agreed"`
	// Answers are those that were given, in that order.
	Answers []Outcome `json:"answers"`
}

// AskQuorum asks, and blocks until it is agreed or can't be any more. It returns an error as Ask does: for a question that
// can't be asked, and when ctx is cancelled; the answers until then are returned with it.
func (d *Desk) AskQuorum(ctx workflow.Context, q Quorum) (QuorumOutcome, error) {
	seats := q.Task.Candidates
	need := q.Need
	if need == 0 {
		need = len(seats)
	}
	switch {
	case q.Task.ID == "":
		return QuorumOutcome{}, errors.New("humantask: a task needs an ID")
	case need < 1 || need > len(seats):
		return QuorumOutcome{}, fmt.Errorf("humantask: %s needs %d of %d people", q.Task.ID, need, len(seats))
	case q.Task.Channel != "":
		return QuorumOutcome{}, errors.New("humantask: " + q.Task.ID + " asks each of several people, and so has no channel")
	case q.Task.action(q.Yes) == nil:
		return QuorumOutcome{}, fmt.Errorf("humantask: %s has no action %q", q.Task.ID, q.Yes)
	}
	v := &vote{desk: d, q: q, need: need}
	ctx, enough := workflow.WithCancel(ctx)
	defer enough()
	asking := len(seats)
	if q.InTurn {
		asking = 1
	}
	running := 0
	for range asking { // so many seats are open at a time
		running++
		workflow.GoNamed(ctx, q.Task.ID, func(ctx workflow.Context) {
			for !v.ended() && v.failed == nil && v.asked < len(seats) {
				v.asked++
				v.ask(ctx, seats[v.asked-1])
			}
			running--
			if v.ended() || v.failed != nil {
				enough()
			}
		})
	}
	rest, cancel := workflow.NewDisconnectedContext(ctx) // the seats end by themselves when ctx is cancelled
	defer cancel()
	if err := workflow.Await(rest, func() bool { return running == 0 }); err != nil {
		return v.outcome, err
	}
	v.outcome.Agreed = v.yes >= need
	if v.ended() {
		return v.outcome, nil
	}
	return v.outcome, v.failed
}

// vote is a quorum that is being asked.
type vote struct {
	desk    *Desk
	q       Quorum
	need    int
	asked   int
	yes     int
	outcome QuorumOutcome
	failed  error
}

// ended reports whether it is agreed, or can't be any more.
func (v *vote) ended() bool {
	no := len(v.outcome.Answers) - v.yes
	return v.yes >= v.need || len(v.q.Task.Candidates)-no < v.need || v.q.Veto && no > 0
}

// ask asks the person on one seat.
func (v *vote) ask(ctx workflow.Context, person policy.Person) {
	def := v.q.Task
	def.ID = v.seat(person)
	def.Candidates = []policy.Person{person}
	def.ExcludedNow = func() []string {
		var others []string
		if v.q.Task.ExcludedNow != nil {
			others = v.q.Task.ExcludedNow()
		}
		return append(others, v.elsewhere(person)...)
	}
	def.WhyWithdrawn = func() string {
		if v.ended() {
			return "it has been decided without you."
		}
		if v.q.Task.WhyWithdrawn != nil {
			return v.q.Task.WhyWithdrawn()
		}
		return ""
	}
	outcome, err := v.desk.Ask(ctx, def)
	if err != nil {
		if v.failed == nil && !v.ended() {
			v.failed = err
		}
		return
	}
	v.outcome.Answers = append(v.outcome.Answers, outcome)
	if outcome.Action == v.q.Yes {
		v.yes++
	}
	if !v.ended() {
		v.passOn(ctx)
	}
}

func (v *vote) seat(person policy.Person) string { return v.q.Task.ID + "-" + person.ID }

// elsewhere are those who have another seat of their own, or have answered on one.
func (v *vote) elsewhere(person policy.Person) []string {
	var others []string
	for _, p := range v.q.Task.Candidates {
		if p.ID != person.ID {
			others = append(others, p.ID)
		}
		if t := v.desk.find(v.seat(p)); t != nil && t.outcome != nil {
			others = append(others, t.outcome.By.ID)
		}
	}
	return others
}

// passOn gives the open seats that whoever has just answered held besides to who is above them: a manager may have come to
// several.
func (v *vote) passOn(ctx workflow.Context) {
	for _, p := range v.q.Task.Candidates {
		t := v.desk.find(v.seat(p))
		if t == nil || !t.open() || !t.excludes(t.holder.ID) {
			continue
		}
		if err := t.escalate(ctx); err != nil {
			return // cancelled
		}
	}
}
