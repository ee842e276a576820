package crm

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/rest"
)

// DealQuery asks for what a deal says.
type DealQuery struct {
	Deal string `json:"deal"` // the deal's ID
	// Currency is that of a deal which names none, since the account has only one; "" for none.
	Currency string `json:"currency,omitempty"`
}

// Deal is what a deal says that a proposal needs. What it doesn't say is empty.
type Deal struct {
	// Deal is the deal's ID as it is now: another one than was asked for where it was merged into another meanwhile.
	Deal string `json:"deal"`
	Name string `json:"name,omitempty"`
	// Owner is the CRM's owner ID of whoever the deal belongs to; "" for nobody.
	Owner    string `json:"owner,omitempty"`
	Currency string `json:"currency,omitempty"`
	// Client is who is to sign: see [Activities.ReadDeal]. Company is theirs.
	Client  Contact `json:"client"`
	Company Company `json:"company"`
	// Lines are the line items in their order. A deal without any, but with an amount, has that as its one line.
	Lines []DealLine `json:"lines,omitempty"`
	// Notes are those of the discovery call, in Markdown.
	Notes string `json:"notes,omitempty"`
}

// DealLine is a line item of a deal.
type DealLine struct {
	Description string         `json:"description"`
	Quantity    money.Quantity `json:"quantity"`
	// Price is for one, before the discount; Off is what is taken off the whole line.
	Price money.Amount `json:"price"`
	Off   money.Amount `json:"off,omitzero"`
}

// lineItems is a kind of records.
const lineItems = "line_items"

// ReadDeal reads a deal and what belongs to it. It only reads.
//
// The client is the deal's contact; of several, the one whose association has a label that begins with "sign" (Signer,
// Signatory), else the first. The company is the deal's primary one, else the first, else what the contact says.
//
// The notes are the newest note on the deal that people have written and that says "discovery" in its first line, else the
// newest one: what else people note about a deal is nothing for the client.
//
// An amount that can't be read exactly is a final fault that names every such field, since somebody has to put it right in
// HubSpot; so is a deal that doesn't exist. What is merely missing is left empty, for the caller to judge.
func (a *Activities) ReadDeal(ctx context.Context, _ effect.Key, q DealQuery) (Deal, error) {
	if q.Deal == "" {
		return Deal{}, fault.Final(system, "invalid_request", "deal: no deal is named").Err()
	}
	r, err := a.read(ctx, deals, q.Deal, "dealname", propertyDealAmount, propertyDealCurrency, propertyOwner)
	if err != nil {
		return Deal{}, err
	}
	d := Deal{
		Deal: r.ID, Name: r.Properties["dealname"], Owner: r.Properties[propertyOwner],
		Currency: strings.ToUpper(cmp.Or(r.Properties[propertyDealCurrency], q.Currency)),
	}
	if err := a.readClient(ctx, &d); err != nil {
		return Deal{}, moved(err)
	}
	if d.Lines, err = a.readLines(ctx, d, r.Properties[propertyDealAmount]); err != nil {
		return Deal{}, moved(err)
	}
	d.Notes, err = a.readNotes(ctx, d.Deal)
	return d, moved(err)
}

// readClient finds who is to sign, and their company.
func (a *Activities) readClient(ctx context.Context, d *Deal) error {
	people, err := a.linked(ctx, deals, d.Deal, contacts)
	if err != nil {
		return err
	}
	if len(people) > 0 {
		c, err := a.read(ctx, contacts, labelled(people, "sign").ID, "email", "firstname", "lastname", "phone", "country", "company")
		if err != nil {
			return err
		}
		p := c.Properties
		d.Client = Contact{
			Email: p["email"], Name: strings.TrimSpace(p["firstname"] + " " + p["lastname"]), Phone: p["phone"], Country: p["country"],
		}
		d.Company.Name = p["company"]
	}
	firms, err := a.linked(ctx, deals, d.Deal, companies)
	if err != nil || len(firms) == 0 {
		return err
	}
	c, err := a.read(ctx, companies, labelled(firms, "primary").ID, "name", "domain", "country")
	if err != nil {
		return err
	}
	d.Company = Company{Name: c.Properties["name"], Domain: c.Properties["domain"], Country: c.Properties["country"]}
	return nil
}

// link is an association of a record with another one.
type link struct {
	ID    string
	Types []struct {
		Label string `json:"label"`
	}
}

// labelled is the link with a label that begins with a word, else the first one.
func labelled(links []link, word string) link {
	i := slices.IndexFunc(links, func(l link) bool {
		for _, t := range l.Types {
			if strings.HasPrefix(strings.ToLower(t.Label), word) {
				return true
			}
		}
		return false
	})
	return links[max(i, 0)]
}

// maxPages bounds how far associations are followed: 500 are on a page, and no record here has as many as are on twenty.
const maxPages = 20

// linked are a record's associations with those of another kind.
func (a *Activities) linked(ctx context.Context, of, id, kind string) (all []link, err error) {
	type page struct {
		Results *[]struct {
			// HubSpot's description has a text, and its answers have a number.
			ID    anyID `json:"toObjectId"`
			Types []struct {
				Label string `json:"label"`
			} `json:"associationTypes"`
		} `json:"results"`
		Paging struct {
			Next struct {
				After string `json:"after"`
			} `json:"next"`
		} `json:"paging"`
	}
	after := ""
	for range maxPages {
		query := url.Values{"limit": {"500"}}
		if after != "" {
			query.Set("after", after)
		}
		got, err := rest.Do[page](ctx, a.api, rest.Request{
			Method: http.MethodGet, Path: "/crm/v4/objects/" + of + "/" + url.PathEscape(id) + "/associations/" + kind, Query: query,
		})
		if err != nil {
			return nil, err
		}
		if got.Results == nil {
			return nil, fault.Unreachable(system, "the associations were answered without a list").Err()
		}
		for _, one := range *got.Results {
			all = append(all, link{string(one.ID), one.Types})
		}
		if after = got.Paging.Next.After; after == "" {
			return all, nil
		}
	}
	return nil, fault.Final(system, "too_many", fmt.Sprintf("the record has more than %d pages of %s", maxPages, kind)).Err()
}

// anyID is an ID that was written as a number or as a text.
type anyID string

// UnmarshalJSON reads either.
func (id *anyID) UnmarshalJSON(b []byte) error {
	*id = anyID(strings.Trim(string(b), `"`))
	return nil
}

// batchSize is how many records HubSpot reads at a time.
const batchSize = 100

// readAll reads records by their IDs or, with by, by the values of a unique property; in no order. Those that are no more are left
// out.
func (a *Activities) readAll(ctx context.Context, kind, by string, links []link, names ...string) (all []record, err error) {
	type input struct {
		ID string `json:"id"`
	}
	type batch struct {
		Results *[]record `json:"results"`
		Errors  []struct {
			Category string `json:"category"`
			Message  string `json:"message"`
		} `json:"errors"`
	}
	for some := range slices.Chunk(links, batchSize) {
		inputs := make([]input, len(some))
		for i, l := range some {
			inputs[i].ID = l.ID
		}
		body := map[string]any{"inputs": inputs, "properties": names, "propertiesWithHistory": []string{}}
		if by != "" {
			body["idProperty"] = by
		}
		got, err := rest.Do[batch](ctx, a.api, rest.Request{
			Method: http.MethodPost, Path: "/crm/v3/objects/" + kind + "/batch/read", Body: body,
		})
		if err != nil {
			return nil, err
		}
		if got.Results == nil {
			return nil, fault.Unreachable(system, "a batch of "+kind+" was answered without a list").Err()
		}
		for _, e := range got.Errors {
			if e.Category != "OBJECT_NOT_FOUND" {
				return nil, fault.Unreachable(system, e.Category+": "+e.Message).Err()
			}
		}
		all = append(all, *got.Results...)
	}
	return all, nil
}

// byAge orders records by their IDs, which count upwards.
func byAge(a, b string) int {
	one, _ := strconv.ParseUint(a, 10, 64)
	other, _ := strconv.ParseUint(b, 10, 64)
	return cmp.Or(cmp.Compare(one, other), cmp.Compare(a, b))
}
