package sandbox

import (
	"net/http"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/hubspot"
)

// ticketForm is the form for a new ticket, empty or filled in with an example.
type ticketForm struct {
	client.TicketForm
	Examples []exampleTicket
	Stages   []hubspot.TicketStage // of the first pipeline
	Wishes   []choice
}

// choice is what a form lets somebody choose.
type choice struct{ Value, Label string }

func newTicketForm(r *http.Request) *ticketForm {
	f := &ticketForm{
		Examples: exampleTickets, Stages: hubspot.Pipelines[0].Stages,
		Wishes: []choice{{"refund", "Refund"}, {"exchange", "Exchange"}, {"store_credit", "Store credit"}},
	}
	for _, e := range exampleTickets {
		if e.ID == r.FormValue("example") {
			f.TicketForm = e.TicketForm
		}
	}
	return f
}

// crmMove is how a deal or a ticket is moved: by which property, and to which stages.
type crmMove struct {
	Property, Current string
	Stages            []choice
}

// moveOf is how a record is moved; nil for one that isn't in a pipeline.
func moveOf(rec client.Record) *crmMove {
	switch rec.Type {
	case "deals":
		m := &crmMove{Property: "dealstage", Current: rec.Properties["dealstage"]}
		for _, s := range hubspot.Stages {
			m.Stages = append(m.Stages, choice{s.ID, s.Label})
		}
		return m
	case "tickets":
		m := &crmMove{Property: "hs_pipeline_stage", Current: rec.Properties["hs_pipeline_stage"]}
		for _, p := range hubspot.Pipelines {
			if p.ID != rec.Properties["hs_pipeline"] {
				continue
			}
			for _, s := range p.Stages {
				m.Stages = append(m.Stages, choice{s.ID, s.Label})
			}
		}
		return m
	}
	return nil
}

// ticketStageName is what people call the stage with that ID.
func ticketStageName(id string) string {
	for _, p := range hubspot.Pipelines {
		for _, s := range p.Stages {
			if s.ID == id {
				return s.Label
			}
		}
	}
	return id
}
