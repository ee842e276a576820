package auto

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// check looks at what the outside world has of a return that has ended.
func (l *returnPlay) check(ctx context.Context) error {
	return errors.Join(l.checkTicket(ctx), l.checkReturnCards(ctx), l.checkMails(ctx), l.checkShop(ctx), l.checkMoney(ctx))
}

// concluded is what the ticket says at the end.
var concluded = regexp.MustCompile(`The return (R-[A-Z2-7]+) is (\w+)\.`)

// checkTicket looks how the ticket says that the return ended.
func (l *returnPlay) checkTicket(ctx context.Context) error {
	tickets, err := l.World.Tickets(ctx, l.id)
	if err != nil {
		return err
	}
	if len(tickets) != 1 {
		return fmt.Errorf("expected one ticket, saw %d", len(tickets))
	}
	t := tickets[0]
	notes, err := l.World.TicketNotes(ctx, t.ID)
	if err != nil {
		return err
	}
	said := ""
	for _, n := range notes {
		text := noteText(n)
		if found := concluded.FindStringSubmatch(text); found != nil && found[1] == l.number {
			l.Ended(found[2], l.result.By)
		}
		said += text + "\n"
	}
	stage := l.Handbook.Returns.Ticket.Closed
	switch {
	case strings.Contains(said, "was given up at the stage"):
		l.Ended(string(returns.Aborted), l.result.By)
		stage = l.Handbook.Returns.Ticket.Open
	case strings.Contains(said, "This is no return"):
		l.Ended(string(returns.Dropped), l.result.By)
		stage = t.Stage
	}
	switch {
	case t.Number != l.number:
		return fmt.Errorf("expected the number %s in the ticket, saw %q", l.number, t.Number)
	case t.Stage != stage:
		return fmt.Errorf("expected the ticket to be at the stage %q in the end, saw it go to %q", stage, t.Stages)
	}
	mails, err := l.mails(ctx)
	if n := strings.Count(said, "To the customer: "); err == nil && n != len(mails) {
		err = fmt.Errorf("expected the ticket to have all %d e-mails, saw %d", len(mails), n)
	}
	return err
}

// mails are those to the customer, whoever they are.
func (l *returnPlay) mails(ctx context.Context) ([]sandbox.Email, error) {
	all, err := l.World.Emails(ctx, "", l.id)
	return slices.DeleteFunc(all, func(m sandbox.Email) bool { return l.ours(m.To.Email) }), err
}

// hurry is what a customer is reminded for in a case that isn't about that, where the warehouse has a lot to do: it is as it should be.
func (l *returnPlay) hurry(got []sandbox.Email) []sandbox.Email {
	if slices.Contains(l.c.mails, mailReminder) {
		return got
	}
	rest := slices.DeleteFunc(slices.Clone(got), mailReminder.is)
	n := len(got) - len(rest)
	l.Besides(Effects{CustomerMail: n, Note: n})
	return rest
}

// checkReturnCards looks that none of the cards can be answered any more.
func (l *returnPlay) checkReturnCards(ctx context.Context) error {
	cards, err := l.World.Messages(ctx, sandbox.MessageFilter{Case: l.id})
	if err != nil {
		return err
	}
	for _, m := range cards {
		if len(m.Buttons) > 0 {
			return fmt.Errorf("expected no button on a card whose task has ended, saw %s on %q", labels(m.Buttons), m.Text)
		}
	}
	return nil
}

// checkMails looks what the customer was told, and that nobody else was.
func (l *returnPlay) checkMails(ctx context.Context) error {
	all, err := l.mails(ctx)
	if err != nil {
		return err
	}
	got := l.hurry(all)
	if len(got) < len(l.c.mails) {
		return fmt.Errorf("expected the e-mails %q, saw %d", l.c.mails, len(got))
	}
	for i, want := range l.c.mails {
		if !want.is(got[i]) || !strings.Contains(got[i].Text, l.number) || !strings.EqualFold(got[i].To.Email, l.email) {
			return fmt.Errorf("expected the e-mail %d to be to %s and to say %q, saw one to %s: %s", i+1, l.email, want, got[i].To.Email, got[i].Text)
		}
	}
	return nil
}

// checkShop looks what the shop has of the return: its lines and what became of them, and what the customer got instead.
func (l *returnPlay) checkShop(ctx context.Context) error {
	o, err := l.World.ShopOrder(ctx, l.order.Name)
	if err != nil {
		return err
	}
	var saw []string
	for _, r := range o.Returns {
		if r.Number != l.number {
			continue
		}
		is := r.Status
		for _, line := range r.Lines {
			is += fmt.Sprintf(", %d %s", line.Quantity, line.SKU)
			for _, state := range slices.Sorted(maps.Keys(line.Became)) {
				is += fmt.Sprintf(" %s %d", state, line.Became[state])
			}
		}
		saw = append(saw, is)
	}
	drafts, err := l.World.ShopDrafts(ctx)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		if !slices.Contains(d.Tags, l.number) {
			continue
		}
		is := d.Status
		for _, sku := range slices.Sorted(maps.Keys(d.Items)) {
			is += fmt.Sprintf(", %d %s instead", d.Items[sku], sku)
		}
		saw = append(saw, is)
	}
	if !slices.Equal(saw, l.c.shop) {
		return fmt.Errorf("expected the shop to have %q of the return, saw %q", l.c.shop, saw)
	}
	return nil
}

// checkMoney looks what the customer got, and that it is no more than was paid.
func (l *returnPlay) checkMoney(ctx context.Context) error {
	var saw []string
	for _, id := range l.ids {
		refunds, err := l.World.PaymentRefunds(ctx, id)
		if err != nil {
			return err
		}
		for _, r := range refunds {
			saw = append(saw, fmt.Sprintf("%d %s", r.Amount, r.Status))
		}
	}
	if !slices.Equal(saw, l.c.repaid) {
		return fmt.Errorf("expected Stripe's refunds to be %q, saw %q", l.c.repaid, saw)
	}
	credit, err := l.World.StoreCredit(ctx, l.email)
	if err != nil {
		return err
	}
	var balance int64
	for _, c := range credit {
		balance += c.Balance
	}
	if balance != l.c.credit {
		return fmt.Errorf("expected %d as store credit, saw %d", l.c.credit, balance)
	}
	return nil
}
