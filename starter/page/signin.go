package page

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/starter/desk"
	"github.com/throughline-dev/throughline/starter/sso"
)

// listWithin is how long it may take to ask all cases that wait for somebody.
const listWithin = 10 * time.Second

// waiting is a task in the list of all that waits for somebody.
type waiting struct {
	Title   string
	Address string // "" where no worker could be asked which task it is
	Due     time.Time
	Paused  time.Time
	Late    bool
}

// listTasks shows all that waits for who has signed in, the most urgent first.
func (h *Handler) listTasks(w http.ResponseWriter, r *http.Request) {
	me, ok := h.o.SSO.Person(r)
	if !ok {
		http.Redirect(w, r, sso.Address(r.URL.Path), http.StatusSeeOther)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), listWithin)
	defer cancel()
	p := page{Status: http.StatusOK, For: me, SignedIn: true, List: true, Title: "What waits for you"}
	items, err := desk.List(ctx, h.o.Client, desk.Filter{WaitsOn: me.ID})
	if err != nil {
		h.log.WarnContext(ctx, "The tasks of a person could not be listed.", "err", err)
		p.Status, p.Wait = http.StatusServiceUnavailable, 30
		p.Notice = &notice{"note", "Throughline is being worked on, and nothing is lost. This page tries again by itself."}
	} else if len(items) == 0 {
		p.Notice = &notice{"note", "Nothing waits for you."}
	}
	v := visitor{me: me, signedIn: true}
	for _, i := range items {
		one := waiting{Title: i.Title, Due: i.Due, Paused: i.PausedSince, Late: i.Breached}
		if i.Task != "" {
			address, err := h.o.Links.Task(link.Task{Workflow: i.Workflow, Task: i.Task, Version: i.Version, Person: me.ID}, v.until())
			if err == nil {
				one.Address = local(address)
			}
		}
		p.Listed = append(p.Listed, one)
	}
	h.show(w, p)
}

func (h *Handler) login(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	to := sso.Inside(r.URL.Query().Get("to"))
	if _, ok := h.o.SSO.Person(r); ok {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	address, err := h.o.SSO.Begin(w, r, to)
	if err != nil {
		h.notIn(w, err, to)
		return
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// loggedIn takes whom the provider has sent back.
func (h *Handler) loggedIn(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	to, err := h.o.SSO.Finish(w, r)
	if err != nil {
		h.notIn(w, err, to)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// notIn says why somebody isn't signed in, and where to try again.
func (h *Handler) notIn(w http.ResponseWriter, err error, to string) {
	why, ok := errors.AsType[*sso.Problem](err)
	if !ok { // a cookie that couldn't be signed
		panic(err)
	}
	h.show(w, page{Status: why.Status, Title: why.Title, SignIn: sso.Address(sso.Inside(to)), Notice: &notice{"bad", why.Text}})
}

func (h *Handler) logout(w http.ResponseWriter, r *http.Request) {
	if err := h.own.Check(r); err != nil {
		h.foreign(w)
		return
	}
	h.o.SSO.End(w)
	h.show(w, page{Status: http.StatusOK, Title: "You have signed out", SignIn: sso.Address(""), Notice: &notice{"note",
		"You may still be signed in at your company’s sign-in, so that nobody asks for a password next time."}})
}

// foreign answers a form of another web site's.
func (h *Handler) foreign(w http.ResponseWriter) {
	h.show(w, page{Status: http.StatusForbidden, Title: "This came from another web site", Notice: &notice{"bad",
		"Nothing was decided. Open the link in the e-mail, and answer there."}})
}
