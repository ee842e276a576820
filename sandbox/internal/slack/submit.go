package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
)

// What keeps a modal from being sent.
var (
	// ErrNoDialog is one that the user doesn't have open (any more).
	ErrNoDialog = errors.New("this user has no such dialog open (any more)")
	// ErrNoField is a value for something that the modal doesn't ask for.
	ErrNoField = errors.New("the dialog has no such field")
)

// dialogTrouble is what Slack shows in a modal that the app doesn't take.
const dialogTrouble = "We had some trouble connecting. Try again?"

// submission is what Slack sends to an app for a modal that was filled in
// (https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload).
type submission struct {
	Type                string          `json:"type"`
	Team                interactionTeam `json:"team"`
	User                interactionUser `json:"user"`
	APIAppID            string          `json:"api_app_id"`
	Token               string          `json:"token"`
	TriggerID           string          `json:"trigger_id"`
	View                wireView        `json:"view"`
	ResponseURLs        []struct{}      `json:"response_urls"`
	Enterprise          *string         `json:"enterprise"`
	IsEnterpriseInstall bool            `json:"is_enterprise_install"`
}

// Submit sends a modal that a user has filled in, and says what the user sees of it. What Slack itself refuses, a required field
// that is empty among it, never reaches the app. It fails with ErrNoDialog or ErrNoField where a user of Slack couldn't have
// sent it.
func (s *Server) Submit(ctx context.Context, in client.Submission) (client.Submitted, error) {
	payload, wrong, err := s.submission(in)
	if err != nil || len(wrong) > 0 {
		return client.Submitted{Errors: wrong, View: in.View}, err
	}
	status, body, err := s.deliver(ctx, payload)
	if err != nil || status != http.StatusOK {
		return client.Submitted{Status: status, Warning: dialogTrouble, View: in.View}, nil
	}
	done, err := s.become(in, body)
	done.Status = status
	return done, err
}

func (s *Server) submission(in client.Submission) (p *submission, wrong map[string]string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.dialogs[in.User]
	if d == nil || d.id != in.View {
		return nil, nil, ErrNoDialog
	}
	for name := range in.Values {
		if d.field(name) == nil {
			return nil, nil, fmt.Errorf("%w: %q", ErrNoField, name)
		}
	}
	wrong = map[string]string{}
	values := map[string]string{}
	for _, b := range d.Blocks {
		if b.Type != "input" {
			continue
		}
		values[b.BlockID] = in.Values[b.BlockID]
		if problem := b.wrong(values[b.BlockID]); problem != "" {
			wrong[b.BlockID] = problem
		}
	}
	user := s.users[in.User]
	return &submission{
		Type: "view_submission", Team: interactionTeam{TeamID, "sandbox"},
		User: interactionUser{user.ID, user.Handle, user.Handle, TeamID}, APIAppID: AppID, Token: "sandbox",
		TriggerID: s.newTrigger(user.ID, time.Now()), View: d.wire(values), ResponseURLs: []struct{}{},
	}, wrong, nil
}

// field is the input block with that ID; nil where there is none.
func (d *dialog) field(block string) *Block {
	for i, b := range d.Blocks {
		if b.Type == "input" && b.BlockID == block {
			return &d.Blocks[i]
		}
	}
	return nil
}

// become does to a modal what the app's answer says: nothing closes it.
func (s *Server) become(in client.Submission, body []byte) (client.Submitted, error) {
	var answer struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	trouble := client.Submitted{Warning: dialogTrouble, View: in.View}
	if len(body) > 0 && json.Unmarshal(body, &answer) != nil {
		return trouble, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.dialogs[in.User]
	if d == nil || d.id != in.View { // another one was opened meanwhile
		return client.Submitted{OK: true}, nil
	}
	switch answer.Action {
	case "", "clear":
		delete(s.dialogs, in.User)
		return client.Submitted{OK: true}, nil
	case "errors":
		for block, text := range answer.Errors {
			if d.field(block) == nil || text == "" {
				return trouble, nil
			}
		}
		if len(answer.Errors) == 0 {
			return trouble, nil
		}
		return client.Submitted{OK: true, Errors: answer.Errors, View: d.id}, nil
	case "update":
		v, err := checkView(string(answer.View))
		if err != nil {
			return trouble, nil
		}
		d.View, d.hash = *v, newHash()
		return client.Submitted{OK: true, View: d.id}, nil
	}
	return trouble, nil // a stack of modals is more than anybody here needs
}
