package stack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// start starts a system. Unless the options say otherwise everybody works around the clock, so that the time of day makes no
// difference.
func start(t *testing.T, ctx context.Context, o stack.Options) *stack.Stack {
	t.Helper()
	if o.Config == nil {
		o.Config = []string{config.Default, config.Demo}
	}
	s, err := stack.Start(ctx, o)
	require.NoError(t, err)
	return s
}

// sendLead sends a lead through the door and returns its ID.
func sendLead(t *testing.T, s *stack.Stack) (id string) {
	t.Helper()
	const body = `{"name":"Ada Brandt","email":"ada.brandt@contoso.example","company":"Contoso","country":"DE","message":"Two robots, please."}`
	res, err := http.Post(s.Door+"/leads", "application/json", bytes.NewReader([]byte(body)))
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusAccepted, res.StatusCode)
	var taken struct{ ID string }
	require.NoError(t, json.NewDecoder(res.Body).Decode(&taken))
	return taken.ID
}

// card waits for a case's card that can be clicked.
func card(t *testing.T, ctx context.Context, s *stack.Stack, id string) (found sandbox.Message) {
	t.Helper()
	eventually(t, ctx, func() bool {
		messages, err := sandbox.New(s.Sandbox).Messages(ctx, sandbox.MessageFilter{Case: id})
		require.NoError(t, err)
		for _, m := range messages {
			if len(m.Buttons) > 0 {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

func TestALeadInFlightGoesOnAtTheNextStart(t *testing.T) {
	t.Parallel()
	ctx := within(t, time.Minute)
	dir := t.TempDir()
	s := start(t, ctx, stack.Options{Dir: dir})
	id := sendLead(t, s)
	before := card(t, ctx, s, id)
	require.NoError(t, s.Stop())

	s = start(t, ctx, stack.Options{Dir: dir})
	after := card(t, ctx, s, id)
	require.Equal(t, before.TS, after.TS, "it is the same card")
	var state lead.Result
	value, err := s.Client.QueryWorkflow(ctx, id, "", lead.QueryLead)
	require.NoError(t, err)
	require.NoError(t, value.Get(&state))
	clicked, err := sandbox.New(s.Sandbox).Click(ctx, sandbox.Click{
		User: state.Rep.Slack, Channel: after.Channel, TS: after.TS, ActionID: after.Buttons[0].ActionID,
	})
	require.NoError(t, err)
	require.True(t, clicked.OK, clicked.Warning)
	var result lead.Result
	require.NoError(t, s.Client.GetWorkflow(ctx, id, "").Get(ctx, &result))
	require.Equal(t, lead.Contacted, result.Ending)
	effects, err := sandbox.New(s.Sandbox).Effects(ctx, id)
	require.NoError(t, err)
	require.NotEmpty(t, effects)
	for _, e := range effects {
		require.True(t, e.Repeatable || e.Count == 1, "%+v", e)
	}
	require.NoError(t, s.Stop())
}

func TestATemporalThatIsThereAlreadyIsUsed(t *testing.T) {
	t.Parallel()
	ctx := within(t, time.Minute)
	temporal, err := stack.StartTemporal(ctx, stack.TemporalOptions{Namespace: "sales"}) // without search attributes
	require.NoError(t, err)
	s := start(t, ctx, stack.Options{Address: temporal.Address(), Namespace: "sales"})
	require.Equal(t, temporal.Address(), s.Temporal)
	require.Empty(t, s.Web)
	id := sendLead(t, s)
	card(t, ctx, s, id)
	require.NoError(t, s.Stop())

	_, err = dial(t, temporal).DescribeWorkflowExecution(ctx, id, "")
	require.NoError(t, err, "its Temporal goes on without it")
	require.NoError(t, temporal.Stop())
}

func TestAFolderIsForOneStackAtATime(t *testing.T) {
	t.Parallel()
	ctx := within(t, time.Minute)
	dir := t.TempDir()
	s := start(t, ctx, stack.Options{Dir: dir})
	_, err := stack.Start(ctx, stack.Options{Dir: dir})
	require.ErrorContains(t, err, dir)
	require.ErrorContains(t, err, "--dir")
	require.NoError(t, s.Stop())
}

func TestWhatIsWrongIsSaidForAPersonAndBeforeAnythingStarts(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, []byte("lead:\n  default_pool: nobody\n  colour: red\n"), 0o644))

	for _, c := range []struct {
		name string
		o    stack.Options
		want []string
	}{
		{"the door's port", stack.Options{Ports: stack.Ports{Door: port}}, []string{"the door", "in use", "--port-door"}},
		{"the sandbox's port", stack.Options{Ports: stack.Ports{Sandbox: port}}, []string{"the sandbox", "in use", "--port-sandbox"}},
		{"the health port", stack.Options{Ports: stack.Ports{Health: port}}, []string{"health", "in use", "--port-health"}},
		{"Temporal's port", stack.Options{Ports: stack.Ports{Temporal: port}}, []string{"Temporal", "in use", "--port-temporal"}},
		{"Temporal Web's port", stack.Options{Web: true, Ports: stack.Ports{Web: port}}, []string{"Temporal Web", "in use", "--port-web"}},
		{"the folder", stack.Options{Dir: filepath.Join(file, "below")}, []string{file, "--dir"}},
		{"the configuration", stack.Options{Config: []string{config.Default, file}}, []string{"lead.default_pool", "lead.colour"}},
		{"fresh elsewhere", stack.Options{Fresh: true, Address: "temporal.example:7233"}, []string{"--fresh", "temporal.example:7233"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "dir")
			if c.o.Dir == "" {
				c.o.Dir = dir
			}
			_, err := stack.Start(within(t, time.Minute), c.o)
			for _, want := range c.want {
				require.ErrorContains(t, err, want)
			}
			require.NoFileExists(t, filepath.Join(dir, "temporal.db"))
		})
	}
}
