package e2e

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"golang.org/x/sync/errgroup"

	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// subjectsOf are subjects of one shard that no lead has.
func subjectsOf(shard string, n int) (subjects []string) {
	for i := 0; len(subjects) < n; i++ {
		if s := fmt.Sprintf("test/%d", i); claims.WorkflowID(s) == shard {
			subjects = append(subjects, s)
		}
	}
	return subjects
}

// claim claims as a step does, which tries again while the shard can't be asked: as where it was about to continue as new, and
// a release came in between.
func (s system) claim(ctx context.Context, req claims.Request) (holder string, err error) {
	a := &claims.Activities{Client: s.Client}
	for {
		got, err := a.Claim(ctx, effect.Key{ID: req.Case + "/claim"}, req)
		if f, _ := fault.From(err); f.Class != fault.ClassUnavailable || ctx.Err() != nil {
			return got.Holder, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(glance):
		}
	}
}

func (s system) holder(t *testing.T, subject string) string {
	t.Helper()
	holder, err := claims.Holder(within(t, patience), s.Client, subject)
	require.NoError(t, err)
	return holder
}

func TestOfManyCasesThatClaimASubjectAtOnceOneHoldsIt(t *testing.T) {
	t.Parallel()
	s := shared(t)
	const subject, cases = "test/wanted", 64
	require.Empty(t, s.holder(t, subject), "nobody has asked yet")

	ctx := within(t, patience)
	// All of them ask, and all are told the same.
	claim := func(round, instead string) (holder string) {
		var asking errgroup.Group
		told := make([]string, cases)
		for i := range told {
			asking.Go(func() (err error) {
				told[i], err = s.claim(ctx, claims.Request{Subject: subject, Case: fmt.Sprintf("test-%s-%d", round, i), Instead: instead})
				return err
			})
		}
		require.NoError(t, asking.Wait())
		for _, one := range told {
			require.Equal(t, told[0], one)
		}
		require.Equal(t, told[0], s.holder(t, subject))
		return told[0]
	}
	first := claim("first", "")
	require.Contains(t, first, "test-first-")
	second := claim("second", first)
	require.Contains(t, second, "test-second-", "one of those who named the holder has taken over")

	for _, id := range []string{first, second} {
		a := &claims.Activities{Client: s.Client}
		_, err := a.ReleaseClaims(ctx, effect.Key{}, claims.Release{Case: id, Subjects: []string{subject, "test/never-claimed"}})
		require.NoError(t, err)
	}
	eventually(t, "the subject is free", func() bool { return s.holder(t, subject) == "" })
	require.Contains(t, claim("third", ""), "test-third-")
}

// The shared system's shards continue as new every few claims. Nothing gets lost between their runs, and a case that holds its
// subject through all of them is found at any moment.
func TestAShardContinuesAsNewWhileItIsUsed(t *testing.T) {
	t.Parallel()
	s := shared(t)
	a := &claims.Activities{Client: s.Client}
	shard := claims.WorkflowID("test/kept")
	ctx := within(t, patience)
	_, err := s.claim(ctx, claims.Request{Subject: "test/kept", Case: "test-keeper"})
	require.NoError(t, err)

	subjects := subjectsOf(shard, 40)
	using, inUse := errgroup.WithContext(ctx)
	using.SetLimit(8)
	asked, used := 0, make(chan struct{})
	var looking errgroup.Group // one at a time: Temporal keeps no second query waiting for a workflow that is busy
	looking.Go(func() error {
		for ; ; asked++ {
			switch holder, err := claims.Holder(ctx, s.Client, "test/kept"); {
			case err != nil:
				return err
			case holder != "test-keeper":
				return fmt.Errorf("who keeps it through all runs is %q", holder)
			}
			select {
			case <-used:
				return nil
			case <-time.After(time.Millisecond):
			}
		}
	})
	for i, subject := range subjects {
		using.Go(func() error {
			id := fmt.Sprintf("test-user-%d", i)
			switch holder, err := s.claim(inUse, claims.Request{Subject: subject, Case: id}); {
			case err != nil:
				return err
			case holder != id:
				return fmt.Errorf("%s is held by %q", subject, holder)
			}
			_, err := a.ReleaseClaims(inUse, effect.Key{}, claims.Release{Case: id, Subjects: []string{subject}})
			return err
		})
	}
	err = using.Wait()
	close(used)
	require.NoError(t, err)
	require.NoError(t, looking.Wait())
	require.Positive(t, asked)
	for _, subject := range subjects {
		eventually(t, subject+" is free", func() bool { return s.holder(t, subject) == "" })
	}

	runs := 0
	for run := ""; runs == 0 || run != ""; runs++ {
		h := s.history(t, shard, run)
		run = h.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId()
		switch runs {
		case 0: // it may only just have been continued, and not have begun
		case 1:
			requireReplay(t, h, "claims/2-continued")
		default:
			requireReplay(t, h, "")
		}
	}
	require.Greater(t, runs, 3, "the shard was to continue as new while it was used")
}

// joinable is a case that others join, or not, as it was told. It ends when the signal "end" comes.
func joinable(ctx workflow.Context, kind string) error {
	end, over := workflow.GetSignalChannel(ctx, "end"), false
	if kind != "knows no such update" {
		err := workflow.SetUpdateHandlerWithOptions(ctx, claims.UpdateJoin,
			func(ctx workflow.Context, _ claims.Addition) error {
				switch kind {
				case "fails":
					return errors.New("no")
				case "ends meanwhile":
					over = true
					return workflow.Await(ctx, func() bool { return false })
				}
				return nil
			},
			workflow.UpdateHandlerOptions{Validator: func(claims.Addition) error {
				if kind == "refuses" {
					return temporal.NewApplicationError("it is ending", "Refused")
				}
				return nil
			}})
		if err != nil {
			return err
		}
	}
	return workflow.Await(ctx, func() bool { return over || end.Len() > 0 })
}

func TestACaseIsJoinedUnlessItHasEndedRefusesOrCannot(t *testing.T) {
	t.Parallel()
	s := shared(t)
	const queue = "test-joinable"
	w := worker.New(s.Client, queue, worker.Options{})
	w.RegisterWorkflowWithOptions(joinable, workflow.RegisterOptions{Name: "joinable"})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	ctx := within(t, patience)
	start := func(id, queue, kind string) string {
		_, err := s.Client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: queue}, "joinable", kind)
		require.NoError(t, err)
		t.Cleanup(func() { _ = s.Client.TerminateWorkflow(context.Background(), id, "", "the test is over") })
		return id
	}
	a := &claims.Activities{Client: s.Client}
	join := func(ctx context.Context, holder string) (claims.Joined, error) {
		return a.JoinCase(ctx, effect.Key{}, claims.Join{
			Holder: holder, Addition: claims.Addition{From: "test-second", Text: "It is me again.", At: time.Unix(1_785_000_000, 0)},
		})
	}

	for kind, accepted := range map[string]bool{
		"accepts": true, "refuses": false, "fails": false, "knows no such update": false, "ends meanwhile": false,
	} {
		got, err := join(ctx, start("test-"+kind, queue, kind))
		require.NoError(t, err, kind)
		require.Equal(t, claims.Joined{Accepted: accepted}, got, kind)
	}
	got, err := join(ctx, "test-never-was")
	require.NoError(t, err)
	require.False(t, got.Accepted)

	// A repeat is answered by Temporal, also once the case has ended: what was added has been added.
	require.NoError(t, s.Client.SignalWorkflow(ctx, "test-accepts", "", "end", nil))
	require.NoError(t, s.Client.GetWorkflow(ctx, "test-accepts", "").Get(ctx, nil))
	got, err = join(ctx, "test-accepts")
	require.NoError(t, err)
	require.True(t, got.Accepted)
	got, err = a.JoinCase(ctx, effect.Key{}, claims.Join{Holder: "test-accepts", Addition: claims.Addition{From: "test-third"}})
	require.NoError(t, err)
	require.False(t, got.Accepted, "it has ended")

	// Nobody works on this one: that is to be tried again, until it is terminated.
	stuck := start("test-stuck", "test-nobody", "accepts")
	brief, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	_, err = join(brief, stuck)
	f, ok := fault.From(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, fault.ClassUnavailable, f.Class)
	var ending errgroup.Group
	ending.Go(func() error { return s.Client.TerminateWorkflow(ctx, stuck, "", "while it is asked") })
	got, err = join(ctx, stuck)
	require.NoError(t, err)
	require.False(t, got.Accepted)
	require.NoError(t, ending.Wait())
}
