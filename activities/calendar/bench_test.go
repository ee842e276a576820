package calendar_test

import (
	"testing"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/de"

	"github.com/throughline-dev/throughline/activities/calendar"
)

func office() (calendar.Calendar, reference) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	c := calendar.Calendar{Zone: "Europe/Berlin", Holidays: []string{"DE"}, Hours: []calendar.Hours{{Days: "mon-fri", Open: "09:00-12:30, 13:30-18:00"}}}
	r := reference{zone: zone, week: map[time.Weekday][]minutes{}, holidays: cal.Calendar{Holidays: de.Holidays}}
	for d := time.Monday; d <= time.Friday; d++ {
		r.week[d] = []minutes{{9 * 60, 12*60 + 30}, {13*60 + 30, 18 * 60}}
	}
	return c, r
}

// BenchmarkAdd adds 40 hours of work, which take a week, and says how many times longer the walk from minute to minute takes.
func BenchmarkAdd(b *testing.B) {
	c, r := office()
	clock, err := calendar.Compile(c)
	if err != nil {
		b.Fatal(err)
	}
	from := time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC) // Monday, 9:00 there
	const work = 40 * time.Hour

	began := time.Now()
	const walks = 5
	for range walks {
		left, minute := work, 0
		for _, open := range r.walk(from, 7*24*60) {
			if left == 0 {
				break
			}
			if minute++; open {
				left -= time.Minute
			}
		}
		if want, got := from.Add(time.Duration(minute)*time.Minute), clock.Add(from, work); !got.Equal(want) {
			b.Fatalf("%s instead of %s", got, want)
		}
	}
	walk := time.Since(began) / walks

	b.ReportAllocs()
	for b.Loop() {
		clock.Add(from, work)
	}
	b.ReportMetric(float64(walk)/(float64(b.Elapsed())/float64(b.N)), "x-faster-than-walking")
}

// BenchmarkBetween counts the working time of a quarter.
func BenchmarkBetween(b *testing.B) {
	c, _ := office()
	clock, err := calendar.Compile(c)
	if err != nil {
		b.Fatal(err)
	}
	from := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	to := from.AddDate(0, 3, 0)
	b.ReportAllocs()
	for b.Loop() {
		clock.Between(from, to)
	}
}

// BenchmarkCompile checks a calendar, and works out its first year.
func BenchmarkCompile(b *testing.B) {
	c, _ := office()
	from := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		clock, err := calendar.Compile(c)
		if err != nil {
			b.Fatal(err)
		}
		clock.Add(from, time.Hour)
	}
}
