package auto

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/policy"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// eventfulLeads are those of which something is heard besides the rep's answer.
var eventfulLeads = []leadCase{
	{
		name: "The lead replies",
		form: form{
			"name": "Marisol Vega", "email": "marisol.vega@juniperbay.example", "company": "Juniper Bay Retail",
			"country": "US", "region": "California", "message": "Night shift in nine stores: shelves, and nobody in the way.",
		},
		territory: "Enterprise", play: leadReplies, ends: lead.Contacted, effects: whole.with(Effects{Reply: 1, Note: 2}),
	},
	{
		name: "An automatic reply is no contact",
		form: form{
			"name": "Everett Shaw", "email": "everett.shaw@harborlight.example", "company": "Harborlight Insurance",
			"country": "US", "region": "Connecticut", "message": "Our archive is eleven floors of paper.",
		},
		territory: "Enterprise", play: mailboxAnswers, ends: lead.Contacted, effects: whole.with(Effects{Reply: 1}),
	},
	{
		name: "A call is logged in the CRM",
		form: form{
			"name": "Kenji Mori", "email": "kenji.mori@nakatomi-precision.example", "company": "Nakatomi Precision",
			"country": "JP", "region": "Aichi", "message": "Who is your partner in Nagoya?",
		},
		territory: "Enterprise", play: callLogged, ends: lead.Contacted, effects: whole.with(Effects{Note: 2}),
	},
	{
		name: "The e-mail to the lead bounces",
		form: form{
			"name": "Callum Reid", "email": "callum.reid@wattlecreek.example", "company": "Wattle Creek Mining",
			"country": "AU", "message": "Please ring me, I am underground most days.", "phone": "+61 8 5550 1234",
		},
		send: submitToBounce, territory: "Enterprise", play: repContactsOnceBounced, ends: lead.Contacted,
		effects: whole.with(Effects{Reply: 1}),
	},
	{
		name: "The rep hands the lead over",
		form: form{
			"name": "Ximena Duarte", "email": "ximena.duarte@doradosteel.example", "company": "Dorado Steel",
			"country": "MX", "region": "Nuevo León", "message": "Can an arm stand next to a furnace?",
		},
		territory: "Enterprise", play: handedOver, ends: lead.Contacted, effects: whole.with(Effects{Card: 2, Reply: 1, Note: 2}),
	},
	{
		name: "Slack refuses everything, to the end",
		form: form{
			"name": "Tane Walker", "email": "tane@larkspurdairy.example", "company": "Larkspur Dairy",
			"country": "NZ", "message": "Two milkings a day, and nobody who wants the early one.",
		},
		faults: []sandbox.Fault{{System: "slack", Path: "chat.postMessage", Kind: sandbox.Unauthorized}},
		play:   withoutSlack, ends: lead.Contacted,
		// The rep gets one for the card, one for the reminder and one for the escalation; the manager one for theirs, and one for
		// the lead's reply.
		effects: whole.with(Effects{Card: 0, ColleagueMail: 5, Note: 2}),
	},
}

// outreach waits for the e-mail that the lead gets.
func (l *leadPlay) outreach(ctx context.Context) (mail sandbox.Email, err error) {
	err = l.Until(ctx, "the mail to the lead", func(ctx context.Context) (bool, string, error) {
		mails, err := l.World.Emails(ctx, l.email, "")
		if len(mails) > 0 {
			mail = mails[0]
		}
		return len(mails) > 0, "none", err
	})
	return mail, err
}

// What is written in the lead's name, and how the CRM's note says that this was contact.
const (
	reply     = "Thursday at ten would suit us."
	autoReply = "I am on leave until Monday, and read no mail."
	byReply   = "replied by e-mail"
)

// leadReplies is the lead answering our e-mail, which is contact.
func leadReplies(ctx context.Context, l *leadPlay) error {
	card, err := l.repCard(ctx)
	if err != nil {
		return err
	}
	if err := l.reply(ctx, reply, false); err != nil {
		return err
	}
	l.answered = append(l.answered, fmt.Sprint(l.form["name"]))
	return l.hears(ctx, card, reply)
}

// mailboxAnswers is the lead's mailbox answering by itself; after which the rep makes contact.
func mailboxAnswers(ctx context.Context, l *leadPlay) error {
	card, err := l.repCard(ctx)
	if err != nil {
		return err
	}
	if err := l.reply(ctx, autoReply, true); err != nil {
		return err
	}
	if err := l.hears(ctx, card, autoReply); err != nil {
		return err
	}
	return l.answer(ctx, l.rep, card)
}

// reply has the lead, or their mailbox, answer our e-mail. The rep has the answer in their own mailbox, too.
func (l *leadPlay) reply(ctx context.Context, text string, automatic bool) error {
	mail, err := l.outreach(ctx)
	if err != nil {
		return err
	}
	kept, err := l.World.Reply(ctx, sandbox.Reply{Email: mail.ID, Text: text, Automatic: automatic})
	if err != nil {
		return err
	}
	l.Say("the lead answers: %s", text)
	if !slices.ContainsFunc(kept, func(m sandbox.Email) bool { return m.To.Email == mail.From.Email }) {
		return fmt.Errorf("expected the answer to reach %s as well, saw %+v", mail.From, kept)
	}
	return nil
}

// callLogged is the rep logging a call in the CRM, and nowhere else. They have the card, so the lead hears of its contact.
func callLogged(ctx context.Context, l *leadPlay) error {
	if _, err := l.repCard(ctx); err != nil {
		return err
	}
	contact, err := l.contact(ctx, l.email)
	if err != nil {
		return err
	}
	_, err = l.World.Log(ctx, sandbox.Activity{Contact: contact.ID, Kind: "call", By: l.rep.CRMOwner, Text: "Spoke for ten minutes."})
	l.Say("%s logs a call in the CRM", l.rep.Name)
	l.answered = append(l.answered, "the CRM")
	return err
}

// submitToBounce is somebody who has mistyped their address.
func submitToBounce(ctx context.Context, l *leadPlay) error {
	if err := l.World.Bounce(ctx, l.email, sandbox.Bounced, ""); err != nil {
		return err
	}
	return submit(ctx, l)
}

// atOnce is how soon a rep should hear of what matters.
const atOnce = 10 * time.Second

// repContactsOnceBounced is the rep being told at once that the e-mail came back, and making contact otherwise.
func repContactsOnceBounced(ctx context.Context, l *leadPlay) error {
	card, err := l.repCard(ctx)
	if err != nil {
		return err
	}
	if err := l.hears(ctx, card, "did not arrive (bounce: 550 "); err != nil {
		return err
	}
	mail, err := l.outreach(ctx)
	if err != nil {
		return err
	}
	cards, err := l.cards(ctx, contactTitle)
	if err != nil {
		return err
	}
	could := card.Posted
	if mail.Sent.After(could) {
		could = mail.Sent
	}
	if took := cards[0].Replies[0].Posted.Sub(could); took > atOnce {
		return fmt.Errorf("expected %s to hear of it within %s, saw it after %s", l.rep.Name, atOnce, took)
	}
	return l.answer(ctx, l.rep, card)
}

// handedOver is the rep handing the lead over to a colleague, to whom the contact belongs then.
func handedOver(ctx context.Context, l *leadPlay) error {
	card, err := l.repCard(ctx)
	if err != nil {
		return err
	}
	colleagues := slices.DeleteFunc(reps(l.Handbook, l.c.territory), func(id string) bool { return id == l.rep.ID })
	if len(colleagues) == 0 {
		return fmt.Errorf("expected %s to have a colleague in the pool, saw none", l.rep.Name)
	}
	l.owner = l.Person(colleagues[0])
	const why = "You know the steel people."
	err = l.Answer(ctx, l.rep, card, handOver, map[string]string{humantask.FieldTo: l.owner.ID, humantask.FieldComment: why})
	if err != nil {
		return err
	}
	theirs, err := l.card(ctx, "the colleague's card", contactTitle, func(m sandbox.Message) bool { return m.TS != card.TS })
	if err != nil {
		return err
	}
	l.Say("%s has a card", l.owner.Name)
	if err := l.hears(ctx, card, fmt.Sprintf("%s handed it over to %s (%s)", l.rep.Name, l.owner.Name, why)); err != nil {
		return err
	}
	err = l.Until(ctx, "the contact to be the colleague's", func(ctx context.Context) (bool, string, error) {
		contacts, err := l.World.Records(ctx, Contact.What, sandbox.RecordFilter{Email: l.email})
		if err != nil || len(contacts) == 0 {
			return false, "no contact", err
		}
		owner := contacts[0].Properties["hubspot_owner_id"]
		return owner == l.owner.CRMOwner, "that it is " + owner + "'s", nil
	})
	if err != nil {
		return err
	}
	return l.answer(ctx, l.owner, theirs)
}

// withoutSlack is a lead of whom nobody ever gets a card: its rep and the manager have e-mails, and the lead replies.
func withoutSlack(ctx context.Context, l *leadPlay) error {
	mail, err := l.outreach(ctx)
	if err != nil {
		return err
	}
	l.rep = l.find(func(p policy.Person) bool { return p.Email == mail.From.Email })
	l.Given(l.rep.ID, "")
	manager := l.Person(l.rep.Manager)
	for _, who := range []policy.Person{l.rep, manager} {
		err := l.Until(ctx, "an e-mail to "+who.Name, func(ctx context.Context) (bool, string, error) {
			mails, err := l.World.Emails(ctx, who.Email, l.id)
			return len(mails) > 0 && strings.Contains(mails[0].Subject, contactTitle), fmt.Sprintf("%d others", len(mails)), err
		})
		if err != nil {
			return err
		}
		l.Say("%s gets an e-mail", who.Name)
	}
	l.answered = append(l.answered, fmt.Sprint(l.form["name"]))
	return l.reply(ctx, reply, false)
}
