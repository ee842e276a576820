package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"

	"github.com/throughline-dev/throughline/activities/policy"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// fields are what somebody filled in.
type fields map[string]any

// post sends a lead, and returns the door's status and the lead's ID.
func (s system) post(f fields) (status int, id string, err error) {
	body, err := json.Marshal(f)
	if err != nil {
		return 0, "", err
	}
	res, err := http.Post(s.Door+"/leads", "application/json", bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	var answer struct{ ID string }
	err = json.NewDecoder(res.Body).Decode(&answer)
	return res.StatusCode, answer.ID, err
}

// take posts a lead until it is taken: on a busy machine the door may have to ask for it again.
func (s system) take(ctx context.Context, f fields) (id string, err error) {
	for {
		status, id, err := s.post(f)
		switch {
		case err != nil, status == http.StatusAccepted:
			return id, err
		case status != http.StatusServiceUnavailable:
			return "", fmt.Errorf("the door answered %d", status)
		}
		select {
		case <-ctx.Done():
			return "", errors.New("the door couldn't take the lead in time")
		case <-time.After(glance):
		}
	}
}

// send sends a lead that must be taken.
func (s system) send(t *testing.T, f fields) (id string) {
	t.Helper()
	id, err := s.take(within(t, patience), f)
	require.NoError(t, err)
	return id
}

// card waits for a lead's card that can be answered.
func (s system) card(t *testing.T, id string) (card sandbox.Message) {
	t.Helper()
	eventually(t, "the card of "+id, func() bool {
		cards, err := s.world.Messages(t.Context(), sandbox.MessageFilter{Case: id})
		require.NoError(t, err)
		for _, c := range cards {
			if len(c.Buttons) > 0 {
				card = c
				return true
			}
		}
		return false
	})
	return card
}

// rep is who sees a card.
func (s system) rep(t *testing.T, card sandbox.Message) policy.Person {
	t.Helper()
	for _, p := range s.Config.People {
		if p.Slack == "" {
			continue
		}
		seen, err := s.world.Messages(t.Context(), sandbox.MessageFilter{User: p.Slack, Channel: card.Channel})
		require.NoError(t, err)
		if len(seen) > 0 {
			return p
		}
	}
	require.Fail(t, "nobody sees the card")
	return policy.Person{}
}

// click has somebody say on a card that they made contact, by its first button; again where Slack says that this failed.
func (s system) click(ctx context.Context, who policy.Person, card sandbox.Message) error {
	for again := false; ; again = true {
		clicked, err := s.world.Click(ctx, sandbox.Click{
			User: who.Slack, Channel: card.Channel, TS: card.TS, ActionID: card.Buttons[0].ActionID,
		})
		if clicked.OK || again && err != nil { // the button is gone: the click before had got through after all
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.New("the click was not taken in time: " + clicked.Warning)
		case <-time.After(glance):
		}
	}
}

// contact has the rep who sees a card say that they made contact.
func (s system) contact(t *testing.T, card sandbox.Message) {
	t.Helper()
	require.NoError(t, s.click(within(t, patience), s.rep(t, card), card))
}

// result waits for a lead to end, and returns what it says about itself.
func (s system) result(t *testing.T, id string) (r lead.Result) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, s.Client.GetWorkflow(ctx, id, "").Get(ctx, &r))
	return r
}

// requireWhole requires that a lead's effects are those of one for which nothing went wrong, each once.
func (s system) requireWhole(t *testing.T, id string) {
	t.Helper()
	effects, err := s.world.Effects(t.Context(), id)
	require.NoError(t, err)
	count := map[string]int{}
	for _, e := range effects {
		if !e.Repeatable {
			count[e.System+" "+e.Operation] += e.Count
		}
	}
	require.Equal(t, map[string]int{
		"slack message": 1, "sendgrid email": 1, "hubspot contact": 1, "hubspot company": 1, "hubspot note": 1,
	}, count)
}

// history is the history of a workflow's run; "" is its latest.
func (s system) history(t *testing.T, id, run string) *history.History {
	t.Helper()
	h := &history.History{}
	for events := s.Client.GetWorkflowHistory(t.Context(), id, run, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); events.HasNext(); {
		e, err := events.Next()
		require.NoError(t, err)
		h.Events = append(h.Events, e)
	}
	return h
}
