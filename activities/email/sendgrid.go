package email

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	sgrest "github.com/sendgrid/rest"
	"github.com/sendgrid/sendgrid-go"
	"github.com/sendgrid/sendgrid-go/helpers/mail"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/rest"
)

// system names SendGrid in faults.
const system = "sendgrid"

// markKey is the custom argument that carries an effect's key. SendGrid doesn't treat custom arguments as personal data, and a
// key holds none.
const markKey = "throughline_key"

// send gives a message to SendGrid, which answers 202 once it has it.
//
// sendgrid-go's own client is used for neither of two things: it keeps the message in itself, so that two goroutines would send
// each other's, and its HTTP client has no time-out. Its messages and requests are made here anew for each call.
func (a *Activities) send(ctx context.Context, key effect.Key, m Message, answers []Address, c content, messageID string) error {
	to := mail.NewPersonalization()
	to.AddTos(address(m.To))
	to.SetCustomArg(markKey, key.ID)
	to.SetHeader("Message-ID", "<"+messageID+">")
	message := mail.NewV3Mail().SetFrom(address(m.From)).AddPersonalizations(to).
		AddContent(mail.NewContent("text/plain", c.text), mail.NewContent("text/html", c.html))
	message.Subject = c.subject
	if m.Task != nil { // tracking would take the link, which lets whoever has it answer, through SendGrid's own addresses
		message.SetTrackingSettings(mail.NewTrackingSettings().SetClickTracking(mail.NewClickTrackingSetting().SetEnable(false).SetEnableText(false)))
	}
	if len(answers) == 1 {
		message.SetReplyTo(address(answers[0]))
	} else { // SendGrid takes either the one or the list, and refuses both
		for _, to := range answers {
			message.ReplyToList = append(message.ReplyToList, address(to))
		}
	}

	request := sendgrid.GetRequest(a.options.Key, "/v3/mail/send", a.options.URL)
	request.Method, request.Body = sgrest.Post, mail.GetRequestBody(message)
	answer, err := (&sgrest.Client{HTTPClient: a.options.HTTP}).SendWithContext(ctx, request)
	if answer != nil && answer.StatusCode/100 == 2 {
		return nil // accepted, even where the answer's body, which says nothing, broke off
	}
	if err != nil {
		f := fault.Unreachable(system, cause(err).Error())
		if !neverConnected(err) {
			f.RetryAfter = a.settle()
		}
		return f.Err()
	}
	header := http.Header(answer.Headers)
	code, text := describe([]byte(answer.Body))
	f := fault.OfStatus(system, answer.StatusCode, retryAfter(header, time.Now()), code, text)
	if f.Class == fault.ClassUnavailable {
		f.RetryAfter = a.settle() // SendGrid broke off somewhere; it may have the message
	}
	return f.Err()
}

// settle is the pause after a sending that may or may not have happened.
func (a *Activities) settle() time.Duration {
	if a.options.NoLookup {
		return 0
	}
	return a.options.Settle
}

// wasSent asks SendGrid's activity for a message with the key.
func (a *Activities) wasSent(ctx context.Context, key effect.Key) (bool, error) {
	type activity struct {
		Messages *[]struct{} `json:"messages"`
	}
	found, err := rest.Do[activity](ctx, a.api, rest.Request{Method: http.MethodGet, Path: "/v3/messages", Query: url.Values{
		"query": {"(unique_args['" + markKey + "']=\"" + key.ID + "\")"}, "limit": {"1"},
	}})
	if f, ok := fault.From(err); ok && (f.Status == http.StatusUnauthorized || f.Status == http.StatusForbidden) {
		f.Message = "An earlier attempt may have sent this message, and SendGrid lets nobody look it up: the account needs the " +
			"e-mail activity add-on and the API key its permission, or the look-up has to be turned off. SendGrid said: " + f.Message
		return false, f.Err()
	}
	if err == nil && found.Messages == nil {
		err = fault.Unreachable(system, "the look-up's answer holds no list of messages").Err()
	}
	return err == nil && len(*found.Messages) > 0, err
}

func address(a Address) *mail.Email { return mail.NewEmail(line(a.Name), a.Email) }

// messageID is the same for every sending of one effect, so that even a duplicate is seen as one message by mail programs that
// know what they have. It is a digest, since a workflow's ID is nothing that a recipient should see.
func messageID(key effect.Key, from string) string {
	sum := sha256.Sum256([]byte(key.ID))
	return hex.EncodeToString(sum[:16]) + "@" + from[strings.LastIndexByte(from, '@')+1:]
}

// describe reads SendGrid's errors, which have texts and fields but no codes.
func describe(body []byte) (code, message string) {
	var said struct {
		Errors []struct {
			Field   string `json:"field"`
			Message string `json:"message"`
		} `json:"errors"`
	}
	if json.Unmarshal(body, &said) != nil {
		return "", ""
	}
	var all []string
	for _, e := range said.Errors {
		if e.Field != "" && e.Field != "null" {
			e.Message = e.Field + ": " + e.Message
		}
		all = append(all, e.Message)
	}
	return "", strings.Join(all, "; ")
}

// retryAfter is the pause that SendGrid asks for: in Retry-After or, as it documents for rate limits, by the Unix time at which
// the limit is lifted.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if d := fault.RetryAfter(h, now); d > 0 {
		return d
	}
	reset, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	if err != nil || h.Get("X-RateLimit-Remaining") != "0" {
		return 0
	}
	return min(max(time.Unix(reset, 0).Sub(now), 0), time.Hour)
}

// cause is an error of http.Client without the address.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// neverConnected reports an error from before anything was sent.
func neverConnected(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}
