package sandbox

import "github.com/throughline-dev/throughline/sandbox/client"

// exampleDeal fills in the form for a new deal.
type exampleDeal struct {
	ID    string
	Label string // what it is an example of
	client.DealForm
}

// exampleDeals are as people enter them, with notes as people write them.
var exampleDeals = []exampleDeal{
	{"pilot", "A pilot with two arms", client.DealForm{
		Name: "Pacific Crest Robotics: pilot with two arms", Currency: "EUR",
		Contacts:  []client.DealContact{{Name: "Mei Tanaka", Email: "mei@pacificcrest.example", Label: "Signer"}},
		Companies: []client.DealCompany{{Name: "Pacific Crest Robotics", Domain: "pacificcrest.example"}},
		Lines: []client.DealLine{
			{Name: "Robot arm A4", Quantity: "2", Price: "6400.00", Percent: "5"},
			{Name: "Set-up on site, days", Quantity: "1.5", Price: "1180.00"},
		},
		Notes: `Discovery call with Mei (CTO)

Goals
- tend two lathes at night, without people
- see within a quarter whether it pays

Scope: two arms with grippers, safety fence, training for four operators. Not the conveyor.

Timeline: arms by the end of March, running in April

Budget: about 15k for the pilot, more if it works

Stakeholders: Mei decides; Jorge (shop floor) has to like it

Risks
- the compressed air in hall 2 is weak

Next steps
- proposal this week
- site visit on the 14th`,
	}},
	{"line", "A whole line, for a partner to approve", client.DealForm{
		Name: "Bergwerk Automation: packing line", Currency: "EUR",
		Contacts: []client.DealContact{
			{Name: "Katrin Vogel", Email: "katrin.vogel@bergwerk-automation.example", Label: "Decision maker"},
			{Name: "Uwe Brandt", Email: "uwe.brandt@bergwerk-automation.example", Label: "Signer"},
		},
		Companies: []client.DealCompany{{Name: "Bergwerk Automation GmbH", Domain: "bergwerk-automation.example"}},
		Lines: []client.DealLine{
			{Name: "Robot arm A6", Quantity: "4", Price: "9800.00", Discount: "300.00"},
			{Name: "Conveyor, metres", Quantity: "22.5", Price: "410.00"},
			{Name: "Integration, days", Quantity: "12", Price: "1180.00", Percent: "10"},
		},
		Notes: `## Discovery call, Katrin and Uwe

**Ziele / goals:** pack 900 boxes an hour instead of 500, one shift less

### Scope
1. four arms at the end of the line
2. new conveyor, 22.5 m
3. integration with their SAP (only the interface)

**Timeline:** order in May, acceptance before the summer holidays
**Budget:** 80 k approved
**Risks:** works council has to agree
**Next steps:** proposal, then a visit to our reference in Ulm`,
	}},
}
