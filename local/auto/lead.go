package auto

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// leadCase is a case of the workflow lead.
type leadCase struct {
	name string
	// form is what the lead fills in, but for what [Player.fill] adds.
	form form
	// send sends it, after what else has to happen before; nil is [submit].
	send func(context.Context, *leadPlay) error
	// as is how it is sent, "" is asJSON; and times how often at once, 0 is once.
	as    string
	times int
	// territory is whose pool must get it; "" for the default pool.
	territory string
	// faults are what goes wrong, from before anything is sent.
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
	// known is who must get it, since the CRM knows them as the owner of the lead's contact or company, whichever owns says.
	known policy.Person
	owns  string
	// rep is who got it, and owner whom the contact belongs to in the end, if that is somebody else.
	rep, owner policy.Person
	// answered are the names of those who answered, one of whose answers must have counted.
	answered []string
}

// whole are the effects of a lead for which nothing goes wrong.
var whole = Effects{Card: 1, CustomerMail: 1, Contact: 1, Company: 1, Note: 1}

func allLeads() []leadCase {
	return slices.Concat(ordinaryLeads, waitingLeads, matchedLeads, eventfulLeads, troubledLeads, givenUpLeads)
}

func leadCases() (cases []Case) {
	for _, c := range allLeads() {
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
	for _, c := range allLeads() {
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
	l.form, l.email = l.fill(l.c.form)
	for _, f := range l.c.faults {
		if f.Match == "" {
			f.Match = l.email
		}
		if err := l.Order(ctx, f); err != nil {
			return err
		}
	}
	send := l.c.send
	if send == nil {
		send = submit
	}
	if err := send(ctx, l); err != nil {
		return err
	}
	if err := l.c.play(ctx, l); err != nil {
		return err
	}
	if err := l.closed(ctx, leads, l.id); err != nil {
		return err
	}
	return l.check(ctx)
}

// fill fills a form in: what is sent has an ID of its own, and the e-mail address the case's, by which it is told apart.
func (p *Player) fill(f form) (filled form, email string) {
	p.forms++
	local, domain, _ := strings.Cut(fmt.Sprint(f["email"]), "@")
	email = local + "+" + p.ID + "@" + domain
	filled = maps.Clone(f)
	filled["email"], filled["submission_id"] = email, fmt.Sprintf("%s-%d", p.ID, p.forms)
	return filled, email
}

// submit sends the lead, where the case says so several times at once, by turns as JSON and as a form.
func submit(ctx context.Context, l *leadPlay) error {
	if err := l.hand(ctx); err != nil {
		return err
	}
	l.Taken(l.id, l.email)
	l.Say("taken as %s", l.id)
	return nil
}

// hand hands the lead to the door.
func (l *leadPlay) hand(ctx context.Context) (err error) {
	l.sent = time.Now()
	as := []string{l.c.as}
	if l.c.as == "" {
		as[0] = asJSON
	}
	for i := 1; i < l.c.times; i++ {
		as = append(as, []string{asJSON, asForm}[i%2])
	}
	l.id, err = l.Player.hand(ctx, leads, l.form, as...)
	return err
}
