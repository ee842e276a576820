package crm

import (
	"context"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// RecordOwner gives a lead's contact to another owner, whoever had it, and says why in a note. Run again it changes nothing
// more.
func (a *Activities) RecordOwner(ctx context.Context, key effect.Key, o Ownership) (Updated, error) {
	if strings.TrimSpace(o.Owner) == "" {
		return Updated{}, fault.Final(system, "invalid_request", "owner: the ownership names no owner").Err()
	}
	return a.bring(ctx, o.Contact, o.Email, propertyOwner, func(contact record) error {
		if contact.Properties[propertyOwner] != o.Owner {
			if err := a.update(ctx, contacts, contact.ID, properties{propertyOwner: o.Owner}); err != nil {
				return err
			}
		}
		return a.say(ctx, key, note{text: o.Note, owner: o.Owner, at: o.At, contact: contact.ID})
	})
}

// RecordStage says how far a lead has come, where the CRM doesn't say more already: see [Status]. Run again it changes nothing
// more.
func (a *Activities) RecordStage(ctx context.Context, _ effect.Key, s Stage) (Updated, error) {
	if s.Status == "" {
		return Updated{}, fault.Final(system, "invalid_request", "status: the stage names no status").Err()
	}
	return a.bring(ctx, s.Contact, s.Email, propertyStatus, func(contact record) error {
		return a.advance(ctx, contact, s.Status)
	})
}

// RecordNote adds a note to a lead's contact. Run again with the same key it changes nothing more.
func (a *Activities) RecordNote(ctx context.Context, key effect.Key, n Note) (Updated, error) {
	return a.bring(ctx, n.Contact, n.Email, propertyOwner, func(contact record) error {
		return a.say(ctx, key, note{text: n.Text, at: n.At, contact: contact.ID})
	})
}

// RecordOutcome brings a lead's contact up to date: its status, where the CRM doesn't say more already (see [Status]), and
// where there is one, a note. Run again it changes nothing more.
func (a *Activities) RecordOutcome(ctx context.Context, key effect.Key, o Outcome) (Updated, error) {
	return a.bring(ctx, o.Contact, o.Email, propertyStatus, func(contact record) error {
		if o.Status != "" {
			if err := a.advance(ctx, contact, o.Status); err != nil {
				return err
			}
		}
		return a.say(ctx, key, note{text: o.Note, at: o.At, contact: contact.ID})
	})
}

// bring brings the contact up to date that is now what the ID or, where that one is no more, the address stand for. A contact
// of which there is neither was deleted on purpose: nothing is written, and nothing made anew.
func (a *Activities) bring(ctx context.Context, id, email, property string, do func(contact record) error) (Updated, error) {
	if id == "" {
		return Updated{}, fault.Final(system, "invalid_request", "contact: no contact is named").Err()
	}
	contact, err := a.read(ctx, contacts, id, property)
	if email = plainAddress(email); absent(err) && email != "" {
		contact, err = a.readBy(ctx, contacts, "email", email, property)
	}
	if absent(err) {
		return Updated{Gone: true}, nil
	}
	if err != nil {
		return Updated{}, err
	}
	if err := do(contact); err != nil {
		return Updated{}, moved(err)
	}
	return Updated{Contact: contact.ID}, nil
}

// say adds a note, where there is something to say.
func (a *Activities) say(ctx context.Context, key effect.Key, n note) error {
	if strings.TrimSpace(n.text) == "" {
		return nil
	}
	_, err := a.recordNote(ctx, key, n)
	return err
}

// advance sets a contact's status, where that takes it further.
func (a *Activities) advance(ctx context.Context, contact record, to Status) error {
	before, known := replaces[to]
	if !known {
		return fault.Final(system, "invalid_request", "status: "+string(to)+" is none of those that Throughline sets").Err()
	}
	if !slices.Contains(before, Status(contact.Properties[propertyStatus])) {
		return nil
	}
	return a.update(ctx, contacts, contact.ID, properties{propertyStatus: string(to)})
}

// Those of HubSpot's own statuses that only people set.
const (
	statusOpen       Status = "OPEN"
	statusInProgress Status = "IN_PROGRESS"
	statusBadTiming  Status = "BAD_TIMING"
)

// replaces says which statuses each one replaces: the table at [Status].
var replaces = map[Status][]Status{
	StatusNew:       {""},
	StatusAttempted: {"", StatusNew},
	StatusConnected: {"", StatusNew, statusOpen, StatusAttempted},
	StatusUnqualified: {
		"", StatusNew, statusOpen, StatusAttempted, StatusConnected, statusInProgress, statusBadTiming,
	},
}
