package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/field"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

// MaxProposal is the longest body of a proposal, in bytes: the longest notes in any script, and all lines, even where a sender
// escapes every letter beyond ASCII (as Python does by itself, which makes six bytes of two).
const MaxProposal = 1 << 20

// Proposal is a proposal as it was read from a body.
type Proposal struct {
	Request proposal.Request
	// Key is what the sender calls it; "" where it has no name.
	Key string
	// Signed is when a sender has signed it who has the secret; the zero time where nobody has.
	Signed time.Time
	// Mistakes are the fields that couldn't be read at all.
	Mistakes field.Mistakes
}

// ReadProposal reads a proposal from a JSON object:
//
//	{
//	  "submission_id": "crm-4711",
//	  "title": "Two robot arms", "deal": "9812345678",
//	  "client": {"company": "Contoso", "name": "Ada Winter", "email": "ada@contoso.example", "country": "DE"},
//	  "notes": "# Goals\n…",
//	  "currency": "EUR",
//	  "lines": [{"description": "Robot arm", "quantity": "2", "price": "1999.50"}],
//	  "discount": {"percent": "10"},
//	  "valid_until": "2026-11-30", "requested_by": "maria"
//	}
//
// Numbers are plain decimal ones, in quotes or without; a discount is a percentage or an amount ({"amount": "500.00"}). A
// member that means nothing is a mistake, since it could be one that was misspelt. The error is one of the package's; a field
// that can't be read is no error here but one of the mistakes.
func ReadProposal(body []byte) (Proposal, error) {
	members, err := readObject(body)
	if err != nil {
		return Proposal{}, err
	}
	var p Proposal
	o := &object{members: members, wrong: &p.Mistakes}
	r := &p.Request
	p.Key, _ = o.scalar(KeyField, "must be text")
	if len(p.Key) > MaxKey {
		o.mistake(KeyField, "is too long: at most "+strconv.Itoa(MaxKey)+" bytes")
	}
	r.Title = o.text("title")
	r.Deal, _ = o.scalar("deal", "must be the deal's ID in the CRM")
	if c := o.inner("client"); c != nil {
		r.Client = document.Party{Company: c.text("company"), Name: c.text("name"), Email: c.text("email"), Country: c.text("country")}
		c.close()
	}
	r.Notes = o.text("notes")
	r.Currency = o.text("currency")
	currency := strings.ToUpper(strings.TrimSpace(r.Currency))
	before := len(p.Mistakes)
	r.Lines = readLines(o, currency)
	whole := len(p.Mistakes) == before
	discount := readDiscount(o, currency)
	if whole { // else nobody knows yet what it is taken off
		r.Discount = discount
	}
	r.ValidUntil, r.RequestedBy = o.text("valid_until"), o.text("requested_by")
	o.close()
	return p, nil
}

func readLines(o *object, currency string) []document.Line {
	value := o.take("lines")
	list, ok := value.([]any)
	if value != nil && !ok {
		o.mistake("lines", "must be a list of objects")
	}
	// One more than there may be, so that too many are seen, and no more, so that a mistake in each fits into an answer.
	list = list[:min(len(list), proposal.MaxLines+1)]
	lines := make([]document.Line, len(list))
	for i, item := range list {
		members, ok := item.(map[string]any)
		if !ok {
			o.mistake(fmt.Sprintf("lines[%d]", i), "must be an object with description, quantity and price")
			continue
		}
		l := &object{at: fmt.Sprintf("lines[%d].", i), members: members, wrong: o.wrong}
		lines[i].Description = l.text("description")
		lines[i].Quantity = readQuantity(l)
		lines[i].Price = readAmount(l, "price", currency, true)
		l.close()
	}
	return lines
}

func readQuantity(o *object) money.Quantity {
	const must = `must be a plain decimal number with at most 3 digits after the point, such as "1" or "2.5"`
	before := len(*o.wrong)
	text, there := o.scalar("quantity", must)
	q, err := money.ParseQuantity(text)
	switch {
	case len(*o.wrong) > before:
	case !there:
		o.mistake("quantity", `is missing: give how many, such as "1" or "2.5"`)
	case err != nil:
		o.mistake("quantity", must)
	}
	return q
}

// readAmount reads an amount in a currency. Where that is none, the currency is the mistake, and not every amount.
func readAmount(o *object, name, currency string, needed bool) money.Amount {
	digits, err := money.Digits(currency)
	if err != nil {
		o.take(name)
		return money.Amount{}
	}
	example := "1999.50"
	if digits == 0 {
		example = "2000"
	}
	must := fmt.Sprintf("must be an amount in %s: a plain number such as %q, with at most %d digits after the point and no separators of thousands",
		currency, example, digits)
	before := len(*o.wrong)
	text, there := o.scalar(name, must)
	amount, err := money.Parse(text, currency)
	switch {
	case len(*o.wrong) > before, !there && !needed:
		return money.Amount{}
	case !there:
		o.mistake(name, fmt.Sprintf("is missing: give an amount in %s, such as %q", currency, example))
	case err != nil:
		o.mistake(name, must)
	}
	return amount
}

func readDiscount(o *object, currency string) document.Discount {
	d := o.inner("discount")
	if d == nil {
		return document.Discount{}
	}
	const must = `must be a plain decimal number with at most 2 digits after the point and no percent sign, such as "10" or "12.5"`
	var discount document.Discount
	if text, there := d.scalar("percent", must); there {
		var err error
		if discount.Percent, err = money.ParsePercent(text); err != nil {
			d.mistake("percent", must)
		}
	}
	discount.Amount = readAmount(d, "amount", currency, false)
	d.close()
	return discount
}

// Check normalises the request, finds out who has asked for it, and returns all that is wrong with it as [field.Mistakes], or
// nil. A field that couldn't be read is named for that alone.
//
// Whoever has asked for a proposal can't approve it. So somebody who isn't among the people, by their ID or e-mail address, is
// a mistake: they would be excluded from nothing.
func (p *Proposal) Check(people []policy.Person) error {
	r := &p.Request
	r.Normalize()
	all := slices.Clone(p.Mistakes)
	var found field.Mistakes
	if errors.As(r.Validate(), &found) {
		for _, m := range found {
			if !slices.ContainsFunc(p.Mistakes, func(read field.Mistake) bool { return covers(read.Field, m.Field) }) {
				all = append(all, m)
			}
		}
	}
	if r.RequestedBy != "" {
		i := slices.IndexFunc(people, func(one policy.Person) bool {
			return one.ID == r.RequestedBy || one.Email != "" && strings.EqualFold(one.Email, r.RequestedBy)
		})
		if i < 0 {
			all.Add("requested_by", "is nobody in the handbook: give the ID or the e-mail address of somebody who is, or leave it out")
		} else {
			r.RequestedBy = people[i].ID
		}
	}
	return all.Err()
}

// covers reports whether a mistake in one field says enough about another: about itself, or about what is in it.
func covers(read, of string) bool {
	rest, ok := strings.CutPrefix(of, read)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// TakeProposal checks a proposal and starts its workflow, once, by the rules of [Take]. People are those in the handbook.
func TakeProposal(ctx context.Context, c client.Client, p Proposal, people []policy.Person) (Receipt, error) {
	p.Request.Received = time.Now().UTC()
	if err := p.Check(people); err != nil {
		return Receipt{}, err
	}
	r := p.Request
	known := r
	if !p.Signed.IsZero() { // as in Entry.id
		known.Received = p.Signed
	}
	id := known.WorkflowID(p.Key)
	return begin(ctx, c, beginProposal(id, p.Key != "", r))
}

func beginProposal(id string, keyed bool, r proposal.Request) beginning {
	digest := r.Digest()
	r.Number = proposal.Number(id)
	b := beginning{
		ID: id, Keyed: keyed, Digest: digest, Workflow: proposal.WorkflowName, Queue: proposal.TaskQueue, Input: r,
		Summary: summary("Proposal", r.Client.Company, r.Client.Country),
	}
	if !r.FromDeal {
		b.Customer = r.Customer()
	}
	return b
}
