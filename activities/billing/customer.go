package billing

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/stripe/stripe-go/v85"
)

// customer finds or makes the customer with the address. It is made by the address alone, so that two cases of one new customer
// at once, whatever they know, make the same call.
func (a *Activities) customer(ctx context.Context, c Customer) (*stripe.Customer, error) {
	email := strings.ToLower(strings.TrimSpace(c.Email))
	found, err := step[stripe.Customer]{
		name: "customer", first: true, removable: true,
		look: func(ctx context.Context) (*stripe.Customer, error) {
			return a.findCustomer(ctx, strings.TrimSpace(c.Email))
		},
		call: func(ctx context.Context, p stripe.Params) (*stripe.Customer, *stripe.APIResponse, error) {
			made, err := a.api.V1Customers.Create(ctx, &stripe.CustomerCreateParams{Params: p, Email: stripe.String(email)})
			if err != nil {
				return nil, nil, err
			}
			return made, made.LastResponse, nil
		},
	}.do(ctx, email)
	if err != nil {
		return nil, err
	}
	return found, a.fill(ctx, found, c)
}

// findCustomer is the oldest customer with an address, written as it was given or in lower case: Stripe's filter goes by the
// letter. It is nil where there is none.
func (a *Activities) findCustomer(ctx context.Context, email string) (oldest *stripe.Customer, err error) {
	spellings := []string{email, strings.ToLower(email)}
	for _, spelling := range slices.Compact(spellings) {
		params := &stripe.CustomerListParams{Email: stripe.String(spelling)}
		params.Limit = stripe.Int64(100)
		for c, err := range a.api.V1Customers.List(ctx, params).All(ctx) {
			if err != nil {
				return nil, toFault(err)
			}
			if oldest == nil || c.Created <= oldest.Created { // the list begins with the youngest
				oldest = c
			}
		}
		if oldest != nil {
			break
		}
	}
	return oldest, nil
}

// fill gives a customer what it lacks. What people have entered stays.
func (a *Activities) fill(ctx context.Context, found *stripe.Customer, c Customer) error {
	params, lacks := &stripe.CustomerUpdateParams{}, false
	if name := strings.TrimSpace(cmp.Or(c.Company, c.Name)); found.Name == "" {
		params.Name, lacks = stripe.String(name), true
		if c.Company != "" && c.Name != "" && found.Description == "" {
			params.Description = stripe.String(c.Name)
		}
	}
	if c.Country != "" && (found.Address == nil || found.Address.Country == "") {
		params.Address, lacks = &stripe.AddressParams{Country: stripe.String(c.Country)}, true
	}
	if !lacks {
		return nil
	}
	_, err := a.api.V1Customers.Update(ctx, found.ID, params)
	return toFault(err)
}
