package workflows_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/proposal"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// What no kept history has, since no test of the whole system comes by it: each is a part of a workflow that the gate doesn't see.
var unrecorded = []string{
	"LookUpCase",      // a return takes the lock of one that was terminated with it
	"ReleaseExchange", // nothing comes back for what was reserved
}

var (
	// stepOf is an activity in a workflow's code: the method of a nil receiver.
	stepOf = regexp.MustCompile(`\b[a-z][A-Za-z]*Activities\.([A-Z][A-Za-z]+)`)
	// signalOf is a signal that a workflow listens to.
	signalOf = regexp.MustCompile(`(?m)^\s*Signal[A-Z][A-Za-z]*\s*=\s*"([a-z-]+)"`)
)

// A step, or a signal, that is in no history can be removed or renamed, and the gate says nothing. So whoever adds one records a run
// that has it.
func TestHistoriesHaveEveryStepAndEverySignal(t *testing.T) {
	steps, signals := map[string]bool{}, map[string]bool{}
	for _, kind := range []string{"lead", "proposal", "return"} {
		for _, file := range histories(t, kind) {
			for _, event := range read(t, file).GetEvents() {
				for _, name := range stepsOf(t, event) {
					steps[name] = true
				}
				if s := event.GetWorkflowExecutionSignaledEventAttributes(); s != nil {
					signals[kind+"/"+s.GetSignalName()] = true
				}
			}
		}
	}
	for folder, kind := range map[string]string{"lead": "lead", "proposal": "proposal", "returns": "return"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			code, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, m := range stepOf.FindAllStringSubmatch(string(code), -1) {
				require.NotEqual(t, steps[m[1]], slices.Contains(unrecorded, m[1]), "%s: the step %s", file, m[1])
			}
			for _, m := range signalOf.FindAllStringSubmatch(string(code), -1) {
				require.True(t, signals[kind+"/"+m[1]], "%s: the signal %s", file, m[1])
			}
		}
	}
}

// stepsOf are the activities that an event is of, local ones too, which the SDK keeps in markers.
func stepsOf(t *testing.T, event *historypb.HistoryEvent) (names []string) {
	t.Helper()
	if a := event.GetActivityTaskScheduledEventAttributes(); a != nil {
		names = append(names, a.GetActivityType().GetName())
	}
	for _, p := range event.GetMarkerRecordedEventAttributes().GetDetails()["data"].GetPayloads() {
		var marker struct{ ActivityType string }
		if json.Unmarshal(p.GetData(), &marker) == nil && marker.ActivityType != "" {
			names = append(names, marker.ActivityType)
		}
	}
	return names
}

// Starters, vendors' news and other cases call an open case by these names, from whatever release they are. A name that isn't there
// any more is a signal that is never heard, and no replay of a history without it knows.
func TestNamesByWhichHistoriesAreReachedStay(t *testing.T) {
	for _, one := range [][2]string{
		{lead.WorkflowName, "lead"}, {proposal.WorkflowName, "proposal"}, {returns.WorkflowName, "return"},
		{assignment.WorkflowName, "rotation"}, {claims.WorkflowName, "claims"},
		{lead.TaskQueue, "lead"}, {proposal.TaskQueue, "proposal"}, {returns.TaskQueue, "return"}, {assignment.TaskQueue, "rotation"}, {claims.TaskQueue, "rotation"},
		{humantask.SignalDecide, "decide"}, {humantask.UpdateDecide, "decide"},
		{lead.SignalContact, "contact"}, {lead.SignalUndelivered, "undelivered"}, {lead.SignalMerged, "merged"},
		{proposal.SignalSignature, "signature"}, {proposal.SignalRecall, "recall"},
		{returns.SignalReply, "reply"}, {returns.SignalRefund, "refund"}, {returns.SignalUndelivered, "undelivered"},
		{assignment.UpdateTake, "take"}, {assignment.UpdateGiveBack, "give-back"},
		{claims.UpdateClaim, "claim"}, {claims.UpdateJoin, "join"}, {claims.SignalRelease, "release"}, {claims.QueryHolder, "holder"},
	} {
		require.Equal(t, one[1], one[0])
	}
}
