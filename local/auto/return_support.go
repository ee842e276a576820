package auto

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// onShopsPage is a customer filling in the shop's own page.
func onShopsPage(ctx context.Context, l *returnPlay) error {
	f := sandbox.ReturnForm{Order: l.order.Name, Email: l.email, Name: l.c.order.Name, Wish: "refund"}
	for _, i := range l.c.items {
		f.Items = append(f.Items, sandbox.ReturnFormItem{SKU: i.sku, Quantity: strconv.Itoa(i.quantity), Reason: string(i.reason)})
	}
	return l.Until(ctx, "the shop's page to take the return", func(ctx context.Context) (bool, string, error) {
		answer, err := l.World.AskForReturn(ctx, f)
		switch id, _ := answer["id"].(string); {
		case err != nil && strings.Contains(err.Error(), strconv.Itoa(http.StatusServiceUnavailable)):
			return false, err.Error(), nil // it asks to be sent again
		case err != nil || id == "":
			return false, "", fmt.Errorf("expected the return to be taken with 202, saw %w", cmp.Or(err, errors.New("no ID")))
		default:
			l.taken(id)
			return true, "", nil
		}
	})
}

// sendAs is somebody at another address sending it.
func sendAs(address string) func(context.Context, *returnPlay) error {
	return func(ctx context.Context, l *returnPlay) error {
		local, domain, _ := strings.Cut(address, "@")
		l.email = local + "+" + l.ID + "@" + domain
		return sendReturn(ctx, l)
	}
}

// sendTwo is two returns of the same at the same moment.
func sendTwo(ctx context.Context, l *returnPlay) error {
	forms := []form{l.fill(), l.fill()}
	ids := make([]string, len(forms))
	var all errgroup.Group
	for i := range forms {
		all.Go(func() (err error) { ids[i], err = l.hand(ctx, returned, forms[i], asJSON); return err })
	}
	if err := all.Wait(); err != nil {
		return err
	}
	l.taken(ids[0])
	l.rival = ids[1]
	l.Also(l.rival, l.email)
	l.Numbered(returns.Number(l.rival))
	return nil
}

// oneOfTwo is one of the two being processed, and the other one answered.
func oneOfTwo(ctx context.Context, l *returnPlay) error {
	err := l.Until(ctx, "one of two returns to be accepted, and the other to be answered", func(ctx context.Context) (bool, string, error) {
		var cards [2]int
		for i, id := range []string{l.id, l.rival} {
			found, err := l.Cards(ctx, sandbox.MessageFilter{Case: id}, parcelTitle)
			if err != nil {
				return false, "", err
			}
			cards[i] = len(found)
		}
		if cards[1] == 1 {
			l.id, l.rival = l.rival, l.id
			l.number, l.result.ID = returns.Number(l.id), l.id
		}
		return cards[0]+cards[1] == 1, fmt.Sprintf("cards of the warehouse's: %v", cards), nil
	})
	if err != nil {
		return err
	}
	err = l.Until(ctx, "the other one to be answered", func(ctx context.Context) (bool, string, error) {
		mails, err := l.World.Emails(ctx, l.email, l.rival)
		if len(mails) == 1 && !strings.Contains(mails[0].Text, "is left to return") {
			err = fmt.Errorf("expected the customer to hear that nothing is left to return, saw %s", mails[0].Text)
		}
		return len(mails) == 1, fmt.Sprintf("%d e-mails", len(mails)), err
	})
	if err != nil {
		return err
	}
	return comesBack("EUR 77.95")(ctx, l)
}

// openTicket is a ticket that says all.
func openTicket(ctx context.Context, l *returnPlay) error {
	f := sandbox.TicketForm{Name: l.c.order.Name, Email: l.email, Subject: "One lamp too many", Text: "We need only one of them.", Order: l.order.Name, Wish: "refund"}
	for _, i := range l.c.items {
		f.Items += fmt.Sprintf("%d x %s, %s\n", i.quantity, i.sku, i.reason)
	}
	return l.byTicket(ctx, f)
}

// writeToSupport is a ticket that somebody has written as they liked, at the stage that makes it a return.
func writeToSupport(ctx context.Context, l *returnPlay) error {
	return l.byTicket(ctx, sandbox.TicketForm{
		Name: l.c.order.Name, Email: l.email, Subject: "A lamp", Text: "One of the two lamps is one too many. Can I send it back?",
		Stage: l.Handbook.Returns.TicketStage,
	})
}

// byTicket waits for the return that a ticket starts.
func (l *returnPlay) byTicket(ctx context.Context, f sandbox.TicketForm) error {
	t, err := l.World.MakeTicket(ctx, f)
	if err != nil {
		return err
	}
	l.taken(returns.TicketWorkflowID(t.ID))
	return nil
}

// completed is support filling in what a ticket doesn't say.
func completed(ctx context.Context, l *returnPlay) error {
	l.decider = l.support(l.someone())
	l.Given(l.decider.ID, "")
	card, err := l.task(ctx, completeTitle)
	if err != nil {
		return err
	}
	if !reads(card, "One of the two lamps is one too many.") {
		return fmt.Errorf("expected support to read what the customer wrote, saw %s", card.Blocks)
	}
	err = l.Change(ctx, l.decider, card, completeIt, map[string]string{
		"order": l.order.Name, "items": "1 x LAMP-ARC-BLK, unwanted", "wish": "refund",
	})
	if err != nil {
		return err
	}
	return comesBack("EUR 77.95")(ctx, l)
}

// isAnswered is a return that can't be processed, of which the customer hears why.
func isAnswered(why string) func(context.Context, *returnPlay) error {
	return func(ctx context.Context, l *returnPlay) error {
		got, err := l.mailed(ctx, mailRefused, 1)
		if err == nil && !strings.Contains(got.Text, why) {
			err = fmt.Errorf("expected the customer to hear %q, saw %s", why, got.Text)
		}
		if err == nil && why == notYours && (strings.Contains(got.Text, l.order.Lines[0].Title) || strings.Contains(got.Text, l.c.order.Email)) {
			err = fmt.Errorf("expected somebody else to learn nothing about the order, saw %s", got.Text)
		}
		l.Given("the policy", "")
		return err
	}
}

const notYours = "We have found no order"

const tooWorn = "It came to you more than two months ago."

// rejectedAndAgain is a return that support rejects, and accepts after all once the customer has told why it is late.
func rejectedAndAgain(ctx context.Context, l *returnPlay) error {
	if err := l.decides(ctx, "could be returned until", reject, comment(tooWorn)); err != nil {
		return err
	}
	if _, err := l.mailed(ctx, tooWorn, 1); err != nil {
		return err
	}
	if err := l.writes(ctx, mailRejected, "Your carrier had lost it for two months, see your own tracking."); err != nil {
		return err
	}
	card, err := l.task(ctx, writtenTitle)
	if err != nil {
		return err
	}
	if !reads(card, "see your own tracking") {
		return fmt.Errorf("expected support to read what the customer wrote, saw %s", card.Blocks)
	}
	if err := l.Change(ctx, l.support(l.someone()), card, lookAgain, map[string]string{}); err != nil {
		return err
	}
	return decidedAndBack("could be returned until", approve, nil, "USD 46.04")(ctx, l)
}

// finalSale is a return that support rejects for good.
func finalSale(ctx context.Context, l *returnPlay) error {
	const why = "The showroom's arms are sold as they stand."
	if err := l.decides(ctx, "is a final sale", reject, comment(why)); err != nil {
		return err
	}
	_, err := l.mailed(ctx, why, 1)
	return err
}

// askedForPhoto is support asking the customer, whose answer they get on their card, and its clock runs again.
func askedForPhoto(ctx context.Context, l *returnPlay) error {
	const question, answer = "Can you send us a photo of it?", "Here it is: https://pictures.example/beacon.jpg"
	if err := l.decides(ctx, "There is no photo", askCustomer, comment(question)); err != nil {
		return err
	}
	asked, err := l.Card(ctx, "the pause", sandbox.MessageFilter{Case: l.id}, decideTitle, func(m sandbox.Message) bool {
		r, err := read(m)
		return err == nil && strings.HasPrefix(r.status, "Paused by "+l.decider.Name)
	})
	if err != nil {
		return err
	}
	if err := l.writes(ctx, question, answer); err != nil {
		return err
	}
	card, err := l.Card(ctx, "the customer's answer", sandbox.MessageFilter{Case: l.id}, decideTitle, func(m sandbox.Message) bool {
		r, err := read(m)
		return err == nil && reads(m, answer) && strings.HasPrefix(r.status, "With ")
	})
	if err != nil {
		return err
	}
	if asked.TS != card.TS {
		return errors.New("expected the answer on the card that it was asked from, saw another one")
	}
	if err := l.Press(ctx, l.decider, card, approve); err != nil {
		return err
	}
	return comesAs("broken", "EUR 32.90")(ctx, l)
}
