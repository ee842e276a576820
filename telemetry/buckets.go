package telemetry

import (
	"strings"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

// The bounds of the histograms' buckets, in seconds: one set for each pace of things.
var (
	// A request takes milliseconds, or as long as the door lets it.
	requests = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	// A step takes a local activity's milliseconds, or a day of tries, or until operations have put it right.
	steps = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 6 * hour, day}
	// People take minutes, and customers weeks; so does a case with both.
	people = []float64{60, 300, 900, 1800, hour, 2 * hour, 4 * hour, 8 * hour, day, 2 * day, 3 * day, 5 * day, 7 * day, 14 * day, 30 * day}
)

const (
	hour = 3600
	day  = 24 * hour
)

// pace gives each histogram its buckets. It is one view for all: an instrument that two views are for would be there twice.
func pace(i sdkmetric.Instrument) (sdkmetric.Stream, bool) {
	if i.Kind != sdkmetric.InstrumentKindHistogram {
		return sdkmetric.Stream{}, false
	}
	bounds := steps
	switch {
	case strings.HasPrefix(i.Name, "throughline_task_"), strings.HasPrefix(i.Name, "throughline_case_"),
		i.Name == "temporal_workflow_endtoend_latency":
		bounds = people
	case strings.HasPrefix(i.Name, "throughline_http_"):
		bounds = requests
	}
	return sdkmetric.Stream{
		Name: i.Name, Description: i.Description, Unit: i.Unit,
		Aggregation: sdkmetric.AggregationExplicitBucketHistogram{Boundaries: bounds},
	}, true
}
