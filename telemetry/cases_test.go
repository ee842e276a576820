package telemetry

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
)

// counter counts what a test says is there.
type counter struct {
	mu      sync.Mutex
	cases   []string // "workflow stage waiting breached", as far as it applies
	queries int
	err     error
}

func (f *counter) CountWorkflow(_ context.Context, r *workflowservice.CountWorkflowExecutionsRequest) (*workflowservice.CountWorkflowExecutionsResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.queries++
	if f.err != nil {
		return nil, f.err
	}
	var n int64
	for _, one := range f.cases {
		workflow, rest, _ := strings.Cut(one, " ")
		stage, _, _ := strings.Cut(rest, " ")
		has := func(word string) bool { return strings.Contains(rest, word) }
		q := r.GetQuery()
		if strings.HasPrefix(q, fmt.Sprintf("ExecutionStatus = 'Running' AND WorkflowType = '%s'", workflow)) &&
			(!strings.Contains(q, "Stage = ") || strings.Contains(q, "Stage = '"+stage+"'")) &&
			(!strings.Contains(q, "WaitsOn IS NOT NULL") || has("waiting")) &&
			(!strings.Contains(q, "WaitsOn IS NULL") || !has("waiting")) &&
			(!strings.Contains(q, "Breached = true") || has("breached")) &&
			(!strings.Contains(q, "StartTime < ") || has("old")) &&
			(!strings.Contains(q, "TemporalReportedProblems IS NOT NULL") || has("failing")) {
			n++
		}
	}
	return &workflowservice.CountWorkflowExecutionsResponse{Count: n}, nil
}

var kinds = []Kind{{"lead", []string{"held", "contact"}}, {"return", []string{"arrival"}}}

func figures(t *testing.T, c *census, now time.Time) map[string]int64 {
	all := map[string]int64{}
	for _, f := range c.latest(now) {
		name := strings.TrimPrefix(f.gauge, "throughline_cases_")
		for _, kv := range f.labels.ToSlice() {
			name += " " + kv.Value.AsString()
		}
		_, twice := all[name]
		assert.False(t, twice, name)
		if f.n != 0 {
			all[name] = f.n
		}
	}
	return all
}

func TestOpenCasesAreCountedByStage(t *testing.T) {
	f := &counter{cases: []string{
		"lead received", "lead received old", "lead received old waiting", "lead contact waiting", "lead contact waiting breached",
		"return arrival failing", "return bygone waiting",
	}}
	c := &census{counter: f, kinds: kinds, keep: time.Minute}
	now := time.Unix(1_795_408_199, 0)
	require.NoError(t, c.take(t.Context(), now))
	assert.Equal(t, map[string]int64{
		"open received lead": 3, "open contact lead": 2, "open arrival return": 1, "open other return": 1,
		"waiting received lead": 1, "waiting contact lead": 2, "waiting other return": 1,
		"breached contact lead": 1,
		"unseen lead":           1,
		"failing return":        1,
		"counted_timestamp":     1_795_408_199,
	}, figures(t, c, now))
	assert.Len(t, c.latest(now), 3*(4+3)+2*2+1, "what is none is nought, so that a chart shows it")
}

func TestWhereNothingIsOpenLittleIsAsked(t *testing.T) {
	f := &counter{}
	c := &census{counter: f, kinds: kinds, keep: time.Minute}
	require.NoError(t, c.take(t.Context(), time.Now()))
	assert.Equal(t, 2*5, f.queries)
}

func TestACountThatIsOldIsNoLongerGiven(t *testing.T) {
	f := &counter{cases: []string{"lead contact"}}
	c := &census{counter: f, kinds: kinds, keep: time.Minute}
	now := time.Now()
	assert.Empty(t, c.latest(now), "before the first")
	require.NoError(t, c.take(t.Context(), now))
	f.err = errors.New("away")
	require.ErrorIs(t, c.take(t.Context(), now.Add(40*time.Second)), f.err)
	assert.NotEmpty(t, c.latest(now.Add(time.Minute)))
	assert.Empty(t, c.latest(now.Add(time.Minute+time.Second)))
}

func TestTheCountIsThereForPrometheusUntilTheProcessStops(t *testing.T) {
	seen, f := started(t), &counter{cases: []string{"lead contact"}}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- seen.CountCases(ctx, f, kinds, time.Minute, quiet) }()
	require.Eventually(t, func() bool {
		return strings.Contains(read(t, seen), `throughline_cases_open{stage="contact",workflow_type="lead"} 1`+"\n")
	}, 10*time.Second, time.Millisecond)
	assert.Contains(t, read(t, seen), "throughline_cases_counted_timestamp_seconds ")
	stop()
	require.NoError(t, <-ended)
	assert.NotContains(t, read(t, seen), "throughline_cases_open")
}
