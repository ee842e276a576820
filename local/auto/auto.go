// Package auto plays Throughline unattended. It sends business through the HTTP door, plays the people in the sandbox (they press
// buttons in Slack, answer e-mails, and work in the CRM), has the vendors fail on order, and holds what the outside world
// received against what each case expects.
//
// It knows nothing but the door, the sandbox and the handbook: what it says about a system holds for any that these two stand
// in front of. `go run ./local --auto` plays all cases on a system of its own, and so do the end-to-end tests.
package auto

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/throughline-dev/throughline/config"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
)

// Case is one piece of business, played from its trigger to its end. A new workflow adds its cases to [Cases].
type Case struct {
	// Workflow is the type of the workflow that carries it: "lead".
	Workflow string
	// Name says in a line what happens in it. No two cases share one.
	Name string
	// Ends is how it must end, in the workflow's own word: "contacted".
	Ends string
	// Effects are all that must have happened in the outside world at its end, and each must have happened once.
	Effects Effects
	// Play sends the business in, plays the people who take part, and returns once it has ended, which it tells
	// [Player.Ended]. An error says what was expected and what was seen; the case has failed then.
	Play func(ctx context.Context, p *Player) error
}

// Cases are all there are.
func Cases() []Case { return slices.Concat(leadCases(), proposalCases(), returnCases()) }

// Workflows are the workflows that have cases.
func Workflows() []string {
	var names []string
	for _, c := range Cases() {
		names = append(names, c.Workflow)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Options say what is played, and where.
type Options struct {
	// Door and Sandbox are the addresses of the two. Required.
	Door, Sandbox string
	// Handbook is the one that the system works by. Required. The cases are about the people and territories of the built-in
	// one, and wait for its ladders: [Check] says whether they can.
	Handbook *config.Config
	// Only plays the cases of these workflows; none for all.
	Only []string
	// Progress gets a line for everything that happens; nil for nowhere.
	Progress io.Writer
}

// Result is what became of a case.
type Result struct {
	Workflow string `json:"workflow"`
	Case     string `json:"case"`
	// ID is the workflow's; "" where the business wasn't taken.
	ID string `json:"id"`
	// Others are the IDs of what else was sent in the case: before it, or to be joined to it.
	Others []string `json:"others,omitempty"`
	// Ended is how it ended as the outside saw it, and Expected how it should have.
	Ended    string `json:"ended"`
	Expected string `json:"expected"`
	// OK is whether all was as expected; Problems say what wasn't.
	OK       bool     `json:"ok"`
	Problems []string `json:"problems,omitempty"`
	// Holder is who was given it and Why says why; By is who ended it: somebody of the handbook by their ID, anybody and
	// anything else by name.
	Holder string `json:"holder,omitempty"`
	Why    string `json:"why,omitempty"`
	By     string `json:"by,omitempty"`
	// Effects are what happened in the outside world, by system.
	Effects map[string]Tally `json:"effects"`
	Seconds float64          `json:"seconds"`
}

// Tally is how often a system was made to do something, and how many of these were duplicates of another.
type Tally struct {
	Count      int `json:"count"`
	Duplicates int `json:"duplicates"`
}

// longest is the longest that a handbook's ladder may take for its cases to be waited for.
const longest = 10 * time.Minute

// patience is how long a case may take beside what its ladder takes. It is only ever used up by a case that fails.
const patience = 90 * time.Second

// Run plays the cases, all at the same time, and returns what became of each, in the order of [Cases]. The error is one that
// keeps them from being played at all, or that of the context; a case that fails is a result.
func Run(ctx context.Context, o Options) ([]Result, error) {
	if err := Check(o); err != nil {
		return nil, err
	}
	o.Door, o.Sandbox = strings.TrimSuffix(o.Door, "/"), strings.TrimSuffix(o.Sandbox, "/")
	if err := reach(ctx, o); err != nil {
		return nil, err
	}
	var players []*Player
	began := time.Now()
	say := narrator(o.Progress, began)
	run, open := strings.ToLower(rand.Text()[:6]), &dialogs{}
	for _, c := range Cases() {
		if len(o.Only) > 0 && !slices.Contains(o.Only, c.Workflow) {
			continue
		}
		players = append(players, &Player{
			World: sandbox.New(o.Sandbox), Door: o.Door, Handbook: o.Handbook, Began: began,
			ID: fmt.Sprintf("%s-%d", run, len(players)+1), c: c, say: say, dialogs: open,
			result: Result{Workflow: c.Workflow, Case: c.Name, Expected: c.Ends, Effects: map[string]Tally{}},
		})
	}
	ctx, cancel := context.WithTimeout(ctx, ladder(o.Handbook)+patience)
	defer cancel()
	var playing sync.WaitGroup
	for _, p := range players {
		playing.Go(func() { p.play(ctx) })
	}
	playing.Wait()
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return nil, err
	}
	// Only now, so that what comes late is counted too.
	var results []Result
	for _, p := range players {
		p.audit(context.WithoutCancel(ctx))
		results = append(results, p.result)
	}
	return results, nil
}

// Check says why the cases can't be played: a workflow that has none, or a handbook that isn't the one that they are about.
func Check(o Options) error {
	known := Workflows()
	for _, name := range o.Only {
		if !slices.Contains(known, name) {
			return fmt.Errorf("there is no case of the workflow %q: choose from %s", name, strings.Join(known, ", "))
		}
	}
	if takes := ladder(o.Handbook); takes > longest {
		return fmt.Errorf("the handbook gives people up to %s, and the cases wait for that: play them with the demo policy", takes)
	}
	return errors.Join(checkLeads(o.Handbook), checkProposals(o.Handbook), checkReturns(o.Handbook))
}

// reach says which of the two addresses leads nowhere.
func reach(ctx context.Context, o Options) error {
	if _, err := sandbox.New(o.Sandbox).Faults(ctx); err != nil {
		return fmt.Errorf("there is no sandbox at %s: %w", o.Sandbox, err)
	}
	// Health is at another address, which needn't be reached from here; the form is what anybody may see.
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, o.Door+"/leads", nil)
	if err != nil {
		return fmt.Errorf("there is no door at %s: %w", o.Door, err)
	}
	res, err := visitor.Do(req)
	if err != nil {
		return fmt.Errorf("there is no door at %s: %w", o.Door, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the door at %s doesn't show the form for leads: it answers %s", o.Door, res.Status)
	}
	return nil
}

// ladder is how long it takes until the last rung of the handbook's ladders, and until nobody waits for a return any more.
func ladder(handbook *config.Config) time.Duration {
	var last time.Duration
	for _, rung := range slices.Concat(
		handbook.Lead.Contact, handbook.Lead.Operations, handbook.Proposal.Review, handbook.Proposal.Approval,
		handbook.Returns.Review, handbook.Returns.Payment, handbook.Returns.Operations,
	) {
		last = max(last, rung.After.Duration)
	}
	return max(last, waits(handbook))
}

// narrator writes lines with the time since the beginning in front, one at a time.
func narrator(w io.Writer, began time.Time) func(string) {
	if w == nil {
		w = io.Discard
	}
	var mu sync.Mutex
	return func(line string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(w, "%6.1fs  %s\n", time.Since(began).Seconds(), line)
	}
}
