package auto

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	sandbox "github.com/throughline-dev/throughline/sandbox/client"
)

// sentAgain is a lead whose form is sent once more after its end.
func sentAgain(ctx context.Context, l *leadPlay) error {
	if err := repContacts(ctx, l); err != nil {
		return err
	}
	if err := l.closed(ctx, leads, l.id); err != nil {
		return err
	}
	again, err := l.bring(ctx, leads, l.form, asJSON)
	if err == nil && (again.ID != l.id || !again.Duplicate) {
		err = fmt.Errorf("expected a repeat to be answered as a duplicate of %s, saw %+v", l.id, again)
	}
	return err
}

// throttled looks whether the CRM was left in peace for as long as it asked.
func throttled(ctx context.Context, l *leadPlay) error {
	if err := repContacts(ctx, l); err != nil {
		return err
	}
	if err := l.closed(ctx, leads, l.id); err != nil {
		return err
	}
	contacts, err := l.World.Records(ctx, Contact.What, sandbox.RecordFilter{Email: l.email})
	if err != nil || len(contacts) == 0 {
		return err
	}
	if waited := contacts[0].Created.Sub(l.sent); waited < retryAfter {
		return fmt.Errorf("expected the CRM not to be asked again within %s, saw the contact made %s after the form was sent", retryAfter, waited)
	}
	return nil
}

// mailed is a rep who hears by e-mail what Slack didn't take, and gets the card as soon as it does.
func mailed(ctx context.Context, l *leadPlay) error {
	err := l.Until(ctx, "an e-mail to one of the reps", func(ctx context.Context) (bool, string, error) {
		mails, err := l.World.Emails(ctx, "", l.id)
		i := slices.IndexFunc(mails, func(m sandbox.Email) bool {
			return slices.Contains(reps(l.Handbook, l.c.territory), l.Named(m.To.Name).ID)
		})
		if i >= 0 {
			l.Say("%s gets an e-mail: %s", mails[i].To.Name, mails[i].Subject)
		}
		return i >= 0, fmt.Sprintf("%d others", len(mails)), err
	})
	if err != nil {
		return err
	}
	if err := l.Mend(ctx); err != nil {
		return err
	}
	l.Say("Slack takes cards again")
	return repContacts(ctx, l)
}

// putRight is operations having a step done again, once they have put right what was wrong. A rep, to whom that isn't given,
// tries to do it for them: first alone, then at the same moment.
func putRight(ctx context.Context, l *leadPlay) error {
	if err := repContacts(ctx, l); err != nil {
		return err
	}
	card, err := l.failed(ctx, l.id, 401)
	if err != nil {
		return err
	}
	if err := l.Press(ctx, l.rep, card, giveUp); err != nil {
		return err
	}
	told, err := l.Told(ctx, 1, ear{l.rep, card.Channel})
	if err != nil {
		return err
	}
	if !strings.Contains(told, "This isn't yours to decide") {
		return fmt.Errorf("expected %s to hear that this isn't theirs to decide, saw %q", l.rep.Name, told)
	}
	if err := l.Mend(ctx); err != nil {
		return err
	}
	l.Say("the CRM's key is put right")
	if err := l.holdCards(ctx, l.id); err != nil {
		return err
	}
	var both errgroup.Group
	both.Go(func() error { return l.Press(ctx, operators(l.Handbook)[0], card, tryAgain) })
	both.Go(func() error { return l.Press(ctx, l.rep, card, goOn) })
	if err := both.Wait(); err != nil {
		return err
	}
	_, err = l.Told(ctx, 2, ear{l.rep, card.Channel})
	return err
}

// skipped is operations going on without a step.
func skipped(ctx context.Context, l *leadPlay) error {
	card, err := l.failed(ctx, l.id, 401)
	if err != nil {
		return err
	}
	if err := l.Press(ctx, operators(l.Handbook)[0], card, goOn); err != nil {
		return err
	}
	return repContacts(ctx, l)
}

// givenUp is operations giving a case up, whose rep then has nothing left to do.
func givenUp(ctx context.Context, l *leadPlay) error {
	if _, err := l.repCard(ctx); err != nil {
		return err
	}
	if _, err := l.outreach(ctx); err != nil {
		return err
	}
	card, err := l.failed(ctx, l.id, 401)
	if err != nil {
		return err
	}
	return l.Press(ctx, operators(l.Handbook)[0], card, giveUp)
}
