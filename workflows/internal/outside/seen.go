package outside

import (
	"slices"
	"time"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/slack"
)

// FailUntil has calls of an activity fail for good until a time, beside what fails already.
func FailUntil(w *World, activity string, now func() time.Time, until time.Time) {
	before := w.Fail
	w.Fail = func(a string, key effect.Key) error {
		if a == activity && now().Before(until) {
			return fault.Final("somebody", "REFUSED", "no").Err()
		}
		if before != nil {
			return before(a, key)
		}
		return nil
	}
}

// Card is the card of a task as it was first shown; the zero Card where it wasn't.
func Card(w *World, task string) slack.Card {
	for _, c := range w.Cards {
		if c.It.Task.Task == task {
			return c.It
		}
	}
	return slack.Card{}
}

// LastCard is the card of a task as it was last shown.
func LastCard(w *World, task string) slack.Card {
	for _, u := range slices.Backward(w.Updates) {
		if u.It.Card.Task.Task == task {
			return u.It.Card
		}
	}
	return Card(w, task)
}

// Fact is what a card says under a label; "" where it doesn't.
func Fact(c slack.Card, label string) string {
	i := slices.IndexFunc(c.Facts, func(f slack.Fact) bool { return f.Label == label })
	if i < 0 {
		return ""
	}
	return c.Facts[i].Value
}

// Refusals are what people were told in private.
func Refusals(w *World) (texts []string) {
	for _, p := range w.Private {
		texts = append(texts, p.It.Text)
	}
	return texts
}
