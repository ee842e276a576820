package page

import (
	"bytes"
	_ "embed"
	"errors"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/starter/sso"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

//go:embed page.html
var pageHTML string

var pages = template.Must(template.New("page").Funcs(template.FuncMap{"moment": moment, "iso": iso}).Parse(pageHTML))

// page is what a person sees.
type page struct {
	Status  int
	Company string
	// Title is the task's, or what the page says where it shows none.
	Title string
	// For is who the link is for; the zero Person where it isn't known.
	For policy.Person
	// SignedIn is whether it is by single sign-on that we know them.
	SignedIn bool
	// SignIn is where to sign in; "" where that isn't on offer.
	SignIn string
	// Home is whether there is a list of all that waits, and Listed that list, where the page is it.
	Home, List bool
	Listed     []waiting
	// Notice is what there is to say before all else; nil for nothing.
	Notice *notice
	// Task is the task as it stands, for who may see it; nil for nobody.
	Task *task
	// Forms are the answers on offer, and Others what else can be done.
	Forms, Others []form
	// Next are the tasks of the same case that wait for this person.
	Next []next
	// Typed is what was sent and counts for nothing (yet), so that it isn't lost; Again sends it once more.
	Typed []typed
	Again *sent
	// Wait is after how many seconds a browser asks again; 0 for never.
	Wait int
}

// notice is a message; its kind is "good", "bad" or "note".
type notice struct{ Kind, Text string }

// next leads to another task.
type next struct {
	Title, Address string
	Version        string
}

// typed is a value that somebody has sent.
type typed struct{ Label, Value string }

// moment writes a time as cards and e-mails do.
func moment(t time.Time) string { return t.UTC().Format("Mon 2 Jan 15:04 UTC") }

func iso(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// show sends a page. It is never kept, never framed, in no index; what it links to isn't told where that was, while its own form
// is: with no-referrer browsers would send it with the Origin "null" (Fetch, "append a request Origin header").
func (h *Handler) show(w http.ResponseWriter, p page) {
	p.Company, p.Home = h.o.Company, p.SignedIn && !p.List
	var body bytes.Buffer
	if err := pages.Execute(&body, p); err != nil { // the template fits its data, or no test would pass
		panic(err)
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; object-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Robots-Tag", "noindex, nofollow")
	header.Set("Cache-Control", "no-store")
	if p.Status == http.StatusServiceUnavailable {
		header.Set("Retry-After", "30")
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(body.Bytes()) // a caller who has hung up doesn't hear the answer; what it says holds all the same
}

// refuse answers a link that doesn't open (any more). What was sent with it is shown, so that it isn't lost.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, err error, lost *sent) {
	if errors.Is(err, link.ErrExpired) && h.o.SSO != nil {
		h.show(w, page{Status: http.StatusForbidden, Title: "Please sign in", SignIn: sso.Address(r.URL.Path), Typed: lost.typed(nil), Notice: &notice{"note",
			"This address opens for whom it was made, once they have signed in."}})
		return
	}
	if errors.Is(err, link.ErrExpired) {
		h.show(w, page{Status: http.StatusGone, Title: "This link has expired", Typed: lost.typed(nil), Notice: &notice{"note",
			"Links are good for two weeks. If this still waits for you, answer on its card in Slack, or ask " + h.helpers() +
				" to record your answer. The next reminder by e-mail has a new link."}})
		return
	}
	if h.stranger(w, r) {
		return
	}
	h.show(w, page{Status: http.StatusNotFound, Title: "This link is not valid", Notice: &notice{"note",
		"Was it copied whole? Mail programs sometimes break long links in two: click the button in the e-mail instead."}})
}

// helpers are who can help where a link doesn't.
func (h *Handler) helpers() string {
	var names []string
	for _, p := range h.o.Operations() {
		names = append(names, p.Name)
	}
	if len(names) == 0 {
		return "whoever looks after Throughline"
	}
	return strings.Join(names, " or ") + " (operations)"
}

// with says whom a task is with.
func with(v humantask.View) string {
	if v.Holder.ID != "" {
		return v.Holder.Name
	}
	var names []string
	for _, p := range v.Candidates {
		names = append(names, p.Name)
	}
	return strings.Join(names, " or ")
}
