package page

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"go.temporal.io/api/serviceerror"

	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/starter/desk"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// visitFor is how long the links are good that a page itself has, to a newer task or to a document: a day's work.
const visitFor = 24 * time.Hour

// task is a task as its page shows it.
type task struct {
	humantask.View
	Facts []fact
	// HTML and PDF are the addresses of the document, to be shown within the page; "" for none.
	HTML, PDF string
}

// With says whom it is with.
func (t task) With() string { return with(t.View) }

// visitor is who came by a link, and for what.
type visitor struct {
	link.Task
	me policy.Person
	// signedIn is whether the link is good for nothing by itself (any more), and it is single sign-on that says who they are.
	signedIn bool
}

// until is how long the links are good that their page has. Whoever has signed in gets links that are good for nothing once they have
// signed out: they have expired when they are made.
func (v visitor) until() time.Time {
	if v.signedIn {
		return time.Now()
	}
	return time.Now().Add(visitFor)
}

// may reports whether they may answer a task, as far as its list of candidates says.
func (v visitor) may(t humantask.View) bool {
	return slices.ContainsFunc(t.Candidates, func(p policy.Person) bool { return p.ID == v.Person })
}

// open reads a request's link; ok is false where it was answered. What was sent along is for showing it where the link is too old.
func (h *Handler) open(w http.ResponseWriter, r *http.Request, along *sent) (v visitor, ok bool) {
	ref, err := h.o.Links.OpenTask(r.PathValue("token"))
	if me, ok := h.o.SSO.Person(r); ok && errors.Is(err, link.ErrExpired) {
		if me.ID == ref.Person {
			return visitor{ref, me, true}, true
		}
		h.show(w, page{Status: http.StatusForbidden, For: me, SignedIn: true, Title: "This isn’t for you", Typed: along.typed(nil), Notice: &notice{"note",
			"The link was made for somebody else."}})
		return v, false
	}
	if err != nil {
		h.refuse(w, r, err, along)
		return v, false
	}
	people := h.o.People()
	i := slices.IndexFunc(people, func(p policy.Person) bool { return p.ID == ref.Person })
	if i < 0 {
		h.log.WarnContext(r.Context(), "Somebody who isn't in the handbook has come by a link.", "workflow", ref.Workflow, "task", ref.Task)
		h.show(w, page{Status: http.StatusForbidden, Title: "This link is no longer good", Typed: along.typed(nil), Notice: &notice{"note",
			"Whom it was made for isn't in the handbook any more. If that is a mistake, ask " + h.helpers() + "."}})
		return v, false
	}
	return visitor{ref, people[i], false}, true
}

func (h *Handler) showTask(w http.ResponseWriter, r *http.Request) {
	v, ok := h.open(w, r, nil)
	if !ok {
		return
	}
	p, err := h.look(r.Context(), v, nil, humantask.Answer{})
	if err != nil {
		p = h.unseen(r.Context(), v, err)
	}
	h.show(w, p)
}

// unseen is the page of a task that can't be looked at.
func (h *Handler) unseen(ctx context.Context, v visitor, err error) page {
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return page{Status: http.StatusGone, For: v.me, SignedIn: v.signedIn, Title: "This ended long ago", Notice: &notice{"note", "There is nothing left for you to do here."}}
	}
	h.log.WarnContext(ctx, "A task's page could not be shown.", "workflow", v.Workflow, "task", v.Task.Task, "err", err)
	return page{Status: http.StatusServiceUnavailable, For: v.me, SignedIn: v.signedIn, Title: "This can’t be shown just now", Wait: 30, Notice: &notice{"note",
		"Throughline is being worked on, and nothing is lost. This page tries again by itself."}}
}

// look asks the workflow for the task, and makes the page of how it stands. What was sent and refused goes back into its form,
// beside what is wrong with it.
func (h *Handler) look(ctx context.Context, v visitor, was *sent, refusal humantask.Answer) (page, error) {
	views, err := desk.Tasks(ctx, h.o.Client, v.Workflow)
	if err != nil {
		return page{}, err
	}
	p := page{Status: http.StatusOK, For: v.me, SignedIn: v.signedIn}
	i := slices.IndexFunc(views, func(t humantask.View) bool { return t.ID == v.Task.Task })
	if i < 0 {
		p.Status, p.Title = http.StatusNotFound, "There is no such task"
		p.Notice = &notice{"note", "Its case has no task of this name any more. There is nothing left for you to do here."}
		return p, nil
	}
	t := views[i]
	p.Title = t.Title
	p.Next = h.nexts(views, v)
	current := t.Version == v.Version
	if current && (v.may(t) || t.Outcome != nil && t.Outcome.By.ID == v.Person) {
		p.Task = h.task(t, v.until())
	}
	switch {
	case t.Outcome != nil:
		p.Notice = &notice{"note", decided(t, v.Person)}
	case t.Withdrawn != "":
		p.Notice = &notice{"note", t.Withdrawn + " There is nothing left to decide here."}
	case !v.may(t):
		p.Notice = &notice{"note", "This isn’t yours to decide any more. It is with " + with(t) + "."}
	case !current:
		p.Notice = &notice{"note", "This link is for an older version, which can’t be answered any more. There is a newer one."}
	default:
		p.Forms, p.Others = forms(t, was, refusal)
		return p, nil
	}
	p.Typed = was.typed(t.Actions)
	return p, nil
}

// decided says who has decided a task, and what.
func decided(t humantask.View, me string) string {
	who := t.Outcome.By.Name
	if t.Outcome.By.ID == me {
		who = "You"
	}
	text := fmt.Sprintf("%s decided this on %s: %s.", who, moment(t.Outcome.At), t.Done())
	if c := strings.TrimSpace(t.Outcome.Comment); c != "" {
		text += "\n“" + c + "”"
	}
	return text
}

// nexts are the open tasks of the case that wait for the visitor, other than the one that they came for.
func (h *Handler) nexts(views []humantask.View, v visitor) []next {
	var all []next
	for _, t := range views {
		ref := link.Task{Workflow: v.Workflow, Task: t.ID, Version: t.Version, Person: v.Person}
		if !t.Open() || !v.may(t) || ref == v.Task {
			continue
		}
		if address, err := h.o.Links.Task(ref, v.until()); err == nil {
			all = append(all, next{Title: t.Title, Version: t.Version, Address: local(address)})
		}
	}
	return all
}

// decideTask takes an answer. What was typed is never lost: it stands in the form again, or on the page.
func (h *Handler) decideTask(w http.ResponseWriter, r *http.Request) {
	if err := h.own.Check(r); err != nil {
		h.foreign(w)
		return
	}
	if _, err := h.o.Links.OpenTask(r.PathValue("token")); errors.Is(err, link.ErrInvalid) { // before anything is read
		h.refuse(w, r, err, nil)
		return
	}
	in, p := readForm(w, r)
	if p != nil {
		h.show(w, *p)
		return
	}
	v, ok := h.open(w, r, in)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), h.o.Timeout) // whoever hangs up has sent it
	defer cancel()
	handed, err := desk.Hand(ctx, h.o.Client, v.Workflow, in.decision(v.Task))
	h.show(w, h.became(context.WithoutCancel(ctx), v, in, handed, err))
}

// became is the page that says what became of an answer.
func (h *Handler) became(ctx context.Context, v visitor, in *sent, handed desk.Handed, err error) page {
	var ended *serviceerror.NotFound
	attributes := []any{"workflow", v.Workflow, "task", v.Task.Task} // and not the action, which is whatever somebody sent
	switch {
	case errors.As(err, &ended):
		h.log.InfoContext(ctx, "An answer came by a page after its workflow had ended.", attributes...)
	case err != nil:
		h.log.ErrorContext(ctx, "An answer by a page could not be handed on; the person was asked to send it again.", append(attributes, "err", err)...)
		return page{Status: http.StatusServiceUnavailable, For: v.me, SignedIn: v.signedIn, Title: "This may not have been recorded", Typed: in.typed(nil), Again: in,
			Notice: &notice{"bad", "Throughline can’t reach its records just now. What you wrote is still here: please send it again in a minute. Sending it twice does no harm."}}
	case handed.Kept:
		h.log.InfoContext(ctx, "An answer by a page was kept for when a worker is there.", attributes...)
		return page{Status: http.StatusAccepted, For: v.me, SignedIn: v.signedIn, Title: "We have your answer", Typed: in.typed(nil), Notice: &notice{"good",
			"It is kept, and counts as soon as Throughline is back at work, unless somebody else was quicker. Open this page again later to see."}}
	case !handed.Accepted:
		h.log.InfoContext(ctx, "An answer by a page was refused.", attributes...)
	default:
		h.log.InfoContext(ctx, "An answer by a page was recorded.", attributes...)
	}
	if err == nil && handed.Accepted {
		p, err := h.look(ctx, v, nil, humantask.Answer{})
		if err != nil {
			p = page{For: v.me, SignedIn: v.signedIn, Title: "Thank you"}
		}
		p.Status, p.Notice = http.StatusOK, &notice{"good", handed.Text}
		return p
	}
	p, err := h.look(ctx, v, in, handed.Answer)
	switch {
	case err != nil:
		why := cmp.Or(handed.Text, "This has ended, so your answer changed nothing.")
		return page{Status: http.StatusConflict, For: v.me, SignedIn: v.signedIn, Title: "Nothing was decided", Typed: in.typed(nil), Notice: &notice{"bad", why}}
	case p.Task != nil && in.counted(p.Task.Outcome, v.Person): // it was sent twice, and the workflow has ended in between
		p.Notice.Kind, p.Typed = "good", nil
	case p.Notice == nil: // it is still to be answered
		p.Status, p.Notice = http.StatusUnprocessableEntity, &notice{"bad", "Nothing was recorded yet. " + handed.Text}
	default:
		p.Status, p.Notice.Kind = http.StatusConflict, "bad"
	}
	return p
}
