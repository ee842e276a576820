package auto

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/config"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
)

// Player is the hands and the eyes of one case: everybody outside of Throughline who takes part in it.
type Player struct {
	World    *sandbox.Client
	Door     string
	Handbook *config.Config
	// Began is when the cases began.
	Began time.Time
	// ID is the case's own, different in each run: made part of what is sent, it keeps cases and runs apart.
	ID string

	c       Case
	say     func(string)
	dialogs *dialogs // of all cases
	orders  []sandbox.Fault
	private []ear
	forms   int // how many were filled in
	// ids are the workflows of the case, and customers the e-mail addresses of those whom it is about.
	ids, customers []string
	// numbers are what vendors know workflows by that aren't told their IDs.
	numbers []string
	besides Effects
	result  Result
}

// play plays the case, and takes its faults back whatever comes of it.
func (p *Player) play(ctx context.Context) {
	began := time.Now()
	err := p.c.Play(ctx, p)
	if mendErr := p.Mend(context.WithoutCancel(ctx)); err == nil {
		err = mendErr
	}
	p.result.Seconds = time.Since(began).Round(time.Millisecond).Seconds()
	switch {
	case errors.Is(ctx.Err(), context.Canceled): // nobody wants to know any more
	case err != nil:
		p.Problem("%v", err)
	case p.result.Ended != p.result.Expected:
		p.Problem("expected it to end as %q, and it ended as %q", p.result.Expected, p.result.Ended)
	default:
		p.Say("ended: %s", p.result.Ended)
	}
}

// Say tells whoever looks on what happens.
func (p *Player) Say(format string, args ...any) {
	p.say(p.c.Name + ": " + fmt.Sprintf(format, args...))
}

// Problem says what isn't as expected; the case has failed.
func (p *Player) Problem(format string, args ...any) {
	problem := fmt.Sprintf(format, args...)
	p.result.Problems = append(p.result.Problems, problem)
	p.Say("NOT AS EXPECTED: %s", problem)
}

// Taken says that the business was taken, as the workflow with that ID, and about whom it is. Where a case has several, its
// result names the one that was taken last.
func (p *Player) Taken(id, customer string) {
	p.result.ID = id
	p.Also(id, customer)
}

// Also says that there is another workflow that the case's effects may belong to, and about whom that is.
func (p *Player) Also(id, customer string) {
	p.ids, p.customers = append(p.ids, id), append(p.customers, customer)
}

// Numbered says by which number of its own a vendor knows one of the workflows.
func (p *Player) Numbered(number string) { p.numbers = append(p.numbers, number) }

// Besides says that there must be other effects than the case expects, since it couldn't know how quick everybody would be.
func (p *Player) Besides(others Effects) { p.besides = others }

// Given says who was given the business, and why.
func (p *Player) Given(holder, why string) { p.result.Holder, p.result.Why = holder, why }

// Ended says how the case ended as the outside saw it, and by whom.
func (p *Player) Ended(how, by string) { p.result.Ended, p.result.By = how, by }

// Order has a vendor fail for this case, until Mend.
func (p *Player) Order(ctx context.Context, f sandbox.Fault) error {
	ordered, err := p.World.Order(ctx, f)
	if err != nil {
		return err
	}
	p.orders = append(p.orders, ordered)
	return nil
}

// Mend takes the case's faults back. It fails where one of them has not struck as often as it was ordered to (one without a
// count: at all), since the case has then proved nothing.
func (p *Player) Mend(ctx context.Context) error {
	left, err := p.World.Faults(ctx)
	if err != nil {
		return err
	}
	var idle []string
	for _, ordered := range p.orders {
		i := slices.IndexFunc(left, func(f sandbox.Fault) bool { return f.ID == ordered.ID })
		if i < 0 {
			continue // it has struck as often as was ordered, and is gone
		}
		if left[i].Hits == 0 || ordered.Count > 0 {
			idle = append(idle, fmt.Sprintf("the fault %q of %s %s struck %d times", ordered.Kind, ordered.System, ordered.Path+ordered.Match, left[i].Hits))
		}
		if err := p.World.Clear(ctx, ordered.ID); err != nil {
			return err
		}
	}
	p.orders = nil
	if len(idle) > 0 {
		return fmt.Errorf("expected all faults to strike, but %s", strings.Join(idle, ", "))
	}
	return nil
}

// glance is the pause between two looks at something that is waited for.
const glance = 150 * time.Millisecond

// Until looks again and again until it sees what it waits for. The look says what it has seen instead, for the error.
func (p *Player) Until(ctx context.Context, what string, look func(context.Context) (done bool, seen string, err error)) error {
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	for {
		done, seen, err := look(ctx)
		if ctx.Err() == nil && (err != nil || done) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited in vain for %s; saw %s", what, seen)
		case <-ticker.C:
		}
	}
}
