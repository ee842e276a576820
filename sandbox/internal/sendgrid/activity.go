package sendgrid

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// message is what e-mail activity says about a message.
type message struct {
	FromEmail     string `json:"from_email"`
	MsgID         string `json:"msg_id"`
	Subject       string `json:"subject"`
	ToEmail       string `json:"to_email"`
	Status        string `json:"status"`
	OpensCount    int    `json:"opens_count"`
	ClicksCount   int    `json:"clicks_count"`
	LastEventTime string `json:"last_event_time"`
}

// status is what the e-mail activity calls what became of an e-mail.
func status(e *client.Email) string {
	if e.Event == client.Bounced || e.Event == client.Dropped {
		return "not_delivered"
	}
	return "delivered"
}

func (s *Server) listMessages(w http.ResponseWriter, r *http.Request) {
	limit := 10
	if v := r.URL.Query().Get("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 1000 {
			wire.JSON(w, http.StatusBadRequest, failed("limit must be greater than 0 and less than or equal to 1000"))
			return
		}
		limit = n
	}
	conditions, err := parse(r.URL.Query().Get("query"))
	if err != nil {
		wire.JSON(w, http.StatusBadRequest, failed("invalid syntax: "+err.Error()))
		return
	}
	answer := struct {
		Messages []message `json:"messages"`
	}{[]message{}}
	s.mu.RLock()
	defer s.mu.RUnlock()
	known := time.Now().Add(-s.Lag)
	for _, e := range slices.Backward(s.candidates(conditions)) {
		if e.InReplyTo != "" || e.Sent.After(known) || !meets(e, conditions) { // SendGrid hasn't sent an answer
			continue
		}
		answer.Messages = append(answer.Messages, message{
			FromEmail: e.From.Email, MsgID: e.ID, Subject: e.Subject, ToEmail: e.To.Email, Status: status(e),
			LastEventTime: e.Sent.Format(time.RFC3339),
		})
		if len(answer.Messages) == limit {
			break
		}
	}
	wire.JSON(w, http.StatusOK, answer)
}

// candidates are e-mails that may meet the conditions, found by an index where there is one.
func (s *Server) candidates(conditions []condition) []*client.Email {
	for _, c := range conditions {
		switch {
		case c.not:
		case c.arg == keyArg:
			return s.byKey.Of(c.value)
		case c.field == "to_email":
			return s.byTo[strings.ToLower(c.value)]
		}
	}
	return s.emails
}

// condition is one of those that a query joins with AND.
type condition struct {
	field string
	arg   string // the unique argument's name, where the field is unique_args
	not   bool
	value string
}

func meets(e *client.Email, conditions []condition) bool {
	for _, c := range conditions {
		if (c.of(e) == c.value) == c.not {
			return false
		}
	}
	return true
}

func (c condition) of(e *client.Email) string {
	switch c.field {
	case "unique_args":
		return e.Args[c.arg]
	case "to_email":
		return e.To.Email
	case "from_email":
		return e.From.Email
	case "subject":
		return e.Subject
	case "msg_id":
		return e.ID
	default: // "status"
		return status(e)
	}
}

// term is a condition: field="value" or unique_args['name']="value".
var term = regexp.MustCompile(`^([a-z_]+)(?:\[(?:'([^']*)'|"([^"]*)")\])?\s*(!=|=)\s*"((?:[^"\\]|\\.)*)"`)

// joint is what stands between two conditions.
var joint = regexp.MustCompile(`(?i)^\s+AND\s+`)

// unescape takes the escapes out of a value.
var unescape = regexp.MustCompile(`\\(.)`)

// parse reads a query of the e-mail activity's language, as far as it is of use here: conditions with = and !=, each in
// parentheses or not, joined by AND.
func parse(query string) (list []condition, err error) {
	rest := strings.TrimSpace(query)
	if rest == "" {
		return nil, fmt.Errorf("query is required")
	}
	for {
		inner, parenthesised := strings.CutPrefix(rest, "(")
		if parenthesised {
			rest = inner
		}
		m := term.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("unexpected %q", rest)
		}
		c := condition{field: m[1], arg: m[2] + m[3], not: m[4] == "!=", value: unescape.ReplaceAllString(m[5], "$1")}
		switch c.field {
		case "unique_args", "to_email", "from_email", "subject", "msg_id", "status":
		default:
			return nil, fmt.Errorf("'%s' is not a known field", c.field)
		}
		list = append(list, c)
		rest = rest[len(m[0]):]
		if parenthesised {
			var closed bool
			if rest, closed = strings.CutPrefix(rest, ")"); !closed {
				return nil, fmt.Errorf("expected ) at %q", rest)
			}
		}
		if rest = strings.TrimRight(rest, " "); rest == "" {
			return list, nil
		}
		and := joint.FindString(rest)
		if and == "" {
			return nil, fmt.Errorf("expected AND at %q", rest)
		}
		rest = rest[len(and):]
	}
}
