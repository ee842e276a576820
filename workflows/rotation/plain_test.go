package rotation

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"
	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/activities/assignment"
)

// before is the rule of the runs before, as it was.
func before(credits map[string]int, members []assignment.Member) (map[string]int, string) {
	credit := make(map[string]int, len(members))
	total, best := 0, members[0].ID
	for _, m := range members {
		credit[m.ID] = credits[m.ID] + m.Weight
		total += m.Weight
	}
	for _, m := range members {
		if credit[m.ID] > credit[best] {
			best = m.ID
		}
	}
	credit[best] -= total
	return credit, best
}

func plain(s State) *State {
	s.unpack()
	s.usePlain()
	return &s
}

func TestAPlainRunAnswersAsItDid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := pool(t, 1, 6)
		credit := rapid.MapOf(rapid.SampledFrom([]string{"a", "b", "z"}), rapid.IntRange(-9, 9)).Draw(t, "credit")
		s := plain(State{Credit: credit})
		for i := range rapid.IntRange(1, 40).Draw(t, "turns") {
			var there []assignment.Member
			for _, m := range members {
				if rapid.Bool().Draw(t, "there") {
					m.Weight += rapid.IntRange(0, 3).Draw(t, "more")
					there = append(there, m)
				}
			}
			if len(there) == 0 {
				continue
			}
			var want string
			credit, want = before(credit, there)
			require.Equal(t, want, s.take(assignment.Request{Case: fmt.Sprint(i), Members: there}).Member)
		}
	})
}

// What the run before left is worth the same in turns, whichever code has left it.
func TestTheRunAfterAPlainOneGoesOnWhereItEnded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := pool(t, 1, 6)
		var credit map[string]int
		s := plain(State{})
		ask := func(s *State, i int) string {
			return s.take(assignment.Request{Case: fmt.Sprint(i), Members: members}).Member
		}
		turns := rapid.IntRange(1, 20).Draw(t, "turns")
		for i := range turns {
			credit, _ = before(credit, members)
			ask(s, i)
		}
		after, old := carry(t, s), carry(t, &State{Credit: credit})
		for i := range 20 {
			var want string
			credit, want = before(credit, members)
			require.Equal(t, want, ask(after, turns+i))
			require.Equal(t, want, ask(old, turns+i))
		}
	})
}

func TestATurnOfAPlainRunIsGivenBackThereAndInTheNext(t *testing.T) {
	members := []assignment.Member{member("a", 2), member("b", 1)}
	s := plain(State{Given: []*Given{{Case: "of old", Member: "a"}}})
	take(s, 2, members...)
	s.giveBack(assignment.Return{Case: "case-1"})
	require.Equal(t, map[string]Standing{"a": {Credit: -1, Seen: 2}, "b": {Credit: 1, Seen: 2}}, standings(s))
	s = carry(t, s)
	s.giveBack(assignment.Return{Case: "of old"}) // what it cost isn't known
	s.giveBack(assignment.Return{Case: "case-0"})
	require.Equal(t, []string{"a", "b", "a"}, take(s, 3, members...), "as if it had never given one")
	for id, m := range s.Members {
		require.Zero(t, m.Credit, id)
	}
}

func TestOnlyARunWithoutTheMarkIsPlain(t *testing.T) {
	for _, version := range []workflow.Version{workflow.DefaultVersion, 1} {
		r := newRun()
		r.OnGetVersion("shares-in-turns", workflow.DefaultVersion, workflow.Version(1)).Return(version)
		state := r.until(t, State{}, func() {
			r.update(assignment.UpdateTake, assignment.Request{Pool: "inbound", Case: "lead", Members: []assignment.Member{member("a", 2), member("b", 1)}})
		})
		if version == 1 {
			require.Nil(t, state.Credit)
			require.Equal(t, -turn/3, state.Members["a"].Credit)
		} else {
			require.Equal(t, map[string]int{"a": -1, "b": 1}, state.Credit)
			require.Zero(t, state.Members["a"].Credit)
		}
	}
}

// A replay proves that the commands are the same, and not the answers: these are compared here.
func TestTheRecordedRunsAreAnsweredAsTheyWere(t *testing.T) {
	files, err := filepath.Glob("../testdata/histories/rotation/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		f, err := os.Open(file)
		require.NoError(t, err)
		h, err := client.HistoryFromJSON(f, client.HistoryJSONOptions{})
		require.NoError(t, err)
		require.NoError(t, f.Close())
		requireAnswers(t, h)
	}
}

func requireAnswers(t *testing.T, h *history.History) {
	codec := converter.GetDefaultDataConverter()
	var s State
	var pool string
	input := h.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes().GetInput()
	if len(input.GetPayloads()) > 1 {
		require.NoError(t, codec.FromPayloads(input, &pool, &s))
	}
	s.unpack()
	marked := false
	for _, e := range h.GetEvents() {
		marked = marked || e.GetMarkerRecordedEventAttributes().GetMarkerName() == "Version"
	}
	if !marked {
		s.usePlain()
	}
	answers := 0
	asked := map[int64]assignment.Request{}
	for _, e := range h.GetEvents() {
		switch e.GetEventType() {
		case enums.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
			var req assignment.Request
			in := e.GetWorkflowExecutionUpdateAcceptedEventAttributes().GetAcceptedRequest().GetInput()
			require.Equal(t, assignment.UpdateTake, in.GetName())
			require.NoError(t, codec.FromPayloads(in.GetArgs(), &req))
			asked[e.GetEventId()] = req
		case enums.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
			done := e.GetWorkflowExecutionUpdateCompletedEventAttributes()
			var want assignment.Turn
			require.NoError(t, codec.FromPayloads(done.GetOutcome().GetSuccess(), &want))
			require.Equal(t, want, s.take(asked[done.GetAcceptedEventId()]))
			answers++
		}
	}
	require.Positive(t, answers)
}
