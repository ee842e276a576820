package slack

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
)

// patience is how long Slack waits for an app to take a click ("within 3 seconds",
// https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response).
const patience = 3 * time.Second

// What keeps a click from being sent.
var (
	// ErrUnseen is a click on a message that isn't there, or that the user can't see.
	ErrUnseen = errors.New("there is no such message for this user")
	// ErrNoButton is a click on a button that the message doesn't have (any more).
	ErrNoButton = errors.New("the message has no such button (any more)")
)

// interaction is what Slack sends to an app for a click on a message's button
// (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload).
type interaction struct {
	Type                string             `json:"type"`
	User                interactionUser    `json:"user"`
	APIAppID            string             `json:"api_app_id"`
	Token               string             `json:"token"`
	Container           container          `json:"container"`
	TriggerID           string             `json:"trigger_id"`
	Team                interactionTeam    `json:"team"`
	Enterprise          *string            `json:"enterprise"`
	IsEnterpriseInstall bool               `json:"is_enterprise_install"`
	Channel             interactionChannel `json:"channel"`
	Message             *wireMessage       `json:"message,omitempty"` // not of an ephemeral message
	State               interactionState   `json:"state"`
	ResponseURL         string             `json:"response_url"`
	Actions             []action           `json:"actions"`
}

type interactionUser struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	TeamID   string `json:"team_id"`
}

type container struct {
	Type        string `json:"type"`
	MessageTS   string `json:"message_ts"`
	ThreadTS    string `json:"thread_ts,omitempty"`
	ChannelID   string `json:"channel_id"`
	IsEphemeral bool   `json:"is_ephemeral"`
}

type interactionTeam struct {
	ID     string `json:"id"`
	Domain string `json:"domain"`
}

type interactionChannel struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type interactionState struct {
	Values struct{} `json:"values"`
}

type action struct {
	Type     string   `json:"type"`
	ActionID string   `json:"action_id"`
	BlockID  string   `json:"block_id"`
	Text     Text     `json:"text"`
	Value    string   `json:"value,omitempty"`
	Style    string   `json:"style,omitempty"`
	Confirm  *Confirm `json:"confirm,omitempty"`
	ActionTS string   `json:"action_ts"`
}

// SetInteractionsURL changes where clicks are sent; "" is nowhere.
func (s *Server) SetInteractionsURL(url string) { s.interactions.Store(&url) }

// Click sends a user's click to the app, and says what the user sees of it. The base is the sandbox's own address, for the
// response_url. It fails with ErrUnseen or ErrNoButton where a user of Slack couldn't have clicked.
func (s *Server) Click(ctx context.Context, base string, c client.Click) (client.Clicked, error) {
	payload, err := s.interaction(base, c)
	if err != nil {
		return client.Clicked{}, err
	}
	status, _, err := s.deliver(ctx, payload)
	clicked := client.Clicked{OK: err == nil && status/100 == 2, Status: status, View: s.opened(payload.TriggerID)}
	var late net.Error
	switch {
	case errors.Is(err, errNowhere):
		clicked.Warning = "This app is not configured to handle interactive responses."
	case errors.As(err, &late) && late.Timeout():
		clicked.Warning = "Operation timed out. Apps need to respond within 3 seconds."
	case err != nil:
		clicked.Warning = "This app did not respond. Is it running?"
	case !clicked.OK:
		clicked.Warning = fmt.Sprintf("This app responded with status code %d.", status)
	}
	return clicked, nil
}

func (s *Server) interaction(base string, c client.Click) (*interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, known := s.users[c.User]
	conv := s.conversations[c.Channel]
	if !known || conv == nil || !conv.has(c.User) {
		return nil, ErrUnseen
	}
	m := conv.seen(c.TS, c.User)
	if m == nil {
		return nil, ErrUnseen
	}
	act, ok := find(m, c.ActionID)
	if !ok {
		return nil, ErrNoButton
	}
	now := time.Now()
	act.ActionTS = fmt.Sprintf("%d.%06d", now.Unix(), now.UnixMicro()%1e6)
	answer, err := s.newResponseURL(m, c.User, now)
	if err != nil {
		return nil, err
	}
	p := &interaction{
		Type:        "block_actions",
		User:        interactionUser{user.ID, user.Handle, user.Handle, TeamID},
		APIAppID:    AppID,
		Token:       "sandbox", // the old way to prove who sends; the signature has taken its place
		Container:   container{"message", m.TS, m.Thread, conv.id, m.Only != ""},
		TriggerID:   s.newTrigger(c.User, now),
		Team:        interactionTeam{TeamID, "sandbox"},
		Channel:     interactionChannel{conv.id, conv.name},
		ResponseURL: strings.TrimSuffix(base, "/") + "/slack/actions/" + TeamID + "/" + answer,
		Actions:     []action{act},
	}
	if conv.person != "" {
		p.Channel.Name = "directmessage"
	}
	if m.Only == "" {
		w := conv.wire(m, true)
		p.Message = &w
	}
	return p, nil
}

// seen is the message of that TS as the user sees it; nil where they don't.
func (c *conversation) seen(ts, user string) *message {
	if m := c.messages[ts]; m != nil {
		return m
	}
	for _, m := range c.private {
		if m.TS == ts && m.Only == user {
			return m
		}
	}
	return nil
}

// find is the action of a message's button.
func find(m *message, id string) (action, bool) {
	for block, e := range buttons(m.Blocks) {
		if e.ActionID == id {
			return action{
				Type: "button", ActionID: e.ActionID, BlockID: block, Text: e.Text(), Value: e.Value, Style: e.Style,
				Confirm: e.Confirm,
			}, true
		}
	}
	return action{}, false
}

// errNowhere is an app that has no address for interactions.
var errNowhere = errors.New("no address to send interactions to")

// deliver posts a signed interaction to the app, and waits for its answer as long as Slack does.
func (s *Server) deliver(ctx context.Context, payload any) (status int, body []byte, err error) {
	target := s.interactions.Load()
	if target == nil || *target == "" {
		return 0, nil, errNowhere
	}
	text, err := json.Marshal(payload)
	if err != nil {
		return 0, nil, err
	}
	form := url.Values{"payload": {string(text)}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, *target, strings.NewReader(form))
	if err != nil {
		return 0, nil, err
	}
	at := strconv.FormatInt(time.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	req.Header.Set("X-Slack-Request-Timestamp", at)
	req.Header.Set("X-Slack-Signature", Sign(s.SigningSecret, at, form))
	res, err := s.app.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	body, err = io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, body, err
}

// Sign is Slack's signature, version 0, of a request's body that is sent at a time in seconds.
func Sign(secret, at, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:%s", at, body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}
