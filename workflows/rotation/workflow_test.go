package rotation

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/workflows/internal/renewal"
)

// run is a rotation's run in the test environment, and what became of the updates.
type run struct {
	*testsuite.TestWorkflowEnvironment
	asked    int
	turns    []assignment.Turn
	rejected []string
}

func newRun() *run {
	var suite testsuite.WorkflowTestSuite
	r := &run{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment()}
	r.RegisterWorkflow(Workflow)
	return r
}

func (r *run) update(name string, args ...any) {
	r.asked++
	r.UpdateWorkflow(name, fmt.Sprint(r.asked), &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { r.rejected = append(r.rejected, err.Error()) },
		OnComplete: func(answer any, _ error) {
			if turn, ok := answer.(assignment.Turn); ok {
				r.turns = append(r.turns, turn)
			}
		},
	}, args...)
}

// until runs a rotation that is asked, and then continues as new with the state that is returned.
func (r *run) until(t *testing.T, state State, ask func()) State {
	t.Helper()
	r.RegisterDelayedCallback(ask, time.Second) // once both updates are known
	r.RegisterDelayedCallback(func() {
		require.False(t, r.IsWorkflowCompleted(), "whatever it was asked")
		r.SetContinueAsNewSuggested(true)
	}, time.Minute)
	r.ExecuteWorkflow(Workflow, "inbound", state)
	require.True(t, r.IsWorkflowCompleted())
	var next *workflow.ContinueAsNewError
	require.True(t, errors.As(r.GetWorkflowError(), &next))
	require.Equal(t, assignment.WorkflowName, next.WorkflowType.Name)
	var pool string
	var carried State
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &pool, &carried))
	require.Equal(t, "inbound", pool)
	return carried
}

// Of a pool with a lead now and then, no run is older than a month.
func TestARotationThatIsSeldomAskedContinuesAsNewAllTheSame(t *testing.T) {
	r := newRun()
	began := r.Now()
	r.RegisterDelayedCallback(func() {
		r.update(assignment.UpdateTake, assignment.Request{Pool: "inbound", Case: "lead-1", Members: []assignment.Member{{ID: "a", Weight: 1}}})
	}, time.Second)
	r.RegisterDelayedCallback(func() { require.False(t, r.IsWorkflowCompleted()) }, renewal.Longest-time.Second)
	r.ExecuteWorkflow(Workflow, "inbound", State{})
	var next *workflow.ContinueAsNewError
	require.True(t, errors.As(r.GetWorkflowError(), &next), "%v", r.GetWorkflowError())
	require.Equal(t, renewal.Longest, r.Now().Sub(began).Truncate(time.Second))
	var pool string
	var carried State
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &pool, &carried))
	require.NotEmpty(t, carried)
}

func TestTheNextRunKnowsTurnsCasesCountsAndWhatWasGivenBack(t *testing.T) {
	members := []assignment.Member{
		{ID: "a", Weight: 3, Cap: 4, Day: monday}, {ID: "b", Weight: 2, Cap: 9, Day: monday}, {ID: "c", Weight: 1, Day: monday, Off: true},
	}
	// What is asked, in two parts, of one run or of two.
	parts := [][]func(*run){{}, {}}
	for i := range 14 {
		parts[i/7] = append(parts[i/7], func(r *run) {
			r.update(assignment.UpdateTake, assignment.Request{Pool: "inbound", Case: fmt.Sprint("lead-", i), Members: members})
		})
	}
	give := func(r assignment.Return) func(*run) {
		r.Pool = "inbound"
		return func(in *run) { in.update(assignment.UpdateGiveBack, r) }
	}
	parts[0] = append(parts[0], give(assignment.Return{Case: "lead-0"}), give(assignment.Return{Case: "lead-1", To: "a", Day: monday}))
	parts[1] = append([]func(*run){
		give(assignment.Return{Case: "lead-0"}),                        // once more
		give(assignment.Return{Case: "lead-1"}),                        // of the one who has it now
		give(assignment.Return{Case: "lead-3", To: "b", Day: tuesday}), // of before
		parts[0][0], // is answered again
	}, parts[1]...)
	ask := func(r *run, parts ...[]func(*run)) func() {
		return func() {
			for _, part := range parts {
				for _, question := range part {
					question(r)
				}
			}
		}
	}
	one := newRun()
	want := one.until(t, State{}, ask(one, parts...))
	first, second := newRun(), newRun()
	got := second.until(t, first.until(t, State{}, ask(first, parts[0])), ask(second, parts[1]))

	require.Len(t, one.turns, 15)
	require.Equal(t, one.turns, append(first.turns, second.turns...))
	require.Equal(t, one.turns[0], second.turns[0])
	require.Equal(t, []string{"a"}, one.turns[14].Capped)
	require.Equal(t, want, got)
}

func TestWhatIsMalformedIsRefusedAndTheRotationGoesOn(t *testing.T) {
	take := func(change func(*assignment.Request)) assignment.Request {
		r := assignment.Request{Pool: "inbound", Case: "lead", Members: []assignment.Member{member("a", 1), capped("b", 1, monday)}}
		change(&r)
		return r
	}
	r := newRun()
	var want []string
	refused := func(because, name string, args ...any) {
		want = append(want, because)
		r.update(name, args...)
	}
	r.until(t, State{}, func() {
		for _, c := range []struct {
			because string
			change  func(*assignment.Request)
		}{
			{`this is the rotation of "inbound", not of "other"`, func(r *assignment.Request) { r.Pool = "other" }},
			{"a turn needs the case that it is for", func(r *assignment.Request) { r.Case = "" }},
			{`case "lead" can't give back the turn that it asks for: ask as another case`, func(r *assignment.Request) { r.Back = "lead" }},
			{`case "lead": try -1 is none: it counts from 0`, func(r *assignment.Request) { r.Try = -1 }},
			{`pool "inbound" has no members`, func(r *assignment.Request) { r.Members = nil }},
			{`member "" needs an ID of its own`, func(r *assignment.Request) { r.Members[0].ID = "" }},
			{`member "b" needs an ID of its own`, func(r *assignment.Request) { r.Members[0].ID = "b" }},
			{"a weight of at least 1", func(r *assignment.Request) { r.Members[0].Weight = 0 }},
			{`the weights add up to more than 720720000: divide`, func(r *assignment.Request) { r.Members[0].Weight = maxWeights }},
			{`the weights add up to more than 720720000: divide`, func(r *assignment.Request) { r.Members[0].Weight = 1 << 62 }},
			{`member "b" has a cap of -1: it is at least 1, or 0 for no limit`, func(r *assignment.Request) { r.Members[1].Cap = -1 }},
			{`member "b" has a cap, and so needs the day that it is for`, func(r *assignment.Request) { r.Members[1].Day = "" }},
			{`member "b" has the day "monday": write it like "2026-08-03"`, func(r *assignment.Request) { r.Members[1].Day = "monday" }},
			{`member "a" has the day "2026-02-30"`, func(r *assignment.Request) { r.Members[0].Day = "2026-02-30" }},
		} {
			refused(c.because, assignment.UpdateTake, take(c.change))
		}
		refused(`this is the rotation of "inbound", not of ""`, assignment.UpdateGiveBack, assignment.Return{Case: "lead"})
		refused("a turn is given back by the case that it was for", assignment.UpdateGiveBack, assignment.Return{Pool: "inbound"})
		refused(`case "lead": the day is "3.8."`, assignment.UpdateGiveBack, assignment.Return{Pool: "inbound", Case: "lead", To: "a", Day: "3.8."})
		refused("unable to decode", assignment.UpdateTake, "a lead")
		refused("unable to decode", assignment.UpdateTake, map[string]any{"members": "all"})
		refused("unable to decode", assignment.UpdateGiveBack, []int{1})
		refused("unknown update", "give", assignment.Return{Pool: "inbound", Case: "lead"})
		r.update(assignment.UpdateTake, take(func(*assignment.Request) {}))
	})
	require.Len(t, r.rejected, len(want))
	for i, because := range want {
		require.Contains(t, r.rejected[i], because)
	}
	require.Equal(t, []assignment.Turn{{Member: "a"}}, r.turns)
}

// However large a pool is, and however often its hours change, the next run's input stays below half of what Temporal takes.
func TestWhatIsCarriedIsBounded(t *testing.T) {
	s := fresh()
	var members []assignment.Member
	for i := range 200 {
		members = append(members, capped(fmt.Sprintf("somebody.with-a-long-name-%d", i), 1<<20, monday))
	}
	for i := range remembered + 100 {
		there := members[i%2 : 100+i%97]
		s.take(assignment.Request{Case: fmt.Sprintf("lead-%s-%d", strings.Repeat("x", 40), i), Members: there})
	}
	latest := s.Given[remembered-1].Among
	s.pack()
	payload, err := converter.GetDefaultDataConverter().ToPayload(s)
	require.NoError(t, err)
	require.Less(t, len(payload.GetData()), 1<<20)

	var carried State
	require.NoError(t, converter.GetDefaultDataConverter().FromPayload(payload, &carried))
	carried.unpack()
	require.Len(t, carried.byCase, remembered, "every turn is carried")
	require.Equal(t, latest, carried.Given[remembered-1].Among)
	oldest := carried.Given[0]
	require.Nil(t, oldest.Among)
	want := standings(&carried)
	carried.giveBack(assignment.Return{Case: oldest.Case})
	holder := want[oldest.Member]
	holder.Turns--
	want[oldest.Member] = holder
	require.Equal(t, want, standings(&carried), "only the count is known of the oldest")
}
