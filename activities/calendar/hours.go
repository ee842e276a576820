package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	dayMinutes  = 24 * 60
	weekMinutes = 7 * dayMinutes
	daySeconds  = dayMinutes * 60
)

// interval is one opening, in minutes on the wall clock from midnight of the day that it belongs to. To is later than from
// by a day at most, so that it may lie in the next day.
type interval struct{ from, to int }

// String is the interval as it is written in [Hours].
func (i interval) String() string {
	to := i.to
	if to > dayMinutes {
		to -= dayMinutes
	}
	return fmt.Sprintf("%02d:%02d-%02d:%02d", i.from/60, i.from%60, to/60, to%60)
}

var errNoHours = errors.New(`says no hours: write them like "09:00-12:30, 13:30-18:00"`)

// parseOpen reads opening hours, and puts them in their order. They are one at least, and don't overlap on their day.
func parseOpen(text string) ([]interval, error) {
	if strings.TrimSpace(text) == "" {
		return nil, errNoHours
	}
	var all []interval
	for part := range strings.SplitSeq(text, ",") {
		one, err := parseInterval(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b interval) int { return cmp.Compare(a.from, b.from) })
	for i, one := range all[1:] {
		if before := all[i]; one.from < before.to {
			return nil, fmt.Errorf("%q and %q overlap: join them, or take one out", before, one)
		}
	}
	return all, nil
}

func parseInterval(text string) (interval, error) {
	from, to, ok := cutRange(text)
	if !ok {
		return interval{}, fmt.Errorf(`%q has no end: write from and to with a hyphen, like "09:00-12:30"`, text)
	}
	i := interval{}
	var err error
	if i.from, err = parseTime(from); err != nil {
		return interval{}, err
	}
	if i.to, err = parseTime(to); err != nil {
		return interval{}, err
	}
	switch {
	case i.from == dayMinutes:
		return interval{}, fmt.Errorf("%q begins at 24:00: write it as 00:00 of the day after", text)
	case i.from == i.to:
		return interval{}, fmt.Errorf(`%q ends when it begins: write "00:00-24:00" for the whole day`, text)
	case i.to < i.from:
		i.to += dayMinutes
	}
	return i, nil
}

var clockTime = regexp.MustCompile(`^(\d{1,2}):(\d{2})$`)

// parseTime is the minutes from midnight of a time like "9:00"; "24:00" is the end of the day.
func parseTime(text string) (int, error) {
	m := clockTime.FindStringSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("%q is no time: write hours and minutes on the 24-hour clock, like 09:00 or 17:30", text)
	}
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi(m[2])
	if total := hour*60 + minute; minute < 60 && total <= dayMinutes {
		return total, nil
	}
	return 0, fmt.Errorf("%q is no time: hours go from 00 to 23 and minutes from 00 to 59; the end of the day is 24:00", text)
}

// parseDays reads which days of the week are meant, each once.
func parseDays(text string) ([]time.Weekday, error) {
	var days []time.Weekday
	for part := range strings.SplitSeq(text, ",") {
		from, to, ok := cutRange(strings.TrimSpace(part))
		if !ok {
			to = from
		}
		first, err := parseWeekday(from)
		if err != nil {
			return nil, err
		}
		last, err := parseWeekday(to)
		if err != nil {
			return nil, err
		}
		for d := first; ; d = (d + 1) % 7 {
			if !slices.Contains(days, d) {
				days = append(days, d)
			}
			if d == last {
				break
			}
		}
	}
	return days, nil
}

func parseWeekday(text string) (time.Weekday, error) {
	if name := strings.ToLower(text); len(name) >= 3 {
		for d := time.Sunday; d <= time.Saturday; d++ {
			if strings.HasPrefix(strings.ToLower(d.String()), name) {
				return d, nil
			}
		}
	}
	return 0, fmt.Errorf(`%q is no day of the week: they are mon, tue, wed, thu, fri, sat, sun, in a row "mon-fri"`, text)
}

// cutRange takes "from-to" apart. Word processors like to make a dash of the hyphen, so that one is read as well.
func cutRange(text string) (from, to string, ok bool) {
	from, to, ok = strings.Cut(strings.Replace(text, "–", "-", 1), "-")
	return strings.TrimSpace(from), strings.TrimSpace(to), ok
}
