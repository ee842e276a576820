package lead

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/signals"
	"github.com/throughline-dev/throughline/workflows/step"
)

// Who made contact where it wasn't one of ours, as the outcome of the rep's task names them.
const (
	byCustomer = "customer"
	byCRM      = "crm"
)

// outreachStep is the name of the step that writes to the lead.
const outreachStep = "outreach"

// maxNews bounds how much news one lead listens to, so that nothing outside makes its history grow without end.
const maxNews = 200

// hearNews listens to what happens outside. A signal that makes no sense is passed over.
func (l *lead) hearNews(ctx workflow.Context) {
	signals.Listen(ctx, SignalContact, "Somebody has made contact.", func(ctx workflow.Context, c Contact) {
		if l.isNew(c.ID) {
			l.contactMade(c)
		}
	})
	signals.Listen(ctx, SignalUndelivered, "An e-mail didn't arrive.", func(ctx workflow.Context, u Undelivered) {
		if l.isNew(u.ID) && u.Step == outreachStep {
			l.notDelivered(u)
		}
	})
	signals.Listen(ctx, SignalMerged, "The CRM has merged the contact into another.", func(ctx workflow.Context, m Merged) {
		if l.isNew(m.ID) && m.To != "" && l.result.Records.Contact != "" && slices.Contains(m.From, l.contact) {
			l.nowKnownAs(m.To)
		}
	})
}

// isNew reports whether news of this ID comes for the first time.
func (l *lead) isNew(id string) bool {
	if id == "" || slices.Contains(l.heard, id) || len(l.heard) >= maxNews {
		return false
	}
	l.heard = append(l.heard, id)
	return true
}

// whenAsked does something once the rep has been asked to make contact, at once where that is so. It isn't done where the lead
// ends before.
func (l *lead) whenAsked(name string, do func(workflow.Context)) {
	workflow.GoNamed(l.way, name, func(ctx workflow.Context) {
		if workflow.Await(ctx, func() bool { return l.desk.IsOpen(ContactTask) || l.ending }) == nil && !l.ending {
			do(ctx)
		}
	})
}

// contactMade answers the rep's task, since somebody has made contact.
func (l *lead) contactMade(c Contact) {
	if c.How == Logged && !c.At.After(l.result.Received) {
		return // with somebody whom we knew before
	}
	l.whenAsked("contact made", func(ctx workflow.Context) {
		switch c.How {
		case Replied:
			l.tellText(ctx, l.in.Name+" has replied", c.Text)
			l.desk.Settle(ctx, ContactTask, ActionContacted, policy.Person{ID: byCustomer, Name: l.in.Name}, "replied by e-mail")
		case Wrote:
			by := l.person(ctx, c.Person)
			l.desk.Settle(ctx, ContactTask, ActionContacted, by, "wrote an e-mail")
		case Logged:
			l.desk.Settle(ctx, ContactTask, ActionContacted, policy.Person{ID: byCRM, Name: "the CRM"}, "a contact was logged there")
		case AutoReplied:
			l.tellText(ctx, "The lead's mailbox answered by itself, which is no contact", c.Text)
		}
	})
}

// maxQuote is how much of what a customer writes a message in Slack repeats, in characters.
const maxQuote = 1000

// quote is as much of a text as a message repeats.
func quote(text string) string {
	if runes := []rune(text); len(runes) > maxQuote {
		return string(runes[:maxQuote]) + " …"
	}
	return text
}

func (l *lead) tellText(ctx workflow.Context, what, text string) {
	if text != "" {
		what += ":\n" + quote(text)
	}
	l.desk.Tell(ctx, ContactTask, what)
}

// notDelivered tells the rep that the lead hasn't got our e-mail.
func (l *lead) notDelivered(u Undelivered) {
	l.result.Undelivered = append(l.result.Undelivered, u)
	l.whenAsked("undelivered", func(ctx workflow.Context) {
		text := fmt.Sprintf("Our e-mail to the lead did not arrive (%s).", u.What)
		if u.Reason != "" {
			text = fmt.Sprintf("Our e-mail to the lead did not arrive (%s: %s).", u.What, u.Reason)
		}
		l.desk.Tell(ctx, ContactTask, text+" Please try another way.")
	})
}

// person looks somebody of ours up by their ID.
func (l *lead) person(ctx workflow.Context, id string) policy.Person {
	found, err := step.Repeatable(ctx, l.steps, step.Spec{
		Name: "who-wrote", System: "policy", Summary: "Look up who wrote", Policy: step.Inside, BestEffort: true,
	}, policyActivities.FindPeople, policy.PeopleRequest{People: []string{id}})
	if err != nil || len(found.People) == 0 {
		return policy.Person{ID: id, Name: "a colleague"}
	}
	return found.People[0]
}

// moved sees to it that the CRM and the rotation know who has the lead now.
func (l *lead) moved(_ workflow.Context, h humantask.Happening) {
	if l.policy.Shape < 2 {
		return
	}
	switch h.What {
	case humantask.HandedOver:
		l.passTurn(h.To)
	case humantask.Reassigned, humantask.Replaced:
	default: // a cover and a manager help out; the lead stays whose it is
		return
	}
	l.rep = h.To
	l.afterRecord("owner", func(ctx workflow.Context, name string) error {
		return l.recordOwner(ctx, name, h)
	})
}
