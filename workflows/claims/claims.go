// Package claims keeps which case holds which subject: a few long-lived workflows, the shards, each for its part of the
// subjects (package claims of the activities says which, and how a case asks).
//
// Nobody but a shard changes what it keeps, and it does one thing after the other: of two cases that claim a subject at the
// same moment one is first, and the other one is told so. What is held passes from run to run, so that the answer to a case
// that asks again doesn't depend on what Temporal remembers of its first update.
//
// A case that is terminated releases nothing. What it held stays, some sixty bytes for each subject, until another case
// claims that subject, finds that the holder can't be joined, and takes over. So a shard heals itself where it matters, and
// what nobody asks for again only takes up room, until it is forgotten as the oldest of too many (see [State]).
//
// Terminating a shard forgets its claims: the next case about a subject starts the shard anew, and doesn't find the one before.
package claims

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/workflows/internal/renewal"
)

// What a shard may carry from run to run is bounded by Temporal, which ends a workflow that continues as new with more than
// 2 MiB: most claims of two longest IDs each, as JSON, are below that.
const (
	most    = 10_000
	longest = 80
)

// characters are those that IDs consist of: JSON writes each as one byte, and no e-mail address and no full name is made of them alone.
const characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/"

// State is what a shard carries from one run to the next. Its zero value is a new shard's.
type State struct {
	// Held are the claims that are held, the oldest first. They are at most 10,000: 160,000 over all shards, of which an open
	// lead has two. Beyond, the oldest is forgotten: a customer who writes again after so long, and so many others, may be
	// written to twice, which is better than that nobody can claim.
	Held []Held `json:"held,omitempty"`
}

// Held is a claim that is held.
type Held struct {
	Subject string `json:"subject"`
	Case    string `json:"case"`
}

// Register registers the workflow with a worker. A shard never ends, so where workers have versions it goes on with the latest: a
// change of this code has to replay what runs, by workflow.GetVersion.
func Register(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(Workflow, workflow.RegisterOptions{
		Name: claims.WorkflowName, VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade,
	})
}

// Workflow keeps one shard's claims for ever, continuing as new before its history grows large or old. A new shard is started
// without an argument.
func Workflow(ctx workflow.Context, state State) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, claims.QueryHolder,
		func(subject string) (string, error) { return state.holder(subject), nil },
		workflow.QueryHandlerOptions{Description: "Says which case holds a subject."})
	if err != nil {
		return err
	}
	shard := workflow.GetInfo(ctx).WorkflowExecution.ID
	err = workflow.SetUpdateHandlerWithOptions(ctx, claims.UpdateClaim,
		func(ctx workflow.Context, req claims.Request) (claims.Claim, error) {
			holder := state.claim(req)
			if state.forget() {
				workflow.GetLogger(ctx).Warn("A shard is full: the oldest of its claims was forgotten.", "shard", shard)
			}
			return claims.Claim{Holder: holder, Mine: holder == req.Case}, nil
		},
		workflow.UpdateHandlerOptions{
			Description: "Claims a subject for a case.",
			Validator:   func(req claims.Request) error { return check(shard, req) },
		})
	if err != nil {
		return err
	}
	releases := workflow.GetSignalChannelWithOptions(ctx, claims.SignalRelease, workflow.SignalChannelOptions{
		Description: "Gives up a case's claims on subjects.",
	})
	due := renewal.Due(ctx)
	full := func() bool {
		return (due() || workflow.GetInfo(ctx).GetContinueAsNewSuggested()) && workflow.AllHandlersFinished(ctx)
	}
	for {
		if err := workflow.Await(ctx, func() bool { return releases.Len() > 0 || full() }); err != nil {
			return err
		}
		var r claims.Release
		for releases.ReceiveAsync(&r) {
			if r.Case == "" || len(r.Subjects) == 0 {
				workflow.GetLogger(ctx).Warn("A release without a case or without subjects was ignored.")
			}
			state.release(r)
			r = claims.Release{}
		}
		// Nothing can arrive between the last release and the end of the run: where Temporal has got another signal
		// meanwhile, it refuses to end the run, and this goes on with that signal.
		if full() {
			// By its name: the workers know the function under no other (their registration aliases are off).
			return workflow.NewContinueAsNewError(ctx, claims.WorkflowName, state)
		}
	}
}

// check refuses what this shard can't keep.
func check(shard string, req claims.Request) error {
	refuse := func(format string, args ...any) error {
		return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, args...), "Refused", nil)
	}
	for _, id := range []struct{ field, text string }{{"subject", req.Subject}, {"case", req.Case}, {"instead", req.Instead}} {
		switch {
		case id.text == "" && id.field != "instead":
			return refuse("a claim needs a %s", id.field)
		case len(id.text) > longest:
			return refuse("the claim's %s is longer than %d characters", id.field, longest)
		case strings.Trim(id.text, characters) != "":
			return refuse("the claim's %s may only have letters, digits and -_.:/ in it", id.field)
		}
	}
	if right := claims.WorkflowID(req.Subject); right != shard {
		return refuse("this is %s; the subject is kept by %s", shard, right)
	}
	return nil
}

func (s *State) find(subject string) int {
	return slices.IndexFunc(s.Held, func(h Held) bool { return h.Subject == subject })
}

// holder is the case that holds a subject, "" for none.
func (s *State) holder(subject string) string {
	if i := s.find(subject); i >= 0 {
		return s.Held[i].Case
	}
	return ""
}

// claim gives a subject to a case, unless another one holds it that isn't to be replaced, and returns who holds it then.
func (s *State) claim(req claims.Request) string {
	if i := s.find(req.Subject); i >= 0 {
		if holder := s.Held[i].Case; holder != req.Instead { // it may be the one that asks
			return holder
		}
		s.Held = slices.Delete(s.Held, i, i+1)
	}
	s.Held = append(s.Held, Held{Subject: req.Subject, Case: req.Case})
	return req.Case
}

// forget drops the oldest claim where there are too many, and reports whether it did.
func (s *State) forget() bool {
	if len(s.Held) <= most {
		return false
	}
	s.Held = slices.Delete(s.Held, 0, 1)
	return true
}

// release frees those of the subjects that the case holds.
func (s *State) release(r claims.Release) {
	s.Held = slices.DeleteFunc(s.Held, func(h Held) bool {
		return h.Case == r.Case && slices.Contains(r.Subjects, h.Subject)
	})
}
