package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/dynamicconfig"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/config/pollers"
	"github.com/throughline-dev/throughline/local/stack"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// On a cluster, a queue has several partitions, and an idle worker asks only some of them.
func TestWorkersAreKnownWhicheverPartitionTheyAsk(t *testing.T) {
	t.Parallel()
	tuning := stack.Tuned()
	tuning.Dynamic[dynamicconfig.MatchingNumTaskqueueReadPartitions.Key()] = 4
	tuning.Dynamic[dynamicconfig.MatchingNumTaskqueueWritePartitions.Key()] = 4
	s := start(t, stack.Options{NoWorkers: true, Tuning: &tuning})
	var stops []func()
	for _, build := range []string{"one", "two", "three"} {
		stops = append(stops, s.release(t, config.Deployment{Name: "throughline", BuildID: build}))
	}
	eventually(t, "all three to be known", func() bool {
		there, err := pollers.Of(t.Context(), s.Client.WorkflowService(), s.Namespace, lead.TaskQueue, enums.TASK_QUEUE_TYPE_ACTIVITY)
		require.NoError(t, err)
		builds := map[string]string{}
		for _, p := range there {
			builds[p.GetIdentity()] = p.GetDeploymentOptions().GetBuildId()
		}
		return len(there) == 3 && builds["one"] == "one" && builds["two"] == "two" && builds["three"] == "three"
	})
	for _, stop := range stops {
		stop()
	}
	require.NoError(t, s.Stop())
}
