package slack

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// A response_url can be used five times within half an hour of the click
// (https://docs.slack.dev/interactivity/handling-user-interaction#message_responses).
const (
	responseUses = 5
	responseLife = 30 * time.Minute
)

// responseURL is what the app may answer to a click, without a token. It is kept under the URL's secret part.
type responseURL struct {
	Channel string    `json:"channel"`
	TS      string    `json:"ts"`
	User    string    `json:"user"` // who clicked
	Until   time.Time `json:"until"`
	Uses    int       `json:"uses"`
}

// newResponseURL makes one for a click, and forgets those whose time is over. The caller holds the lock.
func (s *Server) newResponseURL(m *message, user string, now time.Time) (secret string, err error) {
	var over []string
	for k, r := range s.responses.All() {
		if r.Until.After(now) {
			break // they are in order of their time
		}
		over = append(over, k)
	}
	for _, k := range over {
		if err := s.responses.Delete(k); err != nil {
			return "", err
		}
	}
	secret = rand.Text()
	return secret, s.responses.Put(secret, responseURL{Channel: m.Channel, TS: m.TS, User: user, Until: now.Add(responseLife)})
}

// Responses serves the response_urls, at /<team>/<secret>.
func (s *Server) Responses() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Text            string          `json:"text"`
			Blocks          json.RawMessage `json:"blocks"`
			ThreadTS        string          `json:"thread_ts"`
			ResponseType    string          `json:"response_type"`
			ReplaceOriginal bool            `json:"replace_original"`
			DeleteOriginal  bool            `json:"delete_original"`
		}
		if err := wire.Read(r, &body, false); err != nil || body.DeleteOriginal { // nobody here asks for a deletion
			wire.JSON(w, http.StatusBadRequest, no("invalid_payload"))
			return
		}
		if string(body.Blocks) == "null" { // how slack-go says that there are none
			body.Blocks = nil
		}
		c, err := read(body.Text, string(body.Blocks), "")
		if err == nil && c.empty() {
			err = no("no_text")
		}
		if err == nil {
			_, secret, _ := strings.Cut(strings.Trim(r.URL.Path, "/"), "/")
			err = s.respond(secret, c, body.ReplaceOriginal, body.ResponseType == "in_channel", body.ThreadTS)
		}
		switch refusal, ok := err.(*apiError); {
		case err == nil:
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = w.Write([]byte("ok"))
		case ok && (refusal.Code == "expired_url" || refusal.Code == "used_url"):
			wire.JSON(w, http.StatusNotFound, refusal)
		case ok:
			wire.JSON(w, http.StatusBadRequest, refusal)
		default:
			wire.JSON(w, http.StatusInternalServerError, no("internal_error", err.Error()))
		}
	})
}

func (s *Server) respond(secret string, c content, replace, inChannel bool, thread string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.responses.Get(secret)
	if !ok || time.Now().After(r.Until) {
		return no("expired_url")
	}
	if r.Uses >= responseUses {
		return no("used_url")
	}
	r.Uses++
	if err := s.responses.Put(secret, r); err != nil {
		return err
	}
	conv := s.conversations[r.Channel]
	original := conv.seen(r.TS, r.User)
	if replace && original != nil {
		return s.change(original, updated(*original, c, true, true))
	}
	m := &message{Channel: r.Channel, Text: c.text, Blocks: c.blocks, Thread: conv.thread(thread)}
	if !inChannel {
		m.Only = r.User
	}
	return s.post(m)
}
