package claims

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/activities/claims"
)

// A case as a shard sees it: it claims, joins who was there first, takes over from who can't be joined, and releases.
type testCase struct {
	id string
	// open is whether it takes others in: from its start until it is about to release, or is terminated.
	open bool
	// told is the last answer to its claim, "" before the first; instead is whom it wants to replace.
	told, instead string
	joined        string
	released      bool
}

// shardAndCases is one shard, one subject, and the cases that come and go. Temporal may deliver a message late or twice.
type shardAndCases struct {
	state      State
	cases      []*testCase
	remembered map[claims.Request]string // what Temporal answers repeated updates of the shard's run with
	late       []claims.Release          // releases that are on their way, also once more
}

func (m *shardAndCases) one(t *rapid.T, which func(*testCase) bool) *testCase {
	var fit []*testCase
	for _, c := range m.cases {
		if which(c) {
			fit = append(fit, c)
		}
	}
	if len(fit) == 0 {
		t.Skip("no such case")
	}
	return fit[rapid.IntRange(0, len(fit)-1).Draw(t, "case")]
}

func (m *shardAndCases) claim(c *testCase) string {
	req := claims.Request{Subject: subject, Case: c.id, Instead: c.instead}
	if _, asked := m.remembered[req]; !asked {
		m.remembered[req] = m.state.claim(req)
	}
	return m.remembered[req]
}

// undecided are those that have neither the subject nor joined who has it.
func undecided(c *testCase) bool { return c.open && c.told != c.id && c.joined == "" }

func (m *shardAndCases) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"a case starts": func(*rapid.T) {
			m.cases = append(m.cases, &testCase{id: fmt.Sprintf("lead-%d", len(m.cases)), open: true})
		},
		"a case claims": func(t *rapid.T) {
			c := m.one(t, undecided)
			c.told = m.claim(c)
		},
		"the answer to a claim gets lost": func(t *rapid.T) {
			m.claim(m.one(t, undecided))
		},
		"a case joins who was there first": func(t *rapid.T) {
			c := m.one(t, func(c *testCase) bool { return undecided(c) && c.told != "" && c.told != c.instead })
			i := slices.IndexFunc(m.cases, func(other *testCase) bool { return other.id == c.told })
			if m.cases[i].open {
				c.joined = c.told
			} else {
				c.instead = c.told
			}
		},
		"a case is about to end": func(t *rapid.T) {
			m.one(t, func(c *testCase) bool { return c.open && c.told == c.id }).open = false
		},
		"a case is terminated": func(t *rapid.T) {
			c := m.one(t, func(c *testCase) bool { return c.open })
			c.open, c.released = false, true // it never will
		},
		"a case releases": func(t *rapid.T) {
			c := m.one(t, func(c *testCase) bool { return !c.open && !c.released })
			c.released = true
			r := claims.Release{Case: c.id, Subjects: []string{subject}}
			m.late = append(m.late, r, r)
		},
		"a release arrives": func(t *rapid.T) {
			if len(m.late) == 0 {
				t.Skip("none is on its way")
			}
			i := rapid.IntRange(0, len(m.late)-1).Draw(t, "release")
			m.state.release(m.late[i])
			m.late = slices.Delete(m.late, i, i+1)
		},
		"the shard continues as new": func(t *rapid.T) {
			text, err := json.Marshal(m.state)
			if err != nil {
				t.Fatal(err)
			}
			m.state = State{}
			if err := json.Unmarshal(text, &m.state); err != nil {
				t.Fatal(err)
			}
			clear(m.remembered)
		},
		"": m.check,
	}
}

// check requires that at most one open case works on the subject, and that it is the one that the shard names.
func (m *shardAndCases) check(t *rapid.T) {
	for _, c := range m.cases {
		if c.open && c.told == c.id && m.state.holder(subject) != c.id {
			t.Fatalf("%s works on the subject, and %q holds it", c.id, m.state.holder(subject))
		}
	}
	if len(m.state.Held) > 1 {
		t.Fatalf("the subject is held %d times: %v", len(m.state.Held), m.state.Held)
	}
}

// The check after each step says that of two who work on the subject one isn't its holder, so that there is at most one.
func TestAtMostOneOpenCaseWorksOnASubject(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &shardAndCases{remembered: map[claims.Request]string{}}
		t.Repeat(m.actions())

		// Whoever hasn't got through does in the end: each round ends with the subject, or with another case to try.
		for range len(m.cases) + 1 {
			for _, c := range m.cases {
				if !undecided(c) {
					continue
				}
				c.told = m.claim(c)
				i := slices.IndexFunc(m.cases, func(other *testCase) bool { return other.id == c.told })
				switch {
				case c.told == c.id:
				case m.cases[i].open:
					c.joined = c.told
				default:
					c.instead = c.told
				}
				m.check(t)
			}
		}
		if left := slices.IndexFunc(m.cases, undecided); left >= 0 {
			t.Fatalf("%s neither holds the subject nor has joined who does", m.cases[left].id)
		}
	})
}

// Subjects don't get into each other's way, whatever is claimed and released in whichever order.
func TestEachSubjectIsKeptByItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SampledFrom([]string{"a", "b", "c"})
		state, held := State{}, map[string]string{} // a shard, and what it has to be like
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			subject, id, other := ids.Draw(t, "subject"), ids.Draw(t, "case"), rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "instead")
			if rapid.Bool().Draw(t, "release") {
				state.release(claims.Release{Case: id, Subjects: []string{subject, "none"}})
				maps.DeleteFunc(held, func(s, c string) bool { return s == subject && c == id })
				continue
			}
			if holder := held[subject]; holder == "" || holder == other {
				held[subject] = id
			}
			if got := state.claim(claims.Request{Subject: subject, Case: id, Instead: other}); got != held[subject] {
				t.Fatalf("%s was told that %q holds %s, and %q does", id, got, subject, held[subject])
			}
		}
		if len(state.Held) != len(held) {
			t.Fatalf("%v is held, and should be %v", state.Held, held)
		}
	})
}
