package auto

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/policy"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
)

// Kind is a kind of effect on the outside world.
type Kind struct {
	System string // as the sandbox calls it
	What   string // in the plural
}

// The kinds.
var (
	Card          = Kind{"slack", "cards"}
	Reply         = Kind{"slack", "replies in threads"}
	PrivateAnswer = Kind{"slack", "private answers"}
	CustomerMail  = Kind{"sendgrid", "e-mails to the customer"}
	ColleagueMail = Kind{"sendgrid", "e-mails to colleagues"}
	Contact       = Kind{"hubspot", "contacts"}
	Company       = Kind{"hubspot", "companies"}
	Note          = Kind{"hubspot", "notes"}
	Signature     = Kind{"dropboxsign", "signature requests"}
	Project       = Kind{"asana", "projects"}
	ProjectTask   = Kind{"asana", "tasks"}
	Invoice       = Kind{"stripe", "invoices"}
	InvoiceMail   = Kind{"stripe", "invoices that were sent"}
	Repayment     = Kind{"stripe", "refunds"}
	Ticket        = Kind{"hubspot", "tickets"}
	ShopReturn    = Kind{"shopify", "returns"}
	StockChange   = Kind{"shopify", "changes of stock"}
	ShopRefund    = Kind{"shopify", "refunds"}
	Exchange      = Kind{"shopify", "exchanges"}
)

// Effects counts effects by their kind.
type Effects map[Kind]int

// with is the same effects, but for the counts of others.
func (e Effects) with(others Effects) Effects {
	all := maps.Clone(e)
	maps.Copy(all, others)
	return all
}

// plus is the same effects, and others.
func (e Effects) plus(others Effects) Effects {
	all := maps.Clone(e)
	for k, n := range others {
		all[k] += n
	}
	return all
}

// audit counts what has happened in the outside world for this case, and holds it against what the case expects.
func (p *Player) audit(ctx context.Context) {
	if p.result.ID != "" {
		if err := p.count(ctx); err != nil {
			p.Problem("the effects could not be counted: %v", err)
		}
	}
	p.result.Others = slices.DeleteFunc(slices.Clone(p.ids), func(id string) bool { return id == p.result.ID })
	p.result.OK = len(p.result.Problems) == 0
}

func (p *Player) count(ctx context.Context) error {
	happened, err := p.happened(ctx)
	if err != nil {
		return err
	}
	for _, problem := range tally(happened, p.result.Effects) {
		p.Problem("%s", problem)
	}
	if len(p.result.Problems) > 0 {
		return nil // what is missing or too much is the consequence
	}
	seen, err := p.see(ctx)
	if err != nil {
		return err
	}
	for _, problem := range compare(p.c.Effects.plus(p.besides), seen) {
		p.Problem("%s", problem)
	}
	return nil
}

// happened is what the sandbox counts for the case's workflows. A contact or a company that several of them are about is one.
func (p *Player) happened(ctx context.Context) (all []sandbox.Effect, err error) {
	for _, id := range slices.Concat(p.ids, p.numbers) {
		effects, err := p.World.Effects(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, e := range effects {
			same := func(o sandbox.Effect) bool {
				return o.System == e.System && o.Operation == e.Operation && o.Key == e.Key
			}
			if !slices.ContainsFunc(all, same) {
				all = append(all, e)
			}
		}
	}
	return all, nil
}

// tally adds effects up by system, and says which of them are duplicates.
func tally(happened []sandbox.Effect, by map[string]Tally) (problems []string) {
	for _, e := range happened {
		if e.Repeatable {
			continue
		}
		t := by[e.System]
		t.Count += e.Count
		t.Duplicates += e.Count - 1
		by[e.System] = t
		if e.Count > 1 {
			problems = append(problems, fmt.Sprintf("expected one %s %s of %q, saw %d: %s",
				e.System, e.Operation, e.Key, e.Count, strings.Join(e.Records, ", ")))
		}
	}
	return problems
}

// see counts what people find of the case in Slack, in the mailboxes, in the CRM, and where it is signed, done and paid.
func (p *Player) see(ctx context.Context) (Effects, error) {
	seen := Effects{}
	for _, id := range p.ids {
		cards, err := p.World.Messages(ctx, sandbox.MessageFilter{Case: id})
		if err != nil {
			return nil, err
		}
		for _, card := range cards {
			seen[Card]++
			seen[Reply] += len(card.Replies)
		}
		mails, err := p.World.Emails(ctx, "", id)
		if err != nil {
			return nil, err
		}
		for _, m := range mails {
			if p.ours(m.To.Email) {
				seen[ColleagueMail]++
			} else {
				seen[CustomerMail]++
			}
		}
	}
	answers, err := p.answers(ctx)
	if err != nil {
		return nil, err
	}
	if n := len(answers); n > 0 { // these carry no key by which the sandbox could count them
		seen[PrivateAnswer] = n
		t := p.result.Effects[PrivateAnswer.System]
		t.Count += n
		p.result.Effects[PrivateAnswer.System] = t
	}
	return seen, errors.Join(p.seeCRM(ctx, seen), p.seeDeal(ctx, seen), p.seeShop(ctx, seen))
}

// ours reports whether an address is that of somebody of the house.
func (p *Player) ours(address string) bool {
	person := p.find(func(q policy.Person) bool { return strings.EqualFold(q.Email, address) })
	return person.ID != "" || strings.EqualFold(address, p.Handbook.Returns.WarehouseEmail)
}

// seeShop counts what came of a return in the shop, by its number, and what was given back for it.
func (p *Player) seeShop(ctx context.Context, seen Effects) error {
	kinds := map[string]Kind{"return": ShopReturn, "stock": StockChange, "refund": ShopRefund, "exchange": Exchange}
	for _, id := range slices.Concat(p.ids, p.numbers) {
		effects, err1 := p.World.Effects(ctx, id)
		refunds, err2 := p.World.PaymentRefunds(ctx, id)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		for _, e := range effects {
			if e.System == ShopReturn.System {
				seen[kinds[e.Operation]] += e.Count
			}
		}
		seen[Repayment] += len(refunds)
	}
	return nil
}

// seeDeal counts what there is to sign, to do and to pay.
func (p *Player) seeDeal(ctx context.Context, seen Effects) error {
	for _, id := range p.ids {
		signatures, err1 := p.World.Signatures(ctx, id)
		projects, err2 := p.World.Projects(ctx, id)
		invoices, err3 := p.World.Invoices(ctx, id)
		if err := errors.Join(err1, err2, err3); err != nil {
			return err
		}
		seen[Signature] += len(signatures)
		seen[Project] += len(projects)
		for _, one := range projects {
			for _, s := range one.Sections {
				seen[ProjectTask] += len(s.Tasks)
			}
		}
		seen[Invoice] += len(invoices)
		for _, one := range invoices {
			seen[InvoiceMail] += one.Sent
		}
	}
	return nil
}

// seeCRM counts the records: the contacts of those whom the case is about, and what its workflows have made.
func (p *Player) seeCRM(ctx context.Context, seen Effects) error {
	counted := map[string]bool{} // two customers may have been made one contact, and two leads be about one company
	count := func(kind Kind, f sandbox.RecordFilter) error {
		records, err := p.World.Records(ctx, kind.What, f)
		for _, r := range records {
			if !counted[r.ID] {
				counted[r.ID] = true
				seen[kind]++
			}
		}
		return err
	}
	for i, id := range p.ids {
		err := errors.Join(
			count(Contact, sandbox.RecordFilter{Email: p.customers[i]}),
			count(Company, sandbox.RecordFilter{Case: id}),
			count(Note, sandbox.RecordFilter{Case: id}),
			count(Ticket, sandbox.RecordFilter{Case: id}),
		)
		if err != nil {
			return err
		}
	}
	return nil
}

// compare says where what was seen differs from what was expected.
func compare(expected, seen Effects) (problems []string) {
	kinds := map[Kind]bool{}
	for _, e := range []Effects{expected, seen} {
		for k := range e {
			kinds[k] = true
		}
	}
	byName := func(a, b Kind) int { return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.What, b.What)) }
	for _, k := range slices.SortedFunc(maps.Keys(kinds), byName) {
		if expected[k] != seen[k] {
			problems = append(problems, fmt.Sprintf("%s: expected %d %s, saw %d", k.System, expected[k], k.What, seen[k]))
		}
	}
	return problems
}
