package config

import (
	"errors"
	"slices"
	"time"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/policy/nearest"
)

// calendars checks them, and answers with those that can be reckoned with.
func (f *findings) calendars(c *Config) (known names, ready map[string]policy.Calendar) {
	known, ready = names{}, map[string]policy.Calendar{}
	for i, one := range c.Calendars {
		key := item("calendars", i)
		if one.Name == policy.Wall {
			f.add(key+".name", "%q is the clock that never stops: give the calendar another name", one.Name)
		}
		f.define(known, key+".name", "a calendar's name", one.Name)
		clock, err := calendar.Compile(one)
		mistakes, _ := errors.AsType[calendar.Mistakes](err)
		for _, m := range mistakes {
			f.add(key+"."+m.Field, "%s", m.Problem)
		}
		if err == nil {
			zone, _ := time.LoadLocation(one.Zone) // it has just been there
			ready[one.Name] = policy.Calendar{Clock: clock, Zone: zone}
		}
	}
	return known, ready
}

// calendar checks that a setting names a calendar, or none.
func (f *findings) calendar(known names, key, name string) {
	if _, ok := known[name]; !ok && name != "" {
		f.add(key, "%q is no calendar in calendars%s", name, nearest.Hint(name, known.sorted()))
	}
}

// named are those of the calendars that ladders count on; nil for none.
func named(calendars []calendar.Calendar, ladders ...policy.Ladder) map[string]calendar.Calendar {
	var found map[string]calendar.Calendar
	for _, rung := range slices.Concat(ladders...) {
		if i := slices.IndexFunc(calendars, func(c calendar.Calendar) bool { return c.Name == rung.Clock }); i >= 0 {
			if found == nil {
				found = map[string]calendar.Calendar{}
			}
			found[rung.Clock] = calendars[i]
		}
	}
	return found
}
