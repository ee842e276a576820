// Package slack is Slack as an app sees it: the Web API's methods that Throughline calls, clicks sent to the app as signed
// requests, and the response_url that a click comes with.
//
// What is checked and answered follows https://docs.slack.dev: the methods' own pages, Block Kit's limits, and "Verifying
// requests from Slack" for the signature.
package slack

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/journal"
	"github.com/throughline-dev/throughline/sandbox/internal/ledger"
	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// The workspace and the app in it.
const (
	TeamID   = "T0SANDBOX"
	AppID    = "A0THROUGHLN"
	BotID    = "B0THROUGHLN"
	BotUser  = "U0THROUGHLN"
	BotName  = "Throughline"
	botLogin = "throughline"
)

// User is somebody in the workspace.
type User struct {
	ID     string // "U024BE7LH"
	Handle string // "maria"
	Name   string // "Maria Lopez"
	Email  string
}

// Channel is a public channel that everybody is in.
type Channel struct {
	ID   string
	Name string // without the #
}

// Options say what the workspace is like.
type Options struct {
	Team          string // the workspace's name
	Token         string // the bot token that callers must show
	SigningSecret string // what clicks are signed with
	Users         []User
	Channels      []Channel
	Journal       *journal.Journal
	Patience      time.Duration // how long Slack waits for an app to take a click; 0 is Slack's three seconds
}

// Server is the workspace. It is safe for concurrent use.
type Server struct {
	Options
	users        map[string]User
	app          *http.Client // sends clicks to the app
	interactions atomic.Pointer[string]

	mu            sync.RWMutex
	conversations map[string]*conversation
	last          int64 // the youngest message's time, in microseconds
	messages      *journal.Table[*message]
	open          *journal.Table[string] // the person of each direct conversation, by the conversation's ID
	responses     *journal.Table[responseURL]
	byKey         ledger.Ledger[*message]
	triggers      map[string]*trigger // by ID
	dialogs       map[string]*dialog  // by the user who has it open
}

// New makes the workspace, with the conversations that the journal has.
func New(o Options) (*Server, error) {
	s := &Server{
		Options: o, users: map[string]User{}, conversations: map[string]*conversation{},
		triggers: map[string]*trigger{}, dialogs: map[string]*dialog{},
		app: &http.Client{
			Timeout:       cmp.Or(o.Patience, patience),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	for _, u := range o.Users {
		s.users[u.ID] = u
	}
	return s, s.load()
}

// apiError is an answer that says no: Slack's answers are 200 all the same.
type apiError struct {
	OK       bool     `json:"ok"`
	Code     string   `json:"error"`
	Errors   []string `json:"errors,omitempty"`
	Metadata *struct {
		Messages []string `json:"messages"`
	} `json:"response_metadata,omitempty"`
}

func (e *apiError) Error() string { return e.Code }

// no makes a refusal, with what is wrong in detail where Slack gives that.
func no(code string, details ...string) *apiError {
	e := &apiError{Code: code, Errors: details}
	if len(details) > 0 {
		e.Metadata = &struct {
			Messages []string `json:"messages"`
		}{}
		for _, d := range details {
			e.Metadata.Messages = append(e.Metadata.Messages, "[ERROR] "+d)
		}
	}
	return e
}

// Refuse answers as Slack does when something is wrong with the request as such.
func Refuse(w http.ResponseWriter, status int) {
	switch status {
	case http.StatusUnauthorized:
		wire.JSON(w, http.StatusOK, no("invalid_auth"))
	case http.StatusTooManyRequests:
		wire.JSON(w, status, no("ratelimited"))
	default:
		http.Error(w, "<!DOCTYPE html><title>Server Error | Slack</title>", status)
	}
}

// API serves the Web API's methods, at /chat.postMessage and so on.
func (s *Server) API() http.Handler {
	methods := map[string]func(url.Values) (any, error){
		"auth.test":             s.authTest,
		"users.info":            s.usersInfo,
		"users.lookupByEmail":   s.usersLookupByEmail,
		"conversations.open":    s.conversationsOpen,
		"conversations.history": s.conversationsHistory,
		"conversations.replies": s.conversationsReplies,
		"chat.postMessage":      s.chatPostMessage,
		"chat.postEphemeral":    s.chatPostEphemeral,
		"chat.update":           s.chatUpdate,
		"views.open":            s.viewsOpen,
		"views.update":          s.viewsUpdate,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, err := s.call(w, r, methods[strings.TrimPrefix(r.URL.Path, "/")])
		if refusal, ok := err.(*apiError); ok {
			wire.JSON(w, http.StatusOK, refusal)
			return
		}
		if err != nil { // the state couldn't be written
			wire.JSON(w, http.StatusOK, no("internal_error", err.Error()))
			return
		}
		wire.JSON(w, http.StatusOK, answer)
	})
}

func (s *Server) call(w http.ResponseWriter, r *http.Request, method func(url.Values) (any, error)) (any, error) {
	r.Body = http.MaxBytesReader(w, r.Body, wire.MaxBody)
	arguments, err := argumentsOf(r)
	if err != nil {
		return nil, err
	}
	token := wire.Bearer(r)
	if token == "" {
		token = r.PostForm.Get("token") // Slack takes no token from a query
	}
	switch {
	case method == nil:
		return nil, no("unknown_method")
	case token == "":
		return nil, no("not_authed")
	case !wire.Same(token, s.Token):
		return nil, no("invalid_auth")
	}
	return method(arguments)
}

// argumentsOf reads a method's arguments: a form, or for views a JSON object. Slack takes JSON for some other methods too, which
// is left out, since slack-go sends forms to them.
func argumentsOf(r *http.Request) (url.Values, error) {
	kind := r.Header.Get("Content-Type")
	if strings.HasPrefix(kind, "application/json") && strings.HasPrefix(r.URL.Path, "/views.") {
		var object map[string]json.RawMessage
		if err := wire.Read(r, &object, false); err != nil {
			return nil, no("invalid_json")
		}
		arguments := url.Values{}
		for name, raw := range object {
			text := string(raw)
			_ = json.Unmarshal(raw, &text) // what isn't a text stays JSON
			arguments.Set(name, text)
		}
		return arguments, nil
	}
	if r.Method == http.MethodPost && !strings.HasPrefix(kind, "application/x-www-form-urlencoded") {
		return nil, no("invalid_post_type")
	}
	if err := r.ParseForm(); err != nil {
		return nil, no("invalid_form_data")
	}
	return r.Form, nil
}
