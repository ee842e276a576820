package slack

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
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
	text, err := json.Marshal(payload)
	if err != nil {
		return client.Clicked{}, err
	}
	return s.send(ctx, text)
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
		TriggerID:   fmt.Sprintf("%d.%d.%s", now.UnixMicro(), now.Unix(), strings.ToLower(rand.Text())),
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

// send posts a signed interaction to the app, and waits as long as Slack does.
func (s *Server) send(ctx context.Context, payload []byte) (client.Clicked, error) {
	target := s.interactions.Load()
	if target == nil || *target == "" {
		return client.Clicked{Warning: "This app is not configured to handle interactive responses."}, nil
	}
	body := url.Values{"payload": {string(payload)}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, *target, strings.NewReader(body))
	if err != nil {
		return client.Clicked{}, err
	}
	at := strconv.FormatInt(time.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	req.Header.Set("X-Slack-Request-Timestamp", at)
	req.Header.Set("X-Slack-Signature", Sign(s.SigningSecret, at, body))
	res, err := s.app.Do(req)
	if err != nil {
		var late net.Error
		if errors.As(err, &late) && late.Timeout() {
			return client.Clicked{Warning: "Operation timed out. Apps need to respond within 3 seconds."}, nil
		}
		return client.Clicked{Warning: "This app did not respond. Is it running?"}, nil
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	if res.StatusCode/100 != 2 {
		return client.Clicked{
			Status: res.StatusCode, Warning: fmt.Sprintf("This app responded with status code %d.", res.StatusCode),
		}, nil
	}
	return client.Clicked{OK: true, Status: res.StatusCode}, nil
}

// Sign is Slack's signature, version 0, of a request's body that is sent at a time in seconds.
func Sign(secret, at, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:%s", at, body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}
