package door

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/proposal"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// What is measured of the door. Requests are by route, never by address, which may have a person in it.
const (
	requestDuration = "throughline_http_request_duration" // by route and code
	triggers        = "throughline_triggers"              // what was brought, by workflow_type, door, result and, where it was refused, reason
	clicks          = "throughline_clicks"                // what people did in Slack, by result: taken, kept, late, lost
)

// refused is the result of a trigger that has a reason; the others are accepted, duplicate, and kept until Temporal is back.
const refused = "refused"

func (d *Door) countTaken(what string, receipt intake.Receipt) {
	switch {
	case receipt.Kept:
		d.countTrigger(what, "kept", "")
	case receipt.Duplicate:
		d.countTrigger(what, "duplicate", "")
	default:
		d.countTrigger(what, "accepted", "")
	}
}

// countFrom begins what is counted when something is lost at nought: a counter that comes into being with its first count has not
// grown by it, as Prometheus sees it.
func (d *Door) countFrom() {
	for _, what := range []string{lead.WorkflowName, proposal.WorkflowName, returns.WorkflowName} {
		d.o.Metrics.WithTags(map[string]string{"workflow_type": what, "door": "http", "result": refused, "reason": "unavailable"}).Counter(triggers).Inc(0)
	}
	d.o.Metrics.WithTags(map[string]string{"result": "lost"}).Counter(clicks).Inc(0)
}

func (d *Door) countTrigger(what, result, reason string) {
	d.o.Metrics.WithTags(map[string]string{"workflow_type": what, "door": "http", "result": result, "reason": reason}).Counter(triggers).Inc(1)
}

func (d *Door) countClick(result string) {
	d.o.Metrics.WithTags(map[string]string{"result": result}).Counter(clicks).Inc(1)
}

// reason is why something was refused, in a word.
func (p problem) reason() string {
	switch {
	case p.why != "":
		return p.why
	case p.Status == http.StatusServiceUnavailable:
		return "unavailable"
	case p.Status == http.StatusUnprocessableEntity:
		return "invalid"
	}
	return "malformed"
}

// observed measures requests and makes each a span, below that of whoever has sent it with W3C's header traceparent. The span names
// the route and the answer, and nothing that was sent.
func (d *Door) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		ctx, span := d.o.Tracer.Start(ctx, "request", trace.WithSpanKind(trace.SpanKindServer))
		defer span.End()
		seen, inner := &watched{ResponseWriter: w}, r.WithContext(ctx)
		next.ServeHTTP(seen, inner)
		r.Pattern = inner.Pattern // for the log, which is further out
		d.o.Metrics.WithTags(map[string]string{"route": r.Pattern, "code": strconv.Itoa(seen.status)}).
			Timer(requestDuration).Record(time.Since(began))
		span.SetName(r.Pattern)
		span.SetAttributes(attribute.Int("http.response.status_code", seen.status))
		if method, route, ok := strings.Cut(r.Pattern, " "); ok {
			span.SetAttributes(attribute.String("http.request.method", method), attribute.String("http.route", route))
		}
		if seen.status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
	})
}
