package e2e

import (
	"bufio"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/starter/desk"
	starter "github.com/throughline-dev/throughline/starter/process"
	"github.com/throughline-dev/throughline/starter/spool"
	"github.com/throughline-dev/throughline/telemetry"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/step"
)

// A dashboard that asks for what nobody measures shows an empty chart, and an alert never fires; nobody would notice either.
func TestDashboardsAndAlertsAskForWhatIsMeasured(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{Config: []string{config.Default, config.Demo, "testdata/brisk.yaml"}})
	// A lead that waits past its time, whose CRM refuses us, whose card has to be posted again, and which comes twice.
	s.order(t, sandbox.Fault{System: "slack", Kind: sandbox.Broken, Path: "chat.postMessage", Count: 1})
	s.order(t, sandbox.Fault{System: "hubspot", Kind: sandbox.Unauthorized})
	id := s.send(t, ada("measured"))
	require.Equal(t, id, s.send(t, ada("measured")))
	eventually(t, "operations to be asked", func() bool { return len(s.rescues(t, id)) > 0 })
	eventually(t, "the lead to be late", func() bool { return s.task(t, id, lead.ContactTask).Breached })
	require.NoError(t, s.world.Clear(t.Context(), ""))
	rescue := s.rescues(t, id)[0]
	s.decide(t, desk.Choice{Workflow: id, Task: rescue.ID, Action: string(step.Retry), As: rescue.Candidates[0].ID})
	s.decide(t, desk.Choice{Workflow: id, Task: lead.ContactTask, Action: lead.ActionContacted, As: s.task(t, id, lead.ContactTask).Candidates[0].ID})
	require.Equal(t, lead.Contacted, s.result(t, id).Ending)

	documented := documentedMetrics(t)
	asked := map[string]string{} // by name, and where
	for name := range documented {
		asked[name] = "docs/operations.md"
	}
	maps.Copy(asked, queried(t))
	spooled := spoolMetrics(t)
	var measured map[string]bool
	missing := func() (missing []string) {
		measured = samples(t, s.Health+"/metrics")
		maps.Copy(measured, spooled)
		for name, where := range asked {
			if !measured[name] {
				missing = append(missing, name+" (of "+where+")")
			}
		}
		return missing
	}
	defer func() {
		if t.Failed() {
			t.Log("missing: ", missing())
		}
	}()
	eventually(t, "all that is asked for to be measured", func() bool { return len(missing()) == 0 })
	for name := range measured {
		if strings.HasPrefix(name, "throughline_") {
			require.Contains(t, documented, family(name), "docs/operations.md lists what is measured")
		}
	}
	require.NoError(t, s.Stop())
}

var (
	sample      = regexp.MustCompile(`^([a-z_]+)(?:\{(.*)\})? `)
	labelValue  = regexp.MustCompile(`[a-z_]+="([^"]*)"`)
	metricInDoc = regexp.MustCompile("(?m)^\\| `(throughline_[a-z_]+)` \\|")
)

// family is the name of a histogram's series without their endings.
func family(name string) string {
	for _, end := range []string{"_bucket", "_sum", "_count"} {
		if cut, ok := strings.CutSuffix(name, end); ok && strings.HasSuffix(cut, "_seconds") {
			return cut
		}
	}
	return name
}

// samples are the names of what a process gives to Prometheus. No label of our own may name anybody of the handbook, nor a case.
func samples(t *testing.T, url string) map[string]bool {
	t.Helper()
	c, err := config.Load(config.Default, config.Demo)
	require.NoError(t, err)
	res, err := http.Get(url)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusOK, res.StatusCode)
	names := map[string]bool{}
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		found := sample.FindStringSubmatch(lines.Text())
		if found == nil {
			continue
		}
		names[found[1]], names[family(found[1])] = true, true
		for _, v := range labelValue.FindAllStringSubmatch(found[2], -1) {
			require.NotContains(t, v[1], "@", lines.Text())
			require.False(t, lead.IsWorkflowID(v[1]), lines.Text())
			for _, p := range c.People {
				require.NotEqual(t, p.ID, v[1], lines.Text())
			}
		}
	}
	return names
}

// spoolMetrics are the names of what is measured of a spool, which the system of the tests does without.
func spoolMetrics(t *testing.T) map[string]bool {
	t.Helper()
	seen, err := telemetry.Start(t.Context(), "spool", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	kept, err := spool.Open(spool.Options{Dir: t.TempDir(), MaxSize: 1 << 20})
	require.NoError(t, err)
	defer func() { require.NoError(t, kept.Close()) }()
	require.NoError(t, starter.MeasureSpool(seen.Meter(), kept))
	server := serve(t, promhttp.HandlerFor(seen.Gatherer(), promhttp.HandlerOpts{}))
	return samples(t, server)
}

// queried are the metrics that the dashboards and the alerts ask for, and where.
func queried(t *testing.T) map[string]string {
	t.Helper()
	asked := map[string]string{}
	ask := func(where, query string) {
		query = strings.NewReplacer("$__rate_interval", "5m", "$__range", "1h", "$workflow", ".*").Replace(query)
		expr, err := parser.ParseExpr(query)
		require.NoError(t, err, "%s: %s", where, query)
		parser.Inspect(expr, func(n parser.Node, _ []parser.Node) error {
			if v, ok := n.(*parser.VectorSelector); ok {
				require.NotEmpty(t, v.Name, "%s: %s", where, query)
				asked[v.Name] = where
			}
			return nil
		})
	}
	dashboards, err := filepath.Glob("../../deploy/grafana/dashboards/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, dashboards)
	for _, file := range dashboards {
		var board struct {
			Panels []struct {
				Title   string
				Targets []struct{ Expr string }
			}
			Templating struct {
				List []struct{ Definition string }
			}
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &board))
		queries := 0
		for _, p := range board.Panels {
			for _, q := range p.Targets {
				ask(filepath.Base(file)+": "+p.Title, q.Expr)
				queries++
			}
		}
		require.NotZero(t, queries, file)
		for _, v := range board.Templating.List {
			metric, _, _ := strings.Cut(strings.TrimPrefix(v.Definition, "label_values("), ",")
			ask(filepath.Base(file)+": variables", metric)
		}
	}
	rules, err := filepath.Glob("../../deploy/prometheus/rules/*.yml")
	require.NoError(t, err)
	require.NotEmpty(t, rules)
	for _, file := range rules {
		var all struct {
			Groups []struct {
				Rules []struct{ Alert, Expr string }
			}
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, yaml.Unmarshal(text, &all))
		require.NotEmpty(t, all.Groups, file)
		for _, g := range all.Groups {
			for _, r := range g.Rules {
				ask(r.Alert, r.Expr)
			}
		}
	}
	return asked
}

// documentedMetrics are those that the operations guide lists.
func documentedMetrics(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	names := map[string]bool{}
	for _, m := range metricInDoc.FindAllStringSubmatch(string(text), -1) {
		names[m[1]] = true
	}
	require.Greater(t, len(slices.Collect(maps.Keys(names))), 20)
	return names
}
