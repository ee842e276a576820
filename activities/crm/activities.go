package crm

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/rest"
)

// Options say which HubSpot account to talk to.
type Options struct {
	// URL is the API's address; "" for HubSpot's own, https://api.hubapi.com.
	URL string
	// Token is a private app's access token ("pat-…"). Its scopes are crm.objects.contacts.read and .write,
	// crm.objects.companies.read and .write, for deals crm.objects.deals.read and .write and
	// crm.objects.line_items.read, for tickets "tickets", and for Setup crm.schemas.contacts.write,
	// crm.schemas.companies.write and crm.schemas.tickets.write.
	Token string
	// Portal is the account's ID, as it stands in the addresses of HubSpot's pages; "" where it isn't known.
	Portal string
	// Pages is the address of HubSpot's pages; "" for HubSpot's own, https://app.hubspot.com.
	Pages string
	// HTTP sends the requests; nil for a client of its own from rest.NewHTTPClient.
	HTTP *http.Client
}

// Activities are what Throughline does in the CRM. They are safe for concurrent use.
type Activities struct {
	api        *rest.Client
	pages      string // of one contact, but for its ID; "" where the account isn't known
	tickets    string // the same of a ticket
	industries industries
	stages     stages
}

// New makes the activities.
func New(o Options) *Activities {
	a := &Activities{api: client(o)}
	if o.Portal != "" {
		records := strings.TrimSuffix(cmp.Or(o.Pages, "https://app.hubspot.com"), "/") +
			"/contacts/" + url.PathEscape(o.Portal) + "/record/"
		a.pages, a.tickets = records+"0-1/", records+"0-5/"
	}
	return a
}

// RecordLead records a lead: the contact by its e-mail address, the company, that they belong together, and the note with both.
// Run again, also after an attempt that broke off half-way, it finds what is there and adds what is missing.
//
// The contact's owner becomes the lead's, also where it had another; a company's only where it has none. A name, a phone number
// or a country that the contact has stays; where the lead has another name or number, the note says so. The contact's status
// becomes "NEW" and its life cycle stage "lead" where it has none: one that people have taken further stays where it is.
//
// A record that is deleted or merged in the middle of it is an unavailable fault, and the next attempt goes by what there is
// then. That may make the contact once more: whoever deleted it can't have known that somebody had just written again.
func (a *Activities) RecordLead(ctx context.Context, key effect.Key, lead Lead) (Recorded, error) {
	r, err := a.recordLead(ctx, key, lead)
	if err != nil {
		return Recorded{}, moved(err)
	}
	if a.pages != "" {
		r.URL = a.pages + url.PathEscape(r.Contact)
	}
	return r, nil
}

func (a *Activities) recordLead(ctx context.Context, key effect.Key, lead Lead) (r Recorded, err error) {
	contact, otherwise, err := a.recordContact(ctx, lead)
	if err != nil {
		return r, err
	}
	r.Contact, r.Contacted = contact.ID, moment(contact.Properties[propertyContacted])
	if r.Company, err = a.recordCompany(ctx, key, lead); err != nil {
		return r, err
	}
	if r.Company != "" {
		if err := a.associate(ctx, contacts, r.Contact, companies, r.Company); err != nil {
			return r, err
		}
	}
	r.Note, err = a.recordNote(ctx, key, note{text: lead.Note + otherwise, owner: lead.Owner, at: lead.At, contact: r.Contact, company: r.Company})
	return r, err
}
