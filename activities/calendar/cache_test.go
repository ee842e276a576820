package calendar

import (
	"fmt"
	"testing"
)

func TestNoMoreClocksAreKeptThanTheBound(t *testing.T) {
	a := &Activities{}
	for i := range 3 * maxClocks {
		c := Calendar{Name: fmt.Sprint(i), Zone: "UTC", Hours: []Hours{{Days: "mon", Open: "09:00-17:00"}}}
		one, err := a.clock(c)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := a.clock(c); again != one {
			t.Fatal("a calendar that was just used is compiled again")
		}
		if len(a.clocks) > maxClocks {
			t.Fatalf("%d are kept", len(a.clocks))
		}
	}
}
