package calendar

import (
	"strings"
	"testing"
)

// What is read is in order, within its bounds, and means the same when it is written again.
func FuzzOpeningHours(f *testing.F) {
	for _, text := range []string{
		"09:00-17:00", "9:00-12:30, 13:30-18:00", "22:00-06:00", "00:00-24:00", "23:59-00:00", "00:00–00:01", "24:00-24:00", "-", ",", "1:00-99:99", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := parseOpen(text)
		if err != nil {
			if all != nil || !strings.Contains(err.Error(), ":") {
				t.Fatalf("%q: %v, and an error without a fix: %v", text, all, err)
			}
			return
		}
		var written []string
		for i, one := range all {
			if one.from < 0 || one.from >= dayMinutes || one.to <= one.from || one.to >= one.from+dayMinutes && one != (interval{0, dayMinutes}) {
				t.Fatalf("%q: %v is out of bounds", text, one)
			}
			if i > 0 && one.from < all[i-1].to {
				t.Fatalf("%q: %v overlaps %v", text, one, all[i-1])
			}
			written = append(written, one.String())
		}
		again, err := parseOpen(strings.Join(written, ", "))
		if err != nil || len(again) != len(all) {
			t.Fatalf("%q became %q: %v", text, written, err)
		}
		for i := range all {
			if all[i] != again[i] {
				t.Fatalf("%q became %q", all[i], again[i])
			}
		}
	})
}

func FuzzWeekdays(f *testing.F) {
	for _, text := range []string{"mon-fri", "Mon, wednesday,fri-sun", "sat–mon", "-", ",", "m", "mon-mon", "monday-"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		days, err := parseDays(text)
		if err == nil && (len(days) == 0 || len(days) > 7) {
			t.Fatalf("%q is %v", text, days)
		}
	})
}

func FuzzDate(f *testing.F) {
	for _, text := range []string{"2026-12-24", "12-24", "02-29", "2026-02-29", "0000-01-01", "00-00", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var d, again Date
		if d.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := again.UnmarshalText([]byte(d.String())); err != nil || again != d || d == (Date{}) {
			t.Fatalf("%q became %v, and that %v: %v", text, d, again, err)
		}
	})
}
