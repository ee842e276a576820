package page

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// kind is what is said of a document's kind when it is sent. HTML is shown in a sandbox, without scripts, as a page of nobody;
// browsers don't show a PDF there, and their viewers run no script of the page's.
type kind struct{ contentType, policy string }

var kinds = map[string]kind{
	"pdf":  {"application/pdf", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"},
	"html": {"text/html; charset=utf-8", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"},
}

func (h *Handler) showDocument(w http.ResponseWriter, r *http.Request) {
	d, err := h.o.Links.OpenDocument(r.PathValue("token"))
	kept := "private, max-age=300" // what is in it never changes, but the link to it expires
	if _, ok := h.o.SSO.Person(r); ok && errors.Is(err, link.ErrExpired) {
		err, kept = nil, "no-store" // somebody of ours has been shown it, and may sign out
	}
	if err != nil {
		h.refuse(w, r, err, nil)
		return
	}
	is, known := kinds[d.Kind]
	var content []byte
	if err = fs.ErrNotExist; known && h.o.Documents != nil {
		content, err = h.o.Documents(d.Digest)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		h.log.ErrorContext(r.Context(), "A document that there is a link to isn't kept here.", "digest", d.Digest, "kind", d.Kind)
		h.show(w, page{Status: http.StatusNotFound, Title: "This document isn’t here", Notice: &notice{"bad", "The link is right, but the document is not kept here any more. Tell " + h.helpers() + "."}})
		return
	case err != nil:
		h.log.ErrorContext(r.Context(), "A document can't be read.", "digest", d.Digest, "err", err)
		h.show(w, page{Status: http.StatusInternalServerError, Title: "This document can’t be read", Notice: &notice{"bad", "Something is wrong where documents are kept. Tell " + h.helpers() + "."}})
		return
	}
	header := w.Header()
	header.Set("Content-Type", is.contentType)
	header.Set("Content-Security-Policy", is.policy)
	header.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": d.Name}))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Robots-Tag", "noindex, nofollow")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", kept)
	header.Set("ETag", `"`+d.Digest+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// fact is a fact with its address as a page may lead to it.
type fact struct {
	slack.Fact
	Address string // "" for none
}

// task makes what the page shows of a task. Links to documents are made anew, since whoever may see the task may see what it is
// about, and those that stand in its facts were made when it was opened.
func (h *Handler) task(t humantask.View, until time.Time) *task {
	shown := &task{View: t}
	for _, f := range t.Facts {
		if strings.TrimSpace(f.Value) == "" {
			continue
		}
		one := fact{Fact: f, Address: followable(f.Link)}
		if d, ok := h.document(f.Link); ok {
			if address, err := h.o.Links.Document(d, until); err == nil {
				one.Address = local(address)
				switch d.Kind {
				case "html":
					shown.HTML = cmp.Or(shown.HTML, one.Address)
				case "pdf":
					shown.PDF = cmp.Or(shown.PDF, one.Address)
				}
			}
		}
		shown.Facts = append(shown.Facts, one)
	}
	return shown
}

// document is the one that an address leads to, where it is a link of ours.
func (h *Handler) document(address string) (link.Document, bool) {
	_, token, found := strings.Cut(address, "/documents/")
	if !found {
		return link.Document{}, false
	}
	d, err := h.o.Links.OpenDocument(token)
	return d, err == nil || errors.Is(err, link.ErrExpired)
}

// followable is an address that a page may lead to; "" for any other.
func followable(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "mailto" && u.Scheme != "tel" {
		return ""
	}
	return address
}

// local is an address of ours without the host, so that it is the page's own by whatever name that was reached.
func local(address string) string {
	u, err := url.Parse(address)
	if err != nil { // we have made it
		return address
	}
	return u.Path
}
