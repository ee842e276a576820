package slack

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// ErrNotOurs is what [ParseClick] returns for an interaction that is none of our buttons: another kind of interaction, or a
// button of somebody else's message. It is answered with 200 and forgotten.
var ErrNotOurs = errors.New("the interaction is no click on a button of Throughline's")

// Click is somebody's click on a card's button.
type Click struct {
	// ID tells this click from any other; the same click delivered twice has the same ID.
	ID      string
	User    string  // Slack user ID
	Message Posted  // the card
	Action  string  // Button.Action
	Task    TaskRef // Card.Task
	// ResponseURL takes answers to the click for half an hour, without a token; "" where Slack gave none.
	ResponseURL string
}

// interaction is the part of Slack's block_actions payload that makes a click. It is read by itself, not by slack-go's type for
// all payloads: that one decodes the whole message and its state, too, and a click must not be lost because Slack sends
// something new in a place that nobody looks at.
type interaction struct {
	Type string `json:"type"`
	User struct {
		ID string `json:"id"`
	} `json:"user"`
	Container struct {
		ChannelID string `json:"channel_id"`
		MessageTS string `json:"message_ts"`
	} `json:"container"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Message struct {
		TS string `json:"ts"`
	} `json:"message"`
	ResponseURL string `json:"response_url"`
	Actions     []struct {
		ActionID string `json:"action_id"`
		ActionTS string `json:"action_ts"`
		Value    string `json:"value"`
	} `json:"actions"`
}

// ParseClick reads an interaction's payload, the JSON in the form field "payload" that Slack posts. The caller has checked
// Slack's signature.
//
// The error is [ErrNotOurs] for an interaction that isn't ours; any other error is a payload of ours that can't be read, and
// names what is wrong with it, without quoting what it holds.
func ParseClick(payload []byte) (Click, error) {
	var in interaction
	if err := json.Unmarshal(payload, &in); err != nil {
		return Click{}, fmt.Errorf("the payload can't be read: %w", err)
	}
	if in.Type != "block_actions" {
		return Click{}, ErrNotOurs
	}
	for _, a := range in.Actions {
		action, ours := strings.CutPrefix(a.ActionID, ActionPrefix)
		if !ours {
			continue
		}
		click := Click{
			ID:          in.User.ID + "-" + a.ActionTS,
			User:        in.User.ID,
			Message:     Posted{Channel: cmp.Or(in.Container.ChannelID, in.Channel.ID), TS: cmp.Or(in.Container.MessageTS, in.Message.TS)},
			Action:      action,
			ResponseURL: in.ResponseURL,
		}
		if err := json.Unmarshal([]byte(a.Value), &click.Task); err != nil {
			return Click{}, errors.New("the button's value names no task: it is no JSON of ours")
		}
		for _, part := range []struct{ value, name string }{
			{click.User, "user.id"}, {a.ActionTS, "actions[].action_ts"}, {click.Action, "the action in actions[].action_id"},
			{click.Message.Channel, "container.channel_id"}, {click.Message.TS, "container.message_ts"},
			{click.Task.Workflow, "w, the workflow, in actions[].value"}, {click.Task.Task, "t, the task, in actions[].value"},
		} {
			if part.value == "" {
				return Click{}, fmt.Errorf("the payload has no %s", part.name)
			}
		}
		return click, nil
	}
	return Click{}, ErrNotOurs
}
