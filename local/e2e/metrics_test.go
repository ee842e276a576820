package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
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
	plabels "github.com/prometheus/prometheus/model/labels"
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
	"github.com/throughline-dev/throughline/workers/process"
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
	asked := queried(t)
	for name := range documented {
		asked = append(asked, query{"docs/operations.md", name, "", nil})
	}
	spooled := spoolMetrics(t)
	var measured map[string]labels
	missing := func() (missing []string) {
		measured = samples(t, s.Health+"/metrics")
		maps.Copy(measured, spooled)
		for _, q := range asked {
			if !q.answered(measured, documented) {
				missing = append(missing, q.String())
			}
		}
		slices.Sort(missing)
		return slices.Compact(missing)
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
			for label := range measured[name] {
				require.True(t, slices.Contains(sdkLabels, label) || strings.Contains(documented[family(name)], "`"+label+"`"),
					"docs/operations.md lists the label %s of %s", label, name)
			}
		}
	}
	require.NoError(t, s.Stop())
}

var (
	sample      = regexp.MustCompile(`^([a-z_]+)(?:\{(.*)\})? `)
	labelValue  = regexp.MustCompile(`([a-z_]+)="([^"]*)"`)
	metricInDoc = regexp.MustCompile("(?m)^\\| `(throughline_[a-z_]+)` (\\|.*)$")
	words       = regexp.MustCompile(`^[A-Za-z-]+(\|[A-Za-z-]+)*$`)
	startsAs    = regexp.MustCompile(`telemetry\.Start\([^"\n]*"([^"]+)"`)
)

// sdkLabels are those that Temporal's SDK gives to what workflows and activities measure, and Prometheus to histograms.
var sdkLabels = []string{"namespace", "task_queue", "client_name", "worker_type", "workflow_type", "activity_type", "le"}

// labels are a metric's labels, and the values that each has.
type labels map[string]map[string]bool

// query is what a chart or an alert asks for: a metric, or one of its labels, with any of some values.
type query struct {
	where, metric, label string
	values               []string
}

func (q query) String() string {
	return fmt.Sprintf("%s{%s=%q} (of %s)", q.metric, q.label, q.values, q.where)
}

// answered reports whether there is such a thing. What a label doesn't happen to say in a test has to be what the guide says that it may, or
// the name of a workflow and its queue.
func (q query) answered(measured map[string]labels, documented map[string]string) bool {
	of, ok := measured[q.metric]
	if !ok || q.label == "" || q.label == "job" || q.label == "instance" { // Prometheus's own
		return ok
	}
	for _, v := range q.values {
		if !of[q.label][v] && !strings.Contains(documented[family(q.metric)], "`"+v+"`") && !slices.Contains(process.Queues(), v) {
			return false
		}
	}
	return of[q.label] != nil
}

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
func samples(t *testing.T, url string) map[string]labels {
	t.Helper()
	c, err := config.Load(config.Default, config.Demo)
	require.NoError(t, err)
	res, err := http.Get(url)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusOK, res.StatusCode)
	names := map[string]labels{}
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		found := sample.FindStringSubmatch(lines.Text())
		if found == nil {
			continue
		}
		if names[found[1]] == nil {
			names[found[1]] = labels{}
		}
		names[family(found[1])] = names[found[1]]
		for _, v := range labelValue.FindAllStringSubmatch(found[2], -1) {
			if names[found[1]][v[1]] == nil {
				names[found[1]][v[1]] = map[string]bool{}
			}
			names[found[1]][v[1]][v[2]] = true
			require.NotContains(t, v[2], "@", lines.Text())
			require.False(t, lead.IsWorkflowID(v[2]), lines.Text())
			for _, p := range c.People {
				require.NotEqual(t, p.ID, v[2], lines.Text())
			}
		}
	}
	return names
}

// spoolMetrics are the names of what is measured of a spool, which the system of the tests does without.
func spoolMetrics(t *testing.T) map[string]labels {
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

// queried is what the dashboards and the alerts ask for.
func queried(t *testing.T) (asked []query) {
	t.Helper()
	selectors := func(where string, in parser.Node) (found []*parser.VectorSelector) {
		parser.Inspect(in, func(n parser.Node, _ []parser.Node) error {
			if v, ok := n.(*parser.VectorSelector); ok {
				require.NotEmpty(t, v.Name, where)
				found = append(found, v)
			}
			return nil
		})
		return found
	}
	ask := func(where, text string) {
		text = strings.NewReplacer("$__rate_interval", "5m", "$__range", "1h", "$workflow", ".*").Replace(text)
		expr, err := parser.ParseExpr(text)
		require.NoError(t, err, "%s: %s", where, text)
		for _, v := range selectors(where, expr) {
			asked = append(asked, query{where, v.Name, "", nil})
			for _, m := range v.LabelMatchers {
				switch {
				case m.Name == "__name__":
				case words.MatchString(m.Value) && (m.Type == plabels.MatchEqual || m.Type == plabels.MatchRegexp):
					asked = append(asked, query{where, v.Name, m.Name, strings.Split(m.Value, "|")})
				default:
					asked = append(asked, query{where, v.Name, m.Name, nil})
				}
			}
		}
		parser.Inspect(expr, func(n parser.Node, _ []parser.Node) error {
			if sum, ok := n.(*parser.AggregateExpr); ok && !sum.Without {
				for _, label := range sum.Grouping {
					for _, v := range selectors(where, sum.Expr) {
						asked = append(asked, query{where, v.Name, label, nil})
					}
				}
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

// The alerts that nobody is there know the programs by name.
func TestProgramsAreMeasuredUnderTheNamesThatAlertsKnow(t *testing.T) {
	t.Parallel()
	var programs, known []string
	for _, file := range []string{"../../workers/main.go", "../../starter/serve.go"} {
		code, err := os.ReadFile(file)
		require.NoError(t, err)
		found := startsAs.FindSubmatch(code)
		require.NotNil(t, found, file)
		programs = append(programs, string(found[1]))
	}
	for _, q := range queried(t) {
		if q.label == "service" {
			known = append(known, q.values...)
		}
	}
	slices.Sort(known)
	require.ElementsMatch(t, programs, slices.Compact(known))
}

// documentedMetrics are those that the operations guide lists, with what it says of each.
func documentedMetrics(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	names := map[string]string{}
	for _, m := range metricInDoc.FindAllStringSubmatch(string(text), -1) {
		names[m[1]] = m[2]
	}
	require.Greater(t, len(slices.Collect(maps.Keys(names))), 20)
	return names
}
