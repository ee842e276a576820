package main

import (
	"context"
	"fmt"

	"github.com/throughline-dev/throughline/workflows/lead"
)

var leads = &journey{
	name: "lead", clicks: "click",
	form: leadForm, id: lead.Submission{}.WorkflowID,
	action: lead.ActionContacted,
	ending: string(lead.Contacted), messages: 1, events: 40,
}

// measureLead compares the lead with workflows that do the same steps and nothing else.
func measureLead(ctx context.Context, n size, p progress) ([]Figure, error) {
	return leads.measure(ctx, n, n.leads, p)
}

// prospects are companies of different territories, so that several pools take turns.
var prospects = []struct{ company, domain, country, region string }{
	{"Bergwerk Automation GmbH", "bergwerk-automation.example", "DE", "Baden-Württemberg"},
	{"Pacific Crest Robotics", "pacificcrest.example", "US", "California"},
	{"Halloran & Pike", "halloranpike.example", "IE", "Leinster"},
	{"Granite State Tooling", "granitestatetooling.example", "US", "New Hampshire"},
	{"Verdana Renewables", "verdanarenewables.example", "FR", "Rhône"},
	{"Riverstone Bank", "riverstonebank.example", "US", "North Carolina"},
}

// leadForm has a domain of its own each time: one that the CRM knows would go to whoever owns the company there.
func leadForm(_ context.Context, _ *system, n int64) (map[string]any, error) {
	from := prospects[n%int64(len(prospects))]
	return map[string]any{
		"name": "Ada Brandt", "email": fmt.Sprintf("ada@branch-%d-%s", n, from.domain), "phone": "+49 711 5550 178",
		"company": from.company, "country": from.country, "region": from.region, "employees": 120,
		"message":    "We would like to see your robot at work. When could somebody show it to us?",
		"utm_source": "search",
	}, nil
}
