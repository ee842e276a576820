package sandbox

import (
	"net/http"
	"slices"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/hubspot"
)

// crmForm is the form for a new deal, empty or filled in with an example.
type crmForm struct {
	client.DealForm
	Examples   []exampleDeal
	Stages     []hubspot.Stage
	Currencies []string
	Labels     []string
	Owners     []crmOwner
	There      struct{ Contacts, Companies []crmRecord } // that can be chosen, the youngest first
}

// emptyLines is how many line items a form offers before somebody asks for more.
const emptyLines = 2

func (s *Sandbox) crmForm(r *http.Request) *crmForm {
	f := &crmForm{
		Examples: exampleDeals, Stages: hubspot.Stages, Currencies: hubspot.Currencies, Labels: hubspot.ContactLabels, Owners: s.crmOwners(),
	}
	f.Contacts, f.Companies, f.Lines = make([]client.DealContact, 1), make([]client.DealCompany, 1), make([]client.DealLine, emptyLines)
	for _, e := range exampleDeals {
		if e.ID == r.FormValue("example") {
			f.DealForm = e.DealForm
		}
	}
	f.There.Contacts, f.There.Companies = s.choices("contacts"), s.choices("companies")
	return f
}

// choices are the records of a kind that a form offers.
func (s *Sandbox) choices(kind string) (list []crmRecord) {
	for _, rec := range slices.Backward(s.crm.Records(kind, hubspot.Filter{Last: shownRecords})) {
		list = append(list, s.crmRecord(rec))
	}
	return list
}

// stageName is what people call the stage with that ID.
func stageName(id string) string {
	for _, stage := range hubspot.Stages {
		if stage.ID == id {
			return stage.Label
		}
	}
	return id
}
