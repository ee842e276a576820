package rotation

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/assignment"
)

// member has a weight, and is at work without a cap.
func member(id string, weight int) assignment.Member {
	return assignment.Member{ID: id, Weight: weight}
}

func fresh() *State {
	s := &State{}
	s.unpack()
	return s
}

// carry takes a state through a continue-as-new.
func carry(t require.TestingT, s *State) *State {
	s.pack()
	text, err := json.Marshal(s)
	require.NoError(t, err)
	carried := &State{}
	require.NoError(t, json.Unmarshal(text, carried))
	carried.unpack()
	return carried
}

// take takes so many turns, each for a case that hasn't asked before.
func take(s *State, n int, members ...assignment.Member) (given []string) {
	for range n {
		given = append(given, s.take(assignment.Request{Case: fmt.Sprintf("case-%d", s.Count), Members: members}).Member)
	}
	return given
}

func TestTurnsAreSpreadSmoothly(t *testing.T) {
	require.Equal(t, []string{"a", "a", "b", "a", "c", "a", "a"}, take(fresh(), 7, member("a", 5), member("b", 1), member("c", 1)))
}

func TestOneCaseGetsOneTurn(t *testing.T) {
	members := []assignment.Member{member("a", 1), member("b", 1)}
	s := fresh()
	first := s.take(assignment.Request{Case: "lead-1", Members: members})
	second := s.take(assignment.Request{Case: "lead-2", Members: members})
	require.NotEqual(t, first, second)
	for range 3 {
		require.Equal(t, first, s.take(assignment.Request{Case: "lead-1", Members: members}))
		require.Equal(t, second, s.take(assignment.Request{Case: "lead-2", Members: members[:1]}), "also when they have left")
	}
	require.Equal(t, 2, s.Count)
}

func TestPeopleComeGoAndChangeWeight(t *testing.T) {
	a, b, c := member("a", 1), member("b", 1), member("c", 1)
	s := fresh()
	require.Equal(t, []string{"a", "b", "a"}, take(s, 3, a, b))
	require.ElementsMatch(t, []string{"b", "c", "a"}, take(s, 3, a, b, c), "somebody new gets a fair share from the start")
	require.Equal(t, []string{"c", "c"}, take(s, 2, c), "and who is alone gets all")
	b.Weight = 3
	require.Equal(t, map[string]int{"a": 100, "b": 300, "c": 100}, tally(take(s, 500, a, b, c)))
}

func tally(given []string) map[string]int {
	n := map[string]int{}
	for _, id := range given {
		n[id]++
	}
	return n
}

func TestOnlyTheLatestTurnsAndThoseWhoWereThereAreRemembered(t *testing.T) {
	s := fresh()
	for i := range remembered + 200 { // a new colleague with every turn, whom nobody sees again
		s.take(assignment.Request{Case: fmt.Sprint(i), Members: []assignment.Member{member("a", 1), member(fmt.Sprint("guest-", i), 1)}})
	}
	require.Len(t, s.Given, remembered)
	require.Len(t, s.byCase, remembered)
	require.Equal(t, fmt.Sprint(remembered+199), s.Given[remembered-1].Case)
	require.LessOrEqual(t, len(s.Members), remembered+2)
	require.Contains(t, s.Members, "a")
}

func BenchmarkTake(b *testing.B) {
	s := fresh()
	members := []assignment.Member{member("a", 5), member("b", 3), member("c", 2), member("d", 1)}
	take(s, remembered, members...)
	for b.Loop() {
		take(s, 1, members...)
	}
}
