package auto

import (
	"context"
	"fmt"
	"strings"
)

// comesOnly is a return for which nothing is paid.
func comesOnly(ctx context.Context, l *returnPlay) error { return l.takesIn(ctx, asNew) }

// comesAs is a return of one line whose parcel comes in another state.
func comesAs(grade, amount string) func(context.Context, *returnPlay) error {
	return func(ctx context.Context, l *returnPlay) error {
		if err := l.takesIn(ctx, map[string]string{"grade-1": grade}); err != nil {
			return err
		}
		return l.pays(ctx, amount)
	}
}

// inTwoParcels is a return of three, of which two come, and are paid for, before the third.
func inTwoParcels(ctx context.Context, l *returnPlay) error {
	if err := l.takesIn(ctx, map[string]string{"received-1": "2", "grade-1": "new", "rest": "open"}); err != nil {
		return err
	}
	if err := l.pays(ctx, "EUR 16.85"); err != nil {
		return err
	}
	if _, err := l.mailed(ctx, mailRefund, 1); err != nil {
		return err
	}
	if err := l.takesIn(ctx, asNew); err != nil {
		return err
	}
	return l.pays(ctx, "EUR 16.80")
}

// wrongItem is a parcel with something else in it; what was announced comes later.
func wrongItem(ctx context.Context, l *returnPlay) error {
	const what = "A kettle, <b>used</b>"
	if err := l.takesIn(ctx, map[string]string{"received-1": "0", "wrong": what, "photo": "https://pictures.example/kettle.jpg"}); err != nil {
		return err
	}
	card, err := l.task(ctx, extraTitle)
	if err != nil {
		return err
	}
	r, err := read(card)
	if err != nil {
		return err
	}
	if saw := r.facts["Instead of what was announced"]; saw != what {
		return fmt.Errorf("expected support to read that it was %q, saw %q", what, saw)
	}
	if err := l.Answer(ctx, l.support(l.someone()), card, answerThem, comment("You sent us a kettle. We send it back to you today.")); err != nil {
		return err
	}
	if _, err := l.mailed(ctx, "You sent us a kettle.", 1); err != nil {
		return err
	}
	return comesBack("EUR 77.95")(ctx, l)
}

// moreThanAnnounced is a parcel with one more: only what was announced is paid for.
func moreThanAnnounced(ctx context.Context, l *returnPlay) error {
	if err := l.takesIn(ctx, map[string]string{"received-1": "2", "grade-1": "new"}); err != nil {
		return err
	}
	card, err := l.task(ctx, extraTitle)
	if err != nil {
		return err
	}
	if !reads(card, "more than announced") {
		return fmt.Errorf("expected support to read that there was more than announced, saw %s", card.Blocks)
	}
	if err := l.does(ctx, l.support(l.someone()), extraTitle, nothingToDo, map[string]string{}); err != nil {
		return err
	}
	return l.pays(ctx, "EUR 77.95")
}

// lessThanAnnounced is a parcel with less, and the warehouse knows that no more comes.
func lessThanAnnounced(ctx context.Context, l *returnPlay) error {
	if err := l.takesIn(ctx, map[string]string{"received-1": "1", "grade-1": "new", "rest": "over"}); err != nil {
		return err
	}
	return l.pays(ctx, "EUR 77.95")
}

// halfComes is a parcel with one of two; the rest never comes.
func halfComes(ctx context.Context, l *returnPlay) error {
	if err := l.takesIn(ctx, map[string]string{"received-1": "1", "grade-1": "new", "rest": "open"}); err != nil {
		return err
	}
	if err := l.pays(ctx, "EUR 77.95"); err != nil {
		return err
	}
	return nothing(ctx, l)
}

// nothing is nobody doing anything, until time is over.
func nothing(ctx context.Context, l *returnPlay) error {
	_, err := l.mailed(ctx, mailExpired, 1)
	return err
}

// keptAfterAll is a customer who writes that they keep it.
func keptAfterAll(ctx context.Context, l *returnPlay) error {
	if err := l.writes(ctx, mailApproved, "My brother wants it. We keep it, thank you!"); err != nil {
		return err
	}
	return l.does(ctx, l.support(l.someone()), writtenTitle, theyKeepIt, nil)
}

// keepsIt is a return of what costs too little to be sent back.
func keepsIt(ctx context.Context, l *returnPlay) error {
	approved, err := l.mailed(ctx, mailApproved, 1)
	if err != nil {
		return err
	}
	if !strings.Contains(approved.Text, "You don’t have to send anything back.") {
		return fmt.Errorf("expected the customer to hear that nothing has to be sent back, saw %s", approved.Text)
	}
	return l.pays(ctx, "USD 7.90")
}
