package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"golang.org/x/sync/errgroup"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/policy"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// No other test's lead is from the east of the United States, so that this pool's turns are only ours.
func TestFiftyLeadsAtOnceGetOneTurnEachByTheWeights(t *testing.T) {
	t.Parallel()
	s := shared(t)
	const leads = 50
	ctx := within(t, patience)
	ids := make([]string, leads)
	var sending errgroup.Group
	for i := range ids {
		sending.Go(func() (err error) {
			ids[i], err = s.take(ctx, fields{
				"name": fmt.Sprintf("Lead Number %d", i), "email": fmt.Sprintf("lead%d@harbor%d.example", i, i),
				"company": fmt.Sprintf("Harbor %d", i), "country": "US", "region": "New York",
			})
			return err
		})
	}
	require.NoError(t, sending.Wait())

	// Weights 2 and 1: the smooth round robin gives ben, tom, ben, and so on from there.
	cards := map[string][]sandbox.Message{}
	for _, id := range []string{"ben", "tom"} {
		eventually(t, "all cards", func() bool {
			seen, err := s.world.Messages(t.Context(), sandbox.MessageFilter{User: s.person(t, id).Slack})
			require.NoError(t, err)
			cards[id] = slices.DeleteFunc(seen, func(m sandbox.Message) bool {
				return m.ThreadTS != "" || !slices.ContainsFunc(ids, func(lead string) bool { return strings.HasPrefix(m.Key, lead+"/") })
			})
			return len(cards[id]) >= map[string]int{"ben": 33, "tom": 17}[id]
		})
	}
	require.Len(t, cards["ben"], 33)
	require.Len(t, cards["tom"], 17)

	var answering errgroup.Group
	answering.SetLimit(8)
	for id, list := range cards {
		rep := s.person(t, id)
		for _, card := range list {
			answering.Go(func() error { return s.click(ctx, rep, card) })
		}
	}
	require.NoError(t, answering.Wait())
	for _, id := range ids {
		require.Equal(t, lead.Contacted, s.result(t, id).Ending)
		s.requireWhole(t, id)
	}
	s.requireTurns(t, "us-east", leads)
}

// requireTurns requires that a pool's rotation has given so many turns, over all of its runs, and has continued as new.
func (s system) requireTurns(t *testing.T, pool string, turns int) {
	t.Helper()
	id, run := assignment.WorkflowID(pool), ""
	given, runs := map[string]bool{}, 0 // by who asked: who has asked when a run ended asks the next one, and is told the same
	for {
		h := s.history(t, id, run)
		switch runs {
		case 0: // it may only just have been continued
		case 1:
			requireReplay(t, h, "rotation/3-continued")
		default:
			requireReplay(t, h, "")
		}
		for _, e := range h.GetEvents() {
			if e.GetEventType() == enums.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED {
				given[e.GetWorkflowExecutionUpdateCompletedEventAttributes().GetMeta().GetUpdateId()] = true
			}
		}
		runs++
		if run = h.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId(); run == "" {
			break
		}
	}
	require.Len(t, given, turns)
	require.Greater(t, runs, 2, "the rotation was to continue as new while it was asked")
}

// person is somebody of the handbook.
func (s system) person(t *testing.T, id string) policy.Person {
	t.Helper()
	p, ok := s.Config.Book.People[id]
	require.True(t, ok, id)
	return p
}
