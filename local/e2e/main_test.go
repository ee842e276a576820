package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/server/common/dynamicconfig"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
)

var update = flag.Bool("update", false, "record the histories that the tests ran, into workflows/testdata/histories")

func TestMain(m *testing.M) {
	if orders := os.Getenv(envWorker); orders != "" {
		fmt.Fprintln(os.Stderr, "the worker ended:", beWorker(orders))
		os.Exit(1)
	}
	if orders := os.Getenv(envStarter); orders != "" {
		fmt.Fprintln(os.Stderr, "the starter ended:", beStarter(orders))
		os.Exit(1)
	}
	flag.Parse()
	code := m.Run()
	if started.stack != nil {
		if err := started.stack.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "the shared system didn't stop:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// started is the system that tests share, once one has asked for it.
var started struct {
	once  sync.Once
	stack *stack.Stack
	err   error
}

// system is a Throughline that runs, or one's view of it.
type system struct {
	*stack.Stack
	world *sandbox.Client
}

// The handbooks: the demo's, in which two days are a minute, and one like it in which nobody is reminded while a test is about
// something else. Neither depends on the time of day.
var (
	demo    = []string{config.Default, config.Demo}
	patient = []string{config.Default, config.Demo, "testdata/patient.yaml"}
)

// shared is the system that tests share. Its rotations continue as new every few turns, as they otherwise do after hundreds.
func shared(t *testing.T) system {
	t.Helper()
	started.once.Do(func() {
		tuning := stack.Tuned()
		tuning.Dynamic[dynamicconfig.HistoryCountSuggestContinueAsNew.Key()] = 20
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		started.stack, started.err = stack.Start(ctx, stack.Options{Config: patient, Tuning: &tuning})
	})
	require.NoError(t, started.err)
	return system{started.stack, sandbox.New(started.stack.Sandbox)}
}

// start starts a system that the test has to itself, and has to stop. Its handbook is the patient one unless the options say
// otherwise.
func start(t *testing.T, o stack.Options) system {
	t.Helper()
	if o.Config == nil {
		o.Config = patient
	}
	s, err := stack.Start(within(t, patience), o)
	require.NoError(t, err)
	return system{s, sandbox.New(s.Sandbox)}
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// patience is how long anything may take that should happen at once. It is long because all packages' tests may run at the
// same time, on a small machine.
const patience = time.Minute

// glance is the pause between two looks at something that is waited for.
const glance = 30 * time.Millisecond

// eventually waits until something holds; what says it for the failure.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx := within(t, patience)
	for !holds() {
		select {
		case <-ctx.Done():
			require.Fail(t, "waited in vain: "+what)
		case <-time.After(glance):
		}
	}
}
