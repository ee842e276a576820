package door

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/workflows/humantask"
)

// socketMode is Slack's side of Socket Mode: it opens connections for the right token, and has one to speak over.
type socketMode struct {
	*httptest.Server
	t       *testing.T
	conns   chan *websocket.Conn
	refuses atomic.Bool
}

func startSocketMode(t *testing.T) *socketMode {
	s := &socketMode{t: t, conns: make(chan *websocket.Conn, 10)}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/apps.connections.open", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if s.refuses.Load() || r.Header.Get("Authorization") != "Bearer xapp-test" {
			_, _ = w.Write([]byte(`{"ok":false,"error":"invalid_auth"}`))
			return
		}
		_, _ = w.Write([]byte(`{"ok":true,"url":"ws` + strings.TrimPrefix(s.URL, "http") + `/link?ticket=t"}`))
	})
	mux.HandleFunc("/link", func(w http.ResponseWriter, r *http.Request) {
		conn, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		s.conns <- conn
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// next is the next connection that the door opens, once Slack has greeted it.
func (s *socketMode) next() *websocket.Conn {
	s.t.Helper()
	select {
	case conn := <-s.conns:
		s.t.Cleanup(func() { _ = conn.Close() })
		require.NoError(s.t, conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello","num_connections":1}`)))
		return conn
	case <-time.After(10 * time.Second):
		require.Fail(s.t, "nobody has connected")
		return nil
	}
}

// says sends a request.
func (s *socketMode) says(conn *websocket.Conn, kind, envelope, payload string) {
	s.t.Helper()
	message := `{"type":"` + kind + `","envelope_id":"` + envelope + `","accepts_response_payload":true,"payload":` + payload + `}`
	require.NoError(s.t, conn.WriteMessage(websocket.TextMessage, []byte(message)))
}

type acknowledged struct {
	Envelope string         `json:"envelope_id"`
	Payload  map[string]any `json:"payload"`
}

func (s *socketMode) hears(conn *websocket.Conn) (a acknowledged) {
	s.t.Helper()
	require.NoError(s.t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
	require.NoError(s.t, conn.ReadJSON(&a))
	return a
}

// over serves a door by Socket Mode until the test ends.
func (s *socketMode) over(d *Door) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		d.ServeSocket(ctx, "xapp-test")
		close(ended)
	}()
	s.t.Cleanup(func() {
		cancel()
		<-ended
		d.talk.Wait()
	})
}

func logging(to io.Writer) func(*Options) {
	return func(o *Options) { o.Logger = slog.New(slog.NewJSONHandler(to, nil)) }
}

func (s *socketMode) at(o *Options) { o.SlackURL, o.SlackToken = s.URL+"/api/", "xoxb-test" }

func TestClicksCommandsAndDialogsComeOverASocketToo(t *testing.T) {
	s := startSocketMode(t)
	c := mocks.NewClient(t)
	var got humantask.Decision
	c.On("SignalWorkflow", mock.Anything, "lead-abcdefghijklmnop", "", "decide", mock.Anything).Run(func(args mock.Arguments) {
		got = args.Get(4).(humantask.Decision)
	}).Return(nil).Once()
	s.over(opened(t, c, s.at, knows))
	conn := s.next()
	s.says(conn, "interactive", "1", aClick)
	assert.Equal(t, acknowledged{Envelope: "1"}, s.hears(conn))
	assert.Equal(t, "contacted", got.Action)

	s.says(conn, "interactive", "2", strings.Replace(aForm, "Ada Winter sells SEO", " ", 1))
	assert.Equal(t, acknowledged{"2", map[string]any{"response_action": "errors", "errors": map[string]any{"comment": fieldMissing}}}, s.hears(conn))

	s.says(conn, "slash_commands", "3", `{"command":"/throughline","text":"","user_id":"U0MARIA01"}`)
	assert.Equal(t, commandUsage, s.hears(conn).Payload["text"])

	s.says(conn, "events_api", "4", `{"type":"event_callback","event":{"type":"app_home_opened"}}`)
	assert.Equal(t, acknowledged{Envelope: "4"}, s.hears(conn), "what nobody asked for is not sent again and again")
}

func TestAClickThatSlacksLibraryCannotReadIsTakenAllTheSame(t *testing.T) {
	s := startSocketMode(t)
	s.over(opened(t, signalled(t, nil), s.at))
	conn := s.next()
	changed := strings.Replace(aClick, `"channel":{"id":"C0SALES01"}`, `"channel":{"id":"C0SALES01","name":{"new":"in 2030"}}`, 1)
	s.says(conn, "interactive", "1", changed)
	assert.Equal(t, acknowledged{Envelope: "1"}, s.hears(conn))
}

func TestAClickThatIsNotTakenIsNotAcknowledged(t *testing.T) {
	s := startSocketMode(t)
	logs := &lockedBuffer{}
	s.over(opened(t, signalled(t, errors.New("no route to host")), s.at, logging(logs)))
	conn := s.next()
	s.says(conn, "interactive", "1", aClick)
	s.says(conn, "interactive", "2", `{"type":"block_actions","actions":[{"action_id":"throughline:x","value":"{}"}]}`)
	require.Eventually(t, func() bool { return strings.Count(logs.String(), `"level":"ERROR"`) == 2 }, 10*time.Second, time.Millisecond)
	s.says(conn, "interactive", "3", `{"type":"view_closed"}`)
	assert.Equal(t, "3", s.hears(conn).Envelope, "neither of the two before")
}

func TestAConnectionThatBreaksIsOpenedAgain(t *testing.T) {
	s := startSocketMode(t)
	s.over(opened(t, signalled(t, nil), s.at))
	require.NoError(t, s.next().Close())
	conn := s.next()
	require.NoError(t, conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"disconnect","reason":"refresh_requested"}`)))
	conn = s.next()
	s.says(conn, "interactive", "1", aClick)
	assert.Equal(t, acknowledged{Envelope: "1"}, s.hears(conn))
}

func TestATokenThatIsRefusedStopsNothing(t *testing.T) {
	s := startSocketMode(t)
	s.refuses.Store(true)
	logs := &lockedBuffer{}
	d := opened(t, mocks.NewClient(t), s.at, logging(logs))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		d.ServeSocket(ctx, "xapp-test")
		close(ended)
	}()
	require.Eventually(t, func() bool { return strings.Contains(logs.String(), "invalid_auth") }, 10*time.Second, time.Millisecond)
	select {
	case <-ended:
		t.Fatal("it gave up")
	default:
	}
	cancel()
	<-ended
	var line map[string]any
	require.NoError(t, json.Unmarshal([]byte(strings.TrimSpace(logs.String())), &line))
	assert.Equal(t, "ERROR", line["level"])
}
