package auto

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

// proposalCase is a case of the workflow proposal.
type proposalCase struct {
	name string
	// company is the client, and signer who signs for them, at that address.
	company, signer, email string
	// prices are the line items, in a currency, and discount is what is taken off them, in percent.
	currency string
	prices   []price
	discount string
	// total is what they come to, in minor units, as the client has to pay it in the end.
	total int64
	// times is how often it is sent at once; 0 is once.
	times int
	// faults are what goes wrong, from before anything is sent. Those without a Match are about the client's address.
	faults []sandbox.Fault
	// play plays the people; it returns once they have done all they do.
	play    func(context.Context, *proposalPlay) error
	ends    proposal.Ending
	effects Effects
}

// price is a line item: how many, of what, for how much each.
type price struct{ quantity, what, each string }

// proposalPlay is one proposal that is played.
type proposalPlay struct {
	*Player
	c              proposalCase
	company, email string // with the case's own ID in them, by which they are told apart
	id             string
	strategist     policy.Person
	digest         string // of the document that was approved
}

// signed are the effects of a proposal that is approved by rule, and signed: the strategist's card and the team's, a mail each to
// the client and the strategist, and all that the kickoff has.
var signed = Effects{
	Card: 2, CustomerMail: 1, ColleagueMail: 1, Signature: 1, Project: 1, ProjectTask: 5, Invoice: 1, InvoiceMail: 1,
}

func proposalCases() (cases []Case) {
	for _, c := range allProposals {
		cases = append(cases, Case{
			Workflow: proposal.WorkflowName, Name: c.name, Ends: string(c.ends), Effects: c.effects,
			Play: func(ctx context.Context, p *Player) error { return (&proposalPlay{Player: p, c: c}).run(ctx) },
		})
	}
	return cases
}

// The roles of those who have to approve, and the tiers that they are asked for, as the built-in handbook has them.
const (
	partners = "partners"
	finance  = "finance"

	partnerTier = "partner"
	secondTier  = "second-partner"
	financeTier = "finance"
)

// checkProposals says whether a handbook has what the cases need.
func checkProposals(handbook *config.Config) error {
	const about = "the cases are about the people and tiers of the built-in handbook"
	switch book := handbook.Book; {
	case len(book.Pools[book.Proposal.Strategists].Members) == 0:
		return errors.New("the handbook has nobody to review proposals: " + about)
	case len(book.Roles[partners].People) < 2 || len(book.Roles[finance].People) == 0:
		return errors.New("the handbook hasn't two people for the role partners and one for finance: " + about)
	case book.Proposal.Channel == "":
		return errors.New("the handbook has no channel that hears of signed proposals: " + about)
	}
	return nil
}

// approver is the nth of those who hold a role.
func (l *proposalPlay) approver(role string, n int) policy.Person {
	return l.Handbook.Book.Roles[role].People[n]
}

// run is the whole of the case.
func (l *proposalPlay) run(ctx context.Context) error {
	request := l.fill()
	for _, f := range l.c.faults {
		if f.Match == "" {
			f.Match = l.email
		}
		if err := l.Order(ctx, f); err != nil {
			return err
		}
	}
	id, err := l.hand(ctx, proposals, request, slices.Repeat([]string{asJSON}, max(l.c.times, 1))...)
	if err != nil {
		return err
	}
	l.id = id
	l.Taken(id, l.email)
	l.Say("taken as %s", id)
	if err := l.c.play(ctx, l); err != nil {
		return err
	}
	if err := l.closed(ctx, proposals, l.id); err != nil {
		return err
	}
	return l.check(ctx)
}

// notes are those of each case's call.
const notes = `Call with the plant manager, ten minutes, bad line

Goals: pack at night without people; nobody lifts more than 5 kg
Scope
- one cell, guarded
- training for two shifts
Timeline: before the summer shutdown
Risks: the floor isn't level <b>at all</b>

They asked twice about spare parts.`

// fill is what is sent to the door.
func (l *proposalPlay) fill() form {
	l.forms++
	local, domain, _ := strings.Cut(l.c.email, "@")
	l.company, l.email = l.c.company+" "+l.ID, local+"+"+l.ID+"@"+domain
	var lines []form
	for _, p := range l.c.prices {
		lines = append(lines, form{"quantity": p.quantity, "description": p.what, "price": p.each})
	}
	f := form{
		"submission_id": fmt.Sprintf("%s-%d", l.ID, l.forms), "title": "A cell for the night shift",
		"client": form{"company": l.company, "name": l.c.signer, "email": l.email, "country": "NO"},
		"notes":  notes, "currency": l.c.currency, "lines": lines,
		"valid_until": time.Now().AddDate(0, 1, 0).Format(time.DateOnly), "requested_by": "maria",
	}
	if l.c.discount != "" {
		f["discount"] = form{"percent": l.c.discount}
	}
	return f
}
