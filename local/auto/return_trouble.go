package auto

import (
	"context"
	"errors"
	"fmt"

	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// writesMeanwhile is a customer who writes while finance decides: finance reads it, and so does support.
func writesMeanwhile(ctx context.Context, l *returnPlay) error {
	const text = "Please don't forget the shipping."
	if err := l.takesIn(ctx, asNew); err != nil {
		return err
	}
	if _, err := l.task(ctx, payTitle); err != nil {
		return err
	}
	if err := l.writes(ctx, mailArrived, text); err != nil {
		return err
	}
	_, err := l.Card(ctx, "finance to read it", sandbox.MessageFilter{Case: l.id}, payTitle, func(m sandbox.Message) bool { return reads(m, text) })
	if err != nil {
		return err
	}
	if err := l.does(ctx, l.support(l.someone()), writtenTitle, nothingToDo, map[string]string{}); err != nil {
		return err
	}
	return l.pays(ctx, "EUR 77.95")
}

// moreTimeGiven is a customer who asks for more time, and gets it.
func moreTimeGiven(ctx context.Context, l *returnPlay) error {
	if err := l.writes(ctx, mailApproved, "I am away until next week."); err != nil {
		return err
	}
	if err := l.does(ctx, l.support(l.someone()), writtenTitle, moreTime, map[string]string{"days": "9"}); err != nil {
		return err
	}
	if _, err := l.mailed(ctx, "You have more time to send it", 1); err != nil {
		return err
	}
	return comesBack("EUR 77.95")(ctx, l)
}

// bounced is an e-mail that comes back, of which support hears.
func bounced(ctx context.Context, l *returnPlay) error {
	got, err := l.mailed(ctx, mailApproved, 1)
	if err != nil {
		return err
	}
	const why = "550 5.1.1 no such mailbox"
	if err := l.World.BounceEmail(ctx, got.ID, sandbox.Bounced, why); err != nil {
		return err
	}
	card, err := l.task(ctx, bouncedTitle)
	if err != nil {
		return err
	}
	if !reads(card, why) {
		return fmt.Errorf("expected support to read why the e-mail came back, saw %s", card.Blocks)
	}
	if err := l.Change(ctx, l.support(l.someone()), card, nothingToDo, map[string]string{}); err != nil {
		return err
	}
	return comesBack("EUR 77.95")(ctx, l)
}

// losing has the next answer of a vendor's be lost that is about something.
func (l *returnPlay) losing(ctx context.Context, system, path, about string) error {
	return l.Order(ctx, sandbox.Fault{System: system, Path: path, Match: about, Kind: sandbox.LostReply, For: "0s", Count: 1})
}

// stripesReplyLost is a refund that is there when the answer to its making gets lost.
func stripesReplyLost(ctx context.Context, l *returnPlay) error {
	if err := l.losing(ctx, "stripe", "v1/refunds", l.number); err != nil {
		return err
	}
	return comesBack("EUR 77.95")(ctx, l)
}

// sendLosing is a return that the shop keeps, and whose answer gets lost.
func sendLosing(ctx context.Context, l *returnPlay) error {
	f := l.fill()
	number := returns.Number(returns.Request{}.WorkflowID(fmt.Sprint(f["submission_id"])))
	if err := l.losing(ctx, "shopify", "", number); err != nil { // what names it first is that it is asked for
		return err
	}
	id, err := l.hand(ctx, returned, f, asJSON)
	if err == nil {
		l.taken(id)
	}
	return err
}

// shopsRepliesLost is a shop that does all that it is asked for, and each time the answer gets lost: that the return is accepted, that
// what is wanted instead is kept for the customer, that what came is back in stock, and that it is refunded.
func shopsRepliesLost(ctx context.Context, l *returnPlay) error {
	if _, err := l.task(ctx, decideTitle); err != nil {
		return err
	}
	o, err := l.World.ShopOrder(ctx, l.order.Name)
	if err != nil {
		return err
	}
	if len(o.Returns) != 1 {
		return fmt.Errorf("expected the shop to have one return, saw %d", len(o.Returns))
	}
	lose := func(what ...string) (err error) {
		for _, about := range what {
			err = errors.Join(err, l.losing(ctx, "shopify", "", about))
		}
		return err
	}
	if err := lose(`"id":"`+o.Returns[0].ID, "Exchange for return "+l.number); err != nil {
		return err
	}
	if err := l.decides(ctx, "could be returned until", approve, nil); err != nil {
		return err
	}
	if _, err := l.task(ctx, parcelTitle); err != nil {
		return err
	}
	if err := lose(`"returnId":"` + o.Returns[0].ID); err != nil {
		return err
	}
	if err := l.takesIn(ctx, asNew); err != nil {
		return err
	}
	if err := lose(l.id + "/refund-1-record"); err != nil {
		return err
	}
	return l.pays(ctx, "EUR 45.05")
}

// shopMended is operations having a step done again, once the shop's token is put right.
func shopMended(ctx context.Context, l *returnPlay) error {
	if err := l.mended(ctx); err != nil {
		return err
	}
	return comesBack("EUR 77.95")(ctx, l)
}

// mended is operations putting a vendor's refusal right.
func (l *returnPlay) mended(ctx context.Context) error {
	card, err := l.failed(ctx, l.id, 401)
	if err != nil {
		return err
	}
	if err := l.Mend(ctx); err != nil {
		return err
	}
	l.Say("what was wrong is put right")
	return l.Press(ctx, operators(l.Handbook)[0], card, tryAgain)
}

// stripeMended is finance having agreed to a refund that Stripe refuses.
func stripeMended(ctx context.Context, l *returnPlay) error {
	if err := l.Order(ctx, sandbox.Fault{System: "stripe", Path: "v1/refunds", Match: l.number, Kind: sandbox.Unauthorized}); err != nil {
		return err
	}
	if err := comesBack("EUR 77.95")(ctx, l); err != nil {
		return err
	}
	return l.mended(ctx)
}

// returnGivenUp is operations giving a return up.
func returnGivenUp(ctx context.Context, l *returnPlay) error {
	card, err := l.failed(ctx, l.id, 401)
	if err != nil {
		return err
	}
	return l.Press(ctx, operators(l.Handbook)[0], card, giveUp)
}
