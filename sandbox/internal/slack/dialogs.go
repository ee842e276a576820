package slack

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
)

// triggerLife is how long a click lets an app open a modal (https://docs.slack.dev/surfaces/modals#opening). triggerKept is how
// long one is known as expired.
const (
	triggerLife = 3 * time.Second
	triggerKept = time.Minute
)

// trigger is what a click lets the app do once: open a modal.
type trigger struct {
	user string
	at   time.Time
	view string // the ID of the modal that it opened
}

// dialog is a modal that somebody has in front of them. It is gone with the process, as Slack's are when the window is closed.
type dialog struct {
	View
	id, hash, user string
}

// newTrigger makes one for a click. The caller holds the lock.
func (s *Server) newTrigger(user string, now time.Time) (id string) {
	for id, t := range s.triggers {
		if now.Sub(t.at) > triggerKept {
			delete(s.triggers, id)
		}
	}
	id = fmt.Sprintf("%d.%d.%s", now.UnixMicro(), now.Unix(), strings.ToLower(rand.Text()))
	s.triggers[id] = &trigger{user: user, at: now}
	return id
}

// opened is the ID of the modal that a trigger opened; "" for none.
func (s *Server) opened(triggerID string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if t := s.triggers[triggerID]; t != nil {
		return t.view
	}
	return ""
}

// viewsOpen opens a modal. The person has one at a time: an earlier one is closed.
func (s *Server) viewsOpen(form url.Values) (any, error) {
	for _, name := range []string{"trigger_id", "view"} {
		if form.Get(name) == "" {
			return nil, no("invalid_arguments", "missing required field: "+name+" [json-pointer:/"+name+"]")
		}
	}
	v, err := checkView(form.Get("view"))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.triggers[form.Get("trigger_id")]
	switch {
	case t == nil:
		return nil, no("invalid_trigger_id")
	case t.view != "":
		return nil, no("exchanged_trigger_id")
	case time.Since(t.at) > triggerLife:
		return nil, no("expired_trigger_id")
	}
	d := &dialog{View: *v, id: "V" + rand.Text()[:10], hash: newHash(), user: t.user}
	t.view = d.id
	s.dialogs[t.user] = d
	return struct {
		OK   bool     `json:"ok"`
		View wireView `json:"view"`
	}{true, d.wire(nil)}, nil
}

// viewsUpdate puts another view in a modal's place. What was typed so far is in nobody's hands but the person's, and goes.
func (s *Server) viewsUpdate(form url.Values) (any, error) {
	if form.Get("view") == "" {
		return nil, no("invalid_arguments", "missing required field: view [json-pointer:/view]")
	}
	if form.Get("view_id") == "" && form.Get("external_id") == "" {
		return nil, no("invalid_arguments", "either `view_id` or `external_id` is required")
	}
	v, err := checkView(form.Get("view"))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.dialogs {
		if d.id != form.Get("view_id") && (d.ExternalID == "" || d.ExternalID != form.Get("external_id")) {
			continue
		}
		if hash := form.Get("hash"); hash != "" && hash != d.hash {
			return nil, no("hash_conflict")
		}
		d.View, d.hash = *v, newHash()
		return struct {
			OK   bool     `json:"ok"`
			View wireView `json:"view"`
		}{true, d.wire(nil)}, nil
	}
	return nil, no("not_found")
}

func newHash() string { return fmt.Sprintf("%d.%s", time.Now().Unix(), rand.Text()[:8]) }

// Dialog is the modal with that ID, where the user has it open.
func (s *Server) Dialog(user, id string) (View, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d := s.dialogs[user]
	if d == nil || d.id != id {
		return View{}, false
	}
	return d.View, true
}

// Seen is what a person sees of the modal.
func (v View) Seen() client.Dialog {
	d := client.Dialog{Title: v.Title.Text, Ready: v.Submit != nil, Values: map[string]string{}}
	for _, b := range v.Blocks {
		if b.Type != "input" {
			continue
		}
		d.Values[b.BlockID] = b.Element.Initial
		if b.Element.Chosen != nil {
			d.Values[b.BlockID] = b.Element.Chosen.Value
		}
	}
	return d
}

// wireView is a modal as Slack tells an app of it (https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload).
type wireView struct {
	ID     string `json:"id"`
	TeamID string `json:"team_id"`
	View
	State        wireState `json:"state"`
	Hash         string    `json:"hash"`
	RootViewID   string    `json:"root_view_id"`
	PreviousView *string   `json:"previous_view_id"`
	AppID        string    `json:"app_id"`
	AppTeam      string    `json:"app_installed_team_id"`
	BotID        string    `json:"bot_id"`
}

// wireState is what was filled in: by block, then by action.
type wireState struct {
	Values map[string]map[string]wireValue `json:"values"`
}

// wireValue is a text, or what was chosen. What was left empty is null.
type wireValue struct {
	Type   string
	Text   *string
	Option *Option
}

// MarshalJSON writes the one of the two that the type has.
func (v wireValue) MarshalJSON() ([]byte, error) {
	if v.Type == "static_select" {
		return json.Marshal(struct {
			Type   string  `json:"type"`
			Option *Option `json:"selected_option"`
		}{v.Type, v.Option})
	}
	return json.Marshal(struct {
		Type string  `json:"type"`
		Text *string `json:"value"`
	}{v.Type, v.Text})
}

// wire is the modal with what was filled in, by block.
func (d *dialog) wire(values map[string]string) wireView {
	w := wireView{
		ID: d.id, TeamID: TeamID, View: d.View, Hash: d.hash, RootViewID: d.id, AppID: AppID, AppTeam: TeamID, BotID: BotID,
		State: wireState{map[string]map[string]wireValue{}},
	}
	if values == nil { // it has just been opened
		return w
	}
	for _, b := range d.Blocks {
		if b.Type != "input" {
			continue
		}
		v := wireValue{Type: b.Element.Type, Option: b.Element.option(values[b.BlockID])}
		if text := values[b.BlockID]; text != "" {
			v.Text = &text
		}
		w.State.Values[b.BlockID] = map[string]wireValue{b.Element.ActionID: v}
	}
	return w
}
