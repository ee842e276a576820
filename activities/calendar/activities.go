package calendar

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// Activities reckon in working hours for workflows. They have no effect, so a repeat does no harm. The zero value is ready; it
// is safe for concurrent use and must not be copied.
//
// What is wrong with a request is a final fault: with the code CALENDAR_INVALID where it is the calendar, for which Message has
// every mistake on a line, and REQUEST_INVALID where it is the rest. A calendar that the handbook was checked with can become
// invalid later when a release brings other zone data or holidays.
type Activities struct {
	mu     sync.Mutex
	clocks map[string]compiled
}

type compiled struct {
	clock *Clock
	err   error
}

// maxClocks bounds how many calendars are kept: the handbook's few, and those of the cases that began under older ones. Each
// takes some ten kilobytes for each year that was asked about.
const maxClocks = 128

// Duration is a length of working time. Its text is what [time.ParseDuration] reads and [time.Duration] writes: "36h0m0s".
type Duration time.Duration

// MarshalText writes the duration as time.Duration does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads "90s", "15m", "48h", "1h30m".
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("%q is not a duration: write it like 90s, 15m or 48h", b)
	}
	*d = Duration(v)
	return nil
}

// DeadlinesRequest asks when so much working time will have passed.
type DeadlinesRequest struct {
	Calendar Calendar  `json:"calendar"`
	From     time.Time `json:"from"`
	// After are working times since From, none negative, in any order.
	After []Duration `json:"after"`
}

// Deadlines answers a [DeadlinesRequest].
type Deadlines struct {
	// At has an instant for each After, in the same order, in the calendar's zone. For an After of 0 it is From where that is
	// within the opening hours, else their next start; see [Clock.Add].
	At []time.Time `json:"at"`
}

// Span is a time from an instant to another.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// WorkingTimeRequest asks how much working time is in one or more spans: those in which a task was not paused, for instance.
type WorkingTimeRequest struct {
	Calendar Calendar `json:"calendar"`
	// Spans are counted each by itself, so time that two of them share counts twice.
	Spans []Span `json:"spans"`
}

// WorkingTime answers a [WorkingTimeRequest].
type WorkingTime struct {
	// Worked is the working time of all spans together.
	Worked Duration `json:"worked"`
	// Each is that of each span, in their order.
	Each []Duration `json:"each,omitempty"`
}

// ReckonDeadlines says when each of several working times will have passed.
func (a *Activities) ReckonDeadlines(_ context.Context, _ effect.Key, r DeadlinesRequest) (Deadlines, error) {
	clock, err := a.clock(r.Calendar)
	if err != nil {
		return Deadlines{}, err
	}
	if r.From.IsZero() {
		return Deadlines{}, invalid("from is missing: give the time to count from")
	}
	d := Deadlines{At: make([]time.Time, len(r.After))}
	for i, after := range r.After {
		if after < 0 {
			return Deadlines{}, invalid("after[%d] is negative (%s): a deadline can't be before its start", i, time.Duration(after))
		}
		if d.At[i] = clock.Add(r.From, time.Duration(after)); d.At[i].IsZero() {
			return Deadlines{}, invalid("after[%d] (%s) of this calendar's time is over after the year %d only: make it shorter", i, time.Duration(after), LastYear)
		}
	}
	return d, nil
}

// ReckonWorkingTime says how much working time there is in several spans.
func (a *Activities) ReckonWorkingTime(_ context.Context, _ effect.Key, r WorkingTimeRequest) (WorkingTime, error) {
	clock, err := a.clock(r.Calendar)
	if err != nil {
		return WorkingTime{}, err
	}
	var w WorkingTime
	for i, s := range r.Spans {
		if s.From.IsZero() || s.To.Before(s.From) {
			return WorkingTime{}, invalid("spans[%d] must have a from, and a to that is not before it; it has %s and %s",
				i, s.From.Format(time.RFC3339), s.To.Format(time.RFC3339))
		}
		worked := Duration(clock.Between(s.From, s.To))
		w.Worked += worked
		w.Each = append(w.Each, worked)
	}
	return w, nil
}

// clock is the calendar's, made once.
func (a *Activities) clock(c Calendar) (*Clock, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err // not with these types
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	one, ok := a.clocks[string(text)]
	if !ok {
		if a.clocks == nil || len(a.clocks) == maxClocks { // years of changed handbooks: begin again
			a.clocks = map[string]compiled{}
		}
		if one.clock, err = Compile(c); err != nil {
			one.err = fault.Final("calendar", "CALENDAR_INVALID", fmt.Sprintf("The calendar %q can't be used:\n%s", c.Name, err)).Err()
		}
		a.clocks[string(text)] = one
	}
	return one.clock, one.err
}

func invalid(format string, args ...any) error {
	return fault.Final("calendar", "REQUEST_INVALID", fmt.Sprintf(format, args...)).Err()
}
