package e2e

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.temporal.io/server/common/dynamicconfig"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/stack"
	"github.com/throughline-dev/throughline/starter/deploy"
	"github.com/throughline-dev/throughline/workers/process"
	"github.com/throughline-dev/throughline/workflows/claims"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/rotation"
)

// changed is the code of a next release: a lead first waits for a moment, which no lead that has begun without can be replayed by, and
// what never ends marks by GetVersion from where on it is new.
type changed struct {
	interceptor.WorkerInterceptorBase
	interceptor.ClientInterceptorBase
}

func (*changed) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &changedWorkflow{interceptor.WorkflowInboundInterceptorBase{Next: next}}
}

type changedWorkflow struct {
	interceptor.WorkflowInboundInterceptorBase
}

func (w *changedWorkflow) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	if workflow.GetInfo(ctx).WorkflowType.Name == lead.WorkflowName {
		if err := workflow.Sleep(ctx, time.Millisecond); err != nil {
			return nil, err
		}
	}
	return w.Next.ExecuteWorkflow(ctx, in)
}

func (w *changedWorkflow) ExecuteUpdate(ctx workflow.Context, in *interceptor.UpdateInput) (any, error) {
	if workflow.GetInfo(ctx).WorkflowType.Name == assignment.WorkflowName {
		workflow.GetVersion(ctx, "fairer-turns", workflow.DefaultVersion, 1)
	}
	return w.Next.ExecuteUpdate(ctx, in)
}

// release starts the workers of a release, as a process of their own would be; stop stops them.
func (s system) release(t *testing.T, deployment config.Deployment, code ...interceptor.ClientInterceptor) (stop func()) {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	c, err := client.DialContext(t.Context(), client.Options{
		HostPort: s.Temporal, Namespace: s.Namespace, Identity: deployment.BuildID, Interceptors: code, Logger: log.NewStructuredLogger(logger),
	})
	require.NoError(t, err)
	conf := *s.Config
	conf.Workers.Deployment = deployment
	p, err := process.New(process.Options{Client: c, Namespace: s.Namespace, Live: config.NewLive(&conf), Logger: logger})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	return func() {
		cancel()
		require.NoError(t, <-ended)
		c.Close()
	}
}

// ranOn are the versions that a workflow's tasks were done by, each named once in a row.
func ranOn(h *history.History) (builds []string) {
	for _, e := range h.GetEvents() {
		if done := e.GetWorkflowTaskCompletedEventAttributes(); done != nil {
			build := done.GetDeploymentVersion().GetBuildId()
			if len(builds) == 0 || builds[len(builds)-1] != build {
				builds = append(builds, build)
			}
		}
	}
	return builds
}

func from(company string) fields {
	return fields{"name": "Ada Brandt", "email": "ada@" + company + ".example", "company": company, "country": "DE"}
}

// Two releases run side by side, the second of which can't go on with the first one's leads. Those end where they began, new ones begin
// with the second as far as it is let, and what never ends goes on with the latest.
func TestTwoVersionsSideBySide(t *testing.T) {
	t.Parallel()
	tuning := stack.Tuned()
	// How soon Temporal looks whether cases still end on a version. Its own three minutes are too long to wait for.
	tuning.Dynamic[dynamicconfig.VersionDrainageStatusVisibilityGracePeriod.Key()] = time.Second
	tuning.Dynamic[dynamicconfig.VersionDrainageStatusRefreshInterval.Key()] = time.Second
	// A worker that stops is forgotten at once, and not minutes later.
	tuning.Dynamic[dynamicconfig.EnableCancelWorkerPollsOnShutdown.Key()] = true
	s := start(t, stack.Options{NoWorkers: true, Tuning: &tuning})
	d := deploy.Deployment{Client: s.Client, Namespace: s.Namespace, Name: "throughline"}
	ctx := within(t, 6*time.Minute) // on a machine that has much else to do
	do := func(status *deploy.Status, err error) *deploy.Status {
		t.Helper()
		require.NoError(t, err)
		return status
	}
	status := func(build string) deploy.Version {
		t.Helper()
		for _, v := range do(d.Status(ctx)).Versions {
			if v.BuildID == build {
				return v
			}
		}
		return deploy.Version{}
	}
	begun := func(company string) (id string) {
		t.Helper()
		id = s.send(t, from(company))
		s.card(t, id)
		return id
	}
	done := func(id, build string) {
		t.Helper()
		s.contact(t, s.card(t, id))
		require.Equal(t, lead.Contacted, s.result(t, id).Ending)
		require.Equal(t, []string{build}, ranOn(s.history(t, id, "")), id)
		s.requireWhole(t, id)
	}
	rotationOf := func(id string) string { return assignment.WorkflowID(s.result(t, id).Route.Pool.Name) }

	_, err := d.Status(ctx)
	require.ErrorContains(t, err, `there is no deployment "throughline"`)

	// The first release. Before it is current, its workers are there and have nothing to do.
	stopOne := s.release(t, config.Deployment{Name: "throughline", BuildID: "one"})
	eventually(t, "all queues of the first release to be known", func() bool {
		now, err := d.Status(ctx)
		return err == nil && len(now.Versions) == 1 && len(now.Versions[0].Queues) == 4 && now.Versions[0].Workers == 1
	})
	require.Equal(t, "inactive", status("one").Status)
	require.Equal(t, "one", do(d.Current(ctx, "one")).Current)
	require.Equal(t, "one", do(d.Current(ctx, "one")).Current, "saying it twice changes nothing")
	old, older := begun("oldest"), begun("older")
	eventually(t, "the open leads to be counted", func() bool { return status("one").Pinned == 2 })

	// The gate: what runs can't be replayed by the second release's leads, and can by what it never ends with.
	err = replayed(t, s.history(t, old, ""), &changed{})
	require.ErrorContains(t, err, "[TMPRL1100]", "Temporal's number for nondeterminism")

	// Who isn't there can't be chosen.
	_, err = d.Current(ctx, "two")
	require.ErrorContains(t, err, `has no version "two", only one`)
	stopTwo := s.release(t, config.Deployment{Name: "throughline", BuildID: "two"}, &changed{})
	eventually(t, "all queues of the second release to be known", func() bool { return len(status("two").Queues) == 4 && status("two").Workers == 1 })

	// A ramp, all of it: new leads begin with the second release although the first one is current.
	require.EqualValues(t, 100, do(d.Ramp(ctx, "two", 100)).Percent)
	do(d.Ramp(ctx, "two", 100))
	_, err = d.Ramp(ctx, "one", 10)
	require.ErrorContains(t, err, "one is the current version")
	ramped := begun("ramped")
	require.Equal(t, []string{"two"}, ranOn(s.history(t, ramped, "")))

	// Back: the ramp ends, and nothing else.
	rolledBack := do(d.Rollback(ctx, "two"))
	require.Equal(t, "one", rolledBack.Current)
	require.Empty(t, rolledBack.Ramping)
	again := begun("again")
	require.Equal(t, []string{"one"}, ranOn(s.history(t, again, "")))

	// And forth. Old leads end on the old release, new ones begin with the new one.
	require.Equal(t, "two", do(d.Current(ctx, "two")).Current)
	newest := begun("newest")
	done(old, "one")
	done(again, "one")
	done(ramped, "two")
	done(newest, "two")
	require.Equal(t, "draining", status("one").Status, "one of its leads is open")
	eventually(t, "the rotation to have gone on with the new release", func() bool {
		on := ranOn(s.history(t, rotationOf(newest), ""))
		return on[0] == "one" && on[len(on)-1] == "two"
	})
	require.NoError(t, replayed(t, s.history(t, rotationOf(newest), ""), &changed{}), "it began with the old code")

	// Back from a release that is current. What it has changed by GetVersion the old code doesn't know: the rotation waits, and is
	// there again when the new release is.
	require.Equal(t, "one", do(d.Rollback(ctx, "two")).Current)
	require.Equal(t, "one", do(d.Rollback(ctx, "two")).Current, "saying it twice doesn't go back further")
	require.Equal(t, "two", do(d.Current(ctx, "two")).Current)

	// The last old lead is moved, since its workers are to be stopped now. The new code can't go on with this one, by design of
	// this test: it waits for a release that can, and loses nothing.
	moved, err := d.Move(ctx, "one")
	require.NoError(t, err)
	require.Equal(t, 1, moved)
	s.contact(t, s.card(t, older))
	eventually(t, "the lead to be refused by the new code", func() bool {
		w, err := s.Client.DescribeWorkflowExecution(ctx, older, "")
		require.NoError(t, err)
		return w.GetPendingWorkflowTask().GetAttempt() > 1
	})
	require.NoError(t, s.Client.TerminateWorkflow(ctx, older, "", "it was broken on purpose"))
	eventually(t, "the old version to be drained", func() bool { return status("one").Status == "drained" })
	stopOne()
	eventually(t, "the old workers to be gone", func() bool { return status("one").Workers == 0 })
	_, err = d.Current(ctx, "one")
	require.ErrorContains(t, err, "no worker of version one asks for work")
	done(begun("last"), "two")
	stopTwo()
	require.NoError(t, s.Stop())
}

// replayed replays a history by the workflows as they are, changed by what intercepts them.
func replayed(t *testing.T, h *history.History, code ...interceptor.WorkerInterceptor) error {
	t.Helper()
	r, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{DisableRegistrationAliasing: true, Interceptors: code})
	require.NoError(t, err)
	lead.Register(r)
	rotation.Register(r)
	claims.Register(r)
	return r.ReplayWorkflowHistory(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), h)
}
