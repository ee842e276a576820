package auto

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/throughline-dev/throughline/activities/policy"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// What stands on the cards and their buttons, for people to read.
const (
	contactTitle = "Make contact: "
	failedTitle  = "Put right: "

	madeContact = "I've made contact"
	notALead    = "Not a lead"
	handOver    = "Hand over"
	tryAgain    = "Try again"
	goOn        = "Go on without"
	giveUp      = "Give the case up"
)

// repContacts is the rep finding the card, and making contact.
func repContacts(ctx context.Context, l *leadPlay) error {
	card, err := l.repCard(ctx)
	if err != nil {
		return err
	}
	return l.answer(ctx, l.rep, card)
}

// noLead is why a rep says that it isn't one.
const noLead = "A student who is writing a paper; sent them our brochure."

// repDisqualifies is the rep finding that it is no lead, and saying why.
func repDisqualifies(ctx context.Context, l *leadPlay) error {
	card, err := l.repCard(ctx)
	if err != nil {
		return err
	}
	l.answered = append(l.answered, l.rep.Name)
	return l.Answer(ctx, l.rep, card, notALead, map[string]string{humantask.FieldComment: noLead})
}

// answer is somebody saying that they have made contact.
func (l *leadPlay) answer(ctx context.Context, who policy.Person, card sandbox.Message) error {
	l.answered = append(l.answered, who.Name)
	return l.Press(ctx, who, card, madeContact)
}

// repCard waits for the rep's card, and looks whether the right one of the reps has it, and why.
func (l *leadPlay) repCard(ctx context.Context) (sandbox.Message, error) {
	card, err := l.card(ctx, "the rep's card", contactTitle, nil)
	if err != nil {
		return card, err
	}
	r, err := read(card)
	if err != nil {
		return card, err
	}
	l.rep = l.Named(r.facts["Rep"])
	l.Given(l.rep.ID, r.facts["Why"])
	l.Say("%s has the card: %s", l.rep.Name, r.facts["Why"])
	able := reps(l.Handbook, l.c.territory)
	if l.known.ID != "" {
		able = []string{l.known.ID}
	}
	if !slices.Contains(able, l.rep.ID) {
		return card, fmt.Errorf("expected one of %s to get the lead, saw %q", strings.Join(able, ", "), r.facts["Rep"])
	}
	if !strings.HasPrefix(r.facts["Why"], l.because()) {
		return card, fmt.Errorf("expected the card's reason to begin with %q, saw %q", l.because(), r.facts["Why"])
	}
	seen, err := l.World.Messages(ctx, sandbox.MessageFilter{Case: l.id, User: l.rep.Slack, Channel: card.Channel})
	if err == nil && len(seen) == 0 {
		err = fmt.Errorf("expected %s to see the card, saw it in %s only", l.rep.Name, card.Channel)
	}
	return card, err
}

// cards are the lead's cards whose title begins like that, oldest first.
func (l *leadPlay) cards(ctx context.Context, title string) ([]sandbox.Message, error) {
	return l.Cards(ctx, sandbox.MessageFilter{Case: l.id}, title)
}

// card waits for one of the lead's cards that can be answered and has what is wanted; nil wants nothing more.
func (l *leadPlay) card(ctx context.Context, what, title string, wanted func(sandbox.Message) bool) (sandbox.Message, error) {
	return l.Card(ctx, what, sandbox.MessageFilter{Case: l.id}, title, wanted)
}

// escalation is a lead that its rep has left lying.
type escalation struct {
	manager           policy.Person
	repCard, newsCard sandbox.Message // the rep's, and the one that brought it to the manager
}

// escalated waits until the rep has been reminded, and the manager has the lead too.
func (l *leadPlay) escalated(ctx context.Context) (e escalation, err error) {
	first, err := l.repCard(ctx)
	if err != nil {
		return e, err
	}
	e.manager = l.Person(l.rep.Manager)
	heard := 0
	hear := func(m sandbox.Message) {
		for ; m.TS == first.TS && heard < len(m.Replies); heard++ {
			l.Say("%s hears: %s", l.rep.Name, m.Replies[heard].Text)
		}
	}
	e.newsCard, err = l.card(ctx, "the manager's card", contactTitle, func(m sandbox.Message) bool {
		hear(m)
		return m.TS != first.TS
	})
	if err != nil {
		return e, err
	}
	l.Say("%s has a card too", e.manager.Name)
	e.repCard, err = l.card(ctx, "word to the rep that the manager has it too", contactTitle, func(m sandbox.Message) bool {
		hear(m)
		r, err := read(m)
		return err == nil && m.TS == first.TS && heard == 2 && strings.Contains(r.facts["So far"], "escalated to "+e.manager.Name)
	})
	if err != nil {
		return e, err
	}
	return e, l.checkEscalation(ctx, e)
}

func (l *leadPlay) checkEscalation(ctx context.Context, e escalation) error {
	seen, err := l.World.Messages(ctx, sandbox.MessageFilter{Case: l.id, User: e.manager.Slack, Channel: e.newsCard.Channel})
	if err != nil {
		return err
	}
	contact := l.Handbook.Lead.Contact
	after := contact[len(contact)-1].After.Duration
	switch waited := e.newsCard.Posted.Sub(e.repCard.Posted); {
	case len(seen) != 1:
		return fmt.Errorf("expected %s to see one card, saw %d", e.manager.Name, len(seen))
	case !strings.HasPrefix(e.repCard.Replies[0].Text, "Reminder: "):
		return fmt.Errorf("expected a reminder before anything else, saw %q", e.repCard.Replies[0].Text)
	case waited < after/2: // the rep's card comes after the moment from which the time counts
		return fmt.Errorf("expected the manager to be asked after %s, saw it after %s", after, waited)
	}
	return nil
}

// managerContacts waits for the manager to have the lead too, who then makes contact.
func managerContacts(ctx context.Context, l *leadPlay) error {
	e, err := l.escalated(ctx)
	if err != nil {
		return err
	}
	return l.answer(ctx, e.manager, e.newsCard)
}

// bothContact is the rep and the manager answering at the same moment: one of them is told that the other was first.
func bothContact(ctx context.Context, l *leadPlay) error {
	e, err := l.escalated(ctx)
	if err != nil {
		return err
	}
	if err := l.holdCards(ctx, l.email); err != nil {
		return err
	}
	l.answered = []string{l.rep.Name, e.manager.Name}
	var both errgroup.Group
	both.Go(func() error { return l.Press(ctx, l.rep, e.repCard, madeContact) })
	both.Go(func() error { return l.Press(ctx, e.manager, e.newsCard, madeContact) })
	if err := both.Wait(); err != nil {
		return err
	}
	told, err := l.Told(ctx, 1, ear{l.rep, e.repCard.Channel}, ear{e.manager, e.newsCard.Channel})
	if err == nil && !strings.Contains(told, " decided this ") {
		err = fmt.Errorf("expected whoever came second to hear who was first, saw %q", told)
	}
	return err
}

// holdCards keeps the cards on which a text stands as they are for a second: one that is answered is redrawn at once, and its
// buttons are gone before somebody else can press them.
func (p *Player) holdCards(ctx context.Context, text string) error {
	return p.Order(ctx, sandbox.Fault{System: "slack", Path: "chat.update", Match: text, Kind: sandbox.Broken, Count: 2})
}
