package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/interceptor"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/stack"
	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// system is a whole Throughline in this process, on files as `go run ./local` has it.
type system struct {
	*stack.Stack
	dir     string
	tap     *tap
	world   *client.Client
	numbers atomic.Int64
}

// startSystem starts a system in a folder of its own; nil is the usual tuning.
func startSystem(ctx context.Context, tuning *stack.Tuning) (*system, error) {
	dir, err := os.MkdirTemp("", "throughline-bench-")
	if err != nil {
		return nil, err
	}
	s := &system{dir: dir, tap: newTap()}
	s.Stack, err = s.start(ctx, tuning)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s.world = client.New(s.Sandbox)
	return s, nil
}

// atAnyHour has leads go to whose turn it is also while nobody is at work, so that the time of day makes no difference.
const atAnyHour = "lead:\n  out_of_hours: anyway\n"

func (s *system) start(ctx context.Context, tuning *stack.Tuning) (*stack.Stack, error) {
	overlay := filepath.Join(s.dir, "benchmark.yaml")
	if err := os.WriteFile(overlay, []byte(atAnyHour), 0o600); err != nil {
		return nil, err
	}
	return stack.Start(ctx, stack.Options{
		Dir: s.dir, Config: []string{config.Default, overlay}, Tuning: tuning, Log: io.Discard,
		Interceptors: []interceptor.ClientInterceptor{s.tap},
	})
}

func (s *system) stop() error {
	return errors.Join(s.Stop(), os.RemoveAll(s.dir))
}

// sample is how one lead went.
type sample struct {
	id      string
	sent    time.Time // the form was sent
	clicked time.Time // the rep has clicked
	// recorded is when the click was answered, which is when Temporal had it.
	recorded time.Time
	// shown and updated are when Slack had the card, and when it had it as it was after the click.
	shown, updated time.Time
}

const (
	// carryWithin is how long a lead may take before the system counts as broken.
	carryWithin = 2 * time.Minute
	// again is the pause before something is tried again that the door couldn't take in time.
	again = 100 * time.Millisecond
)

// carry sends a lead through the door, clicks on its card as the rep would, and returns when its workflow has come to its end.
func (s *system) carry(ctx context.Context, by carrier) (sample, error) {
	ctx, cancel := context.WithTimeout(ctx, carryWithin)
	defer cancel()
	one := sample{sent: time.Now()}
	var err error
	if one.id, err = s.send(ctx, by); err != nil {
		return one, err
	}
	var card posted
	select {
	case card = <-s.tap.of(one.id).card:
	case <-ctx.Done():
		return one, fmt.Errorf("lead %s: no card: %w", one.id, ctx.Err())
	}
	one.clicked = time.Now()
	if err := s.click(ctx, card); err != nil {
		return one, fmt.Errorf("lead %s: %w", one.id, err)
	}
	one.recorded = time.Now()
	select {
	case <-s.tap.of(one.id).ended:
		return one, nil
	case <-ctx.Done():
		return one, fmt.Errorf("lead %s: no end: %w", one.id, ctx.Err())
	}
}

// prospects are companies of different territories, so that several pools take turns.
var prospects = []struct{ company, domain, country, region string }{
	{"Bergwerk Automation GmbH", "bergwerk-automation.example", "DE", "Baden-Württemberg"},
	{"Pacific Crest Robotics", "pacificcrest.example", "US", "California"},
	{"Halloran & Pike", "halloranpike.example", "IE", "Leinster"},
	{"Granite State Tooling", "granitestatetooling.example", "US", "New Hampshire"},
	{"Verdana Renewables", "verdanarenewables.example", "FR", "Rhône"},
	{"Riverstone Bank", "riverstonebank.example", "US", "North Carolina"},
}

// send puts a new lead through the door and returns its ID. As a sender should, it sends again what wasn't taken in time.
func (s *system) send(ctx context.Context, by carrier) (id string, err error) {
	n := s.numbers.Add(1) // each from a company that nobody owns yet
	from := prospects[n%int64(len(prospects))]
	body, err := json.Marshal(map[string]any{
		"submission_id": fmt.Sprint("benchmark-", n),
		"name":          "Ada Brandt", "email": fmt.Sprintf("ada@berlin-%d.%s", n, from.domain), "phone": "+49 711 5550 178",
		"company": from.company, "country": from.country, "region": from.region, "employees": 120,
		"message":    "We would like to see your robot at work. When could somebody show it to us?",
		"utm_source": "search",
		carrierField: by,
	})
	if err != nil {
		return "", err
	}
	for {
		status, answer, err := s.post(ctx, s.Door+"/leads", body)
		switch {
		case err != nil:
			return "", err
		case status == http.StatusServiceUnavailable:
			if err := wait(ctx, again); err != nil {
				return "", err
			}
			continue
		case status != http.StatusAccepted:
			return "", fmt.Errorf("the door answered %d: %s", status, answer)
		}
		var taken struct{ ID string }
		return taken.ID, json.Unmarshal(answer, &taken)
	}
}

func (s *system) post(ctx context.Context, url string, body []byte) (status int, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// click answers a card that contact was made. As a person would, it clicks again where Slack shows a warning, unless the card
// has no button any more: then the click had counted all the same.
func (s *system) click(ctx context.Context, card posted) error {
	for tries := 0; ; tries++ {
		clicked, err := s.world.Click(ctx, client.Click{
			User: card.to, Channel: card.Channel, TS: card.TS, ActionID: "throughline:" + lead.ActionContacted,
		})
		switch {
		case err == nil && clicked.OK, err != nil && tries > 0 && ctx.Err() == nil:
			return nil
		case err != nil:
			return err
		case clicked.Status != 0 && clicked.Status != http.StatusServiceUnavailable:
			return fmt.Errorf("the door answered the click with %d: %s", clicked.Status, clicked.Warning)
		}
		if err := wait(ctx, again); err != nil {
			return err
		}
	}
}

// verify makes sure that a lead ended as it should, and asks the sandbox when it had the card.
func (s *system) verify(ctx context.Context, one *sample) error {
	var result ended
	if err := s.Client.GetWorkflow(ctx, one.id, "").Get(ctx, &result); err != nil {
		return fmt.Errorf("lead %s: %w", one.id, err)
	}
	if result.Ending != lead.Contacted {
		return fmt.Errorf("lead %s ended as %q, and should have as %q", one.id, result.Ending, lead.Contacted)
	}
	messages, err := s.world.Messages(ctx, client.MessageFilter{Case: one.id})
	if err != nil {
		return err
	}
	if len(messages) != 1 || messages[0].Edits == 0 {
		return fmt.Errorf("lead %s: Slack should have one card, brought up to date, and has %d messages", one.id, len(messages))
	}
	one.shown, one.updated = messages[0].Posted, messages[0].Edited
	return nil
}
