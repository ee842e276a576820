package rotation

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/activities/assignment"
)

// maxWeights bounds the sum of a pool's weights, so that a turn is shared out to a thousandth.
const maxWeights = turn / 1000

func refuse(format string, args ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, args...), "Refused", nil)
}

// checkRequest refuses, before it stands in the history, what can't have a turn.
func checkRequest(pool string, req assignment.Request) error {
	switch {
	case req.Pool != pool:
		return refuse("this is the rotation of %q, not of %q", pool, req.Pool)
	case req.Case == "":
		return refuse("a turn needs the case that it is for")
	case req.Back == req.Case:
		return refuse("case %q can't give back the turn that it asks for: ask as another case", req.Case)
	case req.Try < 0:
		return refuse("case %q: try %d is none: it counts from 0", req.Case, req.Try)
	case len(req.Members) == 0:
		return refuse("pool %q has no members", pool)
	}
	total := 0
	seen := map[string]bool{}
	for _, m := range req.Members {
		switch {
		case m.ID == "" || m.Weight < 1 || seen[m.ID]:
			return refuse("pool %q: member %q needs an ID of its own and a weight of at least 1", pool, m.ID)
		case m.Cap < 0:
			return refuse("pool %q: member %q has a cap of %d: it is at least 1, or 0 for no limit", pool, m.ID, m.Cap)
		case m.Cap > 0 && m.Day == "":
			return refuse("pool %q: member %q has a cap, and so needs the day that it is for", pool, m.ID)
		case !date(m.Day):
			return refuse(`pool %q: member %q has the day %q: write it like "2026-08-03"`, pool, m.ID, m.Day)
		case m.Weight > maxWeights-total:
			return refuse("pool %q: the weights add up to more than %d: divide them all by the same number", pool, maxWeights)
		}
		seen[m.ID] = true
		total += m.Weight
	}
	return nil
}

// checkReturn refuses what can't be a turn.
func checkReturn(pool string, r assignment.Return) error {
	switch {
	case r.Pool != pool:
		return refuse("this is the rotation of %q, not of %q", pool, r.Pool)
	case r.Case == "":
		return refuse("a turn is given back by the case that it was for")
	case !date(r.Day):
		return refuse(`case %q: the day is %q: write it like "2026-08-03"`, r.Case, r.Day)
	}
	return nil
}

// date is whether a text is a date, or nothing.
func date(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return text == "" || err == nil
}
