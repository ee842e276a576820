package calendar_test

import (
	"fmt"
	"time"

	"github.com/throughline-dev/throughline/activities/calendar"
)

func Example() {
	clock, err := calendar.Compile(calendar.Calendar{
		Zone: "Europe/Berlin",
		Hours: []calendar.Hours{
			{Days: "mon-thu", Open: "09:00-12:30, 13:30-18:00"},
			{Days: "fri", Open: "09:00-15:00"},
		},
		Holidays: []string{"DE-BE"},
		Days:     []calendar.Day{{Date: calendar.Date{Month: time.December, Day: 24}, Open: "09:00-12:00"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	opened := time.Date(2026, time.December, 23, 16, 0, 0, 0, time.UTC) // 17:00 in Berlin
	due := clock.Add(opened, 8*time.Hour)
	fmt.Println(due.Format("Monday 2006-01-02 15:04"))
	fmt.Println(clock.Between(opened, due), "of work in", due.Sub(opened))
	fmt.Println(clock.Open(due.Add(3 * time.Hour)))
	// Output:
	// Monday 2026-12-28 14:00
	// 8h0m0s of work in 117h0m0s
	// true
}

func ExampleCompile_mistakes() {
	_, err := calendar.Compile(calendar.Calendar{
		Zone:  "CET",
		Hours: []calendar.Hours{{Days: "mo-fr", Open: "09:00-17:00"}, {Days: "sat", Open: "10:00-14:00, 13:30-16:00"}},
	})
	fmt.Println(err)
	// Output:
	// zone: "CET" is no time zone: write its IANA name, like "Europe/Berlin", "America/New_York" or "UTC"
	// hours[0].days: "mo" is no day of the week: they are mon, tue, wed, thu, fri, sat, sun, in a row "mon-fri"
	// hours[1].open: "10:00-14:00" and "13:30-16:00" overlap: join them, or take one out
}
