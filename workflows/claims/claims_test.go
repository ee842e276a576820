package claims

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/workflows/internal/renewal"
)

const subject = "lead/4k7q2m9xw3r5t6yz"

// shard is a run of the shard that keeps the subject, in which something happens each second.
type shard struct {
	*testsuite.TestWorkflowEnvironment
	t       *testing.T
	seconds time.Duration
	answers []string // of the claims, in the order in which they were answered; "refused" for one that was
	held    []string // what the query answered
}

func newShard(t *testing.T) *shard {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	s := &shard{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), t: t}
	s.RegisterWorkflow(Workflow)
	s.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: claims.WorkflowID(subject), TaskQueue: claims.TaskQueue})
	return s
}

func (s *shard) then(happens func()) {
	s.seconds++
	s.RegisterDelayedCallback(happens, s.seconds*time.Second)
}

func (s *shard) claim(req any) {
	s.UpdateWorkflow(claims.UpdateClaim, "", &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(error) { s.answers = append(s.answers, "refused") },
		OnComplete: func(r any, err error) {
			assert.NoError(s.t, err)
			got := r.(claims.Claim)
			assert.Equal(s.t, got.Holder == req.(claims.Request).Case, got.Mine)
			s.answers = append(s.answers, got.Holder)
		},
	}, req)
}

func (s *shard) release(r any) { s.SignalWorkflow(claims.SignalRelease, r) }

func (s *shard) ask(subject string) {
	answer, err := s.QueryWorkflow(claims.QueryHolder, subject)
	require.NoError(s.t, err)
	var holder string
	require.NoError(s.t, answer.Get(&holder))
	s.held = append(s.held, holder)
}

// run runs the shard until it has continued as new, and returns what it carries on.
func (s *shard) run(state State) (carried State) {
	s.t.Helper()
	s.then(func() { s.SetContinueAsNewSuggested(true) })
	s.ExecuteWorkflow(Workflow, state)
	var next *workflow.ContinueAsNewError
	require.True(s.t, errors.As(s.GetWorkflowError(), &next), "%v", s.GetWorkflowError())
	assert.Equal(s.t, claims.WorkflowName, next.WorkflowType.Name)
	require.NoError(s.t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &carried))
	return carried
}

func TestWhoAsksFirstHoldsTheSubject(t *testing.T) {
	s := newShard(t)
	s.then(func() { s.ask(subject) })
	s.then(func() { s.claim(claims.Request{Subject: subject, Case: "lead-a"}) })
	s.then(func() { s.ask(subject) })
	s.then(func() { s.claim(claims.Request{Subject: subject, Case: "lead-b"}) })
	s.then(func() { s.claim(claims.Request{Subject: subject, Case: "lead-a"}) })
	carried := s.run(State{})
	assert.Equal(t, []string{"lead-a", "lead-a", "lead-a"}, s.answers, "nobody holds it; another does; who asks does")
	assert.Equal(t, []string{"", "lead-a"}, s.held)
	assert.Equal(t, State{Held: []Held{{subject, "lead-a"}}}, carried)
}

func TestAShardThatIsSeldomAskedContinuesAsNewAllTheSame(t *testing.T) {
	s := newShard(t)
	began := s.Now()
	s.then(func() { s.claim(claims.Request{Subject: subject, Case: "lead-a"}) })
	s.ExecuteWorkflow(Workflow, State{})
	var next *workflow.ContinueAsNewError
	require.True(t, errors.As(s.GetWorkflowError(), &next), "%v", s.GetWorkflowError())
	assert.Equal(t, renewal.Longest, s.Now().Sub(began).Truncate(time.Second))
	var carried State
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &carried))
	assert.Equal(t, State{Held: []Held{{subject, "lead-a"}}}, carried)
}

func TestOnlyTheHolderWhoIsNamedIsReplaced(t *testing.T) {
	for instead, holder := range map[string]string{"lead-a": "lead-b", "lead-c": "lead-a", "lead-b": "lead-a", "": "lead-a"} {
		s := newShard(t)
		s.then(func() { s.claim(claims.Request{Subject: subject, Case: "lead-b", Instead: instead}) })
		carried := s.run(State{Held: []Held{{subject, "lead-a"}}})
		assert.Equal(t, []string{holder}, s.answers, "instead of %q", instead)
		assert.Equal(t, []Held{{subject, holder}}, carried.Held)
	}
}

func TestInsteadOfOneWhoHasReleasedMeanwhileIsAClaimLikeAnyOther(t *testing.T) {
	s := newShard(t)
	s.then(func() { s.claim(claims.Request{Subject: subject, Case: "lead-b", Instead: "lead-a"}) })
	s.run(State{})
	assert.Equal(t, []string{"lead-b"}, s.answers)
}

func TestACaseFreesWhatItHoldsAndNothingElse(t *testing.T) {
	held := []Held{{"lead/1", "lead-a"}, {"lead/2", "lead-b"}, {"crm-contact/1", "lead-a"}, {"crm-contact/2", "lead-a"}}
	s := newShard(t)
	s.then(func() {
		s.release(claims.Release{Case: "lead-a", Subjects: []string{"lead/1", "lead/2", "crm-contact/1", "lead/none"}})
	})
	s.then(func() { s.ask("lead/1") })
	s.then(func() { s.ask("lead/2") })
	carried := s.run(State{Held: held})
	assert.Equal(t, []Held{{"lead/2", "lead-b"}, {"crm-contact/2", "lead-a"}}, carried.Held)
	assert.Equal(t, []string{"", "lead-b"}, s.held)
}

func TestAReleaseOfOneWhoWasReplacedFreesNothing(t *testing.T) {
	s := newShard(t)
	s.then(func() { s.claim(claims.Request{Subject: subject, Case: "lead-b", Instead: "lead-a"}) })
	s.then(func() { s.release(claims.Release{Case: "lead-a", Subjects: []string{subject}}) })
	carried := s.run(State{Held: []Held{{subject, "lead-a"}}})
	assert.Equal(t, []Held{{subject, "lead-b"}}, carried.Held)
}

func TestAMalformedClaimIsRefusedAndChangesNothing(t *testing.T) {
	other := "lead/other"
	require.NotEqual(t, claims.WorkflowID(subject), claims.WorkflowID(other))
	long := strings.Repeat("x", longest+1)
	malformed := []any{
		"lead-a", []string{subject}, map[string]any{"subject": 1},
		claims.Request{Case: "lead-a"},
		claims.Request{Subject: subject},
		claims.Request{Subject: long, Case: "lead-a"},
		claims.Request{Subject: subject, Case: long},
		claims.Request{Subject: subject, Case: "lead-a", Instead: long},
		claims.Request{Subject: "ada@example.com", Case: "lead-a"},
		claims.Request{Subject: subject, Case: "Ada Brandt"},
		claims.Request{Subject: subject, Case: "lead-a", Instead: "\x00"},
		claims.Request{Subject: other, Case: "lead-a"},
	}
	s := newShard(t)
	for _, req := range malformed {
		s.then(func() { s.claim(req) })
	}
	carried := s.run(State{})
	assert.Equal(t, slices.Repeat([]string{"refused"}, len(malformed)), s.answers)
	assert.Empty(t, carried.Held)
	assert.ErrorContains(t, check(claims.WorkflowID(subject), claims.Request{Subject: subject, Case: long}),
		"the claim's case is longer than 80 characters")
}

func TestAMalformedReleaseIsIgnoredAndTheNextOneIsNot(t *testing.T) {
	s := newShard(t)
	for _, malformed := range []any{
		nil, "lead-a", 7, []string{subject}, map[string]any{"case": 1, "subjects": true},
		claims.Release{}, claims.Release{Case: "lead-a"}, claims.Release{Subjects: []string{subject}},
	} {
		s.then(func() { s.release(malformed) })
	}
	s.then(func() { s.ask(subject) })
	s.then(func() { s.release(claims.Release{Case: "lead-a", Subjects: []string{subject}}) })
	carried := s.run(State{Held: []Held{{subject, "lead-a"}, {"lead/2", "lead-a"}}})
	assert.Equal(t, []string{"lead-a"}, s.held)
	assert.Equal(t, []Held{{"lead/2", "lead-a"}}, carried.Held)
}

func TestNoReleaseIsLostThatArrivesAsTheRunEnds(t *testing.T) {
	const releases = 50
	held := []Held{{"lead/kept", "lead-a"}}
	for i := range releases {
		held = append(held, Held{fmt.Sprintf("lead/%d", i), "lead-a"})
	}
	for _, when := range []string{"in its last workflow task", "in its first, which is its last"} {
		s := newShard(t)
		arrive := func() { // without waking the shard
			for _, h := range held[1:] {
				s.SignalWorkflowSkippingWorkflowTask(claims.SignalRelease, claims.Release{Case: h.Case, Subjects: []string{h.Subject}})
				s.SignalWorkflowSkippingWorkflowTask(claims.SignalRelease, "malformed")
				s.SignalWorkflowSkippingWorkflowTask(claims.SignalRelease, map[string]any{"subjects": []string{"lead/kept"}})
			}
		}
		if when == "in its last workflow task" {
			s.then(arrive)
		} else {
			s.SetContinueAsNewSuggested(true)
			s.RegisterDelayedCallback(arrive, 0)
		}
		assert.Equal(t, held[:1], s.run(State{Held: slices.Clone(held)}).Held, when)
	}
}

func TestWhatIsHeldSurvivesContinuingAsNew(t *testing.T) {
	first := newShard(t)
	first.then(func() { first.claim(claims.Request{Subject: subject, Case: "lead-a"}) })
	carried := first.run(State{})

	second := newShard(t)
	second.then(func() { second.ask(subject) })
	second.then(func() { second.claim(claims.Request{Subject: subject, Case: "lead-b"}) })
	second.then(func() { second.claim(claims.Request{Subject: subject, Case: "lead-a"}) })
	assert.Equal(t, carried, second.run(carried))
	assert.Equal(t, []string{"lead-a", "lead-a"}, second.answers)
	assert.Equal(t, []string{"lead-a"}, second.held)
}

func TestAFullShardForgetsItsOldestClaim(t *testing.T) {
	var state State
	for i := range most {
		state.Held = append(state.Held, Held{fmt.Sprintf("lead/%d", i), "lead-a"})
	}
	s := newShard(t)
	s.then(func() { s.claim(claims.Request{Subject: subject, Case: "lead-b"}) })
	s.then(func() { s.claim(claims.Request{Subject: subject, Case: "lead-b"}) })
	carried := s.run(state)
	require.Len(t, carried.Held, most)
	assert.Equal(t, Held{"lead/1", "lead-a"}, carried.Held[0])
	assert.Equal(t, Held{subject, "lead-b"}, carried.Held[most-1])
}

func TestAFullShardFitsIntoWhatTemporalCarriesOn(t *testing.T) {
	var state State
	for range most {
		state.Held = append(state.Held, Held{strings.Repeat("x", longest), strings.Repeat("y", longest)})
	}
	text, err := json.Marshal(state)
	require.NoError(t, err)
	assert.Less(t, len(text), 2<<20)
}
