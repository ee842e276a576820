package calendar

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rickar/cal/v2"
)

// Of rickar/cal only the definitions of the holidays are used. Its own hours of work have one opening a day, and its
// arithmetic loops for ever on a calendar that never opens.

func init() {
	// It makes its dates at midnight in this zone. In the machine's own zone, which is its default, there are midnights that
	// don't exist, and what it answers then is the day before.
	cal.DefaultLoc = time.UTC
}

// defining guards the definitions, some of which write to themselves while they are worked out (Japan's equinox).
var defining sync.Mutex

// Regions are the places whose holidays are known, in alphabetical order: "DE", "DE-BW", …. Great Britain's are those of
// England and Wales.
//
// The definitions are those of rickar/cal. They were compared with another collection for the working days of 2024 to 2030,
// and agree but for days that a government granted once, bank holidays, and the following. What is lacking belongs in
// Calendar.Days, what is too many in Calendar.Except.
//
//	lacking    BR 11-20; DE-MV 03-08; IT 10-04; NZ Matariki; PL 12-24; RO 01-06 and 01-07
//	too many   DK 06-05; NL Good Friday, and 05-05 but for every fifth year; SK those that were given up since 2025
//	to check   CA, which has every province's; AR, BG, RU and UA, which move days by decree; MW, which lacks Eid;
//	           in Switzerland all but AR, BE, BS, SG, SH, SZ, TG, UR and ZH
func Regions() []string { return slices.Sorted(maps.Keys(regions)) }

// names are the names of holidays, each once.
func names(holidays []*cal.Holiday) string {
	var all []string
	for _, h := range holidays {
		if name := strconv.Quote(h.Name); !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return strings.Join(all, ", ")
}

// unknownRegion says what could have been meant.
func unknownRegion(region string) string {
	country, _, _ := strings.Cut(region, "-")
	var parts, countries []string
	for _, r := range Regions() {
		of, _, _ := strings.Cut(r, "-")
		if of == country {
			parts = append(parts, r)
		}
		if !slices.Contains(countries, of) {
			countries = append(countries, of)
		}
	}
	if parts != nil {
		return fmt.Sprintf("%q is no place whose holidays are known; for that country write one of %s, or write the dates under days",
			region, strings.Join(parts, ", "))
	}
	return fmt.Sprintf("%q is no country whose holidays are known; known are %s: for another, write the dates under days",
		region, strings.Join(countries, ", "))
}

// datesOf are the days on which the holidays fall or are made up for in a year. Some of other years are with them.
func datesOf(holidays []*cal.Holiday, year int) map[day]bool {
	defining.Lock()
	defer defining.Unlock()
	dates := map[day]bool{}
	for y := year - 1; y <= year+1; y++ { // New Year's Day on a Saturday may be made up for in the old year
		for _, h := range holidays {
			actual, observed := h.Calc(y) // in the year 1 where there is none
			dates[dayOf(actual.Date())] = true
			dates[dayOf(observed.Date())] = true
		}
	}
	return dates
}
