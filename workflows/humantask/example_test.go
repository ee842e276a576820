package humantask_test

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/internal/outside"
)

// Approve is a workflow of another project: an expense that somebody's manager approves, or that is refused after a week.
func Approve(ctx workflow.Context, approver policy.Person) (string, error) {
	desk, err := humantask.NewDesk(ctx, humantask.Options{})
	if err != nil {
		return "", err
	}
	outcome, err := desk.Ask(ctx, humantask.Task{
		ID: "approve", Title: "Approve 1,200 EUR for the trade fair",
		Candidates: []policy.Person{approver},
		Actions: []humantask.Action{
			{Name: "approve", Label: "Approve", Style: "primary", Done: "Approved"},
			{Name: "refuse", Label: "Refuse", Style: "danger", Done: "Refused"},
		},
		Ladder: policy.Ladder{
			{After: policy.Hours(24), Do: policy.Remind, Every: policy.Hours(24)},
			{After: policy.Hours(7 * 24), Do: policy.Act, Action: "refuse"},
		},
	})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s by %s after %s", outcome.Action, outcome.By.Name, outcome.Took), desk.Close(ctx)
}

// A person answers a task with the signal "decide". Here, time skips and the world outside is a stand-in.
func Example() {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	env := suite.NewTestWorkflowEnvironment()
	grace := policy.Person{ID: "grace", Name: "Grace Chen", Slack: "UGRACE"}
	world := &outside.World{Book: &policy.Book{People: map[string]policy.Person{"grace": grace}}}
	env.RegisterActivity(world)
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow(humantask.SignalDecide, humantask.Decision{
			Task: "approve", Action: "approve", By: humantask.Actor{Slack: "UGRACE"},
		})
	}, 50*time.Hour)

	env.ExecuteWorkflow(Approve, grace)

	var result string
	if err := env.GetWorkflowResult(&result); err != nil {
		fmt.Println(err)
	}
	fmt.Println(result)
	fmt.Println(len(world.Cards), "card,", len(world.Replies), "reminders")
	// Output:
	// approve by Grace Chen after 50h0m0s
	// 1 card, 2 reminders
}
