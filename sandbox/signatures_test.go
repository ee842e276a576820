package sandbox_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

// papers are documents by their digests.
type papers map[string][]byte

func (p papers) Open(digest string) ([]byte, error) {
	if b, ok := p[digest]; ok {
		return b, nil
	}
	return nil, fs.ErrNotExist
}

var thePDF = []byte("%PDF-1.7\nproposal \x00\xff\n%%EOF")

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (w world) esign() *esign.Activities {
	return esign.New(esign.Options{
		URL: w.URL + "/dropboxsign/v3", Key: sandbox.DefaultDropboxSignKey, Test: true, Settle: time.Millisecond,
		Documents: papers{digest(thePDF): thePDF},
	})
}

func aRequest() esign.Request {
	return esign.Request{
		Digest: digest(thePDF), Number: "P-7QX4M2KD", Version: 2, Title: "Proposal P-7QX4M2KD: Größe & \"mehr\"", Message: "Dear Ada",
		Signer: esign.Signer{Name: "Ada Byron", Email: "ada@contoso.example"}, Expires: time.Now().Add(30 * 24 * time.Hour),
	}
}

// signatures are the requests of a case; exactly one is expected.
func (w world) signature(caseID string) client.Signature {
	w.t.Helper()
	list, err := w.Signatures(w.t.Context(), caseID)
	require.NoError(w.t, err)
	require.Len(w.t, list, 1)
	return list[0]
}

func again(k effect.Key) effect.Key { k.Again = true; return k }

func TestASignatureIsAskedForWithExactlyTheBytesThatWereApproved(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	r := aRequest()
	got, err := w.esign().RequestSignature(t.Context(), key("sign"), r)
	require.NoError(t, err)
	s := w.signature("lead-1")
	require.Equal(t, got.ID, s.ID)
	require.Equal(t, r.Digest, s.Digest)
	require.Equal(t, "P-7QX4M2KD-v2.pdf", s.FileName)
	require.Equal(t, r.Title, s.Title)
	require.Equal(t, client.Address{Name: "Ada Byron", Email: "ada@contoso.example"}, s.Signer)
	require.True(t, s.Declinable)
	require.True(t, s.Test)
	require.False(t, s.Expires.Before(r.Expires), "never sooner than was said")
	require.WithinDuration(t, r.Expires, s.Expires, time.Hour)
	a := w.page("/sign/" + s.ID + "/document.pdf")
	require.Equal(t, string(thePDF), a.Body)
	require.Equal(t, 1, w.counts()["dropboxsign signature_request lead-1/sign"])
}

func TestASignatureWhoseReplyWasLostIsAskedForOnce(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{client.LostReply, client.Garbage, client.Timeout, client.Broken, client.Throttled} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := start(t, options())
			w.order(client.Fault{System: "dropboxsign", Path: "v3/signature_request/send", Kind: kind, For: "0s", Count: 1, RetryAfter: 7})
			_, err := w.esign().RequestSignature(t.Context(), key("sign"), aRequest())
			f, ok := fault.From(err)
			require.True(t, ok, err)
			require.NotEqual(t, fault.ClassFinal, f.Class)
			require.Positive(t, f.RetryAfter, "until a look-up finds it, or as long as was asked")
			if kind == client.Throttled {
				require.InDelta(t, 7, f.RetryAfter.Seconds(), 2)
			}
			got, err := w.esign().RequestSignature(t.Context(), again(key("sign")), aRequest())
			require.NoError(t, err)
			require.Equal(t, kind == client.LostReply || kind == client.Garbage, got.Before)
			require.Equal(t, w.signature("lead-1").ID, got.ID)
		})
	}
}

func TestAnotherDocumentIsNeverTakenForTheOneThatIsOut(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	_, err := w.esign().RequestSignature(t.Context(), key("sign"), aRequest())
	require.NoError(t, err)
	changed := append(bytes.Clone(thePDF), '!')
	r := aRequest()
	r.Digest = digest(changed)
	_, err = esign.New(esign.Options{
		URL: w.URL + "/dropboxsign/v3", Key: sandbox.DefaultDropboxSignKey, Documents: papers{r.Digest: changed},
	}).RequestSignature(t.Context(), again(key("sign")), r)
	f, _ := fault.From(err)
	require.Equal(t, fault.ClassFinal, f.Class)
	require.Equal(t, "another_document", f.Code)
	w.signature("lead-1")
}

func TestWhereASignatureStandsCanBeAskedAndTooLateIsNoFault(t *testing.T) {
	t.Parallel()
	for do, want := range map[string]esign.State{
		"": esign.Waiting, client.SignatureView: esign.Viewed, client.SignatureSign: esign.Signed, client.SignatureDecline: esign.Declined,
		client.SignatureExpire: esign.Expired,
	} {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()
			w := start(t, options())
			a := w.esign()
			got, err := a.RequestSignature(t.Context(), key("sign"), aRequest())
			require.NoError(t, err)
			if do != "" {
				_, err = w.Act(t.Context(), got.ID, client.SignatureAct{Do: do, Reason: "Too dear."})
				require.NoError(t, err)
			}
			ref := esign.Reference{ID: got.ID, Email: "ada@contoso.example"}
			status, err := a.SignatureStatus(t.Context(), key("status"), ref)
			require.NoError(t, err)
			require.Equal(t, want, status.State)
			require.Equal(t, want == esign.Declined, status.Reason == "Too dear.")

			open := want == esign.Waiting || want == esign.Viewed
			reminded, err := a.RemindSigner(t.Context(), key("remind"), ref)
			require.NoError(t, err)
			require.Equal(t, open, reminded.Sent)
			reminded, err = a.RemindSigner(t.Context(), again(key("remind")), ref)
			require.NoError(t, err, "within the hour")
			require.Equal(t, esign.Reminded{State: want}, reminded)
			recalled, err := a.RecallSignature(t.Context(), key("recall"), ref)
			require.NoError(t, err)
			after := want
			if open {
				after = esign.Recalled
			}
			require.Equal(t, after, recalled.State)
			for range 2 { // run again
				recalled, err = a.RecallSignature(t.Context(), again(key("recall")), ref)
				require.NoError(t, err)
				require.Equal(t, after, recalled.State)
			}
			status, err = a.SignatureStatus(t.Context(), key("status"), ref)
			require.NoError(t, err)
			require.Equal(t, after, status.State)
		})
	}
}

func TestASignatureThatNobodyKnowsIsAFault(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	ref := esign.Reference{ID: "nothing", Email: "ada@contoso.example"}
	_, status := w.esign().SignatureStatus(t.Context(), key("s"), ref)
	_, remind := w.esign().RemindSigner(t.Context(), key("s"), ref)
	_, recall := w.esign().RecallSignature(t.Context(), key("s"), ref)
	for _, err := range []error{status, remind, recall} {
		f, _ := fault.From(err)
		require.Equal(t, fault.Fault{Class: fault.ClassFinal, System: "dropboxsign", Status: 404, Code: "not_found", Message: "Signature request not found"}, f)
	}
}

// callbacks is an app that takes Dropbox Sign's events by the real parser.
type callbacks struct {
	*httptest.Server
	mu     sync.Mutex
	events []esign.Event
	posts  int
}

// listen starts an app. Its first answers are those given, all with status 200; the rest are right.
func listen(t *testing.T, answers ...string) *callbacks {
	c := &callbacks{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		e, err := esign.ParseCallback(r.Header.Get("Content-Type"), body, sandbox.DefaultDropboxSignKey)
		if err != nil {
			t.Error(err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.posts++
		if c.posts <= len(answers) {
			fmt.Fprint(w, answers[c.posts-1])
			return
		}
		c.events = append(c.events, e)
		fmt.Fprint(w, esign.Received)
	}))
	t.Cleanup(c.Close)
	return c
}

// wait waits for the event of a type.
func (c *callbacks) wait(t *testing.T, kind string) esign.Event {
	t.Helper()
	var found esign.Event
	require.Eventually(t, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, e := range c.events {
			if e.Type == kind {
				found = e
				return true
			}
		}
		return false
	}, patience, time.Millisecond, kind)
	return found
}

func TestWhatSignersDoIsToldUntilTheAppSaysTheRightWords(t *testing.T) {
	t.Parallel()
	app := listen(t, "", "OK", "Hello")
	o := options()
	o.SignEventsURL = app.URL
	w := start(t, o)
	got, err := w.esign().RequestSignature(t.Context(), key("sign"), aRequest())
	require.NoError(t, err)
	sent := app.wait(t, "signature_request_sent")
	require.Equal(t, "lead-1/sign", sent.Key)
	require.Equal(t, esign.Waiting, sent.Status.State)
	app.mu.Lock()
	require.Equal(t, 4, app.posts)
	app.mu.Unlock()
	_, err = w.Act(t.Context(), got.ID, client.SignatureAct{Do: client.SignatureSign})
	require.NoError(t, err)
	signed := app.wait(t, "signature_request_all_signed")
	require.Equal(t, esign.Status{ID: got.ID, State: esign.Signed, At: signed.Status.At}, signed.Status)
	require.WithinDuration(t, time.Now(), signed.Status.At, time.Minute)
	require.Equal(t, esign.Viewed, app.wait(t, "signature_request_viewed").Status.State)
	require.Empty(t, app.wait(t, "signature_request_downloadable").Status.State, "tells nothing that matters")
	app.wait(t, "signature_request_signed")
	posts := func() int { app.mu.Lock(); defer app.mu.Unlock(); return app.posts }
	before := posts()
	_, err = w.Act(t.Context(), got.ID, client.SignatureAct{Do: client.SignatureRepeat})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return posts() == before+5 }, patience, time.Millisecond, "once more, and nothing else")

	declined, err := w.esign().RequestSignature(t.Context(), key("sign-2"), aRequest())
	require.NoError(t, err)
	_, err = w.Act(t.Context(), declined.ID, client.SignatureAct{Do: client.SignatureDecline, Reason: "Too dear."})
	require.NoError(t, err)
	require.Equal(t, "Too dear.", app.wait(t, "signature_request_declined").Status.Reason)
	recalled, err := w.esign().RequestSignature(t.Context(), key("sign-3"), aRequest())
	require.NoError(t, err)
	_, err = w.Act(t.Context(), recalled.ID, client.SignatureAct{Do: client.SignatureBounce})
	require.NoError(t, err)
	require.Equal(t, esign.Undeliverable, app.wait(t, "signature_request_email_bounce").Status.State)
	_, err = w.esign().RecallSignature(t.Context(), key("recall"), esign.Reference{ID: recalled.ID})
	require.NoError(t, err)
	require.Equal(t, esign.Recalled, app.wait(t, "signature_request_canceled").Status.State)
	for _, id := range []string{got.ID, declined.ID, recalled.ID} {
		_, err = w.Act(t.Context(), id, client.SignatureAct{Do: client.SignatureSign})
		require.ErrorContains(t, err, "nothing can be done with it any more")
	}
}

func TestSignatureRequestsSurviveAKill(t *testing.T) {
	t.Parallel()
	o := options()
	o.Dir = t.TempDir()
	w := start(t, o)
	got, err := w.esign().RequestSignature(t.Context(), key("sign"), aRequest())
	require.NoError(t, err)
	_, err = w.Act(t.Context(), got.ID, client.SignatureAct{Do: client.SignatureView})
	require.NoError(t, err)
	w = start(t, o)
	require.Equal(t, client.SignatureViewed, w.signature("lead-1").State)
	require.Equal(t, string(thePDF), w.page("/sign/"+got.ID+"/document.pdf").Body)
	before, err := w.esign().RequestSignature(t.Context(), again(key("sign")), aRequest())
	require.NoError(t, err)
	require.Equal(t, got.ID, before.ID)
}

func TestDropboxSignAnswersAndIsAskedAsItDescribes(t *testing.T) {
	t.Parallel()
	v := contract.DropboxSign(t)
	w := described(t, "/dropboxsign", v)
	// The adapter's requests pass the same description on their way.
	asked := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if err := v.Request(r); err != nil {
			t.Error(err)
		}
		out, err := http.NewRequestWithContext(r.Context(), r.Method, w.URL+"/dropboxsign"+r.URL.RequestURI(), r.Body)
		require.NoError(t, err)
		out.Header = r.Header
		res, err := http.DefaultClient.Do(out)
		require.NoError(t, err)
		defer res.Body.Close()
		rw.WriteHeader(res.StatusCode)
		_, _ = io.Copy(rw, res.Body)
	}))
	defer asked.Close()
	a := esign.New(esign.Options{
		URL: asked.URL + "/v3", Key: sandbox.DefaultDropboxSignKey, Test: true, Client: "c1", Documents: papers{digest(thePDF): thePDF},
	})
	got, err := a.RequestSignature(t.Context(), key("sign"), aRequest())
	require.NoError(t, err)
	_, err = a.RequestSignature(t.Context(), again(key("sign")), aRequest())
	require.NoError(t, err)
	ref := esign.Reference{ID: got.ID, Email: "ada@contoso.example"}
	for range 2 {
		_, err = a.RemindSigner(t.Context(), key("remind"), ref)
		require.NoError(t, err)
	}
	_, err = a.RecallSignature(t.Context(), key("recall"), ref)
	require.NoError(t, err)
	_, err = a.SignatureStatus(t.Context(), key("status"), ref)
	require.NoError(t, err)
	for _, kind := range []string{client.Throttled, client.Unauthorized} {
		w.order(client.Fault{System: "dropboxsign", Kind: kind, Count: 1})
		_, err = a.SignatureStatus(t.Context(), key("status"), ref)
		require.Error(t, err)
	}
}

func TestWhatTheSandboxesDropboxSignDoesNotDoItRefuses(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for body, want := range map[string]string{
		"":                                    "name",
		"signers[1][name]=x":                  "signers[1][name]",
		"expires_at=5":                        "expires_at",
		"title=" + strings.Repeat("x", 256):   "title",
		"metadata[" + strings.Repeat("k", 41): "metadata",
	} {
		var b bytes.Buffer
		name, value, _ := strings.Cut(body, "=")
		form := multipart.NewWriter(&b)
		if name != "" {
			require.NoError(t, form.WriteField("signers[0][name]", "Ada"))
			require.NoError(t, form.WriteField("signers[0][email_address]", "ada@contoso.example"))
			require.NoError(t, form.WriteField(name, value))
		}
		require.NoError(t, form.Close())
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/dropboxsign/v3/signature_request/send", &b)
		require.NoError(t, err)
		r.Header.Set("Content-Type", form.FormDataContentType())
		r.SetBasicAuth(sandbox.DefaultDropboxSignKey, "")
		a := w.send(r)
		require.Equal(t, http.StatusBadRequest, a.Status)
		require.Contains(t, a.Body, want)
	}
}

func TestAReminderForSomebodyElseIsAFault(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	got, err := w.esign().RequestSignature(t.Context(), key("sign"), aRequest())
	require.NoError(t, err)
	_, err = w.esign().RemindSigner(t.Context(), key("remind"), esign.Reference{ID: got.ID, Email: "eve@contoso.example"})
	f, _ := fault.From(err)
	require.Equal(t, fault.ClassFinal, f.Class)
	require.Equal(t, "bad_request", f.Code)
}
