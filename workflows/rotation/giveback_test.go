package rotation

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/activities/assignment"
)

func TestARepWhoseTurnsAreAllTakenBackHasTheirShareRestored(t *testing.T) {
	a, b, c := capped("a", 5, monday), capped("b", 50, monday), capped("c", 50, monday)
	s := fresh()
	var mine []string
	for i := range 12 {
		id := fmt.Sprint("lead-", i)
		if s.take(assignment.Request{Case: id, Members: []assignment.Member{a, b, c}}).Member == "a" {
			mine = append(mine, id)
		}
	}
	require.Len(t, mine, 4)
	for _, id := range mine {
		s.giveBack(assignment.Return{Case: id})
	}
	require.Zero(t, s.Members["a"].Turns)
	// The other eight are as they were, so the next four are theirs who had none, and one of five more is full.
	require.Equal(t, []string{"a", "a", "a", "a"}, take(s, 4, a, b, c))
	require.Equal(t, map[string]int{"a": 1, "b": 4, "c": 4}, tally(take(s, 9, a, b, c)))
}

func TestATurnIsGivenBackOnceHoweverOftenItIsAsked(t *testing.T) {
	members := []assignment.Member{capped("a", 9, monday), capped("b", 9, monday)}
	s := fresh()
	first := s.take(assignment.Request{Case: "lead-1", Members: members}).Member
	s.take(assignment.Request{Case: "lead-2", Members: members})
	s.giveBack(assignment.Return{Case: "lead-1"})
	want := standings(s)
	require.Equal(t, Standing{Credit: turn / 2, Day: monday, Turns: 0, Seen: 2}, want[first])
	for range 2 {
		s.giveBack(assignment.Return{Case: "lead-1"})
		s.giveBack(assignment.Return{Case: "lead-1", To: "b", Day: monday})
		s.giveBack(assignment.Return{Case: "never given"})
		require.Equal(t, want, standings(s))
		s = carry(t, s)
	}
	require.Equal(t, first, s.take(assignment.Request{Case: "lead-1", Members: members}).Member, "a repeat is a repeat")
	require.Equal(t, want, standings(s))
}

// standings are a copy of the members' standings.
func standings(s *State) map[string]Standing {
	all := map[string]Standing{}
	for id, m := range s.Members {
		all[id] = *m
	}
	return all
}

func TestATurnIsGivenBackInTheSameBreathAsTheNextIsTaken(t *testing.T) {
	a, b := capped("a", 1, monday), capped("b", 1, monday)
	s := fresh()
	require.Equal(t, "a", s.take(assignment.Request{Case: "lead", Members: []assignment.Member{a, b}}).Member)
	again := assignment.Request{Case: "lead/2", Back: "lead", Members: []assignment.Member{b}}
	require.Equal(t, "b", s.take(again).Member)
	want := standings(s)
	require.Equal(t, "b", s.take(again).Member)
	require.Equal(t, want, standings(s), "once")
	require.Equal(t, assignment.Turn{Member: "a", Capped: []string{"b"}},
		s.take(assignment.Request{Case: "other", Members: []assignment.Member{b, a}}), "a isn't full any more")

	none := assignment.Request{Case: "lead/3", Back: "lead/2", Members: []assignment.Member{off(a)}}
	require.Empty(t, s.take(none).Member)
	require.Zero(t, s.Members["b"].Turns, "it is given back also where nobody takes the next")
}

func TestATurnThatSomebodyTakesOverCountsForThem(t *testing.T) {
	members := []assignment.Member{capped("a", 9, monday), capped("b", 9, monday), capped("c", 9, monday)}
	s := fresh()
	require.Equal(t, "a", s.take(assignment.Request{Case: "lead", Members: members}).Member)
	s.giveBack(assignment.Return{Case: "lead", To: "b", Day: tuesday})
	third := turn / 3
	require.Equal(t, map[string]Standing{
		"a": {Credit: third, Day: monday, Turns: 0, Seen: 1},
		"b": {Credit: -2 * third, Day: tuesday, Turns: 1, Seen: 1},
		"c": {Credit: third, Seen: 1},
	}, standings(s))
	want := standings(s)
	s.giveBack(assignment.Return{Case: "lead", To: "b", Day: tuesday})
	require.Equal(t, want, standings(s), "once")
	require.Equal(t, "a", s.take(assignment.Request{Case: "lead", Members: members}).Member, "the answer that the case had")

	s = carry(t, s)
	s.giveBack(assignment.Return{Case: "lead", To: "a", Day: tuesday})
	s.giveBack(assignment.Return{Case: "lead", To: "b", Day: tuesday})
	require.Equal(t, want["b"], standings(s)["b"], "there and back again")
	s.giveBack(assignment.Return{Case: "lead", To: "somebody of no pool"})
	for id, m := range s.Members {
		require.Zero(t, m.Credit, id)
		require.Zero(t, m.Turns, id)
	}
}

func TestATurnOfYesterdayLeavesTodaysCountAlone(t *testing.T) {
	s := fresh()
	s.take(assignment.Request{Case: "monday's", Members: []assignment.Member{capped("a", 1, monday)}})
	s.take(assignment.Request{Case: "tuesday's", Members: []assignment.Member{capped("a", 1, tuesday)}})
	s.giveBack(assignment.Return{Case: "monday's"})
	require.Equal(t, 1, s.Members["a"].Turns)
}

func TestATurnThatIsForgottenIsNotGivenBack(t *testing.T) {
	s := fresh()
	take(s, remembered+1, member("a", 1), member("b", 2))
	want := standings(s)
	s.giveBack(assignment.Return{Case: "case-0"})
	require.Equal(t, want, standings(s))
}

// Whatever is taken, given back, passed on and carried, in whatever order: the credit is what the turns that count make of it, each
// among whom it was given, and the count is of the day's turns that count.
func TestOnlyTheTurnsThatCountAreReckoned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := pool(t, 1, 6)
		s, l := fresh(), newLedger()
		type booked struct {
			among []assignment.Member
			to    string
		}
		turns := map[string]booked{}
		for i := range members {
			members[i].Day = monday
		}
		// The first is among all, so that turns can be passed on to everybody.
		first := s.take(assignment.Request{Case: "0", Members: members})
		turns["0"] = booked{members, first.Member}
		l.book(members, first.Member, 1)
		for i := range rapid.IntRange(1, 60).Draw(t, "steps") {
			id := fmt.Sprint(rapid.IntRange(0, i).Draw(t, "case"))
			had, counts := turns[id]
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0, 1:
				var able []assignment.Member
				for _, m := range members {
					if rapid.Bool().Draw(t, "there") {
						able = append(able, m)
					}
				}
				if len(able) == 0 {
					continue
				}
				req := assignment.Request{Case: fmt.Sprint(i + 1), Members: able}
				if rapid.Bool().Draw(t, "back") {
					req.Back = id
					if counts {
						l.book(had.among, had.to, -1)
						delete(turns, id)
					}
				}
				to := s.take(req).Member
				l.book(able, to, 1)
				turns[req.Case] = booked{able, to}
			case 2:
				s.giveBack(assignment.Return{Case: id})
				if counts {
					l.book(had.among, had.to, -1)
					delete(turns, id)
				}
			case 3:
				to := rapid.SampledFrom(members).Draw(t, "to").ID
				s.giveBack(assignment.Return{Case: id, To: to, Day: monday})
				if counts {
					l.had[had.to]--
					l.had[to]++
					turns[id] = booked{had.among, to}
				}
			}
			if rapid.Bool().Draw(t, "continues as new") {
				s = carry(t, s)
			}
		}
		for _, m := range members {
			is := s.Members[m.ID]
			require.InDelta(t, l.off(m.ID), float64(is.Credit)/turn, 1e-9, m.ID)
			require.EqualValues(t, l.had[m.ID], is.Turns, m.ID)
		}
	})
}
