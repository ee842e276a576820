package rotation

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/activities/assignment"
)

// pool draws a pool's members, a, b, c and so on.
func pool(t *rapid.T, least, most int) (members []assignment.Member) {
	for i, weight := range rapid.SliceOfN(rapid.IntRange(1, 9), least, most).Draw(t, "weights") {
		members = append(members, member(string(rune('a'+i)), weight))
	}
	return members
}

func TestSharesFollowTheWeightsWithinOneAndAHalfTurns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members, turns := pool(t, 1, 6), rapid.IntRange(1, 60).Draw(t, "turns")
		total := 0
		for _, m := range members {
			total += m.Weight
		}
		had := tally(take(fresh(), turns, members...))
		for _, m := range members {
			due := float64(turns*m.Weight) / float64(total)
			if off := float64(had[m.ID]) - due; off >= 1.5 || off <= -1.5 {
				t.Fatalf("%s had %d turns of %d, due were %.2f", m.ID, had[m.ID], turns, due)
			}
		}
	})
}

// ledger keeps exact accounts of what was due to whom and of what they had, by the definition: each turn is due to those who
// could have had it, by their weights.
type ledger struct {
	due map[string]*big.Rat
	had map[string]int64
}

func newLedger() ledger { return ledger{map[string]*big.Rat{}, map[string]int64{}} }

// book books a turn, or by minus one takes it out again.
func (l ledger) book(among []assignment.Member, to string, times int64) {
	total := int64(0)
	for _, m := range among {
		total += int64(m.Weight)
	}
	for _, m := range among {
		if l.due[m.ID] == nil {
			l.due[m.ID] = new(big.Rat)
		}
		l.due[m.ID].Add(l.due[m.ID], big.NewRat(times*int64(m.Weight), total))
	}
	l.had[to] += times
}

// off is by how many turns somebody has had too few.
func (l ledger) off(id string) float64 {
	off := new(big.Rat).SetInt64(-l.had[id])
	if due := l.due[id]; due != nil {
		off.Add(off, due)
	}
	f, _ := off.Float64()
	return f
}

// furthest is the most that anybody is off.
func (l ledger) furthest() (most float64) {
	for id := range l.due {
		most = max(most, math.Abs(l.off(id)))
	}
	return most
}

// However people come and go, sleep and change weight, nobody is further from their due than the half of the others: see the
// proof at turn.
func TestNobodyIsFurtherFromTheirDueThanHalfOfTheOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := pool(t, 2, 8)
		s, l := fresh(), newLedger()
		for i := range rapid.IntRange(1, 100).Draw(t, "turns") {
			req := assignment.Request{Case: fmt.Sprint(i)}
			if rapid.Bool().Draw(t, "even pair") {
				req.Members = evenPair(members, l)
			} else {
				for _, m := range members {
					m.Off = rapid.Bool().Draw(t, "off")
					m.Weight += rapid.IntRange(0, 3).Draw(t, "more")
					if !rapid.Bool().Draw(t, "away") {
						req.Members = append(req.Members, m)
					}
				}
			}
			working := slices.DeleteFunc(slices.Clone(req.Members), func(m assignment.Member) bool { return m.Off })
			if len(working) == 0 {
				continue
			}
			to := s.take(req).Member
			if !slices.ContainsFunc(working, func(m assignment.Member) bool { return m.ID == to }) {
				t.Fatalf("%s isn't at work", to)
			}
			l.book(working, to, 1)
			if off := l.furthest(); off > float64(len(members)-1)/2 {
				t.Fatalf("somebody is %.2f turns off, of %d members", off, len(members))
			}
		}
	})
}

// That much it takes somebody who decides who is at work, to do the worst that we know of: there are always two, who are even.
// With hours that come and go by chance it is about one turn.
func TestHowFarOffTheWorstHoursAndThoseByChanceGet(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	var members []assignment.Member
	for i := range 12 {
		members = append(members, member(fmt.Sprint(i), 1+i%3))
	}
	for name, c := range map[string]struct {
		there    func(ledger) []assignment.Member
		furthest float64
	}{
		"worst": {func(l ledger) []assignment.Member { return evenPair(members, l) }, 3},
		"by chance": {func(ledger) []assignment.Member {
			return slices.DeleteFunc(slices.Clone(members), func(assignment.Member) bool { return chance.IntN(2) == 0 })
		}, 1},
	} {
		s, l, furthest := fresh(), newLedger(), 0.0
		for i := range 300 {
			if there := c.there(l); len(there) > 0 {
				l.book(there, s.take(assignment.Request{Case: fmt.Sprint(i), Members: there}).Member, 1)
				furthest = max(furthest, l.furthest())
			}
		}
		require.InDelta(t, c.furthest, furthest, 0.2, name)
	}
}

// evenPair are the two with the least between them.
func evenPair(members []assignment.Member, l ledger) (pair []assignment.Member) {
	least := math.Inf(1)
	for i, a := range members {
		for _, b := range members[:i] {
			if d := math.Abs(l.off(a.ID) - l.off(b.ID)); d < least {
				a.Weight, b.Weight = 1, 1
				least, pair = d, []assignment.Member{a, b}
			}
		}
	}
	return pair
}

func TestWhoComesBackHasNothingToCatchUpOn(t *testing.T) {
	a, b, c := member("a", 1), member("b", 1), member("c", 2)
	for name, missing := range map[string]func(s *State){
		"away":    func(s *State) { take(s, 500, a, b) },
		"at home": func(s *State) { take(s, 500, a, b, assignment.Member{ID: "c", Weight: 2, Off: true}) },
	} {
		s := fresh()
		take(s, 8, a, b, c)
		missing(s)
		require.Equal(t, map[string]int{"a": 10, "b": 10, "c": 20}, tally(take(s, 40, a, b, c)), name)
	}
}

// A turn is a turn, whether it was one of twenty people's or of two people's: what the first has had by day is made up for by
// one turn of the night, and not by twenty.
func TestATurnCostsTheSameInALargePoolAndInASmallOne(t *testing.T) {
	var day []assignment.Member
	for i := range 20 {
		day = append(day, member(fmt.Sprintf("rep-%02d", i), 1))
	}
	s := fresh()
	require.Equal(t, []string{"rep-00"}, take(s, 1, day...))
	require.Equal(t, []string{"rep-01", "rep-00", "rep-01", "rep-00", "rep-01"}, take(s, 5, day[:2]...))
}

func TestAnyWeightsAreSharedOut(t *testing.T) {
	s := fresh()
	require.Equal(t, map[string]int{"a": 750, "b": 250}, tally(take(s, 1000, member("a", 3*maxWeights/4), member("b", maxWeights/4))))
	require.Equal(t, map[string]int{"a": 500, "b": 500}, tally(take(s, 1000, member("a", 7), member("b", 7))))
}
