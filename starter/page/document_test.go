package page

import (
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

var document = link.Document{Digest: "00ff", Kind: "pdf", Name: "P-7QX4M2KD-v2.pdf"}

// shelf has one document.
func shelf(o *Options) {
	o.Documents = func(digest string) ([]byte, error) {
		switch digest {
		case "00ff":
			return []byte("%PDF-1.7 the document"), nil
		case "bad":
			return nil, errors.New("the disk is gone")
		}
		return nil, fs.ErrNotExist
	}
}

func (s site) document(d link.Document, good time.Duration, method string, headers ...string) *httptest.ResponseRecorder {
	address, err := s.links.Document(d, time.Now().Add(good))
	require.NoError(s.t, err)
	return s.send(method, strings.TrimPrefix(address, "https://door.example"), nil, headers...)
}

func TestADocumentIsServedAsWhatItIs(t *testing.T) {
	s := open(t, shelf)
	w := s.document(document, time.Hour, "GET")
	require.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "%PDF-1.7 the document", w.Body.String())
	for name, want := range map[string]string{
		"Content-Type": "application/pdf", "Content-Disposition": "inline; filename=P-7QX4M2KD-v2.pdf", "X-Content-Type-Options": "nosniff",
		"Cache-Control": "private, max-age=300", "ETag": `"00ff"`, "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer",
	} {
		assert.Equal(t, want, w.Header().Get(name))
	}
	assert.NotContains(t, w.Header().Get("Content-Security-Policy"), "script")
	assert.Equal(t, http.StatusNotModified, s.document(document, time.Hour, "GET", "If-None-Match", `"00ff"`).Code)
	w = s.document(document, time.Hour, "HEAD")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Empty(t, w.Body.String())
	assert.Equal(t, http.StatusMethodNotAllowed, s.document(document, time.Hour, "POST").Code)

	html := link.Document{Digest: "00ff", Kind: "html", Name: "Angebot für Köln.html"}
	w = s.document(html, time.Hour, "GET")
	assert.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
	assert.Equal(t, "inline; filename*=utf-8''Angebot%20f%C3%BCr%20K%C3%B6ln.html", w.Header().Get("Content-Disposition"))
	for _, part := range []string{"default-src 'none'", "sandbox", "frame-ancestors 'self'"} {
		assert.Contains(t, w.Header().Get("Content-Security-Policy"), part)
	}
}

func TestADocumentIsOnlyForWhoHasAGoodLinkToIt(t *testing.T) {
	s := open(t, shelf)
	assert.Equal(t, http.StatusGone, s.document(document, -time.Minute, "GET").Code)
	assert.Equal(t, http.StatusNotFound, s.send("GET", "/documents/abc", nil).Code)
	task := strings.Replace(s.path(ref, time.Hour), "/tasks/", "/documents/", 1)
	assert.Equal(t, http.StatusNotFound, s.send("GET", task, nil).Code)
	for _, d := range []link.Document{{Digest: "00fe", Kind: "pdf", Name: "x.pdf"}, {Digest: "00ff", Kind: "exe", Name: "x.exe"}} {
		w := s.document(d, time.Hour, "GET")
		assert.Equal(t, http.StatusNotFound, w.Code)
		assert.Contains(t, text(w), "not kept here any more. Tell Omar Haddad (operations).")
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	}
	assert.Equal(t, http.StatusInternalServerError, s.document(link.Document{Digest: "bad", Kind: "pdf", Name: "x.pdf"}, time.Hour, "GET").Code)
	assert.Equal(t, http.StatusNotFound, open(t).document(document, time.Hour, "GET").Code, "where none are kept")
}

func TestTheTasksPageShowsItsDocumentByALinkOfItsOwn(t *testing.T) {
	s := open(t, shelf)
	old, err := s.links.Document(link.Document{Digest: "00ff", Kind: "html", Name: "v2.html"}, time.Now().Add(-time.Hour))
	require.NoError(t, err)
	pdf, err := s.links.Document(document, time.Now().Add(time.Hour))
	require.NoError(t, err)
	v := approval()
	v.Facts = []slack.Fact{{Label: "Document", Value: "Version 2", Link: old}, {Label: "As PDF", Value: "P-7QX4M2KD-v2.pdf", Link: pdf}}
	s.office.views = []humantask.View{v}
	body := s.get(ref).Body.String()
	frame := regexp.MustCompile(`<iframe src="(/documents/[^"]+)" title="The document" sandbox`).FindStringSubmatch(body)
	require.NotNil(t, frame)
	links := regexp.MustCompile(`<a href="(/documents/[^"]+)"`).FindAllStringSubmatch(body, -1)
	require.Len(t, links, 2)
	assert.Equal(t, frame[1], links[0][1])
	assert.NotContains(t, body, "<object", "one of the two is enough")
	for _, l := range links {
		assert.Equal(t, http.StatusOK, s.send("GET", l[1], nil).Code, "though the one in the fact has expired")
	}
}

func TestAPDFIsShownWithinThePageWhereThereIsRoomForIt(t *testing.T) {
	s := open(t, shelf)
	pdf, err := s.links.Document(document, time.Now().Add(time.Hour))
	require.NoError(t, err)
	v := approval()
	v.Facts = []slack.Fact{{Label: "Document", Value: "Open it", Link: pdf}}
	s.office.views = []humantask.View{v}
	w := s.get(ref)
	shown := regexp.MustCompile(`<object data="(/documents/[^"#]+)#[^"]*" type="application/pdf"`).FindStringSubmatch(w.Body.String())
	require.NotNil(t, shown)
	assert.Equal(t, http.StatusOK, s.send("GET", shown[1], nil).Code)
	assert.Contains(t, w.Header().Get("Content-Security-Policy"), "object-src 'self'")
	assert.Contains(t, w.Body.String(), `<p class="narrow"><a href="`+shown[1])
}
