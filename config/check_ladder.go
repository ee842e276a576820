package config

import (
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/policy/nearest"
)

// ladderTask is what the rungs of a task's ladder can say.
type ladderTask struct {
	moves   []string
	actions []string // the answers that policy.Act can give; nil where it isn't among the moves
	clocks  []string // beside policy.Wall, calendars
}

// The answers are named here since the configuration is below the workflows; tests hold the two together.
func contactTask(calendars names) ladderTask {
	return ladderTask{
		moves:   []string{string(policy.Remind), string(policy.Reassign), string(policy.Escalate), string(policy.Act)},
		actions: []string{"contacted", "disqualified"},
		clocks:  calendars.sorted(),
	}
}

// operationsTask has no reassign, since the whole role has it already, and no "skip", which not every step allows.
func operationsTask(calendars names) ladderTask {
	return ladderTask{
		moves:   []string{string(policy.Remind), string(policy.Escalate), string(policy.Act)},
		actions: []string{"retry", "abort"},
		clocks:  calendars.sorted(),
	}
}

// ladder checks each rung, and that those on one clock are in the order of time; what comes first of two on different clocks
// depends on the day. A ladder without rungs waits in silence.
func (f *findings) ladder(key string, l policy.Ladder, task ladderTask) {
	before := map[string]policy.Duration{} // on each clock
	for i, rung := range l {
		key := item(key, i)
		f.clock(key+".clock", rung.Clock, task)
		f.positive(key+".after", rung.After)
		if last, ok := before[rung.Clock]; ok && rung.After.Duration <= last.Duration {
			f.add(key+".after", "%s is not later than the rung before it on this clock (%s): both are counted from the moment the task opens", short(rung.After), short(last))
		}
		before[rung.Clock] = rung.After
		f.choice(key+".do", "no move", string(rung.Do), task.moves)
		f.repeats(key, rung)
		switch {
		case rung.Do == policy.Act && task.actions != nil:
			f.choice(key+".action", "no answer that the policy can give", rung.Action, task.actions)
		case rung.Do != policy.Act && rung.Action != "":
			f.add(key+".action", "is for a rung that does %s: leave it out", policy.Act)
		}
	}
}

func (f *findings) clock(key, name string, task ladderTask) {
	what := policy.Wall
	if len(task.clocks) > 0 {
		what += ", or a calendar's hours: " + or(task.clocks)
	}
	switch {
	case name == "":
		f.add(key, "is missing: say what counts; it is %s", what)
	case name != policy.Wall && !slices.Contains(task.clocks, name):
		f.add(key, "%q is no clock of this ladder: it is %s%s", name, what, nearest.Hint(name, append(task.clocks, policy.Wall)))
	}
}

// repeats checks how often a rung is climbed.
func (f *findings) repeats(key string, rung policy.Rung) {
	_, every := f.where[key+".every"]
	_, times := f.where[key+".times"]
	switch {
	case every && rung.Do == policy.Act:
		f.add(key+".every", "is not for a rung that does %s, which ends the task: leave it out", policy.Act)
	case every:
		f.positive(key+".every", rung.Every)
	case times:
		f.add(key+".times", "is for a rung with every: say how long it is from one time to the next, or leave it out")
	}
	if times && rung.Times < 1 {
		f.add(key+".times", "%d is no number of times: it is at least 1; leave it out to go on until somebody answers", rung.Times)
	}
}

// choice checks that a setting is one of a few; not says what it isn't otherwise.
func (f *findings) choice(key, not, value string, choices []string) {
	if value == "" {
		f.add(key, "is missing: it is %s", or(choices))
	} else if !slices.Contains(choices, value) {
		f.add(key, "%q is %s: it is %s%s", value, not, or(choices), nearest.Hint(value, choices))
	}
}

// or lists things that can be chosen from.
func or(choices []string) string {
	last := len(choices) - 1
	if last < 1 {
		return strings.Join(choices, "")
	}
	return strings.Join(choices[:last], ", ") + " or " + choices[last]
}

// successor checks that leads can be reassigned where the ladder says so. In a pool of one, among others, the rep is reminded
// instead.
func (f *findings) successor(c *Config) {
	alone := len(c.Pools) > 0 && !slices.ContainsFunc(c.Pools, func(p Pool) bool { return len(p.Members) > 1 })
	for i, rung := range c.Lead.Contact {
		if rung.Do == policy.Reassign && alone {
			f.add(item("lead.contact", i)+".do", "%q has nobody to give a lead to, since every pool has one member: add somebody to a pool, or leave the rung out", rung.Do)
		}
	}
}
