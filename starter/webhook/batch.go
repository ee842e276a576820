package webhook

import (
	"encoding/json"
	"errors"
	"time"
)

// batch is what a post holds.
type batch struct {
	news []news
	// events are all that it holds, ignored those that mean nothing here, unreadable those that aren't as their vendor
	// describes them.
	events, ignored, unreadable int
	// answer is what the vendor wants to read once everything was taken; "" for nothing.
	answer string
}

// readBatch reads an array of events, each by itself, so that one which makes no sense doesn't hold up the others. read
// answers with no news for an event that means nothing here.
func readBatch(body []byte, read func(event []byte) ([]news, error)) (batch, error) {
	var events []json.RawMessage
	if json.Unmarshal(body, &events) != nil {
		return batch{}, errors.New("the body is not a JSON array") // the decoder's words could quote it
	}
	b := batch{events: len(events)}
	for _, event := range events {
		found, err := read(event)
		switch {
		case err != nil:
			b.unreadable++
		case len(found) == 0:
			b.ignored++
		}
		b.news = append(b.news, found...)
	}
	return b, nil
}

// realTime is the time in UTC; it is not ok for one that can't be when something happened, nor be written as JSON.
func realTime(at time.Time) (_ time.Time, ok bool) {
	at = at.UTC()
	return at, at.Year() >= 1970 && at.Year() < 3000
}
