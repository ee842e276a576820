package sandbox

import (
	"cmp"
	"slices"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
)

// crmMoment is something that happened with a record.
type crmMoment struct {
	At   time.Time
	What string // "Note", "Call", "Owner"
	By   string // whose it is; "" for nobody's
	Text string
	Link string // to its own page; "" for none
}

// timed are the properties whose changes stand in a timeline, with what people call them.
var timed = []struct{ property, name string }{
	{"hubspot_owner_id", "Owner"}, {"hs_lead_status", "Lead status"}, {"lifecyclestage", "Lifecycle stage"},
	{"dealstage", "Stage"}, {"hs_pipeline_stage", "Stage"},
}

// timeline is what happened with a record, the youngest first: its activities, and whom it was given to and how far it came.
func (s *Sandbox) timeline(rec client.Record, activities []crmRecord) (list []crmMoment) {
	for _, a := range activities {
		at, err := time.Parse(time.RFC3339, a.Properties["hs_timestamp"])
		if err != nil {
			at = a.Created
		}
		list = append(list, crmMoment{at, a.Name, a.Owner, a.Detail, "/crm/" + a.Type + "/" + a.ID})
	}
	for _, t := range timed {
		was := ""
		for _, v := range rec.History[t.property] {
			is := cmp.Or(v.Value, "nobody")
			switch t.property {
			case "hubspot_owner_id":
				is = s.ownerName(is)
			case "dealstage":
				is = stageName(is)
			case "hs_pipeline_stage":
				is = ticketStageName(is)
			}
			m := crmMoment{At: v.At, What: t.name, Text: is}
			if was != "" {
				m.Text = was + " → " + is
			}
			if v.At != rec.Created { // that is what it began with
				list = append(list, m)
			}
			was = is
		}
	}
	slices.SortStableFunc(list, func(a, b crmMoment) int { return b.At.Compare(a.At) })
	return list
}
