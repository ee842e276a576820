package auto

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/config"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// returnCase is a case of the workflow return.
type returnCase struct {
	name string
	// order is what was bought, by whom and when: each case has an order, and its customer, for itself.
	order sandbox.ShopOrderForm
	// items are what goes back, and wish is what they want for it; "" is a refund.
	items []item
	wish  refund.Wish
	// photos is whether they send a photo, and comment is what they write.
	photos  bool
	comment string
	// times is how often it is sent at once; 0 is once.
	times int
	// faults are what goes wrong, from before anything is sent. Those without a Match are about the order, by its ID.
	faults []sandbox.Fault
	// send sends it; nil is [sendReturn].
	send func(context.Context, *returnPlay) error
	// play plays the people; it returns once they have done all they do.
	play func(context.Context, *returnPlay) error
	ends returns.Ending
	// mails are what the customer got, in that order.
	mails []mail
	// shop is what the shop has of it in the end: a line for each return, and one for each exchange.
	shop []string
	// repaid are Stripe's refunds, and credit is the customer's store credit, in minor units.
	repaid []string
	credit int64
	// effects are those beside the mails and Stripe's refunds.
	effects Effects
}

// item is a line of a return: so many of something, why, and for an exchange what is wanted for it.
type item struct {
	quantity int
	sku      string
	reason   commerce.Reason
	instead  string
}

// mail is an e-mail to the customer, by a text that its subject or body has and no other's.
type mail string

// The e-mails.
const (
	mailReceived  mail = "This is what you would like to return"
	mailRefused   mail = "that we can’t take this return"
	mailQuestion  mail = "Before we can decide about your return"
	mailApproved  mail = "we accept your return"
	mailRejected  mail = "that we can’t accept it"
	mailReminder  mail = "This is a reminder of your return"
	mailExpired   mail = "This hasn’t arrived in time"
	mailCancelled mail = "this isn’t returned, and you keep it"
	mailArrived   mail = "Thank you, "
	mailAnswer    mail = "About your return"
	mailRefund    mail = "for your return. This is how it comes about"
	mailFailed    mail = "it has come back to us"
	mailAgain     mail = "which hadn’t reached you yet"
	mailCredit    mail = "It is in your account with us"
	mailExchange  mail = "Thank you for your return. We send you this instead"
)

// returnPlay is one return that is played.
type returnPlay struct {
	*Player
	c       returnCase
	email   string // with the case's own ID in it, by which it is told apart
	order   sandbox.ShopOrder
	id      string
	number  string
	rival   string // the ID of another one for the same
	decider policy.Person
}

// settledByOne are the effects of a return that is approved by rule, of which one parcel comes: the warehouse's card and finance's,
// an e-mail to the warehouse, a ticket with its customer, and what the shop has of it.
var settledByOne = Effects{Card: 2, ColleagueMail: 1, Contact: 1, Ticket: 1, Note: 5, ShopReturn: 1, ShopRefund: 1}

// unprocessed are the effects of a return that is answered, and no more.
var unprocessed = Effects{Contact: 1, Ticket: 1, Note: 3}

func allReturns() []returnCase {
	return slices.Concat(ordinaryReturns, parcelReturns, paidReturns, eventfulReturns, troubledReturns)
}

func returnCases() (cases []Case) {
	for _, c := range allReturns() {
		cases = append(cases, Case{
			Workflow: returns.WorkflowName, Name: c.name, Ends: string(c.ends),
			Effects: Effects{CustomerMail: len(c.mails), Repayment: len(c.repaid)}.plus(c.effects),
			Play:    func(ctx context.Context, p *Player) error { return (&returnPlay{Player: p, c: c}).run(ctx) },
		})
	}
	return cases
}

// checkReturns says whether a handbook has what the cases need.
func checkReturns(handbook *config.Config) error {
	for _, role := range []string{handbook.Returns.Support, handbook.Returns.Warehouse, handbook.Returns.Finance} {
		if len(handbook.Book.Roles[role].People) < 2 {
			return errors.New("the handbook hasn't two people each to decide about returns, to take them in and to pay them: " +
				"the cases are about the people of the built-in handbook")
		}
	}
	return nil
}

// waits is how long returns are waited for: for parcels that never come, and for customers who have nothing more to say.
func waits(handbook *config.Config) time.Duration {
	return handbook.Returns.Arrival.Expires.Duration + listens(handbook)
}

// listens is for how long returns listen to their customers after the end; 0 where that is too long to be waited for.
func listens(handbook *config.Config) time.Duration {
	if window := handbook.Returns.ReplyWindow.Duration; window <= time.Minute {
		return window
	}
	return 0
}

// run is the whole of the case.
func (l *returnPlay) run(ctx context.Context) error {
	if err := l.buy(ctx); err != nil {
		return err
	}
	for _, f := range l.c.faults {
		f.Match = cmp.Or(f.Match, l.order.ID)
		if err := l.Order(ctx, f); err != nil {
			return err
		}
	}
	send := l.c.send
	if send == nil {
		send = sendReturn
	}
	if err := send(ctx, l); err != nil {
		return err
	}
	if err := l.c.play(ctx, l); err != nil {
		return err
	}
	if err := l.over(ctx); err != nil {
		return err
	}
	return l.check(ctx)
}

// over waits for the end. Where the handbook has returns listen to their customers for long after that, it isn't waited for.
func (l *returnPlay) over(ctx context.Context) error {
	if listens(l.Handbook) == 0 {
		return l.Until(ctx, "the end of the return", func(ctx context.Context) (bool, string, error) {
			err := l.check(ctx)
			return err == nil && l.result.Ended != "", fmt.Sprint(err), nil
		})
	}
	for _, id := range l.ids {
		if err := l.closed(ctx, returned, id); err != nil {
			return err
		}
	}
	return nil
}

// buy has the customer buy something in the shop.
func (l *returnPlay) buy(ctx context.Context) (err error) {
	f := l.c.order
	local, domain, _ := strings.Cut(f.Email, "@")
	f.Email = local + "+" + l.ID + "@" + domain
	l.email = f.Email
	l.order, err = l.World.PlaceOrder(ctx, f)
	if err == nil || !strings.Contains(err.Error(), "there are only ") {
		return err
	}
	for _, line := range f.Lines { // the cases have bought all there was: somebody of the shop's fills the shelves
		stock, err := l.World.Stock(ctx, line.SKU)
		if err != nil {
			return err
		}
		for _, s := range stock {
			if _, err := l.World.CountStock(ctx, sandbox.ShopCount{SKU: s.SKU, Location: s.LocationID, Quantity: 500}); err != nil {
				return err
			}
		}
	}
	l.order, err = l.World.PlaceOrder(ctx, f)
	return err
}

// fill is what is sent to the door.
func (l *returnPlay) fill() form {
	l.forms++
	var items []form
	for _, i := range l.c.items {
		one := form{"sku": i.sku, "quantity": i.quantity, "reason": i.reason}
		if i.instead != "" {
			one["instead"] = i.instead
		}
		items = append(items, one)
	}
	f := form{
		"submission_id": fmt.Sprintf("%s-%d", l.ID, l.forms), "order": l.order.Name, "email": l.email, "name": l.c.order.Name,
		"items": items, "wish": cmp.Or(l.c.wish, refund.Refund),
	}
	if l.c.photos {
		f["photos"] = []string{"https://pictures.example/" + l.ID + ".jpg"}
	}
	if l.c.comment != "" {
		f["comment"] = l.c.comment
	}
	return f
}

// sendReturn sends the return to the door, where the case says so several times at once.
func sendReturn(ctx context.Context, l *returnPlay) error { return sendChanged(nil)(ctx, l) }

// sendChanged sends it with some of its fields changed.
func sendChanged(to form) func(context.Context, *returnPlay) error {
	return func(ctx context.Context, l *returnPlay) error {
		f := l.fill()
		maps.Copy(f, to)
		id, err := l.hand(ctx, returned, f, slices.Repeat([]string{asJSON}, max(l.c.times, 1))...)
		if err != nil {
			return err
		}
		l.taken(id)
		return nil
	}
}

// taken says that the return was taken.
func (l *returnPlay) taken(id string) {
	l.id, l.number = id, returns.Number(id)
	l.Taken(id, l.email)
	l.Numbered(l.number)
	l.Say("taken as %s, which people call %s", id, l.number)
}
