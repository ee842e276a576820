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

	// form is what somebody sends, the n-th of all. Each is another customer's. What has to be there before that, it makes.
	form func(ctx context.Context, s *system, n int64) (map[string]any, error)
	// id is the ID of the workflow that a key of the sender's comes to.
	id func(key string) string
	// before is what people do on the first card, where it is the second that is clicked; nil where it is the first.
	before func(context.Context, *system, sample) error
	// action is what is clicked on the card.
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
	// card is the first, and decided the one that was clicked: the same, for most.
	card, decided posted
	// shown and updated are when Slack had the first card, and when it had the one that was clicked as it was after the click.
	shown, updated time.Time
}

const (
	// carryWithin is how long one may take before the system counts as broken.
	carryWithin = 2 * time.Minute
	// again is the pause before something is tried again that the door couldn't take in time.
	again = 100 * time.Millisecond
)

// letter is a form that is about to be sent.
type letter struct {
	id   string // of the workflow that it comes to
	body []byte
}

// write makes everything ready for the next one of a journey to be sent.
func (s *system) write(ctx context.Context, j *journey) (letter, error) {
	n := s.numbers.Add(1)
	form, err := j.form(ctx, s, n)
	if err != nil {
		return letter{}, fmt.Errorf("%s %d: %w", j.name, n, err)
	}
	key := fmt.Sprint("benchmark-", n)
	form["submission_id"] = key
	body, err := json.Marshal(form)
	return letter{j.id(key), body}, err
}

// carry sends a letter through the door, does what people do, and returns when its workflow has come to its end.
func (s *system) carry(ctx context.Context, j *journey, by carrier, l letter) (one sample, err error) {
	ctx, cancel := context.WithTimeout(ctx, carryWithin)
	defer cancel()
	one.id = l.id
	on := s.tap.follow(one.id, by)
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s %s: %w", j.name, one.id, err)
		}
	}()

	one.sent = time.Now()
	if err := s.send(ctx, j, l); err != nil {
		return one, err
	}
	if one.card, err = next(ctx, on.card, "card"); err != nil {
		return one, err
	}
	one.decided = one.card
	if j.before != nil {
		if err := j.before(ctx, s, one); err != nil {
			return one, err
		}
		if one.decided, err = next(ctx, on.card, "second card"); err != nil {
			return one, err
		}
	}
	one.clicked = time.Now()
	if err := s.click(ctx, one.decided, j.action); err != nil {
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

// send puts a letter through the door. As a sender should, it sends again what wasn't taken in time.
func (s *system) send(ctx context.Context, j *journey, l letter) error {
	for {
		status, answer, err := s.post(ctx, s.Door+"/"+j.name+"s", l.body)
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
		if taken.ID != l.id {
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

// verify makes sure that something ended as it should, and asks the sandbox when it had the cards.
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
		if m.TS == one.card.TS {
			one.shown = m.Posted
		}
		if m.TS == one.decided.TS && m.Edits > 0 {
			one.updated = m.Edited
		}
	}
	if len(messages) != j.messages || one.shown.IsZero() || one.updated.IsZero() {
		return fmt.Errorf("%s %s: Slack should have %d messages, the card brought up to date, and has %d", j.name, one.id, j.messages, len(messages))
	}
	return nil
}
