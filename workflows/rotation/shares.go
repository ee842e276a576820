package rotation

import "github.com/throughline-dev/throughline/activities/assignment"

// turn is what a turn is worth in the members' credit. All sums of weights up to 16 divide it, and most of the larger ones that
// people choose; with any other, what is shared out is less than a turn by no more than a thousandth (see maxWeights), and as
// a rule by millionths of a millionth. In whole numbers every processor reckons alike, which a replay depends on.
//
// Shares are those of each turn among whoever could have had it: it is divided by their weights, each is credited with their
// part of it, and the one with the most credit has it and pays for it. Who couldn't have had it gains nothing and loses
// nothing, so that nobody who has slept, been away or been full has turns to catch up on. Nobody is ever more than (n-1)/2
// turns off what was due to them, for n members, however they come and go, and whatever their weights become. That is the
// bound; the worst that we know to make of it is about half of that, and hours by chance get to about one turn. In a pool of
// which all are always there it is a turn or so, which is but rounding. A turn that was given back is as if it had never been,
// and so whoever gave back many is that much nearer to the next.
//
// Why (n-1)/2: the credits of the best k never add up to more than b(k) = k(n-k)/2 turns. When a turn falls on none of
// the best k, q of whom were credited a part of it, then it fell on somebody who is at most a turn behind each of these q. With
// that one, they are k+1 who together gained nothing by it, and so have b(k+1) at most; without the q, they have b(k-q) at
// most; and q b(k+1) + b(k-q) + q is (q+1) b(k) at most. The same holds from below. This is the "vector rounding problem" of
// Ajtai and others, Fairness in Scheduling (1998).
const turn = 720_720_000_000

// share is what a weight of one gets of a turn. It is rounded down, and who pays for the turn pays what was shared out. Without
// weights, where it isn't known whom a turn was given among, it comes to nothing.
func (s *State) share(total int) int {
	switch {
	case total == 0:
		return 0
	case s.plain:
		return 1
	default:
		return turn / total
	}
}

// meet sees to it that everybody in a request has a standing. Somebody new starts as one to whom nothing is due.
func (s *State) meet(members []assignment.Member) {
	if s.plain {
		s.dropAbsent(members)
	} else {
		s.convert(members)
	}
	for _, m := range members {
		if s.Members[m.ID] == nil {
			s.Members[m.ID] = &Standing{}
		}
		s.Members[m.ID].Seen = s.Count
	}
}

// next is who has the most credit once the turn is shared out, the first of the request where several have.
func (s *State) next(able []assignment.Member) assignment.Member {
	total := 0
	for _, m := range able {
		total += m.Weight
	}
	share := s.share(total)
	credit := func(m assignment.Member) int { return s.Members[m.ID].Credit + m.Weight*share }
	best := able[0]
	for _, m := range able {
		if credit(m) > credit(best) {
			best = m
		}
	}
	return best
}

// settle shares a turn out and has its holder pay for it; by minus one, it undoes exactly that.
func (s *State) settle(g *Given, times int) {
	total := 0
	//workflowcheck:ignore each for itself, in any order
	for _, weight := range g.Among {
		total += weight
	}
	share := times * s.share(total)
	//workflowcheck:ignore each for itself, in any order
	for id, weight := range g.Among {
		s.credit(id, weight*share)
	}
	s.credit(g.holder(), -total*share)
}

func (s *State) credit(id string, amount int) {
	if m := s.Members[id]; m != nil {
		m.Credit += amount
	}
}
