package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/converter"
)

// tiny is just enough to see that everything is measured.
var tiny = size{rounds: 1, alone: 1, rested: 1, leads: 3, proposals: 3, returns: 3, atOnce: 3, turns: 22, callers: 8}

func TestEveryBenchmarkMeasuresWhatItSays(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	seen := map[string]bool{}
	for _, b := range benchmarks {
		figures, err := b.measure(ctx, tiny, progress{io.Discard, b.name})
		require.NoError(t, err, b.name)
		require.NotEmpty(t, figures)
		for _, f := range figures {
			require.False(t, seen[f.Name], "two figures are called %s", f.Name)
			seen[f.Name] = true
			require.NotEmpty(t, f.Unit, f.Name)
			require.NotEmpty(t, f.says, f.Name)
			if f.Name == "rotation.deviation" {
				require.Zero(t, f.Value, "22 turns are twice the weights")
				continue
			}
			require.Positive(t, f.Value, f.Name)
			require.Positive(t, f.Reference, f.Name)
			require.Positive(t, f.Ratio, f.Name)
			if f.Unit == "events" { // a busy machine ends in two workflow tasks what a quiet one ends in one
				require.LessOrEqual(t, f.Value, 1.25*f.aim.valueAtMost, f.Name)
			}
		}
	}
	for _, journey := range []string{"lead", "proposal", "return"} {
		for _, figure := range []string{".rate.bare", ".rate.regular", ".events"} {
			require.True(t, seen[journey+figure], journey+figure)
		}
	}
}

func TestTheReferencesDoTheStepsOfALead(t *testing.T) {
	t.Parallel()
	// One more than there are companies: a lead must not go another way since somebody has written from the same one before.
	sameSteps(t, leads, len(prospects)+1, "TakeTurn", "ReleaseClaims")
}

func TestTheReferencesDoTheStepsOfAProposal(t *testing.T) {
	t.Parallel()
	sameSteps(t, proposals, 2, "TakeTurn", "RenderProposal", "SignatureStatus")
}

func TestTheReferencesDoTheStepsOfAReturn(t *testing.T) {
	t.Parallel()
	sameSteps(t, comesBack, 2, "AssessReturn", "ReckonRefund", "ReleaseClaims")
}

// sameSteps proves that n of a journey, each with these steps among others, and their references all do the same.
func sameSteps(t *testing.T, j *journey, n int, among ...string) {
	s, err := startSystem(t.Context(), nil)
	require.NoError(t, err)
	done := map[carrier]steplist{}
	for _, by := range []carrier{throughline, bareLocal, bareRegular} {
		r, err := s.carryAlone(t.Context(), j, by, n)
		require.NoError(t, err)
		done[by] = s.stepsOf(t, r.samples[0].id)
		for _, one := range r.samples {
			require.Equal(t, done[by], s.stepsOf(t, one.id), by)
		}
	}
	require.NoError(t, s.stop())

	real, bare, all := done[throughline], done[bareLocal], done[bareRegular]
	require.Subset(t, real.local, among)
	// How long somebody has is the human task's own question, as are its timers and search attributes, and where the time went
	// is the result's.
	real.local = slices.DeleteFunc(real.local, func(name string) bool { return name == "ReckonDeadlines" || name == "ReckonWorkingTime" })
	require.Equal(t, real, bare)
	require.Empty(t, all.local)
	require.ElementsMatch(t, append(real.local, real.regular...), all.regular)
}

// steplist are a workflow's activities by kind, in the order of their names.
type steplist struct{ local, regular []string }

func (s *system) stepsOf(t *testing.T, id string) (list steplist) {
	events := s.Client.GetWorkflowHistory(context.Background(), id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		require.NoError(t, err)
		if m := e.GetMarkerRecordedEventAttributes(); m.GetMarkerName() == "LocalActivity" {
			var local struct{ ActivityType string }
			require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(m.GetDetails()["data"], &local))
			list.local = append(list.local, local.ActivityType)
		}
		if a := e.GetActivityTaskScheduledEventAttributes(); a != nil {
			list.regular = append(list.regular, a.GetActivityType().GetName())
		}
	}
	// Whether Stripe has news of a refund before its return has ended is luck, and so is whether somebody looks at it then.
	looking := func(name string) bool { return name == "ReadRefund" }
	list.local, list.regular = slices.DeleteFunc(list.local, looking), slices.DeleteFunc(list.regular, looking)
	slices.Sort(list.local)
	slices.Sort(list.regular)
	return list
}

func TestARatioAboveOneIsBetter(t *testing.T) {
	t.Parallel()
	require.Equal(t, 2.0, more("a", "leads/s", "", 60, "", 30).Ratio)
	require.Equal(t, 2.0, less("a", "ms", "", 30, "", 60).Ratio)
	require.Zero(t, less("a", "ms", "", 0, "", 60).Ratio)
}

func TestAnAimIsMetOrMissed(t *testing.T) {
	t.Parallel()
	require.Equal(t, "≥ 4× met", less("a", "ms", "", 10, "", 40).aiming(4).verdict())
	require.Equal(t, "≥ 4× MISSED", less("a", "ms", "", 10.1, "", 40).aiming(4).verdict())
	require.Equal(t, "≤ 40 events met", less("a", "events", "", 40, "", 22).bounded(40).verdict())
	require.Equal(t, "≤ 40 events MISSED", less("a", "events", "", 41, "", 22).bounded(40).verdict())
	require.Empty(t, less("a", "ms", "", 1, "", 2).verdict())
}

func TestFiguresArePrintedForPeopleAndForPrograms(t *testing.T) {
	t.Parallel()
	figures := []Figure{
		more("lead.rate", "leads/s", "leads", 50, "a bare workflow", 40).aiming(0.85),
		{Name: "rotation.deviation", Unit: "turns", Value: 1.0 / 3, says: "off"},
	}
	var out bytes.Buffer
	require.NoError(t, printJSON(&out, figures))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 2)
	var object map[string]any
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &object))
	require.Equal(t, map[string]any{"name": "lead.rate", "unit": "leads/s", "value": 50.0, "reference": 40.0, "ratio": 1.25}, object)
	require.JSONEq(t, `{"name":"rotation.deviation","unit":"turns","value":0.333}`, lines[1])

	out.Reset()
	printTable(&out, figures)
	require.Regexp(t, `lead\.rate +50 leads/s +40 leads/s +1\.25× +≥ 0\.85× met +leads; against a bare workflow`, out.String())
	require.Regexp(t, `rotation\.deviation +0\.33 turns +off`, out.String())
}

func TestTheMiddleAndTheTail(t *testing.T) {
	t.Parallel()
	require.Equal(t, 2.0, median([]float64{9, 1, 2}))
	require.Equal(t, 1.5, median([]float64{2, 1}))
	require.Zero(t, median(nil))
	hundred := make([]float64, 100)
	for i := range hundred {
		hundred[99-i] = float64(i + 1)
	}
	require.Equal(t, 50.0, percentile(hundred, 50))
	require.Equal(t, 99.0, percentile(hundred, 99))
	require.Equal(t, 100.0, percentile(hundred, 100))
	require.Equal(t, 7.0, percentile([]float64{7}, 1))
}

func TestTheDeviationIsThatOfWhoeverIsFurthestOff(t *testing.T) {
	t.Parallel()
	require.Zero(t, deviation(map[string]int{"ada": 10, "ben": 6, "cem": 4, "dora": 2}))
	require.InDelta(t, 3, deviation(map[string]int{"ada": 7, "ben": 6, "cem": 5, "dora": 4}), 1e-9)
}

func TestTheSidesTakeTurnsAndTheOneThatBeginsChanges(t *testing.T) {
	t.Parallel()
	var order string
	done, err := takeTurns(t.Context(), 3, func(_ int, side string) (round, error) {
		order += side
		return round{samples: []sample{{id: side}}}, nil
	}, "A", "B", "C")
	require.NoError(t, err)
	require.Equal(t, "ABC"+"CBA"+"ABC", order)
	for i, side := range []string{"A", "B", "C"} {
		require.Len(t, done[i], 3)
		for _, r := range done[i] {
			require.Equal(t, side, r.samples[0].id)
		}
	}
}

func TestAnUnknownBenchmarkIsAnsweredWithThoseThereAre(t *testing.T) {
	t.Parallel()
	cmd := newCommand()
	cmd.SetArgs([]string{"--only", "speed"})
	require.EqualError(t, cmd.Execute(), `--only "speed": choose from server, lead, proposal, return, rotation`)
}
