package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/workers/process"
)

// envWorker is the variable that makes this binary a worker process instead of the tests: see TestMain. It holds its orders.
const envWorker = "E2E_WORKER"

// orders are what a worker process works on.
type orders struct {
	Temporal, Namespace string
	Config              []string
	// Hold are texts. The answer to an update in whose arguments, as JSON, one of them occurs never reaches whoever asked in
	// this process: it writes the text to its output when it has the answer, and keeps it to itself.
	Hold []string
}

// beWorker is a worker process's whole life, which ends when it is killed. It ends with its parent too, whatever became of that
// one (see begin): its standard input is a pipe that only the parent holds.
func beWorker(text string) error {
	o, conf, err := begin(text)
	if err != nil {
		return err
	}
	logger := process.NewLogger(os.Stderr, slog.LevelError)
	co, err := config.WithCodec(conf, client.Options{
		HostPort: o.Temporal, Namespace: o.Namespace, Logger: log.NewStructuredLogger(logger),
		Interceptors: []interceptor.ClientInterceptor{&holding{of: o.Hold}},
	})
	if err != nil {
		return err
	}
	c, err := client.DialContext(context.Background(), co)
	if err != nil {
		return err
	}
	p, err := process.New(process.Options{Client: c, Namespace: o.Namespace, Live: config.NewLive(conf), Logger: logger})
	if err != nil {
		return err
	}
	return p.Run(context.Background())
}

// begin reads a process's orders, and has it end with its parent.
func begin(text string) (o orders, conf *config.Config, err error) {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return o, nil, err
	}
	conf, err = config.Load(o.Config...)
	return o, conf, err
}

// holding keeps answers to updates to itself.
type holding struct {
	interceptor.ClientInterceptorBase
	of []string
}

func (h *holding) InterceptClient(next interceptor.ClientOutboundInterceptor) interceptor.ClientOutboundInterceptor {
	return &holder{interceptor.ClientOutboundInterceptorBase{Next: next}, h.of}
}

type holder struct {
	interceptor.ClientOutboundInterceptorBase
	of []string
}

func (h *holder) UpdateWorkflow(ctx context.Context, in *interceptor.ClientUpdateWorkflowInput) (client.WorkflowUpdateHandle, error) {
	handle, err := h.Next.UpdateWorkflow(ctx, in)
	h.hold(err, in.Args)
	return handle, err
}

func (h *holder) UpdateWithStartWorkflow(
	ctx context.Context, in *interceptor.ClientUpdateWithStartWorkflowInput,
) (client.WorkflowUpdateHandle, error) {
	handle, err := h.Next.UpdateWithStartWorkflow(ctx, in)
	h.hold(err, in.UpdateOptions.Args)
	return handle, err
}

// hold returns, unless this is an answer to keep.
func (h *holder) hold(err error, args []any) {
	asked, _ := json.Marshal(args) // they have just been sent
	for _, text := range h.of {
		if err == nil && strings.Contains(string(asked), text) {
			fmt.Println(text)
			select {} // until this process is killed
		}
	}
}

// spawned is a worker process, or a starter.
type spawned struct {
	cmd   *exec.Cmd
	hold  []string
	held  chan string // which of these it has kept to itself, some of them more than once
	ended chan error
}

// spawn starts a worker process for a system, with a handbook of its own, whose systems are the sandbox all the same, and whose
// documents and door are the system's. It ends with the test, unless it is killed before.
func (s system) spawn(t *testing.T, o orders) *spawned {
	t.Helper()
	return s.process(t, envWorker, o, map[string]any{"public_url": s.Door})
}

// process starts a process that a variable tells what it is.
func (s system) process(t *testing.T, as string, o orders, starter map[string]any) *spawned {
	t.Helper()
	w := &spawned{cmd: s.command(t, as, o, starter)(context.Background()), hold: o.Hold, held: make(chan string, 100), ended: make(chan error, 1)}
	_, err := w.cmd.StdinPipe()
	require.NoError(t, err)
	said, err := w.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, w.cmd.Start())
	go func() {
		for lines := bufio.NewScanner(said); lines.Scan(); {
			if len(w.held) < cap(w.held) {
				w.held <- lines.Text()
			}
		}
		w.ended <- w.cmd.Wait()
	}()
	t.Cleanup(func() { _ = w.end() })
	return w
}

// command is how such a process is started.
func (s system) command(t *testing.T, as string, o orders, starter map[string]any) func(context.Context) *exec.Cmd {
	t.Helper()
	world, err := json.Marshal(map[string]any{ // which is YAML too
		"systems": s.Config.Systems, "documents": s.Config.Documents, "starter": starter,
	})
	require.NoError(t, err)
	overlay := filepath.Join(t.TempDir(), "world.yaml")
	require.NoError(t, os.WriteFile(overlay, world, 0o600))
	o.Temporal, o.Namespace, o.Config = s.Temporal, s.Namespace, append(slices.Clone(o.Config), overlay)
	text, err := json.Marshal(o)
	require.NoError(t, err)
	return func(ctx context.Context) *exec.Cmd {
		cmd := exec.CommandContext(ctx, os.Args[0])
		cmd.Env = append(os.Environ(), as+"="+string(text))
		cmd.Stderr = t.Output()
		return cmd
	}
}

// end kills the process, and returns how it ended.
func (w *spawned) end() error {
	_ = w.cmd.Process.Kill() // an error says that it has ended already
	err := <-w.ended
	w.ended <- err
	return err
}

// kill kills the process with SIGKILL, in the middle of whatever it does.
func (w *spawned) kill(t *testing.T) {
	t.Helper()
	var how *exec.ExitError
	require.ErrorAs(t, w.end(), &how)
	require.Equal(t, -1, how.ExitCode(), "it ended by itself: %s", how)
}

// awaitHeld waits until the process keeps all answers to itself that it was to keep.
func (w *spawned) awaitHeld(t *testing.T) {
	t.Helper()
	for ctx, left := within(t, patience), slices.Clone(w.hold); len(left) > 0; {
		select {
		case text := <-w.held:
			left = slices.DeleteFunc(left, func(one string) bool { return one == text })
		case err := <-w.ended:
			w.ended <- err
			require.Fail(t, "the worker ended by itself", "%v", err)
		case <-ctx.Done():
			require.Fail(t, "waited in vain for the worker to keep the answer to "+left[0])
		}
	}
}
