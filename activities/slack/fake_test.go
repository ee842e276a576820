package slack_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/slack"
)

// workspace answers as Slack does, and remembers what was asked of it.
type workspace struct {
	t        *testing.T
	mu       sync.Mutex
	messages []map[string]any // oldest first
	calls    []call
	// before answers instead of Slack when it returns true; after runs once the effect is there, with the same meaning.
	before, after func(w http.ResponseWriter, method string) bool
}

type call struct {
	method string
	form   url.Values
}

func (ws *workspace) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	form := ws.arguments(r)
	ws.calls = append(ws.calls, call{method, form})
	if ws.before != nil && ws.before(w, method) {
		return
	}
	answer := ws.answer(method, form)
	if ws.after != nil && ws.after(w, method) {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	assert.NoError(ws.t, json.NewEncoder(w).Encode(answer))
}

// arguments reads a form, or the JSON that slack-go sends to the methods for views.
func (ws *workspace) arguments(r *http.Request) url.Values {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		assert.NoError(ws.t, r.ParseForm())
		return r.Form
	}
	assert.Equal(ws.t, "Bearer xoxb-test", r.Header.Get("Authorization"))
	var body struct {
		Trigger string          `json:"trigger_id"`
		ID      string          `json:"view_id"`
		Hash    string          `json:"hash"`
		View    json.RawMessage `json:"view"`
	}
	assert.NoError(ws.t, json.NewDecoder(r.Body).Decode(&body))
	return url.Values{"trigger_id": {body.Trigger}, "view_id": {body.ID}, "hash": {body.Hash}, "view": {string(body.View)}}
}

func (ws *workspace) answer(method string, form url.Values) map[string]any {
	switch method {
	case "conversations.open":
		return map[string]any{"ok": true, "channel": map[string]any{"id": "D0" + form.Get("users")}}
	case "chat.postMessage":
		m := ws.message(form)
		m["ts"], m["channel"] = fmt.Sprintf("%d.%06d", time.Now().Unix(), len(ws.messages)), form.Get("channel")
		ws.messages = append(ws.messages, m)
		return map[string]any{"ok": true, "channel": m["channel"], "ts": m["ts"], "message": shown(m)}
	case "chat.update":
		for i, m := range ws.messages {
			if m["channel"] == form.Get("channel") && m["ts"] == form.Get("ts") {
				changed := ws.message(form)
				changed["ts"], changed["channel"], changed["metadata"] = m["ts"], m["channel"], m["metadata"]
				ws.messages[i] = changed
				return map[string]any{"ok": true, "channel": m["channel"], "ts": m["ts"], "text": changed["text"], "message": shown(changed)}
			}
		}
		return map[string]any{"ok": false, "error": "message_not_found"}
	case "chat.postEphemeral":
		return map[string]any{"ok": true, "message_ts": "1700000000.000001"}
	case "views.open":
		for _, c := range ws.calls[:len(ws.calls)-1] {
			if c.method == method && c.form.Get("trigger_id") == form.Get("trigger_id") {
				return map[string]any{"ok": false, "error": "exchanged_trigger_id"}
			}
		}
		return map[string]any{"ok": true, "view": map[string]any{"id": "V0001", "hash": "1.a"}}
	case "views.update":
		if form.Get("view_id") != "V0001" || form.Get("hash") != "1.a" {
			return map[string]any{"ok": false, "error": "not_found"}
		}
		return map[string]any{"ok": true, "view": map[string]any{"id": "V0001", "hash": "2.b"}}
	case "conversations.history":
		var page []any
		for _, m := range ws.messages {
			if m["channel"] == form.Get("channel") && m["thread_ts"] == nil && m["ts"].(string) > form.Get("oldest") {
				page = append([]any{shown(m)}, page...) // newest first
			}
		}
		return paged(page, form, map[string]any{"pin_count": 0, "channel_actions_ts": nil, "channel_actions_count": 0})
	case "conversations.replies":
		var page []any
		for _, m := range ws.messages {
			if m["channel"] == form.Get("channel") && (m["ts"] == form.Get("ts") || m["thread_ts"] == form.Get("ts")) {
				page = append(page, shown(m))
			}
		}
		return paged(page, form, nil)
	}
	return map[string]any{"ok": false, "error": "unknown_method"}
}

func (ws *workspace) message(form url.Values) map[string]any {
	m := map[string]any{"type": "message", "user": "U0BOT00000", "text": form.Get("text")}
	for _, name := range []string{"blocks", "metadata"} {
		if v := form.Get(name); v != "" {
			var parsed any
			assert.NoError(ws.t, json.Unmarshal([]byte(v), &parsed))
			m[name] = parsed
		}
	}
	if v := form.Get("thread_ts"); v != "" {
		m["thread_ts"] = v
	}
	return m
}

func shown(m map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		if k != "channel" {
			out[k] = v
		}
	}
	return out
}

// paged gives two messages a page, so that paging happens.
func paged(all []any, form url.Values, more map[string]any) map[string]any {
	from, _ := strconv.Atoi(form.Get("cursor"))
	to := min(from+2, len(all))
	answer := map[string]any{"ok": true, "messages": append([]any{}, all[from:to]...), "has_more": to < len(all)}
	if to < len(all) {
		answer["response_metadata"] = map[string]any{"next_cursor": strconv.Itoa(to)}
	}
	for k, v := range more {
		answer[k] = v
	}
	return answer
}

func (ws *workspace) count(method string) int {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	n := 0
	for _, c := range ws.calls {
		if c.method == method {
			n++
		}
	}
	return n
}

func (ws *workspace) last(method string) url.Values {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for i := len(ws.calls) - 1; i >= 0; i-- {
		if ws.calls[i].method == method {
			return ws.calls[i].form
		}
	}
	require.Failf(ws.t, "not called", method)
	return nil
}

// open starts a workspace behind an optional check of its traffic, and the activities that talk to it.
func open(t *testing.T, check func(http.Handler) http.Handler) (*workspace, *slack.Activities) {
	ws, o := workspaceAt(t, check)
	return ws, slack.New(o)
}

func workspaceAt(t *testing.T, check func(http.Handler) http.Handler) (*workspace, slack.Options) {
	ws := &workspace{t: t}
	var h http.Handler = ws
	if check != nil {
		h = check(h)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return ws, slack.Options{URL: srv.URL + "/api", Token: "xoxb-test"}
}

func faultOf(t *testing.T, err error) fault.Fault {
	t.Helper()
	require.Error(t, err)
	f, ok := fault.From(err)
	require.Truef(t, ok, "no fault: %v", err)
	assert.Equal(t, "slack", f.System)
	return f
}

var (
	key   = effect.Key{ID: "lead-4k7q2m9x/contact-card"}
	again = effect.Key{ID: "lead-4k7q2m9x/contact-card", Again: true}
	card  = slack.Card{
		To: "C024BE7LH", Title: "Contact Contoso", Text: "Jane Roe asked for a call.",
		Facts:   []slack.Fact{{Label: "Name", Value: "Jane Roe"}, {Label: "E-mail", Value: "jane@contoso.com", Link: "mailto:jane@contoso.com"}},
		Buttons: []slack.Button{{Action: "contacted", Label: "I've made contact", Style: "primary"}},
		Status:  "With Maria Lopez until 14:00",
		Task:    slack.TaskRef{Workflow: "lead-4k7q2m9x", Task: "contact"},
	}
)
