package auto

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/crm"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// check looks at what the outside world has of a lead that has ended.
func (l *leadPlay) check(ctx context.Context) error {
	by, err := l.checkCards(ctx)
	if err != nil {
		return err
	}
	if l.c.ends != lead.Aborted && !slices.Contains(l.answered, by) {
		return fmt.Errorf("expected the answer of one of %s to count, saw that of %q", strings.Join(l.answered, ", "), by)
	}
	if err := l.checkMail(ctx); err != nil {
		return err
	}
	return l.checkCRM(ctx)
}

// checkCards looks how the lead's cards say that it ended, and returns by whom. Where there is to be no card, the CRM says it.
func (l *leadPlay) checkCards(ctx context.Context) (by string, err error) {
	if l.c.effects[Card] == 0 {
		return l.endedInCRM(ctx)
	}
	cards, err := l.cards(ctx, contactTitle)
	if err != nil {
		return "", err
	}
	if len(cards) == 0 {
		return "", errors.New("expected a card that says how it ended, saw none")
	}
	for _, card := range cards {
		if len(card.Buttons) > 0 {
			return "", fmt.Errorf("expected no button on a card whose task has ended, saw %s", labels(card.Buttons))
		}
		r, err := read(card)
		if err != nil {
			return "", err
		}
		if by, err = l.ending(r.status); err != nil {
			return "", err
		}
	}
	return by, nil
}

// ending reads off a card how the lead ended, and by whom.
func (l *leadPlay) ending(status string) (by string, err error) {
	for words, how := range map[string]lead.Ending{
		"Contact made by ": lead.Contacted, "Not a lead by ": lead.Disqualified, "Withdrawn": lead.Aborted,
	} {
		if rest, ok := strings.CutPrefix(status, words); ok {
			if how != lead.Aborted {
				by, _, _ = strings.Cut(rest, ",")
			}
			l.Ended(string(how), cmp.Or(l.Named(by).ID, by))
			return by, nil
		}
	}
	return "", fmt.Errorf("expected the card to say how it ended, saw: %s", status)
}

// endedInCRM reads off the CRM's last note how the lead ended, and by whom.
func (l *leadPlay) endedInCRM(ctx context.Context) (by string, err error) {
	notes, err := l.World.Records(ctx, Note.What, sandbox.RecordFilter{Case: l.id})
	if err != nil {
		return "", err
	}
	if len(notes) > 0 {
		name, what, _ := strings.Cut(noteText(notes[len(notes)-1]), ": ")
		if what == byReply {
			l.Ended(string(lead.Contacted), name)
			return name, nil
		}
	}
	return "", fmt.Errorf("expected the last of the CRM's notes to say %q, saw %d notes", byReply, len(notes))
}

// checkMail looks who wrote to the lead.
func (l *leadPlay) checkMail(ctx context.Context) error {
	mails, err := l.World.Emails(ctx, l.email, "")
	if err != nil {
		return err
	}
	for _, m := range mails {
		if m.From.Email != l.rep.Email {
			return fmt.Errorf("expected the lead's mail to be from %s, saw it from %s", l.rep.Name, m.From.Email)
		}
	}
	return nil
}

// checkCRM looks at the lead's contact and notes, as far as there are any.
func (l *leadPlay) checkCRM(ctx context.Context) error {
	contacts, err := l.World.Records(ctx, Contact.What, sandbox.RecordFilter{Email: l.email})
	if err != nil {
		return err
	}
	status := crm.StatusConnected
	if l.c.ends == lead.Disqualified {
		status = crm.StatusUnqualified
	}
	owner := l.rep
	if l.owner.ID != "" {
		owner = l.owner
	}
	for _, contact := range contacts {
		if saw := contact.Properties["hubspot_owner_id"]; saw != owner.CRMOwner {
			return fmt.Errorf("expected %s (%s) to own the contact, saw %s", owner.Name, owner.CRMOwner, saw)
		}
		if saw := contact.Properties["hs_lead_status"]; saw != string(status) {
			return fmt.Errorf("expected the contact's status to be %s, saw %q", status, saw)
		}
	}
	notes, err := l.World.Records(ctx, Note.What, sandbox.RecordFilter{Case: l.id})
	if err != nil {
		return err
	}
	if len(notes) == 0 {
		return nil
	}
	given := fmt.Sprintf("Given to %s by %s", l.rep.Name, l.because())
	if body := noteText(notes[0]); !strings.Contains(body, given) {
		return fmt.Errorf("expected the CRM's note to say %q, saw %q", given, body)
	}
	if body := noteText(notes[len(notes)-1]); l.c.ends == lead.Disqualified && !strings.Contains(body, noLead) {
		return fmt.Errorf("expected the CRM's last note to say %q, saw %q", noLead, body)
	}
	return nil
}

func noteText(note sandbox.Record) string {
	return html.UnescapeString(note.Properties["hs_note_body"])
}

// because is how the reason begins for which the lead's rep has it.
func (l *leadPlay) because() string {
	if l.owns != "" {
		return fmt.Sprintf("owning the %s in the CRM", l.owns)
	}
	if l.c.territory == "" {
		return fmt.Sprintf("no territory took it, so the default pool %q", l.Handbook.Lead.DefaultPool)
	}
	return fmt.Sprintf("territory %q: ", l.c.territory)
}
