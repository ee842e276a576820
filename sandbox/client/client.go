package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client speaks to a running sandbox. It is safe for concurrent use.
type Client struct {
	base string
	http *http.Client
}

// New makes a client of the sandbox at an address ("http://127.0.0.1:8090").
func New(address string) *Client {
	return &Client{base: strings.TrimSuffix(address, "/") + "/_sandbox", http: &http.Client{Timeout: 30 * time.Second}}
}

// Effects counts what has happened in the outside world: of one case (a workflow's ID), or with "" all of it.
func (c *Client) Effects(ctx context.Context, caseID string) (list []Effect, err error) {
	return list, c.do(ctx, http.MethodGet, "/effects", url.Values{"case": {caseID}}, nil, &list)
}

// MessageFilter says which Slack messages are wanted; the zero value is all of them.
type MessageFilter struct {
	User    string // those that this person sees: a Slack user ID
	Channel string // those of this channel or these direct messages
	Case    string // those whose effect belongs to this workflow, with their threads
}

// Messages are the Slack messages that a filter lets through, oldest first. A thread's messages are in the Replies of the
// message that it hangs on, and one that was sent to the channel too stands for itself as well.
func (c *Client) Messages(ctx context.Context, f MessageFilter) (list []Message, err error) {
	query := url.Values{"user": {f.User}, "channel": {f.Channel}, "case": {f.Case}}
	return list, c.do(ctx, http.MethodGet, "/slack/messages", query, nil, &list)
}

// Click clicks a button in Slack. It fails where the user couldn't have done so: they don't see the message, or it has no
// such button (any more).
func (c *Client) Click(ctx context.Context, click Click) (clicked Clicked, err error) {
	return clicked, c.do(ctx, http.MethodPost, "/slack/click", nil, click, &clicked)
}

// Dialog is a dialog that somebody has open. It fails where they haven't (any more).
func (c *Client) Dialog(ctx context.Context, user, view string) (d Dialog, err error) {
	return d, c.do(ctx, http.MethodGet, "/slack/dialogs/"+url.PathEscape(view), url.Values{"user": {user}}, nil, &d)
}

// Submit sends a dialog that a click has opened. It fails where the user couldn't have done so: the dialog isn't open (any
// more), or doesn't ask for such a value.
func (c *Client) Submit(ctx context.Context, in Submission) (submitted Submitted, err error) {
	return submitted, c.do(ctx, http.MethodPost, "/slack/submit", nil, in, &submitted)
}

// Emails are the e-mails to an address or of a case, oldest first; an empty one of the two is any.
func (c *Client) Emails(ctx context.Context, to, caseID string) (list []Email, err error) {
	return list, c.do(ctx, http.MethodGet, "/mail", url.Values{"to": {to}, "case": {caseID}}, nil, &list)
}

// Reply has somebody answer an e-mail: to where it says that answers go, else to its sender. What goes to the reply host,
// SendGrid hands to the app; everybody else has it in their mailbox, and these e-mails are returned.
func (c *Client) Reply(ctx context.Context, r Reply) (answers []Email, err error) {
	return answers, c.do(ctx, http.MethodPost, "/mail/replies", nil, r, &answers)
}

// Bounce orders what becomes of e-mails to an address from now on: the event is [Bounced], [Dropped] or [ReportedSpam], and ""
// takes the order back; an empty reason is the usual one. SendGrid accepts such an e-mail all the same, and tells the app
// afterwards.
func (c *Client) Bounce(ctx context.Context, address, event, reason string) error {
	return c.do(ctx, http.MethodPost, "/mail/bounces", nil, Bounce{address, event, reason}, nil)
}

// BounceEmail has an e-mail that is there come back after all, or be reported.
func (c *Client) BounceEmail(ctx context.Context, id, event, reason string) error {
	return c.do(ctx, http.MethodPost, "/mail/"+url.PathEscape(id)+"/bounce", nil, Bounce{Event: event, Reason: reason}, nil)
}

// RecordFilter says which CRM records are wanted; the zero value is all of a kind.
type RecordFilter struct {
	Email  string // contacts with this address
	Domain string // companies with this domain
	Case   string // those of this workflow: its notes, and what these are about
	ID     string // the one with this ID, or that it was merged into, whatever else is said
}

// Records are the CRM's "contacts", "companies", "deals", "line_items", "tickets", "notes", "calls" or "meetings" that a filter lets through, oldest first.
func (c *Client) Records(ctx context.Context, kind string, f RecordFilter) (list []Record, err error) {
	query := url.Values{"email": {f.Email}, "domain": {f.Domain}, "case": {f.Case}, "id": {f.ID}}
	return list, c.do(ctx, http.MethodGet, "/crm/"+url.PathEscape(kind), query, nil, &list)
}

// Edit has somebody change a record in the CRM, as its owner; an empty value takes a property away.
func (c *Client) Edit(ctx context.Context, kind, id string, properties map[string]string) (edited Record, err error) {
	path := "/crm/" + url.PathEscape(kind) + "/" + url.PathEscape(id)
	return edited, c.do(ctx, http.MethodPatch, path, nil, properties, &edited)
}

// Log has somebody log a call or a meeting with a contact in the CRM, and returns its record. Where it is the latest one, the
// CRM tells the app when the contact was last contacted.
func (c *Client) Log(ctx context.Context, a Activity) (logged Record, err error) {
	return logged, c.do(ctx, http.MethodPost, "/crm/activities", nil, a, &logged)
}

// Merge has somebody merge a contact into another one, and returns the record that comes of it. It has a new ID, which both old
// ones lead to. The CRM tells the app.
func (c *Client) Merge(ctx context.Context, contact, into string) (merged Record, err error) {
	path := "/crm/contacts/" + url.PathEscape(contact) + "/merge"
	return merged, c.do(ctx, http.MethodPost, path, nil, map[string]string{"into": into}, &merged)
}

// Delete has somebody delete a contact in the CRM, which tells the app.
func (c *Client) Delete(ctx context.Context, contact string) error {
	return c.do(ctx, http.MethodDelete, "/crm/contacts/"+url.PathEscape(contact), nil, nil, nil)
}

// Faults are the faults on order.
func (c *Client) Faults(ctx context.Context) (list []Fault, err error) {
	return list, c.do(ctx, http.MethodGet, "/faults", nil, nil, &list)
}

// Order orders a fault, and returns it with its ID.
func (c *Client) Order(ctx context.Context, f Fault) (ordered Fault, err error) {
	return ordered, c.do(ctx, http.MethodPost, "/faults", nil, f, &ordered)
}

// Clear takes back the order with that ID, or with "" all of them.
func (c *Client) Clear(ctx context.Context, id string) error {
	path := "/faults"
	if id != "" {
		path += "/" + url.PathEscape(id)
	}
	return c.do(ctx, http.MethodDelete, path, nil, nil, nil)
}

func (c *Client) do(ctx context.Context, method, path string, query url.Values, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path+"?"+query.Encode(), body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		var problem struct{ Error string }
		_ = json.NewDecoder(res.Body).Decode(&problem)
		return fmt.Errorf("sandbox: %s %s answered %d: %s", method, path, res.StatusCode, problem.Error)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(res.Body).Decode(out)
}
