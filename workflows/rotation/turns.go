package rotation

import (
	"slices"

	"github.com/throughline-dev/throughline/activities/assignment"
)

// take gives a case its turn: the one that it had, else the next. That it had one is so whatever became of it: a case that
// asks again repeats its question, and gets the same answer, also where the turn was given back or has gone to somebody else
// since. A case that wants another turn asks as another case.
func (s *State) take(req assignment.Request) assignment.Turn {
	s.giveBack(assignment.Return{Case: req.Back})
	answer := assignment.Turn{Capped: s.capped(req.Members)}
	if had := s.byCase[req.Case]; had != nil {
		answer.Member = had.Member
		return answer
	}
	able := s.able(req)
	if len(able) == 0 {
		return answer
	}
	s.Count++
	s.meet(req.Members)
	next := s.next(able)
	g := &Given{Case: req.Case, Member: next.ID, Among: make(map[string]int, len(able))}
	for _, m := range able {
		g.Among[m.ID] = m.Weight
	}
	s.settle(g, 1)
	g.Day = s.Members[next.ID].count(next.Day)
	s.remember(g)
	answer.Member = next.ID
	return answer
}

// capped are those who have had all their turns of their day.
func (s *State) capped(members []assignment.Member) (ids []string) {
	for _, m := range members {
		if s.full(m) {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// full is whether a member is at their cap. A count of a later day than the request's stands: see [Standing.count].
func (s *State) full(m assignment.Member) bool {
	is, known := s.Members[m.ID]
	return known && m.Cap > 0 && is.Day >= m.Day && is.Turns >= m.Cap
}

// able are those on whom the turn may fall: the first of these groups that has somebody, and where it needn't be anyone,
// nobody but the first.
func (s *State) able(req assignment.Request) []assignment.Member {
	free := slices.DeleteFunc(slices.Clone(req.Members), s.full)
	working := slices.DeleteFunc(slices.Clone(free), func(m assignment.Member) bool { return m.Off })
	switch {
	case len(working) > 0 || !req.Anyone:
		return working
	case len(free) > 0:
		return free
	default:
		return req.Members
	}
}

// giveBack undoes what a case's turn cost, or has somebody else pay for it. Done again it does nothing, and nor does it
// for a turn that was never given or is forgotten.
func (s *State) giveBack(r assignment.Return) {
	g := s.byCase[r.Case]
	if g == nil || g.Back || g.holder() == r.To {
		return
	}
	if from, known := s.Members[g.holder()]; known {
		from.uncount(g.Day)
	}
	s.settle(g, -1)
	to, known := s.Members[r.To]
	if !known {
		g.Back = true
		return
	}
	g.To, g.Day = r.To, to.count(r.Day)
	to.Seen = s.Count // remembered as long as the turn is
	s.settle(g, 1)
}
