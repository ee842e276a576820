package stack_test

import (
	"context"
	"database/sql"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/local/stack"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// eventually waits until something has happened.
func eventually(t *testing.T, ctx context.Context, happened func() bool) {
	t.Helper()
	for !happened() {
		select {
		case <-ctx.Done():
			require.Fail(t, "it hasn't happened in time")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func dial(t *testing.T, temporal *stack.Temporal) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{
		HostPort: temporal.Address(), Namespace: temporal.Namespace(),
		Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// relay waits for a signal and returns what it carried.
func relay(ctx workflow.Context) (string, error) {
	if err := workflow.SetQueryHandler(ctx, "waiting", func() (bool, error) { return true, nil }); err != nil {
		return "", err
	}
	if err := workflow.UpsertTypedSearchAttributes(ctx,
		visibility.Stage.ValueSet("waiting"),
		visibility.WaitsOn.ValueSet([]string{"maria", "grace"}),
		visibility.Customer.ValueSet("c-17"),
		visibility.Amount.ValueSet(125_00),
		visibility.Due.ValueSet(workflow.Now(ctx).Add(-time.Minute)),
		visibility.Breached.ValueSet(true),
	); err != nil {
		return "", err
	}
	var got string
	workflow.GetSignalChannel(ctx, "go").Receive(ctx, &got)
	return got, nil
}

// startRelay starts a relay and returns when it waits.
func startRelay(t *testing.T, ctx context.Context, c client.Client) (runID string) {
	t.Helper()
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: "relay", TaskQueue: "test"}, "relay")
	require.NoError(t, err)
	_, err = c.QueryWorkflow(ctx, "relay", run.GetRunID(), "waiting")
	require.NoError(t, err)
	return run.GetRunID()
}

func work(t *testing.T, c client.Client) (stop func()) {
	t.Helper()
	w := worker.New(c, "test", worker.Options{})
	w.RegisterWorkflowWithOptions(relay, workflow.RegisterOptions{Name: "relay"})
	require.NoError(t, w.Start())
	return w.Stop
}

func TestAWorkflowContinuesOnTheFileOfAnEarlierServer(t *testing.T) {
	t.Parallel()
	ctx := within(t, time.Minute)
	dir := filepath.Join(t.TempDir(), "50% of what? #1")
	require.NoError(t, os.Mkdir(dir, 0o755))
	options := stack.TemporalOptions{File: filepath.Join(dir, "temporal.db"), SearchAttributes: visibility.All}

	first, err := stack.StartTemporal(ctx, options)
	require.NoError(t, err)
	c := dial(t, first)
	stop := work(t, c)
	runID := startRelay(t, ctx, c)
	stop()
	require.NoError(t, first.Stop())
	require.FileExists(t, options.File)

	second, err := stack.StartTemporal(ctx, options)
	require.NoError(t, err)
	require.NotEqual(t, first.Address(), second.Address(), "it goes on at another address too")
	c = dial(t, second)
	stop = work(t, c)
	require.NoError(t, c.SignalWorkflow(ctx, "relay", runID, "go", "on"))
	var got string
	require.NoError(t, c.GetWorkflow(ctx, "relay", runID).Get(ctx, &got))
	require.Equal(t, "on", got)
	stop()
	require.NoError(t, second.Stop())
}

func TestWorkflowsAreFoundByTheirSearchAttributes(t *testing.T) {
	t.Parallel()
	ctx := within(t, time.Minute)
	temporal, err := stack.StartTemporal(ctx, stack.TemporalOptions{Namespace: "sales", SearchAttributes: visibility.All})
	require.NoError(t, err)
	c := dial(t, temporal)
	stop := work(t, c)
	startRelay(t, ctx, c)

	count := func(query string) int64 {
		found, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Query: query})
		require.NoError(t, err, query)
		return found.Count
	}
	eventually(t, ctx, func() bool { return count(`Stage = "waiting"`) == 1 })
	require.EqualValues(t, 1, count(`WaitsOn = "maria" AND Due < "`+time.Now().Format(time.RFC3339)+`" AND Breached = true`))
	require.EqualValues(t, 1, count(`WaitsOn = "grace" AND Customer = "c-17" AND Amount >= 12500`))
	require.EqualValues(t, 0, count(`WaitsOn = "ben"`))
	require.EqualValues(t, 0, count(`Amount > 12500`))
	stop()
	require.NoError(t, temporal.Stop())
}

func TestAServerIsTunedUnlessTheDefaultsAreAskedFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tuning  *stack.Tuning
		journal string
		indexed bool // whether workflows are indexed by everything that there is
	}{
		{nil, "wal", false},
		{&stack.Tuning{}, "delete", true},
	} {
		file := filepath.Join(t.TempDir(), "temporal.db")
		temporal, err := stack.StartTemporal(within(t, time.Minute), stack.TemporalOptions{File: file, Tuning: c.tuning})
		require.NoError(t, err)
		require.NoError(t, temporal.Stop())
		db, err := sql.Open("sqlite", file)
		require.NoError(t, err)
		var journal string
		require.NoError(t, db.QueryRow("PRAGMA journal_mode").Scan(&journal))
		require.Equal(t, c.journal, journal)
		var indexed bool
		require.NoError(t, db.QueryRow("SELECT count(*) > 0 FROM sqlite_schema WHERE type = 'index' AND name = 'by_keyword_10'").Scan(&indexed))
		require.Equal(t, c.indexed, indexed)
		require.NoError(t, db.Close())
	}
}

func TestTemporalWebShowsTheServer(t *testing.T) {
	t.Parallel()
	temporal, err := stack.StartTemporal(within(t, time.Minute), stack.TemporalOptions{Web: true})
	require.NoError(t, err)
	for _, path := range []string{"/", "/api/v1/namespaces/default"} {
		res, err := http.Get(temporal.Web() + path)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusOK, res.StatusCode, path)
	}
	require.NoError(t, temporal.Stop())
	_, err = http.Get(temporal.Web())
	require.Error(t, err, "it is stopped too")
}

func TestATakenPortIsNamedWithTheFlagThatChangesIt(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	for flag, o := range map[string]stack.TemporalOptions{
		"port-temporal": {Port: port},
		"port-web":      {Web: true, WebPort: port},
	} {
		_, err := stack.StartTemporal(within(t, time.Minute), o)
		var inUse *stack.InUseError
		require.ErrorAs(t, err, &inUse)
		require.Equal(t, flag, inUse.Flag)
		require.Equal(t, taken.Addr().String(), inUse.Address)
		require.Contains(t, err.Error(), "--"+flag)
	}
}

func TestAFileThatAnInterruptedStartLeftIsPreparedAgain(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "temporal.db")
	require.NoError(t, os.WriteFile(file, nil, 0o644)) // SQLite makes it before the first transaction is through
	temporal, err := stack.StartTemporal(within(t, time.Minute), stack.TemporalOptions{File: file})
	require.NoError(t, err)
	require.NoError(t, temporal.Stop())
}

func TestAFileThatCantBeReadIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "letter.db"), []byte("Dear Maria, this is no database, however long you look."), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o644))

	db, err := sql.Open("sqlite", filepath.Join(dir, "old.db"))
	require.NoError(t, err)
	_, err = db.Exec("CREATE TABLE throughline (schema_version TEXT NOT NULL); INSERT INTO throughline VALUES ('0.1/0.1')")
	require.NoError(t, err)
	require.NoError(t, db.Close())

	for name, want := range map[string]string{
		"letter.db":            "not a database",
		"old.db":               "begin anew with --fresh",
		"nowhere/temporal.db":  "unable to open database file",
		"file/in/a/file/as.db": "unable to open database file",
	} {
		_, err := stack.StartTemporal(within(t, time.Minute), stack.TemporalOptions{File: filepath.Join(dir, name)})
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, name)
	}
}
