package rotation

import "github.com/throughline-dev/throughline/activities/assignment"

// A run that began before shares were reckoned in turns is plain to its end, so that it is replayed as it was: credit is in
// weights, where a turn costs more in a large pool than in a small one, and who isn't in a request loses theirs. When no such
// run is left, this file can go, with what calls it.

// usePlain has this run reckon in weights.
func (s *State) usePlain() {
	s.plain = true
	//workflowcheck:ignore each for itself, in any order
	for id, credit := range s.Credit {
		if s.Members[id] == nil {
			s.Members[id] = &Standing{}
		}
		s.Members[id].Credit += credit
	}
	s.Credit = nil
}

// dropAbsent has whoever isn't in a request start anew.
func (s *State) dropAbsent(members []assignment.Member) {
	present := make(map[string]bool, len(members))
	for _, m := range members {
		present[m.ID] = true
	}
	//workflowcheck:ignore each for itself, in any order
	for id, m := range s.Members {
		if !present[id] {
			m.Credit = 0
		}
	}
}

// leavePlain hands the credit over to the next run, which may reckon in turns.
func (s *State) leavePlain() {
	s.Credit = make(map[string]int, len(s.Members))
	//workflowcheck:ignore each for itself, in any order
	for id, m := range s.Members {
		s.Credit[id], m.Credit = m.Credit, 0
	}
}

// convert makes turns of the weights that such a run has left.
func (s *State) convert(members []assignment.Member) {
	total := 0
	for _, m := range members {
		total += m.Weight
	}
	//workflowcheck:ignore each for itself, in any order
	for id, weights := range s.Credit {
		if s.Members[id] == nil {
			s.Members[id] = &Standing{Seen: s.Count}
		}
		s.Members[id].Credit += weights * s.share(total)
	}
	s.Credit = nil
}
