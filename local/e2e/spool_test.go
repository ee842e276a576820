package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/starter/intake"
	starter "github.com/throughline-dev/throughline/starter/process"
	"github.com/throughline-dev/throughline/starter/spool"
	"github.com/throughline-dev/throughline/telemetry"
	"github.com/throughline-dev/throughline/workers/process"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

// envStarter is the variable that makes this binary a starter instead of the tests, as envWorker does for a worker.
const envStarter = "E2E_STARTER"

// beStarter is a starter's whole life. It begins without asking whether Temporal is there, and writes where it can be asked for its health.
func beStarter(text string) error {
	o, conf, err := begin(text)
	if err != nil {
		return err
	}
	logger := process.NewLogger(os.Stderr, slog.LevelError)
	temporal, err := config.Lazy(conf, client.Options{HostPort: o.Temporal, Namespace: o.Namespace, Logger: log.NewStructuredLogger(logger)})
	if err != nil {
		return err
	}
	kept, err := starter.OpenSpool(conf, logger)
	if err != nil {
		return err
	}
	keeping := &spool.Client{Client: temporal, Spool: kept}
	seen, err := telemetry.Start(context.Background(), "throughline-starter", logger)
	if err != nil {
		return err
	}
	d, err := starter.New(starter.Options{Client: keeping, Live: config.NewLive(conf), Logger: logger, Seen: seen})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", conf.Starter.Listen)
	if err != nil {
		return err
	}
	inside, err := net.Listen("tcp", conf.Starter.OperationsListen)
	if err != nil {
		return err
	}
	fmt.Println(inside.Addr())
	defer telemetry.Serve(inside, seen.Handler(d.Ready), logger)()
	go starter.HandOver(context.Background(), keeping)
	return d.Serve(context.Background(), l)
}

// The starter is a process of its own, which is killed while Temporal is away: what it has taken before and what the next one takes gets to
// Temporal once that is back, each lead once and the answers to a task in their order.
func TestWhatComesWhileTemporalIsAwayIsHandedOverOnceItIsBack(t *testing.T) {
	t.Parallel()
	options := stack.TemporalOptions{File: filepath.Join(t.TempDir(), "temporal.db"), SearchAttributes: visibility.All}
	temporal, err := stack.StartTemporal(within(t, patience), options)
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(temporal.Address())
	require.NoError(t, err)
	s := start(t, stack.Options{Address: temporal.Address(), Namespace: temporal.Namespace(), NoDoor: true})
	dir := t.TempDir()
	open := func() *spawned {
		p := s.process(t, envStarter, orders{Config: patient}, map[string]any{
			"listen": strings.TrimPrefix(s.Door, "http://"), "public_url": s.Door, "spool": map[string]any{"dir": dir}, "operations_listen": "127.0.0.1:0",
		})
		var health string
		select {
		case at := <-p.held:
			health = "http://" + at
		case err := <-p.ended:
			require.Fail(t, "the starter ended", "%v", err)
		}
		eventually(t, "the starter to be ready", func() bool {
			res, err := http.Get(health + "/readyz")
			if err != nil {
				return false
			}
			require.NoError(t, res.Body.Close())
			return res.StatusCode == http.StatusOK
		})
		return p
	}
	first := open()
	waiting := s.send(t, ada("waiting"))
	card := s.card(t, waiting)
	rep := s.rep(t, card)
	more := s.ask(t, card, rep.Slack, humantask.ActionExtend)
	require.NoError(t, temporal.Stop())

	take := func(f fields) string {
		status, id, err := s.post(f)
		require.NoError(t, err)
		require.Equal(t, http.StatusAccepted, status)
		return id
	}
	before := take(ada("before"))
	require.Equal(t, before, take(ada("before")), "it is one lead")
	s.tell(t, rep.Slack, more, map[string]string{humantask.FieldBy: "4h", humantask.FieldComment: "they are at a fair"})
	first.kill(t)

	second := open()
	require.Equal(t, before, take(ada("before")), "it is one lead after a restart, too")
	after := take(ada("after"))
	require.Equal(t, http.StatusOK, statusOf(t, s.Door+"/leads/"+before))
	clicked, err := s.world.Click(t.Context(), sandbox.Click{
		User: rep.Slack, Channel: card.Channel, TS: card.TS, ActionID: card.Buttons[0].ActionID,
	})
	require.NoError(t, err)
	require.True(t, clicked.OK, clicked.Warning)

	options.Port, err = strconv.Atoi(port)
	require.NoError(t, err)
	temporal, err = stack.StartTemporal(within(t, patience), options)
	require.NoError(t, err)
	result := s.result(t, waiting)
	require.Equal(t, lead.Contacted, result.Ending)
	require.True(t, result.Contact.Happened(humantask.Extended), "what came first was handed over first: later it would have been refused")
	require.Equal(t, []string{humantask.SignalDecide, humantask.SignalDecide}, s.signalled(t, waiting))
	s.requireOnce(t, waiting)
	for _, id := range []string{before, after} {
		s.contact(t, s.card(t, id))
		require.Equal(t, lead.Contacted, s.result(t, id).Ending)
		s.requireWhole(t, id)
	}
	second.kill(t)
	kept, err := spool.Open(spool.Options{Dir: dir})
	require.NoError(t, err)
	require.NoError(t, kept.Look(func(e spool.Looked) error {
		require.Fail(t, "something is left", "%s of %s: %s", e.Kind, e.Line, e.Refused)
		return nil
	}))
	require.NoError(t, kept.Close())
	require.NoError(t, s.Stop())
	require.NoError(t, temporal.Stop())
}

// A namespace that was made anew has no search attributes, and Temporal calls each start wrong for it.
func TestWhatIsKeptWaitsUntilTemporalHasItsSearchAttributes(t *testing.T) {
	t.Parallel()
	temporal, err := stack.StartTemporal(within(t, patience), stack.TemporalOptions{})
	require.NoError(t, err)
	c, err := client.Dial(client.Options{HostPort: temporal.Address(), Namespace: temporal.Namespace(), Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	require.NoError(t, err)
	said := &journal{}
	kept, err := spool.Open(spool.Options{Dir: t.TempDir(), Logger: slog.New(slog.NewTextHandler(said, nil))})
	require.NoError(t, err)
	keeping := &spool.Client{Client: c, Spool: kept}
	nowhere, err := client.NewLazyClient(client.Options{HostPort: "127.0.0.1:1"})
	require.NoError(t, err)
	receipt, err := intake.Take(within(t, glance), &spool.Client{Client: nowhere, Spool: kept}, intake.Entry{Submission: lead.Submission{Name: "Ada Brandt", Email: "ada@waits.example"}})
	require.NoError(t, err)
	require.True(t, receipt.Kept)

	ctx, stop := context.WithCancel(context.Background())
	var handing sync.WaitGroup
	handing.Go(func() { starter.HandOver(ctx, keeping) })
	eventually(t, "Temporal to refuse it", func() bool { return said.has("could not be handed over") })
	require.True(t, said.has("search attribute") || said.has("Search attribute"))
	require.True(t, kept.Waiting(receipt.ID))
	require.NoError(t, config.EnsureSearchAttributes(within(t, patience), c, temporal.Namespace(), visibility.All))
	eventually(t, "it to be handed over", func() bool { return !kept.Waiting(receipt.ID) })
	require.Zero(t, kept.Stats().Refused)
	_, err = c.DescribeWorkflowExecution(within(t, patience), receipt.ID, "")
	require.NoError(t, err)
	stop()
	handing.Wait()
	nowhere.Close()
	c.Close()
	require.NoError(t, kept.Close())
	require.NoError(t, temporal.Stop())
}
