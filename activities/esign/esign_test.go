package esign_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/fault"
)

// The whole life of a request is tried out in package sandbox, against the sandbox's Dropbox Sign.

type store func(digest string) ([]byte, error)

func (s store) Open(digest string) ([]byte, error) { return s(digest) }

var (
	pdf = []byte("%PDF-1.7 proposal")
	key = effect.Key{ID: "proposal-4k7q2m9x/sign"}
)

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func good() esign.Request {
	return esign.Request{
		Digest: sum(pdf), Number: "P-1", Version: 1, Title: "Proposal", Signer: esign.Signer{Name: "Ada", Email: "ada@contoso.example"},
	}
}

// open starts a Dropbox Sign that answers as it is told, and says how often it was asked.
func open(t *testing.T, h http.HandlerFunc) (*esign.Activities, *int) {
	calls := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		key, password, _ := r.BasicAuth()
		assert.Equal(t, []string{"k-test", ""}, []string{key, password})
		h(w, r)
	}))
	t.Cleanup(srv.Close)
	return esign.New(esign.Options{URL: srv.URL, Key: "k-test", Settle: 90 * time.Second, Documents: store(func(string) ([]byte, error) { return pdf, nil })}), &calls
}

func faultOf(t *testing.T, err error) fault.Fault {
	t.Helper()
	f, ok := fault.From(err)
	require.Truef(t, ok, "no fault: %v", err)
	return f
}

func TestARequestThatMakesNoSenseNamesTheFieldAndIsNotSent(t *testing.T) {
	a, calls := open(t, func(http.ResponseWriter, *http.Request) {})
	for field, change := range map[string]func(*esign.Request){
		"digest:":       func(r *esign.Request) { r.Digest = "12" },
		"title:":        func(r *esign.Request) { r.Title = " " },
		"title: has":    func(r *esign.Request) { r.Title = strings.Repeat("ü", 256) },
		"message:":      func(r *esign.Request) { r.Message = strings.Repeat("ü", 5001) },
		"signer.name:":  func(r *esign.Request) { r.Signer.Name = "" },
		"signer.email:": func(r *esign.Request) { r.Signer.Email = "Ada <ada@contoso.example>" },
		"expires:":      func(r *esign.Request) { r.Expires = time.Now().Add(-time.Minute) },
	} {
		r := good()
		change(&r)
		_, err := a.RequestSignature(t.Context(), key, r)
		f := faultOf(t, err)
		assert.Equal(t, fault.ClassFinal, f.Class, field)
		assert.Contains(t, f.Message, field)
	}
	for _, err := range []error{second(a.SignatureStatus(t.Context(), key, esign.Reference{})), second(a.RecallSignature(t.Context(), key, esign.Reference{})),
		second(a.RemindSigner(t.Context(), key, esign.Reference{ID: "x"}))} {
		assert.Equal(t, fault.ClassFinal, faultOf(t, err).Class)
	}
	assert.Zero(t, *calls)
}

func second[T any](_ T, err error) error { return err }

func TestNothingIsSentButTheBytesOfTheDigest(t *testing.T) {
	for name, test := range map[string]struct {
		open  store
		class string
		code  string
	}{
		"other bytes": {func(string) ([]byte, error) { return []byte("%PDF-1.7 another"), nil }, fault.ClassFinal, "changed"},
		"none":        {func(string) ([]byte, error) { return nil, fmt.Errorf("open: %w", fs.ErrNotExist) }, fault.ClassFinal, "not_found"},
		"a full disk": {func(string) ([]byte, error) { return nil, errors.New("input/output error") }, fault.ClassUnavailable, ""},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("was sent") }))
			defer srv.Close()
			_, err := esign.New(esign.Options{URL: srv.URL, Documents: test.open}).RequestSignature(t.Context(), key, good())
			f := faultOf(t, err)
			assert.Equal(t, []string{test.class, test.code, "documents"}, []string{f.Class, f.Code, f.System})
		})
	}
}

func TestOnlyAnExpiryThatDropboxSignTakesIsSentAndNeverASoonerOne(t *testing.T) {
	hour := time.Now().Truncate(time.Hour)
	for name, test := range map[string]struct {
		expires time.Time
		want    string
	}{
		"never":                   {},
		"within the day":          {expires: hour.Add(20 * time.Hour)},
		"in four months":          {expires: hour.Add(120 * 24 * time.Hour)},
		"in ten days, on the dot": {expires: hour.Add(240 * time.Hour), want: strconv.FormatInt(hour.Add(240*time.Hour).Unix(), 10)},
		"in ten days, and a bit":  {expires: hour.Add(240*time.Hour + time.Second), want: strconv.FormatInt(hour.Add(241*time.Hour).Unix(), 10)},
	} {
		t.Run(name, func(t *testing.T) {
			a, calls := open(t, func(w http.ResponseWriter, r *http.Request) {
				if assert.NoError(t, r.ParseMultipartForm(1<<20)) {
					assert.Equal(t, test.want, r.FormValue("expires_at"))
					assert.Equal(t, test.want != "", r.Form.Has("expires_at"))
					assert.Equal(t, key.ID, r.FormValue("metadata[throughline_key]"))
					assert.False(t, r.Form.Has("test_mode"))
					file, _, err := r.FormFile("files[0]")
					assert.NoError(t, err)
					got, _ := io.ReadAll(file)
					assert.Equal(t, pdf, got)
				}
				fmt.Fprint(w, `{"signature_request":{"signature_request_id":"r1","details_url":"https://x"}}`)
			})
			r := good()
			r.Expires = test.expires
			got, err := a.RequestSignature(t.Context(), key, r)
			require.NoError(t, err)
			assert.Equal(t, esign.Requested{ID: "r1", URL: "https://x"}, got)
			assert.Equal(t, 1, *calls, "there is nothing to look up at first")
		})
	}
}

func TestWhatMayHaveHappenedWaitsUntilALookUpFindsIt(t *testing.T) {
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		pause  time.Duration
		class  string
	}{
		"garbage":       {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, 90 * time.Second, fault.ClassUnavailable},
		"without an ID": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"signature_request":{}}`) }, 90 * time.Second, fault.ClassUnavailable},
		"500":           {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, 90 * time.Second, fault.ClassUnavailable},
		"refused": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(402)
			fmt.Fprint(w, `{"error":{"error_name":"payment_required","error_msg":"No requests left"}}`)
		}, 0, fault.ClassFinal},
		"throttled": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Ratelimit-Reset", strconv.FormatInt(time.Now().Add(40*time.Second).Unix(), 10))
			w.WriteHeader(429)
		}, 40 * time.Second, fault.ClassThrottled},
		"throttled, with a broken clock": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Ratelimit-Reset", "never")
			w.WriteHeader(429)
		}, 0, fault.ClassThrottled},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := open(t, test.answer)
			_, err := a.RequestSignature(t.Context(), key, good())
			f := faultOf(t, err)
			assert.Equal(t, test.class, f.Class)
			assert.InDelta(t, test.pause.Seconds(), f.RetryAfter.Seconds(), 2)
		})
	}
}

func TestALookUpThatSaysNothingIsNoReasonToSendAgain(t *testing.T) {
	again := effect.Key{ID: key.ID, Again: true}
	for _, body := range []string{`{}`, `<html>`} {
		a, calls := open(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) })
		_, err := a.RequestSignature(t.Context(), again, good())
		assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class)
		assert.Equal(t, 1, *calls)
	}
	// What other people and programs have put into their metadata is no error, what went wrong at Dropbox Sign counts as
	// nothing, and of several the oldest counts.
	one := func(id, key string, created int, more string) string {
		return fmt.Sprintf(`{"signature_request_id":%q,"metadata":{"throughline_key":%q,"throughline_digest":%q},"created_at":%d%s}`,
			id, key, sum(pdf), created, more)
	}
	a, calls := open(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Regexp(t, `^metadata:[0-9a-f]{32}$`, r.URL.Query().Get("query"))
		fmt.Fprint(w, `{"signature_requests":[{"signature_request_id":"a","metadata":[]},{"signature_request_id":"b","metadata":{"throughline_key":5}},`+
			one("c", "other", 1, "")+","+one("d", key.ID, 2, `,"has_error":true`)+","+one("f", key.ID, 4, "")+","+one("e", key.ID, 3, "")+`]}`)
	})
	got, err := a.RequestSignature(t.Context(), again, good())
	require.NoError(t, err)
	assert.Equal(t, esign.Requested{ID: "e", Before: true}, got)
	assert.Equal(t, 1, *calls)
}

func TestEachStateIsReadFromWhatDropboxSignSays(t *testing.T) {
	at := time.Unix(1_700_000_000, 0).UTC()
	for body, want := range map[string]esign.Status{
		`"signatures":[{"status_code":"awaiting_signature","last_viewed_at":null}]`:          {State: esign.Waiting},
		`"signatures":[{"status_code":"awaiting_signature","last_viewed_at":1700000000}]`:    {State: esign.Viewed, At: at},
		`"is_complete":true,"signatures":[{"status_code":"signed","signed_at":1700000000}]`:  {State: esign.Signed, At: at},
		`"is_declined":true,"signatures":[{"status_code":"declined","decline_reason":"No"}]`: {State: esign.Declined, Reason: "No"},
		`"is_declined":true`: {State: esign.Declined},
		`"expires_at":1700000000,"signatures":[{"status_code":"expired"}]`:  {State: esign.Expired, At: at},
		`"has_error":true,"signatures":[{"status_code":"error_file"}]`:      {State: esign.Undeliverable, Reason: "error_file"},
		`"signatures":[{"status_code":"error_unknown","error":"it broke"}]`: {State: esign.Undeliverable, Reason: "error_unknown it broke"},
		`"has_error":true`: {State: esign.Undeliverable, Reason: "Dropbox Sign could not make a signature request of it"},
	} {
		a, _ := open(t, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"signature_request":{"signature_request_id":"r1",`+body+`}}`)
		})
		want.ID = "r1"
		got, err := a.SignatureStatus(t.Context(), key, esign.Reference{ID: "r1"})
		require.NoError(t, err)
		assert.Equal(t, want, got, body)
	}
}

func TestARecallWaitsForARequestThatIsStillBeingMadeReady(t *testing.T) {
	a, _ := open(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusConflict)
			fmt.Fprint(w, `{"error":{"error_name":"conflict","error_msg":"still processing"}}`)
			return
		}
		fmt.Fprint(w, `{"signature_request":{"signature_request_id":"r1"}}`)
	})
	_, err := a.RecallSignature(t.Context(), key, esign.Reference{ID: "r1"})
	f := faultOf(t, err)
	assert.Equal(t, []any{fault.ClassUnavailable, 409, "conflict"}, []any{f.Class, f.Status, f.Code})
}

func TestARequestThatIsGoneIsRecalledOnlyWhereWeMayHaveDoneThat(t *testing.T) {
	a, _ := open(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"error":{"error_name":"not_found","error_msg":"Not found"}}`)
	})
	_, err := a.RecallSignature(t.Context(), key, esign.Reference{ID: "r1"})
	assert.Equal(t, 404, faultOf(t, err).Status, "of another account, perhaps")
	got, err := a.RecallSignature(t.Context(), effect.Key{ID: key.ID, Again: true}, esign.Reference{ID: "r1"})
	require.NoError(t, err)
	assert.Equal(t, esign.Status{ID: "r1", State: esign.Recalled}, got)
}

func TestAKeyThatIsRefusedIsAFaultWhateverIsAskedFor(t *testing.T) {
	a, _ := open(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	ref := esign.Reference{ID: "r1", Email: "ada@contoso.example"}
	for _, err := range []error{
		second(a.RequestSignature(t.Context(), key, good())), second(a.SignatureStatus(t.Context(), key, ref)),
		second(a.RemindSigner(t.Context(), key, ref)), second(a.RecallSignature(t.Context(), key, ref)),
	} {
		assert.Equal(t, []any{fault.ClassFinal, 401}, []any{faultOf(t, err).Class, faultOf(t, err).Status})
		assert.False(t, bytes.Contains([]byte(err.Error()), []byte("contoso")))
	}
}
