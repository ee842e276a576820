package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
)

// journey is the way of a piece of work from the door to its end, and what people do on it.
type journey struct {
	name   string // "lead"; the door takes them at "/leads"
	clicks string // what the figures of a click begin with

	// form is what somebody sends, the n-th of all. Each is another customer's.
	form func(n int64) map[string]any
	// id is the ID of the workflow that a key of the sender's comes to.
	id func(key string) string
	// action is what is clicked on the first card.
	action string
	// then is what people do after the click until there is nothing left for them to do; nil for nothing.
	then func(context.Context, *system, *followed) error
	// ending is how it ends, and messages how many it has left in Slack by then.
	ending   string
	messages int
	// events is how many events the history of an uneventful one may have.
	events float64
}

// sample is how one of them went.
type sample struct {
	id      string
	sent    time.Time // the form was sent
	clicked time.Time // the click was made
	// recorded is when the click was answered, which is when Temporal had it.
	recorded time.Time
	card     posted
	// shown and updated are when Slack had the card, and when it had it as it was after the click.
	shown, updated time.Time
}

const (
	// carryWithin is how long one may take before the system counts as broken.
	carryWithin = 2 * time.Minute
	// again is the pause before something is tried again that the door couldn't take in time.
	again = 100 * time.Millisecond
)

// carry sends something through the door, does what people do, and returns when its workflow has come to its end.
func (s *system) carry(ctx context.Context, j *journey, by carrier) (one sample, err error) {
	ctx, cancel := context.WithTimeout(ctx, carryWithin)
	defer cancel()
	n := s.numbers.Add(1)
	key := fmt.Sprint("benchmark-", n)
	one.id = j.id(key)
	on := s.tap.follow(one.id, by)
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s %s: %w", j.name, one.id, err)
		}
	}()

	form := j.form(n)
	form["submission_id"] = key
	body, err := json.Marshal(form)
	if err != nil {
		return one, err
	}
	one.sent = time.Now()
	if err := s.send(ctx, j, one.id, body); err != nil {
		return one, err
	}
	if one.card, err = next(ctx, on.card, "card"); err != nil {
		return one, err
	}
	one.clicked = time.Now()
	if err := s.click(ctx, one.card, j.action); err != nil {
		return one, err
	}
	one.recorded = time.Now()
	if j.then != nil {
		if err := j.then(ctx, s, on); err != nil {
			return one, err
		}
	}
	_, err = next(ctx, on.ended, "end")
	return one, err
}

// next waits for news.
func next[T any](ctx context.Context, news <-chan T, what string) (n T, err error) {
	select {
	case n = <-news:
		return n, nil
	case <-ctx.Done():
		return n, fmt.Errorf("no %s: %w", what, ctx.Err())
	}
}

// send puts a form through the door. As a sender should, it sends again what wasn't taken in time.
func (s *system) send(ctx context.Context, j *journey, id string, body []byte) error {
	for {
		status, answer, err := s.post(ctx, s.Door+"/"+j.name+"s", body)
		switch {
		case err != nil:
			return err
		case status == http.StatusServiceUnavailable:
			if err := wait(ctx, again); err != nil {
				return err
			}
			continue
		case status != http.StatusAccepted:
			return fmt.Errorf("the door answered %d: %s", status, answer)
		}
		var taken struct{ ID string }
		if err := json.Unmarshal(answer, &taken); err != nil {
			return err
		}
		if taken.ID != id {
			return errors.New("the door took it as " + taken.ID)
		}
		return nil
	}
}

// click clicks on a card. As a person would, it clicks again where Slack shows a warning, unless the card has no button any
// more: then the click had counted all the same.
func (s *system) click(ctx context.Context, card posted, action string) error {
	for tries := 0; ; tries++ {
		clicked, err := s.world.Click(ctx, client.Click{
			User: card.to, Channel: card.Channel, TS: card.TS, ActionID: "throughline:" + action,
		})
		switch {
		case err == nil && clicked.OK, err != nil && tries > 0 && ctx.Err() == nil:
			return nil
		case err != nil:
			return err
		case clicked.Status != 0 && clicked.Status != http.StatusServiceUnavailable:
			return fmt.Errorf("the door answered the click with %d: %s", clicked.Status, clicked.Warning)
		}
		if err := wait(ctx, again); err != nil {
			return err
		}
	}
}

// verify makes sure that something ended as it should, and asks the sandbox when it had the card.
func (s *system) verify(ctx context.Context, j *journey, one *sample) error {
	var result ended
	if err := s.Client.GetWorkflow(ctx, one.id, "").Get(ctx, &result); err != nil {
		return fmt.Errorf("%s %s: %w", j.name, one.id, err)
	}
	if result.Ending != j.ending {
		return fmt.Errorf("%s %s ended as %q, and should have as %q", j.name, one.id, result.Ending, j.ending)
	}
	messages, err := s.world.Messages(ctx, client.MessageFilter{Case: one.id})
	if err != nil {
		return err
	}
	for _, m := range messages {
		if m.TS == one.card.TS && m.Edits > 0 {
			one.shown, one.updated = m.Posted, m.Edited
		}
	}
	if len(messages) != j.messages || one.updated.IsZero() {
		return fmt.Errorf("%s %s: Slack should have %d messages, the card brought up to date, and has %d", j.name, one.id, j.messages, len(messages))
	}
	return nil
}
