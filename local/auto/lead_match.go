package auto

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/throughline-dev/throughline/activities/crm"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// matchedLeads are those of customers who have another one, or whom the CRM knows.
var matchedLeads = []leadCase{
	{
		name: "A second form joins the open lead",
		form: form{
			"name": "Abel Thornton", "email": "abel@granitestatetooling.example", "company": "Granite State Tooling",
			"country": "US", "region": "New Hampshire", "employees": 180, "message": "Do you have a gripper for lathe chucks?",
		},
		territory: "US East", play: joinedLater, ends: lead.Contacted, effects: whole.with(Effects{Reply: 1, Note: 2}),
	},
	{
		name: "Two forms at the same moment are one lead",
		form: form{
			"name": "Saoirse Nolan", "email": "saoirse@coppermine.example", "company": "Coppermine Analytics",
			"country": "IE", "employees": 12, "message": "We measure how people work with robots. May we see yours?",
		},
		send: submitTwo, territory: "UK & Ireland", play: repContactsOnceTold, ends: lead.Contacted,
		effects: whole.with(Effects{Reply: 1, Note: 2}),
	},
	{
		name: "A known contact goes to its owner",
		form: form{
			"name": "Hugh Ellison", "email": "hugh.ellison@brightwell.example", "company": "Brightwell Clinics",
			"country": "US", "region": "Oregon", "message": "We open a clinic in Portland, and want the same carts there.",
		},
		send: submitToOwner, territory: "US West", play: repContacts, ends: lead.Contacted,
		effects: whole.with(Effects{Card: 2, CustomerMail: 2, Note: 2}),
	},
	{
		name: "A colleague of a known contact goes to the company's owner",
		form: form{
			"name": "Inés Prado", "email": "ines@lumenorchard.example", "company": "Lumen Orchard",
			"country": "US", "region": "CA", "message": "Our Austin office says that you are quick to answer. I run the other one.",
		},
		send: submitToCompanysOwner, territory: "US West", play: repContacts, ends: lead.Contacted,
		effects: whole.with(Effects{Card: 2, CustomerMail: 2, Contact: 2, Note: 2}),
	},
	{
		name: "The contact is merged in the CRM meanwhile",
		form: form{
			"name": "Hollis Reyne", "email": "hollis@sablepointmarine.example", "company": "Sable Point Marine",
			"country": "NZ", "message": "I wrote from home last week, this is the address to answer to.",
		},
		send: submitAfterPrivately, play: mergedMeanwhile, ends: lead.Disqualified,
		effects: whole.with(Effects{Card: 2, CustomerMail: 2, Note: 3}),
	},
	{
		name: "The contact is deleted in the CRM meanwhile",
		form: form{
			"name": "Petra Novák", "email": "petra@quillandember.example", "company": "Quill & Ember",
			"country": "CZ", "message": "We bind books. Could an arm hold a brush?",
		},
		play: deletedMeanwhile, ends: lead.Contacted, effects: whole.with(Effects{Reply: 2, Contact: 0}),
	},
}

// with is the same form, but for what others has.
func (f form) with(others form) form {
	all := maps.Clone(f)
	maps.Copy(all, others)
	return all
}

// more is what a customer sends in a further form.
const more = "One more thing: we would need it by March."

// addMore has the lead's customer send another form, which must join the lead: whoever has the card hears of it.
func (l *leadPlay) addMore(ctx context.Context, card sandbox.Message) error {
	again, _ := l.fill(l.c.form.with(form{"message": more}))
	taken, err := l.bring(ctx, leads, again, asForm)
	if err != nil {
		return err
	}
	l.Also(taken.ID, l.email)
	l.Say("%s sends another form, %s", l.form["name"], taken.ID)
	if err := l.hasJoined(ctx, taken.ID); err != nil {
		return err
	}
	return l.hears(ctx, card, more)
}

// hasJoined waits until a lead is over, for which nothing must have been done.
func (l *leadPlay) hasJoined(ctx context.Context, id string) error {
	if err := l.closed(ctx, leads, id); err != nil {
		return err
	}
	effects, err := l.World.Effects(ctx, id)
	if err == nil && len(effects) > 0 {
		err = fmt.Errorf("expected nothing to be done for %s, which is added to %s, saw %+v", id, l.id, effects)
	}
	return err
}

// hears waits until whoever has a card is told something in its thread.
func (l *leadPlay) hears(ctx context.Context, card sandbox.Message, text string) error {
	return l.Until(ctx, "word in the thread of the card that "+text, func(ctx context.Context) (bool, string, error) {
		cards, err := l.cards(ctx, contactTitle)
		heard := "nothing"
		for _, c := range cards {
			for _, r := range c.Replies {
				if heard = r.Text; c.TS == card.TS && strings.Contains(heard, text) {
					l.Say("in the thread: %s", heard)
					return true, "", err
				}
			}
		}
		return false, heard, err
	})
}

// joinedLater is a customer who writes again while the rep has their lead.
func joinedLater(ctx context.Context, l *leadPlay) error {
	card, err := l.repCard(ctx)
	if err != nil {
		return err
	}
	if err := l.addMore(ctx, card); err != nil {
		return err
	}
	return l.answer(ctx, l.rep, card)
}

// submitTwo is a customer who sends two forms at the same moment. One of them must be the lead, and the other join it.
func submitTwo(ctx context.Context, l *leadPlay) error {
	other := &leadPlay{Player: l.Player, c: l.c}
	other.form, other.email = l.fill(l.c.form.with(form{"message": more}))
	var both errgroup.Group
	both.Go(func() error { return l.hand(ctx) })
	both.Go(func() error { return other.hand(ctx) })
	if err := both.Wait(); err != nil {
		return err
	}
	err := l.Until(ctx, "one of the two to join the other", func(ctx context.Context) (bool, string, error) {
		for _, id := range []string{l.id, other.id} {
			if state, err := l.state(ctx, leads, id); err != nil || state == "closed" {
				if id == l.id { // the other was first, and is the lead
					l.id, other.id = other.id, l.id
				}
				return true, "", err
			}
		}
		return false, "both open", nil
	})
	if err != nil {
		return err
	}
	l.Also(other.id, l.email)
	l.Taken(l.id, l.email)
	l.Say("taken as %s, which %s has joined", l.id, other.id)
	return l.hasJoined(ctx, other.id)
}

// repContactsOnceTold is the rep making contact after they have heard of what else the customer sent.
func repContactsOnceTold(ctx context.Context, l *leadPlay) error {
	card, err := l.repCard(ctx)
	if err != nil {
		return err
	}
	if err := l.hears(ctx, card, " sent another form."); err != nil {
		return err
	}
	return l.answer(ctx, l.rep, card)
}

// earlier plays another lead of the case to its end before the case's own.
func (l *leadPlay) earlier(ctx context.Context, territory string, changes form) (*leadPlay, error) {
	first := &leadPlay{Player: l.Player, c: leadCase{territory: territory}}
	first.form, first.email = l.fill(l.c.form.with(changes))
	if err := submit(ctx, first); err != nil {
		return nil, err
	}
	if err := repContacts(ctx, first); err != nil {
		return nil, err
	}
	return first, first.closed(ctx, leads, first.id)
}

// submitToOwner is somebody who has had a lead before, with another territory's rep.
func submitToOwner(ctx context.Context, l *leadPlay) error {
	first, err := l.earlier(ctx, "UK & Ireland", form{"country": "GB", "region": "Bristol"})
	if err != nil {
		return err
	}
	l.known, l.owns = first.rep, "contact"
	return submit(ctx, l)
}

// submitToCompanysOwner is somebody whose colleague has had a lead before.
func submitToCompanysOwner(ctx context.Context, l *leadPlay) error {
	first, err := l.earlier(ctx, "US East", form{"name": "Bea Lund", "email": "bea@lumenorchard.example", "region": "TX"})
	if err != nil {
		return err
	}
	l.known, l.owns = first.rep, "company"
	return submit(ctx, l)
}

// submitAfterPrivately is somebody who has written before, from an address that says nothing about their company.
func submitAfterPrivately(ctx context.Context, l *leadPlay) error {
	if _, err := l.earlier(ctx, "", form{"email": "hollis.reyne@gmail.com", "company": ""}); err != nil {
		return err
	}
	return submit(ctx, l)
}

// contact waits until the CRM has a contact with the address, and says that it was written to; it is returned as it is then.
func (l *leadPlay) contact(ctx context.Context, email string) (contact sandbox.Record, err error) {
	err = l.Until(ctx, "the contact to be written to", func(ctx context.Context) (bool, string, error) {
		contacts, err := l.World.Records(ctx, Contact.What, sandbox.RecordFilter{Email: email})
		if err != nil || len(contacts) == 0 {
			return false, "no contact", err
		}
		contact = contacts[0]
		status := contact.Properties["hs_lead_status"]
		return status != "" && status != string(crm.StatusNew), "the status " + status, nil
	})
	return contact, err
}

// mergedMeanwhile is somebody tidying up in the CRM: what comes of the lead must stand on the record that is left.
func mergedMeanwhile(ctx context.Context, l *leadPlay) error {
	if _, err := l.repCard(ctx); err != nil {
		return err
	}
	kept, err := l.contact(ctx, l.email)
	if err != nil {
		return err
	}
	private, err := l.contact(ctx, l.customers[0])
	if err != nil {
		return err
	}
	merged, err := l.World.Merge(ctx, private.ID, kept.ID)
	if err != nil {
		return err
	}
	l.Say("the contacts %s and %s are merged into %s", private.ID, kept.ID, merged.ID)
	if err := repDisqualifies(ctx, l); err != nil {
		return err
	}
	if err := l.closed(ctx, leads, l.id); err != nil {
		return err
	}
	contacts, err := l.World.Records(ctx, Contact.What, sandbox.RecordFilter{Email: l.email})
	if err != nil {
		return err
	}
	if len(contacts) != 1 || contacts[0].ID != merged.ID {
		return fmt.Errorf("expected the merged contact %s and no other, saw %+v", merged.ID, contacts)
	}
	notes, err := l.World.Records(ctx, Note.What, sandbox.RecordFilter{Case: l.id})
	if err == nil && !slices.ContainsFunc(notes, func(n sandbox.Record) bool {
		return strings.Contains(noteText(n), noLead) && slices.Contains(n.Associated[Contact.What], merged.ID)
	}) {
		err = fmt.Errorf("expected the rep's reason on the merged contact %s, saw %+v", merged.ID, notes)
	}
	return err
}

// deletedMeanwhile is somebody deleting the contact in the CRM, which is noticed when there is more to be kept there.
func deletedMeanwhile(ctx context.Context, l *leadPlay) error {
	card, err := l.repCard(ctx)
	if err != nil {
		return err
	}
	contact, err := l.contact(ctx, l.email)
	if err != nil {
		return err
	}
	if err := l.World.Delete(ctx, contact.ID); err != nil {
		return err
	}
	l.Say("the contact %s is deleted", contact.ID)
	if err := l.addMore(ctx, card); err != nil {
		return err
	}
	if err := l.hears(ctx, card, "deleted the contact in the CRM"); err != nil {
		return err
	}
	return l.answer(ctx, l.rep, card)
}
