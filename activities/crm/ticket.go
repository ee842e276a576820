package crm

import "time"

// TicketQuery names a ticket.
type TicketQuery struct {
	Ticket string `json:"ticket"` // the ticket's ID
}

// Ticket is a ticket as the help desk has it.
type Ticket struct {
	ID string `json:"id"` // as it is now: another one than was asked for where it was merged; "" where it was deleted
	// Subject and Text are what the customer wrote.
	Subject string `json:"subject,omitempty"`
	Text    string `json:"text,omitempty"`
	// Email and Name are those of the ticket's contact.
	Email string `json:"email,omitempty"`
	Name  string `json:"name,omitempty"`
	Stage string `json:"stage,omitempty"`
	// Order, Items and Wish are the ticket's own properties of these names, as a form fills them in: the number of an order, a
	// line for each item ("2 x LAMP-1, too_small"), and a wish.
	Order string `json:"order,omitempty"`
	Items string `json:"items,omitempty"`
	Wish  string `json:"wish,omitempty"`
	// Case is the ID of the case that the ticket belongs to, which has opened it or was the first to write its number there; "" for
	// none yet. A case that a ticket has started must leave one alone that belongs to another: there is a return for it already, as
	// where a ticket was merged into a new one that the help desk then tells of.
	Case string `json:"case,omitempty"`
	// URL opens it in the help desk's own pages; may be empty.
	URL    string    `json:"url,omitempty"`
	Opened time.Time `json:"opened,omitzero"`
}

// NewTicket is a ticket for a return that didn't begin with one.
type NewTicket struct {
	// Number is the return's, which stands in the ticket. A repeat finds the ticket by its effect's key.
	Number  string `json:"number"`
	Subject string `json:"subject"`
	Text    string `json:"text"` // plain text
	Email   string `json:"email"`
	Name    string `json:"name,omitempty"`
	// Pipeline and Stage are IDs; "" for the account's first.
	Pipeline string `json:"pipeline,omitempty"`
	Stage    string `json:"stage,omitempty"`
}

// TicketUpdate takes a ticket further.
type TicketUpdate struct {
	Ticket string `json:"ticket"`
	Stage  string `json:"stage,omitempty"` // "" leaves it where it is
	// Reopen takes a ticket that is closed to the stage, too. Without it one that people have closed stays closed.
	Reopen bool   `json:"reopen,omitempty"`
	Note   string `json:"note,omitempty"` // plain text; "" for none
	// Number is the return's: it is written to the ticket, where people look for it, and makes it this case's; see [Ticket.Case].
	// "" leaves it as it is.
	Number string    `json:"number,omitempty"`
	At     time.Time `json:"at"` // where the note stands in the ticket's timeline; the zero value as in [Lead]
}

// TicketUpdated says which ticket was taken further.
type TicketUpdated struct {
	Ticket string `json:"ticket,omitempty"` // as in [Ticket.ID]
	Gone   bool   `json:"gone,omitempty"`   // it was deleted
}
