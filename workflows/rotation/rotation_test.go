package rotation

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/activities/assignment"
)

func take(state *State, n int, members ...assignment.Member) []string {
	var given []string
	for i := range n {
		given = append(given, state.take(assignment.Request{
			Case: fmt.Sprintf("case-%d-%d", len(state.Given), i), Members: members,
		}))
	}
	return given
}

func TestTurnsAreSpreadSmoothly(t *testing.T) {
	a, b, c := assignment.Member{ID: "a", Weight: 5}, assignment.Member{ID: "b", Weight: 1}, assignment.Member{ID: "c", Weight: 1}
	require.Equal(t, []string{"a", "a", "b", "a", "c", "a", "a"}, take(&State{}, 7, a, b, c))
}

func TestSharesFollowTheWeightsWithinOneTurn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.IntRange(1, 9), 1, 6).Draw(t, "weights")
		rounds := rapid.IntRange(1, 60).Draw(t, "turns")
		var members []assignment.Member
		total := 0
		for i, w := range weights {
			members = append(members, assignment.Member{ID: string(rune('a' + i)), Weight: w})
			total += w
		}
		count := map[string]int{}
		for _, member := range take(&State{}, rounds, members...) {
			count[member]++
		}
		for _, m := range members {
			ideal := float64(rounds*m.Weight) / float64(total)
			if off := float64(count[m.ID]) - ideal; off >= 1.5 || off <= -1.5 {
				t.Fatalf("%s had %d turns of %d, ideal is %.2f", m.ID, count[m.ID], rounds, ideal)
			}
		}
	})
}

func TestOneCaseGetsOneTurnAlsoAfterContinuingAsNew(t *testing.T) {
	members := []assignment.Member{{ID: "a", Weight: 1}, {ID: "b", Weight: 1}}
	state := &State{}
	first := state.take(assignment.Request{Case: "lead-1", Members: members})
	second := state.take(assignment.Request{Case: "lead-2", Members: members})
	require.NotEqual(t, first, second)
	carried := *state
	require.Equal(t, first, carried.take(assignment.Request{Case: "lead-1", Members: members}))
	require.Equal(t, second, carried.take(assignment.Request{Case: "lead-2", Members: members[:1]}), "also when they have left")
}

func TestPeopleComeAndGo(t *testing.T) {
	a, b, c := assignment.Member{ID: "a", Weight: 1}, assignment.Member{ID: "b", Weight: 1}, assignment.Member{ID: "c", Weight: 1}
	state := &State{}
	require.Equal(t, []string{"a", "b", "a"}, take(state, 3, a, b))
	require.ElementsMatch(t, []string{"b", "c", "a"}, take(state, 3, a, b, c), "somebody new gets a fair share from the start")
	require.Equal(t, []string{"c", "c"}, take(state, 2, c), "and who is alone gets all")
}

func TestOnlySoManyTurnsAreRemembered(t *testing.T) {
	state := &State{}
	for i := range remembered + 10 {
		state.take(assignment.Request{Case: fmt.Sprint(i), Members: []assignment.Member{{ID: "a", Weight: 1}}})
	}
	require.Len(t, state.Given, remembered)
	require.Equal(t, fmt.Sprint(remembered+9), state.Given[remembered-1].Case)
}

// answers collects what becomes of an update in the test environment.
type answers struct {
	turns    []string
	rejected []string
}

func (a *answers) callback() *testsuite.TestUpdateCallback {
	return &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { a.rejected = append(a.rejected, err.Error()) },
		OnComplete: func(r any, err error) {
			a.turns = append(a.turns, r.(assignment.Turn).Member)
		},
	}
}

func TestTheWorkflowGivesTurnsAndContinuesAsNew(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterWorkflow(Workflow)
	members := []assignment.Member{{ID: "a", Weight: 1}, {ID: "b", Weight: 1}}
	var got answers
	ask := func(id string, req assignment.Request) {
		env.UpdateWorkflow(assignment.UpdateTake, id, got.callback(), req)
	}
	env.RegisterDelayedCallback(func() {
		ask("1", assignment.Request{Pool: "inbound", Case: "lead-1", Members: members})
		ask("2", assignment.Request{Pool: "inbound", Case: "lead-2", Members: members})
		ask("3", assignment.Request{Pool: "inbound", Case: "lead-1", Members: members})
		ask("4", assignment.Request{Pool: "other", Case: "lead-3", Members: members})
		ask("5", assignment.Request{Pool: "inbound", Members: members})
		ask("6", assignment.Request{Pool: "inbound", Case: "lead-4"})
		ask("7", assignment.Request{Pool: "inbound", Case: "lead-4", Members: []assignment.Member{{ID: "a"}}})
	}, 0)
	env.RegisterDelayedCallback(func() { env.SetContinueAsNewSuggested(true) }, 1)
	env.ExecuteWorkflow(Workflow, "inbound", State{})

	require.True(t, env.IsWorkflowCompleted())
	require.ErrorContains(t, env.GetWorkflowError(), "continue as new")
	require.Equal(t, []string{"a", "b", "a"}, got.turns)
	require.Len(t, got.rejected, 4)
}
