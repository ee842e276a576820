// Package rest is the one way in which adapters without a well-kept SDK speak JSON over HTTP: it sends a typed request, reads a
// typed answer, and turns whatever goes wrong into a fault. It never logs.
package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/fault"
)

// Client is one system's API. It is made once, not changed afterwards, and safe for concurrent use.
type Client struct {
	// System names the API in faults: "hubspot".
	System string
	// URL is the address that every request's path is appended to; a slash at its end makes no difference.
	URL string
	// HTTP sends the requests, and gives up on one by its Timeout; see [NewHTTPClient]. A context that ends earlier wins.
	HTTP *http.Client
	// Authorise adds the credentials to a request; nil for none.
	Authorise func(*http.Request)
	// Describe reads the vendor's own code and message out of an error's body; nil, or two empty strings, where there is
	// nothing to read.
	Describe func(body []byte) (code, message string)
	// RetryAfter reads the pause that the vendor asks for out of a refusal's status and header, 0 for none; nil reads the
	// header Retry-After, as [fault.RetryAfter] does.
	RetryAfter func(status int, h http.Header, now time.Time) time.Duration
}

// Request is one call.
type Request struct {
	Method string
	// Path is appended to the client's URL. IDs in it are escaped by the caller, with [url.PathEscape].
	Path  string
	Query url.Values
	// Body is sent as JSON, or a *[Form] as multipart/form-data; nil for none.
	Body any
}

// Bearer authorises requests by a bearer token.
func Bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

// Do sends a request and reads the answer's JSON into a Res; a Res of struct{} takes any answer, or none.
//
// An error is always a fault of package fault: what the answer's status says, or "unavailable" where there was no answer, it
// took too long, or it couldn't be read.
func Do[Res any](ctx context.Context, c *Client, req Request) (Res, error) {
	var res Res
	body, err := c.send(ctx, req)
	if err != nil {
		return res, err
	}
	if _, none := any(res).(struct{}); none {
		return res, nil
	}
	if err := json.Unmarshal(body, &res); err != nil {
		var zero Res
		return zero, fault.Unreachable(c.System, fmt.Sprintf("%s %s: the answer can't be read: %v", req.Method, req.Path, err)).Err()
	}
	return res, nil
}

// send returns the body of a good answer.
func (c *Client) send(ctx context.Context, req Request) ([]byte, error) {
	r, err := c.build(ctx, req)
	if err != nil {
		return nil, fault.Final(c.System, "invalid_request", fmt.Sprintf("%s %s: %v", req.Method, req.Path, err)).Err()
	}
	resp, err := c.HTTP.Do(r)
	if err != nil {
		return nil, fault.Unreachable(c.System, fmt.Sprintf("%s %s: %v", req.Method, req.Path, cause(err))).Err()
	}
	answer := limit(resp.Body)
	defer func() {
		// What is left of the body, where it is little, is read, so that the connection can be used again.
		_, _ = io.CopyN(io.Discard, answer, 64<<10)
		_ = answer.Close()
	}()
	body, err := io.ReadAll(answer)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		// The status says what to do even where the explanation broke off.
		code, message := c.describe(body)
		return nil, fault.OfStatus(c.System, resp.StatusCode, c.pause(resp), code, message).Err()
	}
	if err != nil {
		return nil, fault.Unreachable(c.System, fmt.Sprintf("%s %s: the answer broke off: %v", req.Method, req.Path, err)).Err()
	}
	return body, nil
}

func (c *Client) build(ctx context.Context, req Request) (*http.Request, error) {
	target := strings.TrimSuffix(c.URL, "/") + req.Path
	if len(req.Query) > 0 {
		target += "?" + req.Query.Encode()
	}
	contentType, content, err := encode(req.Body)
	if err != nil {
		return nil, err
	}
	var body io.Reader
	if contentType != "" {
		body = bytes.NewReader(content)
	}
	r, err := http.NewRequestWithContext(ctx, req.Method, target, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "throughline")
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if c.Authorise != nil {
		c.Authorise(r)
	}
	return r, nil
}

// encode is a body as it is sent; no content type for none.
func encode(body any) (contentType string, content []byte, err error) {
	switch b := body.(type) {
	case nil:
		return "", nil, nil
	case *Form:
		return b.encode()
	}
	content, err = json.Marshal(body)
	return "application/json", content, err
}

func (c *Client) pause(resp *http.Response) time.Duration {
	if c.RetryAfter != nil {
		return c.RetryAfter(resp.StatusCode, resp.Header, time.Now())
	}
	return fault.RetryAfter(resp.Header, time.Now())
}

// describe is the vendor's explanation; where it gave none in the form that is known, the beginning of what it said.
func (c *Client) describe(body []byte) (code, message string) {
	if c.Describe != nil {
		code, message = c.Describe(body)
	}
	if code == "" && message == "" {
		message = string(body)
	}
	return code, clip(message, 1000)
}

// cause is an error of http.Client without the address, whose query can hold what nobody should read in an error.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// clip shortens a text to at most n characters, the last of which is then an ellipsis: what a vendor says is kept in
// Temporal's history, which is no place for a page of HTML.
func clip(text string, n int) string {
	count := 0
	end := 0 // where the text is cut to make room for the ellipsis
	for i := range text {
		if count == n-1 {
			end = i
		}
		if count == n {
			return text[:end] + "…"
		}
		count++
	}
	return text
}
