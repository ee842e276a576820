package crm

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// OpenTicket opens a ticket for a return that didn't begin with one, and associates it with the customer's contact, which is made
// where there is none; one that is there stays as it is.
//
// Run again with the same key it finds the ticket, and leaves it as people have made it meanwhile. One that they have deleted
// between two attempts is opened once more: they can't have known that the first had broken off.
func (a *Activities) OpenTicket(ctx context.Context, key effect.Key, n NewTicket) (TicketUpdated, error) {
	email := plainAddress(n.Email)
	switch {
	case email == "":
		return TicketUpdated{}, fault.Final(system, "invalid_request", "email: the ticket names nobody who has asked").Err()
	case strings.TrimSpace(n.Subject) == "":
		return TicketUpdated{}, fault.Final(system, "invalid_request", "subject: the ticket has none").Err()
	}
	id, err := a.openTicket(ctx, key, n, email)
	if err != nil {
		return TicketUpdated{}, moved(err)
	}
	return TicketUpdated{Ticket: id}, nil
}

func (a *Activities) openTicket(ctx context.Context, key effect.Key, n NewTicket, email string) (id string, err error) {
	contact, err := a.contactOf(ctx, email)
	if err == nil && contact.ID == "" {
		first, last := splitName(n.Name)
		contact, err = a.upsert(ctx, contacts, "email", email, properties{propertyFirst: first, propertyLast: last})
	}
	if err != nil {
		return "", err
	}
	ticket, err := a.ticketOf(ctx, key, n)
	if err != nil {
		return "", err
	}
	return ticket.ID, a.associate(ctx, tickets, ticket.ID, contacts, contact.ID)
}

// ticketOf is the ticket of a key: the one that an earlier attempt has made, else a new one. To upsert alone would write to a
// ticket that is there what it said at first.
func (a *Activities) ticketOf(ctx context.Context, key effect.Key, n NewTicket) (record, error) {
	// A key has a slash, which not every proxy leaves alone in a path: so it is read in a batch of one.
	there, err := a.readAll(ctx, tickets, propertyKey, []link{{ID: key.ID}}, propertyKey)
	if err != nil {
		return record{}, err
	}
	if len(there) > 0 {
		return there[0], nil
	}
	at, err := a.stageFor(ctx, n.Pipeline, n.Stage)
	if err != nil {
		return record{}, err
	}
	return a.upsert(ctx, tickets, propertyKey, key.ID, properties{
		"subject": n.Subject, "content": cut(n.Text, maxContent), propertyNumber: n.Number,
		propertyPipeline: at.pipeline, propertyTicketStage: at.id,
	})
}

// UpdateTicket takes a ticket further: to a stage, with the return's number, with a note. Run again with the same key it changes
// nothing more. A ticket that was deleted is left alone, and nothing is made anew.
//
// People's own doing comes first. A ticket that is closed stays closed, in whatever stage that counts as closed, unless the
// update reopens it; one that was moved to another pipeline than the stage's stays where it is; and one that belongs to another
// case, since it was merged with that one's ticket, keeps its number, while the notes of both stand in it.
func (a *Activities) UpdateTicket(ctx context.Context, key effect.Key, u TicketUpdate) (TicketUpdated, error) {
	if u.Ticket == "" {
		return TicketUpdated{}, noTicket()
	}
	ticket, err := a.read(ctx, tickets, u.Ticket, propertyPipeline, propertyTicketStage, propertyKey)
	if absent(err) {
		return TicketUpdated{Gone: true}, nil
	}
	if err == nil {
		err = a.updateTicket(ctx, key, ticket, u)
	}
	if err != nil {
		return TicketUpdated{}, moved(err)
	}
	return TicketUpdated{Ticket: ticket.ID}, nil
}

func (a *Activities) updateTicket(ctx context.Context, key effect.Key, ticket record, u TicketUpdate) error {
	changes := properties{}
	// A ticket that is a copy of another has that one's number, too, but not its key: no two records can have the same.
	if u.Number != "" && ticket.Properties[propertyKey] == "" {
		changes[propertyNumber], changes[propertyKey] = u.Number, key.ID
	}
	moves, err := a.moves(ctx, ticket, u)
	if err != nil {
		return err
	}
	if moves {
		changes[propertyTicketStage] = u.Stage
	}
	if len(changes.filled()) > 0 {
		if err := a.update(ctx, tickets, ticket.ID, changes); err != nil {
			return err
		}
	}
	if strings.TrimSpace(u.Note) == "" {
		return nil
	}
	at := u.At
	if at.IsZero() {
		at = time.Now()
	}
	made, err := a.upsert(ctx, notes, propertyKey, key.ID, properties{
		"hs_note_body": noteBody(u.Note), "hs_timestamp": at.UTC().Format("2006-01-02T15:04:05.000Z"),
	})
	if err != nil {
		return err
	}
	return a.associate(ctx, notes, made.ID, tickets, ticket.ID)
}

// moves is whether a ticket is to go to the update's stage.
func (a *Activities) moves(ctx context.Context, ticket record, u TicketUpdate) (bool, error) {
	now := ticket.Properties[propertyTicketStage]
	if u.Stage == "" || u.Stage == now {
		return false, nil
	}
	to, err := a.stageFor(ctx, "", u.Stage)
	if err != nil {
		return false, err
	}
	if ticket.Properties[propertyPipeline] != to.pipeline {
		return false, nil
	}
	from, _, err := a.findStage(ctx, func(s stage) bool { return s.id == now }) // one that was done away with is open
	return !from.closed || u.Reopen && !to.closed, err
}

// maxContent is how many characters of a ticket's text are kept: HubSpot takes 65 536.
const maxContent = 60_000

// cut cuts the end off a text that has more characters than that, visibly.
func cut(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit-1]) + "…"
}
