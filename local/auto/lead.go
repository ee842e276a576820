package auto

import (
	"context"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// leadCase is a case of the workflow lead.
type leadCase struct {
	name string
	// form is what the lead fills in, but for the e-mail's local part, to which the case's ID is added, and submission_id.
	form form
	// as is how it is sent, "" is asJSON; and times how often at once, 0 is once.
	as    string
	times int
	// territory is whose pool must get it; "" for the default pool.
	territory string
	// faults are what goes wrong, from before the lead is sent.
	faults []sandbox.Fault
	// play plays the people; it returns once they have done all they do.
	play    func(context.Context, *leadPlay) error
	ends    lead.Ending
	effects Effects
}

// leadPlay is one lead that is played.
type leadPlay struct {
	*Player
	c     leadCase
	form  form
	email string
	sent  time.Time
	id    string
	rep   policy.Person
	// answered are those who answered, one of whose answers must have counted.
	answered []policy.Person
}

// whole are the effects of a lead for which nothing goes wrong.
var whole = Effects{Card: 1, CustomerMail: 1, Contact: 1, Company: 1, Note: 1}

func leadCases() (cases []Case) {
	for _, c := range slices.Concat(ordinaryLeads, waitingLeads, troubledLeads, givenUpLeads) {
		cases = append(cases, Case{
			Workflow: lead.WorkflowName, Name: c.name, Ends: string(c.ends), Effects: c.effects,
			Play: func(ctx context.Context, p *Player) error { return (&leadPlay{Player: p, c: c}).run(ctx) },
		})
	}
	return cases
}

// checkLeads says whether a handbook has what the cases need.
func checkLeads(handbook *config.Config) error {
	const about = "the cases are about the people and territories of the built-in handbook"
	for _, c := range slices.Concat(ordinaryLeads, waitingLeads, troubledLeads, givenUpLeads) {
		if len(reps(handbook, c.territory)) == 0 {
			return fmt.Errorf("the handbook has no territory %q with a pool: %s", c.territory, about)
		}
	}
	if len(operators(handbook)) == 0 {
		return fmt.Errorf("the handbook has no channel and people for the role operations: %s", about)
	}
	return nil
}

// reps are the IDs of those whose turn it can be in a territory; "" is the default pool.
func reps(handbook *config.Config, territory string) (ids []string) {
	pool := ""
	if territory == "" {
		pool = handbook.Lead.DefaultPool
	}
	for _, t := range handbook.Lead.Territories {
		if t.Name == territory {
			pool = t.Pool
		}
	}
	for _, member := range handbook.Book.Pools[pool].Members {
		ids = append(ids, member.Person.ID)
	}
	return ids
}

// operators are those who put right what has failed, if they have a channel where they are asked.
func operators(handbook *config.Config) []policy.Person {
	role := handbook.Book.Roles["operations"]
	if role.Channel == "" {
		return nil
	}
	return role.People
}

// run is the whole of the case.
func (l *leadPlay) run(ctx context.Context) error {
	l.form = maps.Clone(l.c.form)
	local, domain, _ := strings.Cut(fmt.Sprint(l.form["email"]), "@")
	l.email = local + "+" + l.ID + "@" + domain
	l.form["email"], l.form["submission_id"] = l.email, l.ID
	for _, f := range l.c.faults {
		if f.Match == "" {
			f.Match = l.email
		}
		if err := l.Order(ctx, f); err != nil {
			return err
		}
	}
	if err := l.submit(ctx); err != nil {
		return err
	}
	if err := l.c.play(ctx, l); err != nil {
		return err
	}
	if err := l.closed(ctx); err != nil {
		return err
	}
	return l.check(ctx)
}

// closed waits until nobody and nothing is at work on the lead any more.
func (l *leadPlay) closed(ctx context.Context) error {
	return l.Until(ctx, "the lead to be closed", func(ctx context.Context) (bool, string, error) {
		state, err := l.state(ctx, l.id)
		return state == "closed", "it " + state, err
	})
}

// submit sends the lead, where the case says so several times at once, by turns as JSON and as a form.
func (l *leadPlay) submit(ctx context.Context) error {
	l.sent = time.Now()
	receipts := make([]receipt, max(l.c.times, 1))
	var all errgroup.Group
	for i := range receipts {
		as := l.c.as
		if as == "" {
			as = []string{asJSON, asForm}[i%2]
		}
		all.Go(func() (err error) { receipts[i], err = l.send(ctx, l.form, as); return err })
	}
	if err := all.Wait(); err != nil {
		return err
	}
	l.id = receipts[0].ID
	l.Taken(l.id, l.email)
	l.Say("taken as %s", l.id)
	first, again := 0, false
	for _, r := range receipts {
		if r.ID != l.id {
			return fmt.Errorf("expected one lead however often it is sent, saw %s and %s", l.id, r.ID)
		}
		if !r.Duplicate {
			first++
		}
		again = again || r.again
	}
	if first > 1 || first == 0 && !again {
		return fmt.Errorf("expected all but one of the sendings to be answered as duplicates, saw %+v", receipts)
	}
	return nil
}

// check looks at what the outside world has of a lead that has ended.
func (l *leadPlay) check(ctx context.Context) error {
	cards, err := l.cards(ctx, contactTitle)
	if err != nil {
		return err
	}
	if len(cards) == 0 {
		return fmt.Errorf("expected a card that says how it ended, saw none")
	}
	for _, card := range cards {
		if len(card.Buttons) > 0 {
			return fmt.Errorf("expected no button on a card whose task has ended, saw %s", labels(card.Buttons))
		}
	}
	r, err := read(cards[0])
	if err != nil {
		return err
	}
	by, err := l.ending(r.status)
	if err != nil {
		return err
	}
	if l.c.ends != lead.Aborted && !slices.ContainsFunc(l.answered, func(p policy.Person) bool { return p.ID == by.ID }) {
		return fmt.Errorf("expected the answer of one who gave one to count, saw on the card: %s", r.status)
	}
	if err := l.checkMail(ctx); err != nil {
		return err
	}
	return l.checkCRM(ctx)
}

// ending reads off a card how the lead ended.
func (l *leadPlay) ending(status string) (by policy.Person, err error) {
	for words, how := range map[string]lead.Ending{
		"Contact made by ": lead.Contacted, "Not a lead by ": lead.Disqualified, "Withdrawn": lead.Aborted,
	} {
		if rest, ok := strings.CutPrefix(status, words); ok {
			name, _, _ := strings.Cut(rest, ",")
			by = l.Named(name)
			l.Ended(string(how), by.ID)
			return by, nil
		}
	}
	return by, fmt.Errorf("expected the card to say how it ended, saw: %s", status)
}

// checkMail looks who wrote to the lead.
func (l *leadPlay) checkMail(ctx context.Context) error {
	mails, err := l.World.Emails(ctx, l.email, "")
	if err != nil {
		return err
	}
	for _, m := range mails {
		if m.From.Email != l.rep.Email {
			return fmt.Errorf("expected the lead's mail to be from %s, saw it from %s", l.rep.Name, m.From.Email)
		}
	}
	return nil
}

// checkCRM looks at the lead's contact and notes, as far as there are any.
func (l *leadPlay) checkCRM(ctx context.Context) error {
	contacts, err := l.World.Records(ctx, Contact.What, sandbox.RecordFilter{Email: l.email})
	if err != nil {
		return err
	}
	status := crm.StatusConnected
	if l.c.ends == lead.Disqualified {
		status = crm.StatusUnqualified
	}
	for _, contact := range contacts {
		if owner := contact.Properties["hubspot_owner_id"]; owner != l.rep.CRMOwner {
			return fmt.Errorf("expected %s (%s) to own the contact, saw %s", l.rep.Name, l.rep.CRMOwner, owner)
		}
		if saw := contact.Properties["hs_lead_status"]; saw != string(status) {
			return fmt.Errorf("expected the contact's status to be %s, saw %q", status, saw)
		}
	}
	notes, err := l.World.Records(ctx, Note.What, sandbox.RecordFilter{Case: l.id})
	if err != nil {
		return err
	}
	if len(notes) == 0 {
		return nil
	}
	given := fmt.Sprintf("Given to %s by %s", l.rep.Name, l.because())
	if body := noteText(notes[0]); !strings.Contains(body, given) {
		return fmt.Errorf("expected the CRM's note to say %q, saw %q", given, body)
	}
	if body := noteText(notes[len(notes)-1]); l.c.ends == lead.Disqualified && !strings.Contains(body, noLead) {
		return fmt.Errorf("expected the CRM's last note to say %q, saw %q", noLead, body)
	}
	return nil
}

func noteText(note sandbox.Record) string {
	return html.UnescapeString(note.Properties["hs_note_body"])
}

// because is how the reason begins for which the lead's rep has it.
func (l *leadPlay) because() string {
	if l.c.territory == "" {
		return fmt.Sprintf("no territory took it, so the default pool %q", l.Handbook.Lead.DefaultPool)
	}
	return fmt.Sprintf("territory %q: ", l.c.territory)
}
