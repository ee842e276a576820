package auto

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/throughline-dev/throughline/activities/policy"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// What stands on the cards and their buttons, for people to read.
const (
	completeTitle = "Complete the return "
	decideTitle   = "Decide about the return "
	parcelTitle   = "Take in the return "
	extraTitle    = "Something else came with the return "
	payTitle      = "Refund "
	refusedTitle  = "Finance doesn’t want to refund "
	insteadTitle  = "Out of stock: what is wanted instead for the return "
	writtenTitle  = "The customer has written: return "
	bouncedTitle  = "An e-mail didn't arrive: return "

	approvePart  = "Approve a part"
	askCustomer  = "Ask the customer"
	theyKeepIt   = "They keep it after all"
	hasArrived   = "It has arrived"
	payIt        = "Pay it"
	dontPay      = "Don’t pay it"
	askThemToPay = "Ask them to pay it"
	refundAgain  = "Refund it again"
	giveCredit   = "Give store credit"
	paidByHand   = "I’ve paid it another way"
	answerThem   = "Answer the customer"
	lookAgain    = "Look at it again"
	moreTime     = "Give them more time"
	nothingToDo  = "Nothing to do"
	completeIt   = "Complete it"
	aRefund      = "A refund"
)

// Somebody of those who decide, take parcels in, and pay: the nth.
func (l *returnPlay) support(n int) policy.Person   { return l.of(l.Handbook.Returns.Support, n) }
func (l *returnPlay) warehouse(n int) policy.Person { return l.of(l.Handbook.Returns.Warehouse, n) }
func (l *returnPlay) finance(n int) policy.Person   { return l.of(l.Handbook.Returns.Finance, n) }

func (l *returnPlay) of(role string, n int) policy.Person {
	people := l.Handbook.Book.Roles[role].People
	return people[n%len(people)]
}

// someone is a number of somebody: the cases take turns, so that they don't all keep the same person busy.
func (l *returnPlay) someone() int {
	_, n, _ := strings.Cut(l.ID, "-")
	i, _ := strconv.Atoi(n) // without one, it is the first's turn
	return i
}

// task waits for a card that can be answered.
func (l *returnPlay) task(ctx context.Context, title string) (sandbox.Message, error) {
	return l.taskOf(ctx, policy.Person{}, title)
}

// taskOf waits for the card of somebody that can be answered; nobody is anybody.
func (l *returnPlay) taskOf(ctx context.Context, who policy.Person, title string) (sandbox.Message, error) {
	return l.Card(ctx, fmt.Sprintf("the card %q", title), sandbox.MessageFilter{Case: l.id, User: who.Slack}, title, nil)
}

// does is somebody answering a card, by a dialog where there are values for one.
func (l *returnPlay) does(ctx context.Context, who policy.Person, title, button string, values map[string]string) error {
	card, err := l.task(ctx, title)
	if err != nil {
		return err
	}
	if values == nil {
		return l.Press(ctx, who, card, button)
	}
	return l.Change(ctx, who, card, button, values)
}

func comment(text string) map[string]string { return map[string]string{humantask.FieldComment: text} }

// decides is somebody of support deciding about the return, who is asked because of something.
func (l *returnPlay) decides(ctx context.Context, why, button string, values map[string]string) error {
	card, err := l.task(ctx, decideTitle)
	if err != nil {
		return err
	}
	r, err := read(card)
	if err != nil {
		return err
	}
	for _, text := range []string{why, l.c.comment} {
		if said := fmt.Sprint(r.text, r.facts); !strings.Contains(said, text) {
			return fmt.Errorf("expected support to read %q, saw %s", text, said)
		}
	}
	l.decider = l.support(l.someone())
	l.Given(l.decider.ID, "")
	l.Say("support is asked: %s", why)
	if values == nil {
		return l.Press(ctx, l.decider, card, button)
	}
	return l.Change(ctx, l.decider, card, button, values)
}

// takesIn is somebody of the warehouse recording a parcel.
func (l *returnPlay) takesIn(ctx context.Context, what map[string]string) error {
	return l.does(ctx, l.warehouse(l.someone()), parcelTitle, hasArrived, what)
}

// asNew is a parcel with all of one line that was announced, as new.
var asNew = map[string]string{"grade-1": "new"}

// pays is finance agreeing to a refund of so much.
func (l *returnPlay) pays(ctx context.Context, amount string) error {
	return l.paysAs(ctx, l.finance(0), amount)
}

func (l *returnPlay) paysAs(ctx context.Context, who policy.Person, amount string) error {
	card, err := l.taskOf(ctx, who, payTitle+amount+" ")
	if err != nil {
		return err
	}
	return l.Press(ctx, who, card, payIt)
}

// comesBack is a return of one line whose parcel comes as it should, and for which so much is paid.
func comesBack(amount string) func(context.Context, *returnPlay) error {
	return func(ctx context.Context, l *returnPlay) error {
		if err := l.takesIn(ctx, asNew); err != nil {
			return err
		}
		return l.pays(ctx, amount)
	}
}

// decidedAndBack is support deciding about it first.
func decidedAndBack(why, button string, values map[string]string, amount string) func(context.Context, *returnPlay) error {
	return func(ctx context.Context, l *returnPlay) error {
		if err := l.decides(ctx, why, button, values); err != nil {
			return err
		}
		return comesBack(amount)(ctx, l)
	}
}

// mailed waits for the nth of one kind of e-mails to the customer.
func (l *returnPlay) mailed(ctx context.Context, m mail, n int) (got sandbox.Email, err error) {
	err = l.Until(ctx, fmt.Sprintf("the e-mail %q", m), func(ctx context.Context) (bool, string, error) {
		all, err := l.World.Emails(ctx, l.email, l.id)
		seen := 0
		for _, one := range all {
			if m.is(one) {
				if seen++; seen == n {
					got = one
					return true, "", err
				}
			}
		}
		return false, fmt.Sprintf("%d others", len(all)), err
	})
	return got, err
}

// is reports whether an e-mail is of this kind.
func (m mail) is(e sandbox.Email) bool {
	return strings.Contains(e.Text, string(m)) || strings.Contains(e.Subject, string(m))
}

// writes is the customer answering an e-mail.
func (l *returnPlay) writes(ctx context.Context, to mail, text string) error {
	got, err := l.mailed(ctx, to, 1)
	if err != nil {
		return err
	}
	l.Say("the customer writes: %s", text)
	_, err = l.World.Reply(ctx, sandbox.Reply{Email: got.ID, Text: text})
	return err
}

// reads looks whether a card has a text, for instance what the customer has written since.
func reads(card sandbox.Message, text string) bool {
	all := string(card.Blocks)
	for _, r := range card.Replies {
		all += r.Text + string(r.Blocks)
	}
	return strings.Contains(all, text)
}
