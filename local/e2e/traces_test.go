package e2e

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/throughline-dev/throughline/local/stack"
	"github.com/throughline-dev/throughline/starter/desk"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// spans are those that a collector was sent.
type spans struct {
	mu   sync.Mutex
	here []*trace.Span
}

func (s *spans) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var sent collector.ExportTraceServiceRequest
	if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(body, &sent) != nil {
		http.Error(w, "no traces", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, resource := range sent.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			s.here = append(s.here, scope.GetSpans()...)
		}
	}
}

// of are the spans of a trace, by name.
func (s *spans) of(id string) map[string]*trace.Span {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[string]*trace.Span{}
	for _, one := range s.here {
		if hex.EncodeToString(one.GetTraceId()) == id {
			found[one.GetName()] = one
		}
	}
	return found
}

func serve(t *testing.T, h http.Handler) (url string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func TestATraceLeadsFromWhoeverSentALeadToWhatIsDone(t *testing.T) {
	kept := &spans{}
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", serve(t, kept))
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
	s := start(t, stack.Options{})
	const traceID, sender = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	body := `{"name":"Ada Winter","email":"ada@traced.example","company":"Traced"}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Door+"/leads", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Traceparent", "00-"+traceID+"-"+sender+"-01")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusAccepted, res.StatusCode)
	id := strings.TrimPrefix(res.Header.Get("Location"), "/leads/")
	s.decide(t, desk.Choice{Workflow: id, Task: lead.ContactTask, Action: lead.ActionContacted, As: s.task(t, id, lead.ContactTask).Holder.ID})
	require.Equal(t, lead.Contacted, s.result(t, id).Ending)
	history := s.history(t, id, "")
	require.NoError(t, s.Stop())

	found := kept.of(traceID)
	parent := func(name string) string {
		require.Contains(t, found, name)
		return hex.EncodeToString(found[name].GetParentSpanId())
	}
	span := func(name string) string {
		require.Contains(t, found, name)
		return hex.EncodeToString(found[name].GetSpanId())
	}
	require.Equal(t, sender, parent("POST /leads"))
	require.Equal(t, span("POST /leads"), parent("StartWorkflow:lead"))
	require.Equal(t, span("StartWorkflow:lead"), parent("RunWorkflow:lead"))
	for _, activity := range []string{"EnrichCompany", "PostCard"} { // a local one, and a regular one
		require.Equal(t, span("RunWorkflow:lead"), parent("StartActivity:"+activity))
		require.Equal(t, span("StartActivity:"+activity), parent("RunActivity:"+activity))
	}
	kept.mu.Lock()
	defer kept.mu.Unlock()
	var updates int
	for _, one := range kept.here {
		for _, private := range []string{"Ada", "ada@", "Winter", "Traced"} {
			require.NotContains(t, one.String(), private)
		}
		if one.GetName() == "HandleUpdate:decide" {
			updates++
		}
	}
	require.Positive(t, updates, "what people decide is traced too")
	requireReplay(t, history, "") // by a replayer that traces nothing
}
