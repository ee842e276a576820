package hubspot

import (
	"net/http"
	"slices"
	"time"
)

// Pipeline is a pipeline of tickets.
type Pipeline struct {
	ID     string
	Label  string
	Stages []TicketStage // from the first to the last
}

// TicketStage is a stage that a ticket can be in.
type TicketStage struct {
	ID     string
	Label  string
	Closed bool // a ticket in it counts as closed
}

// Pipelines are the account's pipelines of tickets: the one that every account has, and one that this one has made.
var Pipelines = []Pipeline{
	{"0", "Support Pipeline", []TicketStage{
		{"1", "New", false}, {"2", "Waiting on contact", false}, {"3", "Waiting on us", false}, {"4", "Closed", true},
	}},
	{"1204816", "Repairs", []TicketStage{{"1204817", "In the workshop", false}, {"1204818", "Repaired", true}}},
}

// Properties of a ticket that matter to more than one place. The last one is Throughline's own, which an account gets from its set-up.
const (
	pipelineName    = "hs_pipeline"
	ticketStageName = "hs_pipeline_stage"
	ticketOrderName = "return_order"
)

// ticketKind is that of what customers ask for
// (https://knowledge.hubspot.com/properties/hubspots-default-ticket-properties).
func ticketKind() *kind {
	tickets := newKind("tickets", "ticket", "0-5", "ticketinformation", "createdate", "hs_lastmodifieddate")
	tickets.shown = append(tickets.shown, "content", pipelineName, ticketStageName, "hs_ticket_priority", "subject")
	tickets.text("subject")
	tickets.standard(property{Name: "content", Type: "string", FieldType: "textarea"})
	tickets.standard(property{Name: mergedName, Type: "enumeration", FieldType: "checkbox", readOnly: true})
	tickets.enumeration("hs_ticket_priority", "LOW MEDIUM HIGH URGENT")
	tickets.enumeration("source_type", "CHAT EMAIL FORM PHONE")
	pipeline := property{Name: pipelineName, Type: "enumeration", FieldType: "select"}
	stage := property{Name: ticketStageName, Type: "enumeration", FieldType: "select"}
	for _, p := range Pipelines {
		pipeline.Options = append(pipeline.Options, option{Label: p.Label, Value: p.ID})
		for _, s := range p.Stages {
			stage.Options = append(stage.Options, option{Label: s.Label, Value: s.ID})
		}
	}
	tickets.standard(pipeline)
	tickets.standard(stage)
	tickets.required = ticketStageName
	tickets.derive = func(p map[string]string) {
		if p[pipelineName] == "" {
			p[pipelineName] = Pipelines[0].ID
		}
	}
	tickets.wrong = func(p map[string]string) error {
		for _, line := range Pipelines {
			if line.ID == p[pipelineName] && !slices.ContainsFunc(line.Stages, func(s TicketStage) bool { return s.ID == p[ticketStageName] }) {
				return invalid("Pipeline stage %s is not valid for pipeline %s", p[ticketStageName], line.ID)
			}
		}
		return nil
	}
	return tickets
}

// listPipelines lists the pipelines of tickets
// (https://developers.hubspot.com/docs/api-reference/crm-pipelines-v3/guide).
func (s *Server) listPipelines(r *http.Request) (any, error) {
	type stage struct {
		ID        string            `json:"id"`
		Label     string            `json:"label"`
		Order     int               `json:"displayOrder"`
		Metadata  map[string]string `json:"metadata"`
		CreatedAt time.Time         `json:"createdAt"`
		UpdatedAt time.Time         `json:"updatedAt"`
		Archived  bool              `json:"archived"`
	}
	type pipeline struct {
		ID        string    `json:"id"`
		Label     string    `json:"label"`
		Order     int       `json:"displayOrder"`
		Stages    []stage   `json:"stages"`
		CreatedAt time.Time `json:"createdAt"`
		UpdatedAt time.Time `json:"updatedAt"`
		Archived  bool      `json:"archived"`
	}
	k, err := s.kind(r.PathValue("type"))
	if err != nil {
		return nil, err
	}
	if k.name != "tickets" {
		return nil, invalid("In the sandbox, only tickets have pipelines")
	}
	made := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	var list []pipeline
	for i, p := range Pipelines {
		one := pipeline{ID: p.ID, Label: p.Label, Order: i, CreatedAt: made, UpdatedAt: made}
		for j, s := range p.Stages {
			state := "OPEN"
			if s.Closed {
				state = "CLOSED"
			}
			one.Stages = append(one.Stages, stage{
				ID: s.ID, Label: s.Label, Order: j, Metadata: map[string]string{"ticketState": state}, CreatedAt: made, UpdatedAt: made,
			})
		}
		list = append(list, one)
	}
	return map[string]any{"results": list}, nil
}
