package rotation

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/activities/assignment"
)

const (
	monday  = "2026-08-03"
	tuesday = "2026-08-04"
)

// capped is a member with a cap.
func capped(id string, most int, day string) assignment.Member {
	return assignment.Member{ID: id, Weight: 1, Cap: most, Day: day}
}

func off(m assignment.Member) assignment.Member {
	m.Off = true
	return m
}

func TestTheTurnFallsOnWhoIsAtWorkAndNotFull(t *testing.T) {
	a, b, full := member("a", 1), member("b", 1), capped("full", 1, monday)
	for name, c := range map[string]struct {
		members []assignment.Member
		anyone  bool
		want    string
		capped  []string
	}{
		"who is at work":               {[]assignment.Member{off(a), b, full}, false, "b", []string{"full"}},
		"also where it may be anyone":  {[]assignment.Member{off(a), b, full}, true, "b", []string{"full"}},
		"nobody at work":               {[]assignment.Member{off(a), off(b)}, false, "", nil},
		"nobody but who is full":       {[]assignment.Member{full}, false, "", []string{"full"}},
		"anyone, so who isn't full":    {[]assignment.Member{full, off(a)}, true, "a", []string{"full"}},
		"anyone, so who is":            {[]assignment.Member{full}, true, "full", []string{"full"}},
		"anyone, full and not at work": {[]assignment.Member{off(full)}, true, "full", []string{"full"}},
		"full yesterday":               {[]assignment.Member{capped("full", 1, tuesday)}, false, "full", nil},
		"full with a smaller cap":      {[]assignment.Member{capped("full", 2, monday)}, false, "full", nil},
		"the cap is gone":              {[]assignment.Member{capped("full", 0, monday)}, false, "full", nil},
		"a day late":                   {[]assignment.Member{capped("full", 1, "2026-08-02")}, false, "", []string{"full"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := fresh()
			s.take(assignment.Request{Case: "earlier", Members: []assignment.Member{full}})
			got := s.take(assignment.Request{Case: "lead", Anyone: c.anyone, Members: c.members})
			require.Equal(t, assignment.Turn{Member: c.want, Capped: c.capped}, got)
		})
	}
}

func TestNothingIsRememberedOfACaseForWhomThereWasNobody(t *testing.T) {
	s := fresh()
	a, b := member("a", 1), member("b", 1)
	require.Empty(t, s.take(assignment.Request{Case: "lead", Members: []assignment.Member{off(a), off(b)}}).Member)
	require.Zero(t, s.Count)
	require.Empty(t, s.Given)
	require.Equal(t, "b", s.take(assignment.Request{Case: "lead", Try: 1, Members: []assignment.Member{off(a), b}}).Member)
	require.Equal(t, "b", s.take(assignment.Request{Case: "lead", Try: 1, Members: []assignment.Member{a, b}}).Member)
}

// Whatever the days and caps are, nobody has more turns on a day than they take, and nobody is passed over who could.
func TestNobodyHasMoreTurnsOnADayThanTheyTake(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := pool(t, 1, 5)
		for i := range members {
			members[i].Cap = rapid.IntRange(0, 4).Draw(t, "cap")
		}
		s := fresh()
		had := map[string]int{} // by member and day
		day := make([]int, len(members))
		for i := range rapid.IntRange(1, 80).Draw(t, "turns") {
			could := map[string]bool{}
			for j := range members {
				m := &members[j]
				day[j] += rapid.SampledFrom([]int{0, 0, 0, 0, 1}).Draw(t, "midnights") // each has their own
				m.Day = fmt.Sprintf("2026-08-%02d", 1+day[j])
				m.Off = rapid.Bool().Draw(t, "off")
				could[m.ID] = !m.Off && (m.Cap == 0 || had[m.ID+m.Day] < m.Cap)
			}
			to := s.take(assignment.Request{Case: fmt.Sprint(i), Members: members}).Member
			for _, m := range members {
				switch {
				case m.ID == to && !could[to]:
					t.Fatalf("%s had a turn that they couldn't have", to)
				case m.ID == to:
					had[to+m.Day]++
				case to == "" && could[m.ID]:
					t.Fatalf("%s could have had the turn", m.ID)
				}
			}
			if rapid.Bool().Draw(t, "continues as new") {
				s = carry(t, s)
			}
		}
	})
}

func TestARequestFromBeforeMidnightThatComesAfterItCountsForTheNewDay(t *testing.T) {
	s := fresh()
	ask := func(i int, day string) string {
		return s.take(assignment.Request{Case: fmt.Sprint(i), Members: []assignment.Member{capped("a", 3, day)}}).Member
	}
	require.Equal(t, "a", ask(1, monday))
	require.Equal(t, "a", ask(2, tuesday))
	require.Equal(t, "a", ask(3, monday), "of tuesday")
	require.Equal(t, "a", ask(4, tuesday))
	require.Empty(t, ask(5, tuesday))
	require.Empty(t, ask(6, monday))
}
