package config

import (
	"fmt"
	"time"
)

// Moment is a time as the handbook has it: a date ("2026-08-03"), or a date and time with its zone ("2026-08-03T12:00+02:00").
// When a date begins and ends depends on whose date it is.
type Moment struct {
	at   time.Time // of a date, its midnight in UTC
	date bool
}

var momentForms = []string{"2006-01-02T15:04Z07:00", time.RFC3339}

// UnmarshalText reads either form.
func (m *Moment) UnmarshalText(b []byte) error {
	if t, err := time.Parse(time.DateOnly, string(b)); err == nil {
		*m = Moment{t, true}
		return nil
	}
	for _, form := range momentForms {
		if t, err := time.Parse(form, string(b)); err == nil {
			*m = Moment{t, false}
			return nil
		}
	}
	return fmt.Errorf("%q is no time: write a date like 2026-08-03, or a time with its zone like 2026-08-03T12:00+02:00", b)
}

// MarshalText writes what UnmarshalText reads.
func (m Moment) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// String is the moment as it is written.
func (m Moment) String() string {
	if m.date {
		return m.at.Format(time.DateOnly)
	}
	return m.at.Format(time.RFC3339)
}

// start is the instant at which the moment begins, in a zone: a date's is its midnight there.
func (m Moment) start(zone *time.Location) time.Time { return m.in(zone, 0) }

// end is the instant at which it is over: of a date, the next one's midnight.
func (m Moment) end(zone *time.Location) time.Time { return m.in(zone, 1) }

func (m Moment) in(zone *time.Location, days int) time.Time {
	if !m.date {
		return m.at.In(zone)
	}
	year, month, day := m.at.Date()
	return time.Date(year, month, day+days, 0, 0, 0, 0, zone)
}
