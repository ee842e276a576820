package main

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tiny is enough to go through everything once. What it measures says nothing.
var tiny = size{rounds: 1, alone: 1, rested: 1, leads: 2, atOnce: 2, turns: 8, callers: 4}

func TestEachBenchmarkMeasuresWhatItNames(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	seen := map[string]bool{}
	for _, b := range benchmarks {
		figures, err := b.measure(ctx, tiny, progress{out: io.Discard, benchmark: b.name})
		require.NoError(t, err, b.name)
		require.NotEmpty(t, figures, b.name)
		for _, f := range figures {
			require.False(t, seen[f.Name], "%s is there twice", f.Name)
			seen[f.Name] = true
			require.NotEmpty(t, f.Unit, f.Name)
			require.GreaterOrEqual(t, f.Value, 0.0, f.Name)
			if f.Name == "lead.events" {
				require.LessOrEqual(t, f.Value, 40.0, "events in the history of an uneventful lead")
			}
		}
	}
	require.True(t, seen["lead.events"])
}

func TestABenchmarkThatIsNotThereIsNamed(t *testing.T) {
	_, err := choose("nonsense")
	require.ErrorContains(t, err, `--only "nonsense": choose from`)
}
