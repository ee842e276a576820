package sandbox

import "github.com/throughline-dev/throughline/sandbox/client"

// exampleTicket fills in the form for a new ticket.
type exampleTicket struct {
	ID    string
	Label string // what it is an example of
	client.TicketForm
}

// exampleTickets are about the orders that a new shop begins with; see [exampleOrders].
var exampleTickets = []exampleTicket{
	{"form", "A return, by the help desk's form", client.TicketForm{
		Name: "Katrin Vogel", Email: "katrin.vogel@bergwerk-automation.example", Subject: "Return of a lamp",
		Text: "One of the two lamps flickers, whatever I plug it into.", Order: "1001", Items: "1 x LAMP-ARC-BLK, defective", Wish: "refund",
	}},
	{"words", "A return in words alone, for support to complete", client.TicketForm{
		Name: "Amélie Fournier", Email: "amelie.fournier@verdanarenewables.example", Subject: "Gloves don't fit",
		Text: "Hello,\n\ntwo of the four pairs of gloves that you sent us are too small. Can we get our money back?\n\nBonne journée\nAmélie",
	}},
	{"other", "No return at all", client.TicketForm{
		Name: "Walt Duchesne", Email: "walt@granitestatetooling.example", Subject: "Data sheet", Stage: "3",
		Text: "Where do I find the data sheet of the range sensor?",
	}},
}
