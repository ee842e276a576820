package crm

import (
	"context"

	"github.com/throughline-dev/throughline/activities/effect"
)

// FindKnown looks up what the CRM has of whoever wrote: the contact by the e-mail address, the contact's company, else the
// oldest one with the domain, and whose they are. It only reads. Records that were deleted don't count.
func (a *Activities) FindKnown(ctx context.Context, _ effect.Key, q Query) (Known, error) {
	contact, err := a.contactOf(ctx, q.Email)
	if err != nil {
		return Known{}, err
	}
	company, err := a.companyOf(ctx, contact, q.Domain)
	if err != nil {
		return Known{}, err
	}
	known := Known{Contact: contact.ID, Company: company.ID, Owner: contact.Properties[propertyOwner]}
	switch account := company.Properties[propertyOwner]; known.Owner {
	case "":
		known.Owner, known.Account = account, account != ""
	case account:
	default:
		known.AccountOwner = account
	}
	return known, nil
}

// contactOf is the contact with the address; the zero record where there is none.
func (a *Activities) contactOf(ctx context.Context, email string) (record, error) {
	if email = plainAddress(email); email == "" {
		return record{}, nil
	}
	contact, err := a.readBy(ctx, contacts, "email", email,
		propertyOwner, propertyCompany, propertyFirst, propertyLast, propertyPhone, propertyCountry)
	if absent(err) {
		return record{}, nil
	}
	return contact, err
}

// companyOf is the contact's company, else the one with the domain; the zero record where there is none.
func (a *Activities) companyOf(ctx context.Context, contact record, domain string) (record, error) {
	if id := contact.Properties[propertyCompany]; id != "" {
		company, err := a.read(ctx, companies, id, propertyOwner)
		if !absent(err) {
			return company, err
		}
	}
	if domain = plainAddress(domain); domain == "" {
		return record{}, nil
	}
	return a.search(ctx, companies, "domain", domain, []string{propertyOwner})
}
