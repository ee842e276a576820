package returns

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/field"
	"github.com/throughline-dev/throughline/workflows/signals"
)

// maxNews bounds how much news one return listens to, so that nothing outside makes its history grow without end. Support is told where
// there is more.
const maxNews = 200

// byCustomer is the customer where people see who did something.
const byCustomer = "customer"

// hearNews listens to the customer. What makes no sense is passed over.
func (r *returning) hearNews(ctx workflow.Context) {
	signals.Listen(ctx, SignalReply, "The customer has written.", func(ctx workflow.Context, reply Reply) {
		if r.isNew(ctx, "reply/"+reply.ID, !reply.Automatic) {
			r.hearReply(ctx, reply)
		}
	})
	signals.Listen(ctx, SignalUndelivered, "An e-mail didn't arrive.", func(ctx workflow.Context, u Undelivered) {
		if strings.HasPrefix(u.Step, mailStep) && r.isNew(ctx, "undelivered/"+u.ID, false) {
			r.notDelivered(ctx, u)
		}
	})
}

// isNew reports whether news of this ID comes for the first time, and is to be read. Written is whether the customer has written it: one
// that isn't read any more is an answer all the same, for which nobody has to wait.
func (r *returning) isNew(ctx workflow.Context, id string, written bool) bool {
	if strings.HasSuffix(id, "/") || slices.Contains(r.heard, id) || len(r.heard) > maxNews {
		return false
	}
	r.heard = append(r.heard, id)
	if len(r.heard) <= maxNews {
		return true
	}
	text := fmt.Sprintf("There was news of the customer %d times, and what comes from now on isn't read here any more. Please settle it with them another way.", maxNews)
	r.reopen(ctx, text)
	r.bring(ctx, text, written)
	return false
}

// unread is something of which support doesn't know yet.
type unread struct {
	text    string
	written bool // by the customer, and not only about them
}

// hearReply has support know what the customer has written, wherever the return is: on the card of what they are asked, else by a
// task of its own. A question to the customer is answered by it, and finance, who may be deciding, hears of it. What a mailbox
// answers by itself is only told.
func (r *returning) hearReply(ctx workflow.Context, reply Reply) {
	text := "The customer has written."
	switch from := cut(field.OneLine(readable(reply.From)), field.MaxEmail); {
	case reply.Automatic:
		text = "The customer's mailbox has answered by itself."
	case strings.EqualFold(from, r.in.Email), from == "":
	case reply.Ours:
		return
	default:
		text = fmt.Sprintf("Somebody has written from %s, which isn't the customer's address. Make sure that it is them.", from)
	}
	if said := cut(readable(reply.Text), maxQuote); said != "" {
		text = strings.TrimSuffix(text, ".") + ":\n" + said
	}
	if reply.Automatic {
		r.note(ctx, text, "")
		if task := r.supports(); task != "" {
			r.desk.Tell(ctx, task, text)
		}
		return
	}
	r.reopen(ctx, text)
	if r.stage == StageArrival || r.stage == StagePayment {
		r.toldFinance(ctx, text)
	}
	r.bring(ctx, text, true)
}

// notDelivered has support know that the customer hasn't got our e-mail.
func (r *returning) notDelivered(ctx workflow.Context, u Undelivered) {
	what := cut(readable(u.What), maxQuote)
	if u.Reason != "" {
		what += ": " + cut(readable(u.Reason), maxQuote)
	}
	text := fmt.Sprintf("Our e-mail to the customer did not arrive (%s). Please try another way.", what)
	r.reopen(ctx, text)
	r.bring(ctx, text, false)
}

// bring tells support something, on the card of what they are asked. Without one it waits for the next, which is that about what is
// unread where nothing else is.
func (r *returning) bring(ctx workflow.Context, text string, written bool) {
	task := r.supports()
	if task == "" {
		r.unread = append(r.unread, unread{text, written})
		return
	}
	if task == r.replying {
		r.about = append(r.about, unread{text, written})
	}
	r.desk.Tell(ctx, task, text)
	if written {
		r.desk.Resume(ctx, task, policy.Person{ID: byCustomer, Name: "the customer"}, "who has answered")
	}
}

// supports is the task that support has open about what the customer wants; "" for none.
func (r *returning) supports() string {
	for _, task := range []string{numbered(CompleteTask, r.filled), numbered(ApproveTask, r.asked), r.replying} {
		if r.desk.IsOpen(task) {
			return task
		}
	}
	return ""
}

// takeUnread is what is unread, to stand below a task's text.
func (r *returning) takeUnread() string {
	var b strings.Builder
	for _, u := range r.unread {
		b.WriteString("\n\n" + u.text)
	}
	r.unread = nil
	return b.String()
}
