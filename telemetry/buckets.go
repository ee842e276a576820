package telemetry

import sdkmetric "go.opentelemetry.io/otel/sdk/metric"

// The bounds of the histograms' buckets, in seconds: one set for each pace of things.
var (
	// A request takes milliseconds, or as long as the door lets it.
	requests = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	// A step takes a local activity's milliseconds, or a day of tries, or until operations have put it right.
	steps = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 6 * hour, day}
	// People take minutes, and customers weeks.
	people = []float64{60, 300, 900, 1800, hour, 2 * hour, 4 * hour, 8 * hour, day, 2 * day, 3 * day, 5 * day, 7 * day, 14 * day, 30 * day}
)

const (
	hour = 3600
	day  = 24 * hour
)

// views give each histogram its buckets. No instrument may be in two of them: it would be there twice.
func views() []sdkmetric.View {
	var all []sdkmetric.View
	for name, bounds := range map[string][]float64{
		"temporal_*": steps, "throughline_step*": steps, "throughline_http_*": requests,
		"throughline_task_*": people, "throughline_case_*": people,
	} {
		all = append(all, sdkmetric.NewView(
			sdkmetric.Instrument{Name: name, Kind: sdkmetric.InstrumentKindHistogram},
			sdkmetric.Stream{Aggregation: sdkmetric.AggregationExplicitBucketHistogram{Boundaries: bounds}},
		))
	}
	return all
}
