package esign

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/rest"
)

// system names Dropbox Sign in faults.
const system = "dropboxsign"

// The metadata that a request of ours carries. The mark is a digest of the key: one word without signs, so that nothing of
// it means anything else in the search's language.
const (
	metaKey    = "throughline_key"
	metaMark   = "throughline_mark"
	metaDigest = "throughline_digest"
)

// How many characters Dropbox Sign takes.
const (
	maxTitle   = 255
	maxMessage = 5000
)

// Between what times from now Dropbox Sign takes an expiry
// (https://developers.hellosign.com/docs/signature-request/expiration). The margin is for clocks that differ.
const (
	soonestExpiry = 24*time.Hour + 5*time.Minute
	latestExpiry  = 90*24*time.Hour - 5*time.Minute
)

func client(o Options) *rest.Client {
	if o.HTTP == nil {
		o.HTTP = rest.NewHTTPClient()
	}
	return &rest.Client{
		System: system, URL: cmp.Or(o.URL, "https://api.hellosign.com/v3"), HTTP: o.HTTP, Describe: describe, RetryAfter: retryAfter,
		Authorise: func(r *http.Request) { r.SetBasicAuth(o.Key, "") },
	}
}

// request is one of Dropbox Sign's signature requests.
type request struct {
	ID       string          `json:"signature_request_id"`
	Metadata json.RawMessage `json:"metadata"`
	Created  int64           `json:"created_at"`
	Expires  int64           `json:"expires_at"`
	Complete bool            `json:"is_complete"`
	Declined bool            `json:"is_declined"`
	HasError bool            `json:"has_error"`
	URL      string          `json:"details_url"`

	Signatures []signature `json:"signatures"`
}

type signature struct {
	Status   string `json:"status_code"`
	Reason   string `json:"decline_reason"`
	Signed   int64  `json:"signed_at"`
	Viewed   int64  `json:"last_viewed_at"`
	Reminded int64  `json:"last_reminded_at"`
	Error    string `json:"error"`
}

// meta is a value of the metadata; "" where there is none, or one that isn't text. Requests of other people and programs are
// read too, so whatever they have put there is no error.
func (r request) meta(name string) string {
	var all map[string]any
	if json.Unmarshal(r.Metadata, &all) != nil {
		return ""
	}
	value, _ := all[name].(string)
	return value
}

type envelope struct {
	Request request `json:"signature_request"`
}

// send asks for the signature.
func (a *Activities) send(ctx context.Context, key effect.Key, r Request, pdf []byte) (Requested, error) {
	form := &rest.Form{Files: []rest.File{{Field: "files[0]", Name: fileName(r), Bytes: pdf}}}
	form.Add("title", r.Title)
	form.Add("subject", r.Title)
	form.Add("message", r.Message)
	form.Add("signers[0][name]", r.Signer.Name)
	form.Add("signers[0][email_address]", r.Signer.Email)
	form.Add("metadata["+metaKey+"]", key.ID)
	form.Add("metadata["+metaMark+"]", mark(key))
	form.Add("metadata["+metaDigest+"]", strings.ToLower(r.Digest))
	form.Add("expires_at", expiry(r.Expires, time.Now()))
	form.Add("allow_decline", "1")
	form.Add("client_id", a.options.Client)
	if a.options.Test {
		form.Add("test_mode", "1")
	}
	sent, err := rest.Do[envelope](ctx, a.api, rest.Request{Method: http.MethodPost, Path: "/signature_request/send", Body: form})
	if err == nil && sent.Request.ID == "" {
		err = fault.Unreachable(system, "the request was answered without an ID").Err()
	}
	if err != nil {
		return Requested{}, a.settle(err)
	}
	return Requested{ID: sent.Request.ID, URL: sent.Request.URL}, nil
}

// settle makes the next attempt, after one that may have asked for the signature, wait until a look-up finds that.
func (a *Activities) settle(err error) error {
	f, _ := fault.From(err)
	if f.Class != fault.ClassUnavailable {
		return err
	}
	f.RetryAfter = a.options.Settle
	return f.Err()
}

// find looks for a request that carries the key: the oldest one, where there are several. Its Before is false where there is
// none.
func (a *Activities) find(ctx context.Context, key effect.Key, r Request) (Requested, error) {
	type list struct {
		Requests *[]request `json:"signature_requests"`
	}
	found, err := rest.Do[list](ctx, a.api, rest.Request{Method: http.MethodGet, Path: "/signature_request/list", Query: url.Values{
		"query": {"metadata:" + mark(key)}, "page_size": {"100"},
	}})
	if err != nil {
		return Requested{}, err
	}
	if found.Requests == nil {
		return Requested{}, fault.Unreachable(system, "the look-up's answer holds no list").Err()
	}
	var oldest *request
	for _, f := range *found.Requests {
		if f.meta(metaKey) == key.ID && !f.HasError && (oldest == nil || f.Created < oldest.Created) {
			oldest = &f
		}
	}
	if oldest == nil {
		return Requested{}, nil
	}
	if digest := oldest.meta(metaDigest); digest != strings.ToLower(r.Digest) {
		return Requested{}, fault.Final(system, "another_document", fmt.Sprintf(
			"the request %s of this step is out for signature with the document %s, not %s: recall it first", oldest.ID, digest, r.Digest)).Err()
	}
	return Requested{ID: oldest.ID, URL: oldest.URL, Before: true}, nil
}

// get reads a request.
func (a *Activities) get(ctx context.Context, id string) (request, error) {
	got, err := rest.Do[envelope](ctx, a.api, rest.Request{Method: http.MethodGet, Path: "/signature_request/" + url.PathEscape(id)})
	if err == nil && got.Request.ID == "" {
		err = fault.Unreachable(system, "the answer holds no signature request").Err()
	}
	return got.Request, err
}

func mark(key effect.Key) string {
	sum := sha256.Sum256([]byte(key.ID))
	return hex.EncodeToString(sum[:16])
}

// fileName is what the signer sees the document called by.
func fileName(r Request) string {
	name := strings.Map(func(c rune) rune {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' {
			return c
		}
		return -1
	}, r.Number)
	return fmt.Sprintf("%s-v%d.pdf", cmp.Or(name, "proposal"), r.Version)
}

// expiry is when the request expires at Dropbox Sign; "" where that is none of its business. Dropbox Sign rounds down to the
// hour, so that a time within one would be over early.
func expiry(at, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	if full := at.Truncate(time.Hour); !full.Equal(at) {
		at = full.Add(time.Hour)
	}
	if left := at.Sub(now); left < soonestExpiry || left > latestExpiry {
		return ""
	}
	return strconv.FormatInt(at.Unix(), 10)
}

// retryAfter is the pause that Dropbox Sign asks for. It names none in Retry-After, but in X-RateLimit-Reset the Unix time at
// which the limit is lifted.
func retryAfter(status int, h http.Header, now time.Time) time.Duration {
	if d := fault.RetryAfter(h, now); d > 0 || status != http.StatusTooManyRequests {
		return d
	}
	reset, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	if err != nil {
		return 0
	}
	return min(max(time.Unix(reset, 0).Sub(now), 0), time.Hour)
}

// describe reads one of Dropbox Sign's errors.
func describe(body []byte) (code, message string) {
	var said struct {
		Error struct {
			Name    string `json:"error_name"`
			Message string `json:"error_msg"`
			Path    string `json:"error_path"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &said) != nil {
		return "", ""
	}
	if said.Error.Path != "" {
		said.Error.Message = said.Error.Path + ": " + said.Error.Message
	}
	return said.Error.Name, said.Error.Message
}
