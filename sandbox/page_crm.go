package sandbox

import (
	"html"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/hubspot"
)

// shownRecords is how many records the CRM lists.
const shownRecords = 100

type crmPage struct {
	Type    string
	Tabs    []crmTab
	Records []crmRecord // the youngest first
	More    int
	Open    *crmOpen // the record that is read; nil for none
	New     *crmForm // the deal that is made; nil for none
	// NewTicket is the ticket that a customer opens; nil for none.
	NewTicket *ticketForm
}

// crmTabs are the kinds of records that have a tab.
var crmTabs = []string{"contacts", "companies", "deals", "tickets", "notes", "calls", "meetings"}

type crmTab struct {
	Type, Name string
	Count      int
}

type crmRecord struct {
	client.Record
	Name   string
	Detail string
	Owner  string
	Stage  string // of a deal or a ticket
}

// Kind is what people call a record of its type.
func (r crmRecord) Kind() string {
	return map[string]string{"contacts": "Contact", "companies": "Company", "deals": "Deal", "tickets": "Ticket"}[r.Type]
}

type crmOpen struct {
	crmRecord
	Properties []crmProperty
	Timeline   []crmMoment // the youngest first
	Others     []crmRecord // what it is associated with besides
	Lines      []crmRecord // a deal's line items
	// Owners are whose it can be, and Into those that a contact or a ticket can be merged into.
	Owners []crmOwner
	Into   []crmRecord
	Move   *crmMove // nil for what isn't in a pipeline
}

// Goes reports whether it can be merged and deleted.
func (o crmOpen) Goes() bool { return o.Type == "contacts" || o.Type == "tickets" }

// Text is what a customer wrote into a ticket.
func (o crmOpen) Text() string { return o.Record.Properties["content"] }

// OwnerID is the owner's ID; "" for none.
func (o crmOpen) OwnerID() string { return o.Record.Properties["hubspot_owner_id"] }

type crmProperty struct{ Name, Value string }

type crmOwner struct{ ID, Name string }

// Activities reports whether the page's records are those of a timeline.
func (p crmPage) Activities() bool {
	return p.Type == "notes" || p.Type == "calls" || p.Type == "meetings"
}

// crmPage is the CRM's records of a type, or one of them with what belongs to it.
func (s *Sandbox) crmPage(r *http.Request) (string, any) {
	p := crmPage{Type: r.PathValue("type")}
	if p.Type == "" {
		p.Type = hubspot.Kinds[0]
	}
	if !slices.Contains(hubspot.Kinds, p.Type) {
		return "", nil
	}
	for _, kind := range crmTabs {
		p.Tabs = append(p.Tabs, crmTab{kind, strings.ToUpper(kind[:1]) + kind[1:], s.crm.Len(kind)})
	}
	if p.Type == "deals" && r.PathValue("id") == "new" {
		p.New = s.crmForm(r)
		return "A new deal", p
	}
	if p.Type == "tickets" && r.PathValue("id") == "new" {
		p.NewTicket = newTicketForm(r)
		return "A new ticket", p
	}
	if id := r.PathValue("id"); id != "" {
		records := s.crm.Records(p.Type, hubspot.Filter{ID: id})
		if len(records) == 0 {
			return "", nil
		}
		p.Open = s.crmOpen(records[0])
		return p.Open.Name, p
	}
	records := s.crm.Records(p.Type, hubspot.Filter{Last: shownRecords})
	p.More = max(s.crm.Len(p.Type)-shownRecords, 0)
	for _, rec := range slices.Backward(records) {
		p.Records = append(p.Records, s.crmRecord(rec))
	}
	return "CRM", p
}

// recordPage leads from where HubSpot has a record's page ("/contacts/4242/record/0-1/1001") to where it is here.
func (s *Sandbox) recordPage(w http.ResponseWriter, r *http.Request) {
	records := s.crm.Records(r.PathValue("kind"), hubspot.Filter{ID: r.PathValue("id")})
	if r.PathValue("portal") != HubSpotPortal || len(records) == 0 {
		http.NotFound(w, r)
		return
	}
	http.Redirect(w, r, "/crm/"+records[0].Type+"/"+records[0].ID, http.StatusFound)
}

func (s *Sandbox) crmOpen(rec client.Record) *crmOpen {
	o := &crmOpen{crmRecord: s.crmRecord(rec)}
	for _, name := range slices.Sorted(maps.Keys(rec.Properties)) {
		value := rec.Properties[name]
		if strings.HasSuffix(name, "_body") {
			value = textOf(value)
		}
		o.Properties = append(o.Properties, crmProperty{name, value})
	}
	var activities []crmRecord
	for _, kind := range hubspot.Kinds {
		for _, id := range rec.Associated[kind] {
			for _, other := range s.crm.Records(kind, hubspot.Filter{ID: id}) {
				switch kind {
				case "contacts", "companies", "deals", "tickets":
					o.Others = append(o.Others, s.crmRecord(other))
				case "line_items":
					o.Lines = append(o.Lines, s.crmRecord(other))
				default:
					activities = append(activities, s.crmRecord(other))
				}
			}
		}
	}
	o.Timeline = s.timeline(rec, activities)
	o.Owners = s.crmOwners()
	o.Move = moveOf(rec)
	if o.Goes() {
		for _, other := range slices.Backward(s.crm.Records(rec.Type, hubspot.Filter{Last: shownRecords})) {
			if other.ID != rec.ID {
				o.Into = append(o.Into, s.crmRecord(other))
			}
		}
	}
	return o
}

// crmRecord says of a record what people call it.
func (s *Sandbox) crmRecord(rec client.Record) crmRecord {
	get := func(name string) string { return rec.Properties[name] }
	v := crmRecord{Record: rec, Owner: s.ownerName(get("hubspot_owner_id"))}
	switch rec.Type {
	case "contacts":
		v.Name, v.Detail = strings.TrimSpace(get("firstname")+" "+get("lastname")), get("email")
	case "companies":
		v.Name, v.Detail = get("name"), get("domain")
	case "deals":
		v.Name, v.Detail, v.Stage = get("dealname"), strings.TrimSpace(get("amount")+" "+get("deal_currency_code")), stageName(get("dealstage"))
	case "tickets":
		v.Name, v.Detail, v.Stage = get("subject"), get("throughline_number"), ticketStageName(get("hs_pipeline_stage"))
	case "line_items":
		v.Name, v.Detail = get("name"), strings.TrimSpace(get("amount")+" "+get("hs_line_item_currency_code"))
	case "notes":
		v.Name, v.Detail = "Note", textOf(get("hs_note_body"))
	case "calls":
		v.Name, v.Detail = "Call", textOf(get("hs_call_body"))
	case "meetings":
		v.Name, v.Detail = "Meeting", textOf(get("hs_meeting_body"))
	}
	if v.Name == "" {
		v.Name = rec.ID
	}
	return v
}

func (s *Sandbox) crmOwners() (list []crmOwner) {
	for _, p := range s.o.People {
		if p.CRMOwner != "" {
			list = append(list, crmOwner{p.CRMOwner, p.Name})
		}
	}
	return list
}

// ownerName is what people call the owner with that ID.
func (s *Sandbox) ownerName(id string) string {
	for _, p := range s.o.People {
		if p.CRMOwner != "" && p.CRMOwner == id {
			return p.Name
		}
	}
	return id
}

var (
	lineEnds = regexp.MustCompile(`(?i)(<br\s*/?>)?</(p|div|li|h[1-6])>|<br\s*/?>`)
	tags     = regexp.MustCompile(`<[^>]*>`)
)

// textOf is the text of an activity's HTML.
func textOf(body string) string {
	return strings.TrimSpace(html.UnescapeString(tags.ReplaceAllString(lineEnds.ReplaceAllString(body, "\n"), "")))
}
