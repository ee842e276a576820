package slack

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// ErrNotOurs is what [ParseClick] returns for an interaction that is neither a click on one of our buttons nor one of our dialogs
// sent: another kind of interaction, or part of somebody else's message. It is answered with 200 and forgotten.
var ErrNotOurs = errors.New("the interaction is no click on a button of Throughline's")

// Click is somebody's answer to a card. There are three kinds: a click that counts at once (Dialog and Form are nil); one that
// has to be asked something first (Dialog), which counts for nothing by itself; and a dialog that was filled in and sent (Form).
type Click struct {
	// ID tells this click from any other; the same click delivered twice has the same ID. For a dialog it is the dialog's, so
	// that it counts once however often it is sent.
	ID      string
	User    string  // Slack user ID
	Message Posted  // the card
	Action  string  // Button.Action
	Task    TaskRef // Card.Task
	// ResponseURL takes answers to the click for half an hour, without a token; "" where Slack gave none, as for a dialog.
	ResponseURL string
	// Dialog is what has to be asked before the click counts; Trigger opens it, once and within three seconds.
	Dialog  *Dialog
	Trigger string
	// Form is the dialog that was sent.
	Form *Form
}

// Form is a dialog as somebody has filled it in.
type Form struct {
	// Values are what was filled in, by the fields' names. A field that was left empty isn't there; where a dialog had something in
	// it to begin with, one that was emptied is there and empty, and one whose value is to stay as it is isn't there.
	Values map[string]string
	// Fields are the names of all its fields in order, at least one; Missing are those that are required, and empty.
	Fields, Missing []string
}

// interaction is the part of Slack's block_actions and view_submission payloads that makes a click. It is read by itself, not by
// slack-go's type for all payloads: that one decodes the whole message and its state, too, and a click must not be lost because
// Slack sends something new in a place that nobody looks at.
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
	TriggerID   string `json:"trigger_id"`
	Actions     []struct {
		ActionID string `json:"action_id"`
		ActionTS string `json:"action_ts"`
		Value    string `json:"value"`
	} `json:"actions"`
	View view `json:"view"`
}

// ParseClick reads an interaction's payload, the JSON in the form field "payload" that Slack posts: a click on a card's button,
// or a dialog of ours that was sent. The caller has checked Slack's signature.
//
// The error is [ErrNotOurs] for an interaction that isn't ours; any other error is a payload of ours that can't be read, and
// names what is wrong with it, without quoting what it holds.
func ParseClick(payload []byte) (Click, error) {
	var in interaction
	if err := json.Unmarshal(payload, &in); err != nil {
		return Click{}, unreadablePayload(err)
	}
	switch {
	case in.Type == "view_submission" && in.View.CallbackID == modalID:
		return in.sent()
	case in.Type == "block_actions":
		return in.clicked()
	}
	return Click{}, ErrNotOurs
}

// unreadablePayload says where JSON can't be read, without what stands there.
func unreadablePayload(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Errorf("the payload can't be read: %s is no %s", wrong.Field, wrong.Type)
	}
	return errors.New("the payload can't be read: it is no JSON")
}

// clicked reads a click on a button.
func (in interaction) clicked() (Click, error) {
	for _, a := range in.Actions {
		action, ours := strings.CutPrefix(a.ActionID, ActionPrefix)
		if !ours {
			continue
		}
		value, err := decodeValue(a.Value)
		if err != nil {
			return Click{}, err
		}
		click := Click{
			ID:          in.User.ID + "-" + a.ActionTS,
			User:        in.User.ID,
			Message:     Posted{Channel: cmp.Or(in.Container.ChannelID, in.Channel.ID), TS: cmp.Or(in.Container.MessageTS, in.Message.TS)},
			Action:      action,
			Task:        value.TaskRef,
			ResponseURL: in.ResponseURL,
		}
		needs := []part{{a.ActionTS, "actions[].action_ts"}}
		if value.Dialog != nil {
			click.Dialog, click.Trigger = value.Dialog, in.TriggerID
			needs = append(needs, part{in.TriggerID, "trigger_id"})
		}
		return click.complete(needs...)
	}
	return Click{}, ErrNotOurs
}

// part is a part of a payload without which it makes no click.
type part struct{ value, name string }

// complete is the click where nothing of it is missing.
func (c Click) complete(more ...part) (Click, error) {
	for _, p := range append(more,
		part{c.User, "user.id"}, part{c.Action, "action"},
		part{c.Message.Channel, "container.channel_id"}, part{c.Message.TS, "container.message_ts"},
		part{c.Task.Workflow, "w, the workflow"}, part{c.Task.Task, "t, the task"},
	) {
		if p.value == "" {
			return Click{}, fmt.Errorf("the payload has no %s", p.name)
		}
	}
	return c, nil
}
