package rotation

import (
	"cmp"
	"maps"
)

const (
	// remembered is how many turns a rotation remembers. It has to outlast the time in which a case may ask again, the life of
	// one activity, and that in which it may give its turn back, some days: at a lead every two minutes of the working day,
	// 2,000 are more than a week.
	remembered = 2000
	// maxAmong bounds how much is carried of whom the remembered turns were given among, so that a run's input stays well
	// below Temporal's 2 MB however large a pool is, and however often its hours change. It is enough for all of the 2,000
	// turns in a pool of ten that is never the same twice in a row. Of what is beyond it, the oldest, the turn is still
	// remembered, and giving it back still takes it off the day's count, but leaves the shares alone.
	maxAmong = 20_000
)

// State is what a rotation carries from one run to the next. Its zero value is a new rotation's.
type State struct {
	// Members are the standings of those who were among a request's members when one of the latest turns was given.
	Members map[string]*Standing `json:"members,omitempty"`
	// Given are the latest turns, the oldest first.
	Given []*Given `json:"given,omitempty"`
	// Count is how many turns were ever given.
	Count int `json:"count,omitempty"`
	// Credit is the members' credit in weights, where the run before reckoned in these; it is made turns with the first one.
	Credit map[string]int `json:"credit,omitempty"`

	byCase map[string]*Given
	plain  bool // whether this run reckons in weights
}

// Standing is what is known of a member.
type Standing struct {
	// Credit is by how much more was due to the member than they had: who has the most is next. See [turn].
	Credit int `json:"credit"`
	// Day is the latest date on which they had a turn, where they are, and Turns is how many they had on it.
	Day   string `json:"day,omitempty"`
	Turns int    `json:"turns,omitempty"`
	// Seen is the State's Count when they were in a request.
	Seen int `json:"seen,omitempty"`
}

// count counts a turn for a cap, and says on which day. That is never before the member's latest: a request from before
// midnight that arrives after it is one of the new day, so that the new day's count isn't lost.
func (s *Standing) count(day string) string {
	if day == "" {
		return ""
	}
	if day > s.Day {
		s.Day, s.Turns = day, 0
	}
	s.Turns++
	return s.Day
}

// uncount takes a turn of a day off the count, unless the day is over.
func (s *Standing) uncount(day string) {
	if day != "" && day == s.Day && s.Turns > 0 {
		s.Turns--
	}
}

// Given is a turn that was given.
type Given struct {
	Case string `json:"case"`
	// Member is the answer that the case got, and gets again.
	Member string `json:"member"`
	// To is who has taken the turn over since; "" where nobody has.
	To string `json:"to,omitempty"`
	// Back is whether the turn was given back, and counts no more.
	Back bool `json:"back,omitempty"`
	// Day is the date on which it counts for a cap; "" where it doesn't.
	Day string `json:"day,omitempty"`
	// Among are the weights of those whose turn it could have been. Carried to the next run, it is left out where it is the
	// same as the turn's before; nil where it isn't known.
	Among map[string]int `json:"among,omitempty"`
}

// holder is who the turn counts for.
func (g *Given) holder() string { return cmp.Or(g.To, g.Member) }

// unpack makes a carried state ready.
func (s *State) unpack() {
	if s.Members == nil {
		s.Members = make(map[string]*Standing)
	}
	s.byCase = make(map[string]*Given, len(s.Given))
	var among map[string]int
	for _, g := range s.Given {
		if g.Among == nil {
			g.Among = among
		}
		among = g.Among
		s.byCase[g.Case] = g
	}
}

// pack makes a state small enough to be carried; it is of no other use afterwards.
func (s *State) pack() {
	if s.plain {
		s.leavePlain()
	}
	room := maxAmong
	for i := len(s.Given) - 1; i >= 0; i-- {
		g := s.Given[i]
		if room <= 0 || i > 0 && maps.Equal(g.Among, s.Given[i-1].Among) {
			g.Among = nil
			continue
		}
		room -= len(g.Among)
	}
}

// remember keeps a turn, and forgets what is older than the latest 2,000: turns, and with them members who have left, or
// have been away for so long that it comes to the same. Whoever is forgotten and comes back begins as somebody new does, with
// nothing due and nothing counted.
func (s *State) remember(g *Given) {
	if n := len(s.Given); n > 0 && maps.Equal(g.Among, s.Given[n-1].Among) {
		g.Among = s.Given[n-1].Among
	}
	s.Given = append(s.Given, g)
	s.byCase[g.Case] = g
	for len(s.Given) > remembered {
		delete(s.byCase, s.Given[0].Case)
		s.Given[0] = nil
		s.Given = s.Given[1:]
	}
	maps.DeleteFunc(s.Members, func(_ string, m *Standing) bool { return s.Count-m.Seen > remembered })
}
