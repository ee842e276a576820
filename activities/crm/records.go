package crm

import (
	"context"
	"html"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// HubSpot's own properties that are read as well as written.
const (
	propertyFirst     = "firstname"
	propertyLast      = "lastname"
	propertyPhone     = "phone"
	propertyCountry   = "country"
	propertyOwner     = "hubspot_owner_id"
	propertyStatus    = "hs_lead_status"
	propertyStage     = "lifecyclestage"
	propertyContacted = "notes_last_contacted"
	// propertyCompany is the ID of the contact's primary company.
	propertyCompany = "associatedcompanyid"
)

// The unique properties of Throughline's own, which Setup creates.
const (
	// propertyKey holds the key of the effect that made a record.
	propertyKey = "throughline_key"
	// propertyDomain holds a company's domain, once. HubSpot's own property "domain" can't be upserted by, since it needn't
	// be unique.
	propertyDomain = "throughline_domain"
)

// recordContact upserts the contact: its owner is the lead's, and it gets what else it lacks, a status and a life cycle stage too.
// What the form says otherwise, which anybody could have filled in with somebody's address, is returned for the note.
func (a *Activities) recordContact(ctx context.Context, lead Lead) (contact record, otherwise string, err error) {
	c := lead.Contact
	email := plainAddress(c.Email)
	if email == "" {
		return record{}, "", fault.Final(system, "invalid_request", "the lead's contact has no e-mail address").Err()
	}
	had, err := a.contactOf(ctx, email)
	if err != nil {
		return record{}, "", err
	}
	set, otherwise := c.beside(had.Properties.filled())
	set[propertyOwner] = lead.Owner
	if contact, err = a.upsert(ctx, contacts, "email", email, set); err != nil {
		return record{}, "", err
	}
	// A new contact has what the answer says: HubSpot gives it the account's first life cycle stage. Any other one is read: it
	// may lack a status, if only because an earlier attempt broke off here.
	if !contact.New {
		if contact, err = a.read(ctx, contacts, contact.ID, propertyStatus, propertyStage, propertyContacted); err != nil {
			return record{}, "", err
		}
	}
	return contact, otherwise, a.fill(ctx, contacts, contact, properties{propertyStatus: string(StatusNew), propertyStage: "lead"})
}

// beside is what of a contact can be set beside what the CRM has, and what it says otherwise, a line each; "" for nothing. A
// first name goes with no other last name, nor a last with another first.
func (c Contact) beside(had properties) (set properties, otherwise string) {
	first, last := splitName(c.Name)
	set = properties{propertyFirst: first, propertyLast: last, propertyPhone: c.Phone, propertyCountry: c.Country}
	other := func(name, value string) bool {
		return had[name] != "" && !strings.EqualFold(had[name], strings.TrimSpace(value))
	}
	if other(propertyFirst, first) || other(propertyLast, last) {
		delete(set, propertyFirst)
		delete(set, propertyLast)
		if name := had[propertyFirst] + " " + had[propertyLast]; !strings.EqualFold(strings.TrimSpace(name), strings.Join(strings.Fields(c.Name), " ")) {
			otherwise += "\nName in the form: " + c.Name
		}
	}
	if c.Phone != "" && other(propertyPhone, c.Phone) {
		otherwise += "\nPhone in the form: " + c.Phone
	}
	for name := range had {
		delete(set, name)
	}
	return set, otherwise
}

// recordCompany finds or makes the company; "" where nothing is known about it.
//
// A company with a domain is searched for first, since most that matter are in the CRM already. The search lags some seconds
// behind, so two leads of one new company may both find none: they then upsert by the same unique property, and still make one.
func (a *Activities) recordCompany(ctx context.Context, key effect.Key, lead Lead) (id string, err error) {
	c := lead.Company
	domain := plainAddress(c.Domain)
	if domain == "" && strings.TrimSpace(c.Name) == "" {
		return "", nil
	}
	industry, err := a.industry(ctx, c.Industry)
	if err != nil {
		return "", err
	}
	known := properties{
		"name": c.Name, "domain": domain, "country": c.Country, "industry": industry, propertyOwner: lead.Owner,
	}
	if c.Employees > 0 {
		known["numberofemployees"] = strconv.Itoa(c.Employees)
	}
	if domain == "" {
		// Without a domain nothing tells one "Contoso" from another; the lead gets a company of its own.
		made, err := a.upsert(ctx, companies, propertyKey, key.ID, known)
		return made.ID, err
	}
	company, err := a.search(ctx, companies, "domain", domain, known.names())
	if err == nil && company.ID == "" {
		company, err = a.upsert(ctx, companies, propertyDomain, domain, properties{"domain": domain})
		if err == nil && !company.New {
			company, err = a.read(ctx, companies, company.ID, known.names()...)
		}
	}
	if err != nil {
		return "", err
	}
	return company.ID, a.fill(ctx, companies, company, known)
}

// fill gives a record what it lacks.
func (a *Activities) fill(ctx context.Context, kind string, r record, known properties) error {
	lacks := known.filled()
	for name := range r.Properties.filled() {
		delete(lacks, name)
	}
	if len(lacks) == 0 {
		return nil
	}
	return a.update(ctx, kind, r.ID, lacks)
}

type note struct {
	text, owner      string
	at               time.Time
	contact, company string
}

func (a *Activities) recordNote(ctx context.Context, key effect.Key, n note) (id string, err error) {
	at := n.at
	if at.IsZero() {
		at = time.Now()
	}
	made, err := a.upsert(ctx, notes, propertyKey, key.ID, properties{
		"hs_note_body": noteBody(n.text), "hs_timestamp": at.UTC().Format("2006-01-02T15:04:05.000Z"), propertyOwner: n.owner,
	})
	if err != nil {
		return "", err
	}
	if err := a.associate(ctx, notes, made.ID, contacts, n.contact); err != nil {
		return "", err
	}
	if n.company != "" {
		err = a.associate(ctx, notes, made.ID, companies, n.company)
	}
	return made.ID, err
}

// plainAddress is an e-mail address or a domain as HubSpot keeps it.
func plainAddress(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// moment is a time as HubSpot writes it; zero for none.
func moment(value string) time.Time {
	at, _ := time.Parse(time.RFC3339, value) // what can't be read is zero as well: it only says more about the lead
	return at
}

// maxNote is how many characters of a note are kept. HubSpot takes 65 536 of HTML, and an escaped character is up to five.
const maxNote = 12_000

// noteBody makes HTML of plain text.
func noteBody(text string) string {
	text = strings.ReplaceAll(strings.TrimSpace(text), "\r\n", "\n")
	if runes := []rune(text); len(runes) > maxNote {
		text = string(runes[:maxNote-1]) + "…"
	}
	return strings.ReplaceAll(html.EscapeString(text), "\n", "<br>")
}

// splitName gives HubSpot the two names that it wants: the last word is the last name, and a single word the first name.
func splitName(name string) (first, last string) {
	words := strings.Fields(name)
	if len(words) < 2 {
		return strings.Join(words, ""), ""
	}
	return strings.Join(words[:len(words)-1], " "), words[len(words)-1]
}
