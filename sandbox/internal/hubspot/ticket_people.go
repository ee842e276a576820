package hubspot

import (
	"cmp"
	"errors"
	"strings"

	"github.com/throughline-dev/throughline/sandbox/client"
)

// MakeTicket has a customer open a ticket, as by the help desk's form, or somebody enter it for them. Nothing is made where anything
// is wrong. The app is told of its stage and order, as if they had been set afterwards: see [Server.MakeDeal].
func (s *Server) MakeTicket(f client.TicketForm) (client.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tickets, err := s.kind("tickets")
	if err != nil {
		return client.Record{}, err
	}
	stage := cmp.Or(f.Stage, Pipelines[0].Stages[0].ID)
	values := map[string]string{
		"subject": strings.TrimSpace(f.Subject), "content": f.Text, pipelineName: pipelineOf(stage), ticketStageName: stage,
		ticketOrderName: f.Order, "return_items": f.Items, "return_wish": f.Wish,
	}
	for name, value := range values { // an account that wasn't set up has no properties for returns
		if strings.TrimSpace(value) == "" {
			delete(values, name)
		}
	}
	if values["subject"] == "" {
		return client.Record{}, errors.New("subject: a ticket has to have one")
	}
	ticket := part{kind: tickets, values: values}
	contact := s.contactPart("contact", client.DealContact{Name: f.Name, Email: f.Email}, "")
	for _, p := range []*part{&ticket, &contact} {
		if err := s.checkPart(p); err != nil {
			return client.Record{}, err
		}
	}
	made, err := s.take(ticket)
	if err != nil {
		return client.Record{}, err
	}
	if f.Email != "" {
		who, err := s.take(contact)
		if err != nil {
			return client.Record{}, err
		}
		if err := s.associate(association{FromKind: made.Kind, FromID: made.ID, ToKind: who.Kind, ToID: who.ID}); err != nil {
			return client.Record{}, err
		}
	}
	s.tellNew(tickets, made, byPeople)
	return s.person(made), nil
}

// pipelineOf is the pipeline that a stage is in; the first one where it is in none.
func pipelineOf(stage string) string {
	for _, p := range Pipelines {
		for _, s := range p.Stages {
			if s.ID == stage {
				return p.ID
			}
		}
	}
	return Pipelines[0].ID
}
