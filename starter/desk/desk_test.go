package desk

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

var (
	now   = time.Now().UTC().Truncate(time.Second)
	maria = policy.Person{ID: "maria", Name: "Maria Lopez"}
	omar  = policy.Person{ID: "omar", Name: "Omar Haddad"}
)

func contact(due time.Duration) humantask.View {
	return humantask.View{
		ID: "contact", Title: "Contact Contoso", Version: "1", Holder: maria, Opened: now, Since: now, Due: now.Add(due), Breached: due < 0,
		Actions: []humantask.Action{
			{Name: "contacted", Fields: []slack.Field{{Name: "deal", Label: "Deal"}}},
			{Name: "disqualified", Fields: []slack.Field{humantask.Comment("Why it is no lead", true)}},
			{Name: "hand-over", Fields: []slack.Field{{
				Name: "to", Label: "To", Kind: slack.FieldChoice, Required: true, Choices: []slack.Choice{{Value: "ben", Label: "Ben Carter"}},
			}}},
		},
		Next: &humantask.NextRung{Do: policy.Escalate, At: now.Add(time.Hour)},
	}
}

func run(id string, holders ...string) *workflowpb.WorkflowExecutionInfo {
	field := func(v any) *commonpb.Payload {
		p, err := converter.GetDefaultDataConverter().ToPayload(v)
		if err != nil {
			panic(err)
		}
		return p
	}
	return &workflowpb.WorkflowExecutionInfo{
		Execution: &commonpb.WorkflowExecution{WorkflowId: id}, Type: &commonpb.WorkflowType{Name: "lead"},
		SearchAttributes: &commonpb.SearchAttributes{IndexedFields: map[string]*commonpb.Payload{
			"WaitsOn": field(holders), "Due": field(now.Add(time.Hour)), "Breached": field(true),
		}},
	}
}

// value answers a query with tasks.
func value(views ...humantask.View) converter.EncodedValue {
	v := &mocks.Value{}
	v.On("Get", mock.Anything).Run(func(args mock.Arguments) { *args.Get(0).(*[]humantask.View) = views }).Return(nil)
	return v
}

// listing is a Temporal that lists the runs, a page each, and wants the query to hold a text.
func listing(t *testing.T, holds string, runs ...*workflowpb.WorkflowExecutionInfo) *mocks.Client {
	c := mocks.NewClient(t)
	page := 0
	c.On("ListWorkflow", mock.Anything, mock.Anything).Return(
		func(_ context.Context, r *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
			assert.Contains(t, r.GetQuery(), "ExecutionStatus = 'Running'")
			assert.Contains(t, r.GetQuery(), holds)
			out := &workflowservice.ListWorkflowExecutionsResponse{}
			if page < len(runs) {
				out.Executions = runs[page : page+1]
			}
			if page++; page < len(runs) {
				out.NextPageToken = []byte{byte(page)}
			}
			return out, nil
		})
	return c
}

func asked(c *mocks.Client, id string, v converter.EncodedValue, err error) {
	c.On("QueryWorkflow", mock.Anything, id, "", humantask.QueryTasks).Return(v, err).Once()
}

func TestTheListHasTheOpenTasksOfAllWorkflowsTheMostUrgentFirst(t *testing.T) {
	c := listing(t, "WaitsOn IS NOT NULL", run("lead-b"), run("lead-a"), run("lead-c"), run("lead-gone"))
	never := contact(0)
	never.Due, never.Next = time.Time{}, nil
	done := contact(0)
	done.ID, done.Outcome = "old", &humantask.Outcome{}
	asked(c, "lead-a", value(contact(-time.Minute)), nil)
	withdrawn := contact(0)
	withdrawn.ID, withdrawn.Withdrawn = "older", "Withdrawn."
	asked(c, "lead-b", value(contact(time.Hour), done, withdrawn), nil)
	asked(c, "lead-c", value(never), nil)
	asked(c, "lead-gone", nil, serviceerror.NewNotFound("ended meanwhile"))
	items, err := List(t.Context(), c, Filter{})
	require.NoError(t, err)
	require.Len(t, items, 3)
	assert.Equal(t, Item{
		Workflow: "lead-a", Kind: "lead", Task: "contact", Title: "Contact Contoso", Version: "1", WaitsOn: []string{"maria"},
		Actions: []string{"contacted", "disqualified", "hand-over"}, Since: now, Due: now.Add(-time.Minute), Breached: true,
		Next: &humantask.NextRung{Do: policy.Escalate, At: now.Add(time.Hour)},
	}, items[0])
	assert.Equal(t, "lead-b", items[1].Workflow)
	assert.Equal(t, "lead-c", items[2].Workflow)
}

func TestTheListCanBeNarrowed(t *testing.T) {
	others := contact(time.Hour)
	others.ID, others.Holder, others.Candidates = "crm", policy.Person{}, []policy.Person{omar} // nobody has claimed it
	c := listing(t, "WaitsOn = 'maria'", run("lead-a"))
	asked(c, "lead-a", value(contact(time.Hour), others), nil)
	items, err := List(t.Context(), c, Filter{WaitsOn: "maria"})
	require.NoError(t, err)
	require.Len(t, items, 1)
	assert.Equal(t, "contact", items[0].Task)

	c = listing(t, "Due < '", run("lead-a"))
	others.Due = now.Add(-time.Hour)
	asked(c, "lead-a", value(contact(time.Hour), others), nil)
	items, err = List(t.Context(), c, Filter{Late: true})
	require.NoError(t, err)
	require.Len(t, items, 1)
	assert.Equal(t, "crm", items[0].Task)
	assert.Equal(t, []string{"omar"}, items[0].WaitsOn)

	_, err = List(t.Context(), mocks.NewClient(t), Filter{WaitsOn: "x' OR ''='"})
	assert.ErrorContains(t, err, "is no person's ID")
}

func TestWithoutWorkersTheListSaysWhatTemporalKnowsAndStopsAsking(t *testing.T) {
	var runs []*workflowpb.WorkflowExecutionInfo
	for i := range 50 {
		runs = append(runs, run(fmt.Sprintf("lead-%02d", i), "maria", "omar"))
	}
	c := listing(t, "", runs...)
	var queries atomic.Int32
	c.On("QueryWorkflow", mock.Anything, mock.Anything, "", humantask.QueryTasks).Run(func(mock.Arguments) { queries.Add(1) }).
		Return(nil, context.DeadlineExceeded)
	items, err := List(t.Context(), c, Filter{})
	require.NoError(t, err)
	require.Len(t, items, 50)
	assert.Equal(t, Item{
		Workflow: "lead-00", Kind: "lead", Title: "(no worker answers for this workflow)", WaitsOn: []string{"maria", "omar"},
		Due: now.Add(time.Hour), Breached: true, Guessed: true,
	}, items[0])
	assert.Less(t, queries.Load(), int32(2*together+1))
}

func TestOneBrokenWorkflowDoesNotHideTheOthers(t *testing.T) {
	var runs []*workflowpb.WorkflowExecutionInfo
	for i := range 2 * together {
		runs = append(runs, run(fmt.Sprintf("lead-broken-%02d", i), "maria"))
	}
	c := listing(t, "", append(runs, run("lead-z", "maria"))...)
	asked(c, "lead-z", value(contact(2*time.Hour)), nil)
	c.On("QueryWorkflow", mock.Anything, mock.Anything, "", mock.Anything).Return(nil, serviceerror.NewQueryFailed("panic"))
	items, err := List(t.Context(), c, Filter{})
	require.NoError(t, err)
	require.Len(t, items, 2*together+1)
	assert.Equal(t, "contact", items[2*together].Task)
}

func TestAListThatCannotBeMadeIsAnErrorAndNotEmpty(t *testing.T) {
	c := mocks.NewClient(t)
	c.On("ListWorkflow", mock.Anything, mock.Anything).Return(nil, serviceerror.NewUnavailable("down"))
	_, err := List(t.Context(), c, Filter{})
	assert.ErrorContains(t, err, "down")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c = listing(t, "", run("lead-a"))
	asked(c, "lead-a", nil, context.Canceled)
	_, err = List(ctx, c, Filter{})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestAQuestionThatAWorkerTakesToItsEndIsAskedAgain(t *testing.T) {
	c := mocks.NewClient(t)
	asked(c, "lead-a", nil, serviceerror.NewCanceled("context canceled"))
	asked(c, "lead-a", value(contact(time.Hour)), nil)
	views, err := Tasks(t.Context(), c, "lead-a")
	require.NoError(t, err)
	assert.Len(t, views, 1)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	asked(c, "lead-a", nil, serviceerror.NewCanceled("context canceled"))
	_, err = Tasks(ctx, c, "lead-a")
	assert.ErrorContains(t, err, "context canceled")
}

// deciding is a Temporal with one workflow that has these tasks and answers an update.
func deciding(t *testing.T, answer humantask.Answer, refused error, views ...humantask.View) (*mocks.Client, *client.UpdateWorkflowOptions) {
	c, got := mocks.NewClient(t), &client.UpdateWorkflowOptions{}
	asked(c, "lead-a", value(views...), nil)
	handle := mocks.NewWorkflowUpdateHandle(t)
	handle.On("Get", mock.Anything, mock.Anything).Run(func(args mock.Arguments) {
		*args.Get(1).(*humantask.Answer) = answer
	}).Return(refused).Maybe()
	c.On("UpdateWorkflow", mock.Anything, mock.Anything).Run(func(args mock.Arguments) {
		*got = args.Get(1).(client.UpdateWorkflowOptions)
	}).Return(handle, nil).Maybe()
	return c, got
}

func TestADecisionGoesThroughTheUpdateForTheVersionThatIsOpen(t *testing.T) {
	want := humantask.Answer{Accepted: true, Text: "Recorded: Contact made."}
	c, update := deciding(t, want, nil, contact(time.Hour))
	answer, err := Decide(t.Context(), c, Choice{Workflow: "lead-a", Action: "contacted", As: "maria", Comment: "called", Fields: map[string]string{"deal": "7"}})
	require.NoError(t, err)
	assert.Equal(t, want, answer)
	assert.Equal(t, "lead-a", update.WorkflowID)
	assert.Equal(t, humantask.UpdateDecide, update.UpdateName)
	assert.Equal(t, client.WorkflowUpdateStageCompleted, update.WaitForStage)
	decision := update.Args[0].(humantask.Decision)
	assert.NotEmpty(t, decision.ID)
	assert.Equal(t, update.UpdateID, decision.ID)
	decision.ID = ""
	assert.Equal(t, humantask.Decision{
		Task: "contact", Version: "1", Action: "contacted", By: humantask.Actor{Person: "maria"}, Comment: "called", Fields: map[string]string{"deal": "7"},
	}, decision)
}

func TestARefusalIsAnAnswer(t *testing.T) {
	c, _ := deciding(t, humantask.Answer{}, temporal.NewApplicationError("This isn't yours to decide.", "Refused"), contact(time.Hour))
	answer, err := Decide(t.Context(), c, Choice{Workflow: "lead-a", Task: "contact", Action: "contacted", As: "omar"})
	require.NoError(t, err)
	assert.Equal(t, humantask.Answer{Text: "This isn't yours to decide."}, answer)
}

func TestADecisionOnAnEndedTaskIsLeftToTheWorkflowToAnswer(t *testing.T) {
	ended := contact(time.Hour)
	ended.Outcome = &humantask.Outcome{Action: "contacted"}
	c, _ := deciding(t, humantask.Answer{}, temporal.NewApplicationError("Maria Lopez decided this 3 minutes ago.", "Refused"), ended)
	answer, err := Decide(t.Context(), c, Choice{Workflow: "lead-a", Task: "contact", Action: "whatever", As: "maria"})
	require.NoError(t, err)
	assert.Contains(t, answer.Text, "Maria Lopez decided this")
}

func TestAWrongChoiceIsToldWhatThereIsToChooseFrom(t *testing.T) {
	second := contact(time.Hour)
	second.ID, second.Holder = "call-back", omar
	ended := contact(time.Hour)
	ended.Outcome = &humantask.Outcome{Action: "disqualified", By: maria}
	for name, c := range map[string]struct {
		views  []humantask.View
		choice Choice
		want   []string
	}{
		"no such task":    {[]humantask.View{contact(0)}, Choice{Task: "x", Action: "contacted"}, []string{`no task "x"`, "contact (Contact Contoso), with maria: contacted, disqualified"}},
		"has none at all": {nil, Choice{Action: "contacted"}, []string{"it has no task"}},
		"no such action":  {[]humantask.View{contact(0)}, Choice{Action: "sold"}, []string{`takes "sold"`, "contacted, disqualified"}},
		"not its action":  {[]humantask.View{contact(0)}, Choice{Task: "contact", Action: "sold"}, []string{`"sold" is no answer`, "contacted, disqualified"}},
		"more than one":   {[]humantask.View{contact(0), second}, Choice{Action: "contacted"}, []string{"name one", "call-back", "with omar"}},
		"nothing is open": {[]humantask.View{ended}, Choice{Action: "contacted"}, []string{"no open task", "maria decided disqualified"}},
	} {
		t.Run(name, func(t *testing.T) {
			temporal := mocks.NewClient(t)
			asked(temporal, "lead-a", value(c.views...), nil)
			c.choice.Workflow, c.choice.As = "lead-a", "maria"
			_, err := Decide(t.Context(), temporal, c.choice)
			require.Error(t, err)
			for _, want := range c.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}

func TestADecisionThatReachesNobodyIsAnError(t *testing.T) {
	for err, want := range map[error]string{
		serviceerror.NewNotFound("x"):       "there is no workflow",
		context.DeadlineExceeded:            "is a worker running?",
		serviceerror.NewUnavailable("down"): "is a worker running?",
	} {
		c := mocks.NewClient(t)
		asked(c, "lead-a", nil, err)
		_, got := Decide(t.Context(), c, Choice{Workflow: "lead-a", Action: "contacted", As: "maria"})
		assert.ErrorContains(t, got, want)
	}

	for err, want := range map[error]string{
		serviceerror.NewNotFound("x"): "nothing was decided", context.DeadlineExceeded: "it is not known whether",
	} {
		c := mocks.NewClient(t)
		asked(c, "lead-a", value(contact(0)), nil)
		c.On("UpdateWorkflow", mock.Anything, mock.Anything).Return(nil, err).Once()
		_, got := Decide(t.Context(), c, Choice{Workflow: "lead-a", Action: "contacted", As: "maria"})
		assert.ErrorContains(t, got, want)
	}
}
