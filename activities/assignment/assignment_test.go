package assignment_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/mocks"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

var (
	key     = effect.Key{ID: "lead-4k7q2m9x/assign"}
	request = assignment.Request{
		Pool: "emea", Case: "lead-4k7q2m9x", Members: []assignment.Member{{ID: "maria", Weight: 2}, {ID: "ben", Weight: 1}},
	}
)

// operation stands in for a start that is to be sent with an update.
type operation struct {
	client.WithStartWorkflowOperation
}

// rotation is a Temporal whose rotation answers with a turn or an error, and which can fail before it gets that far.
func rotation(t *testing.T, unreachable, answer error) (*assignment.Activities, *client.StartWorkflowOptions, *client.UpdateWorkflowOptions) {
	c := mocks.NewClient(t)
	var start client.StartWorkflowOptions
	var update client.UpdateWorkflowOptions
	op := &operation{}
	c.On("NewWithStartWorkflowOperation", mock.Anything, assignment.WorkflowName, "emea").
		Run(func(args mock.Arguments) { start = args.Get(0).(client.StartWorkflowOptions) }).Return(op).Maybe()
	handle := mocks.NewWorkflowUpdateHandle(t)
	handle.On("Get", mock.Anything, mock.Anything).Return(func(_ context.Context, into any) error {
		into.(*assignment.Turn).Member = "maria"
		return answer
	}).Maybe()
	c.On("UpdateWithStartWorkflow", mock.Anything, mock.Anything).Run(func(args mock.Arguments) {
		options := args.Get(1).(client.UpdateWithStartWorkflowOptions)
		assert.Same(t, op, options.StartWorkflowOperation)
		update = options.UpdateOptions
	}).Return(handle, unreachable).Maybe()
	return &assignment.Activities{Client: c}, &start, &update
}

func faultOf(t *testing.T, err error) fault.Fault {
	t.Helper()
	require.Error(t, err)
	f, ok := fault.From(err)
	require.Truef(t, ok, "no fault: %v", err)
	return f
}

func TestATurnIsAskedOfThePoolsRotationWhichIsStartedOnDemand(t *testing.T) {
	a, start, update := rotation(t, nil, nil)
	turn, err := a.TakeTurn(t.Context(), key, request)
	require.NoError(t, err)
	assert.Equal(t, assignment.Turn{Member: "maria"}, turn)
	assert.Equal(t, "rotation-emea", start.ID)
	assert.Equal(t, assignment.TaskQueue, start.TaskQueue)
	assert.Equal(t, enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING, start.WorkflowIDConflictPolicy)
	assert.Equal(t, client.UpdateWorkflowOptions{
		WorkflowID: "rotation-emea", UpdateID: "lead-4k7q2m9x", UpdateName: assignment.UpdateTake, Args: []any{request},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	}, *update)
}

func TestACaseHasOneUpdateIDHoweverItIsNamed(t *testing.T) {
	ids := map[string]bool{}
	for _, id := range []string{"lead-1", "lead-2", "a lead", "a  lead", "lead-é", strings.Repeat("x", 900), strings.Repeat("x", 901), "\x00"} {
		r := request
		r.Case = id
		a, _, update := rotation(t, nil, nil)
		_, err := a.TakeTurn(t.Context(), key, r)
		require.NoError(t, err)
		first := update.UpdateID
		_, err = a.TakeTurn(t.Context(), key, r)
		require.NoError(t, err)
		assert.Equal(t, first, update.UpdateID)
		assert.Regexp(t, `^[A-Za-z0-9._:/-]{1,200}$`, first)
		ids[first] = true
	}
	assert.Len(t, ids, 8, "and no other case has it")
}

func TestACaseThatWasToldThatThereIsNobodyAsksAnew(t *testing.T) {
	ids := map[string]bool{}
	for _, id := range []string{"lead-1", "lead-1+1", "a lead", strings.Repeat("x", 900)} {
		for try := range 3 {
			r := request
			r.Case, r.Try = id, try
			a, _, update := rotation(t, nil, nil)
			_, err := a.TakeTurn(t.Context(), key, r)
			require.NoError(t, err)
			assert.Equal(t, []any{r}, update.Args)
			ids[update.UpdateID] = true
		}
	}
	assert.Len(t, ids, 12, "each by an ID of its own")
	assert.Contains(t, ids, "lead-1")
	assert.Contains(t, ids, "lead-1+2")
}

// giving is a Temporal whose rotation answers that a turn was given back, or with an error.
func giving(t *testing.T, unreachable, answer error) (*assignment.Activities, *client.UpdateWorkflowOptions) {
	c := mocks.NewClient(t)
	var update client.UpdateWorkflowOptions
	handle := mocks.NewWorkflowUpdateHandle(t)
	handle.On("Get", mock.Anything, nil).Return(answer).Maybe()
	c.On("UpdateWorkflow", mock.Anything, mock.Anything).Run(func(args mock.Arguments) {
		update = args.Get(1).(client.UpdateWorkflowOptions)
	}).Return(handle, unreachable)
	return &assignment.Activities{Client: c}, &update
}

var giveBack = assignment.Return{Pool: "emea", Case: "lead-4k7q2m9x", To: "ben", Day: "2026-08-03"}

func TestATurnIsGivenBackToThePoolsRotationByTheStepsOwnID(t *testing.T) {
	a, update := giving(t, nil, nil)
	_, err := a.GiveBack(t.Context(), effect.Key{ID: "lead-4k7q2m9x/hand-over-1"}, giveBack)
	require.NoError(t, err)
	assert.Equal(t, client.UpdateWorkflowOptions{
		WorkflowID: "rotation-emea", UpdateID: "lead-4k7q2m9x/hand-over-1+back", UpdateName: assignment.UpdateGiveBack, Args: []any{giveBack},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	}, *update)
}

func TestThereIsNothingToGiveBackWhereNoRotationRuns(t *testing.T) {
	for _, at := range [][2]error{{serviceerror.NewNotFound("no such workflow"), nil}, {nil, serviceerror.NewNotFound("it has ended")}} {
		a, _ := giving(t, at[0], at[1])
		_, err := a.GiveBack(t.Context(), key, giveBack)
		require.NoError(t, err)
	}
}

func TestWhatGoesWrongWithGivingBackIsClassified(t *testing.T) {
	refusal := temporal.NewNonRetryableApplicationError("the day is no date", "Refused", nil)
	for _, test := range []struct {
		unreachable, answer error
		class               string
	}{
		{nil, refusal, fault.ClassFinal},
		{serviceerror.NewNamespaceNotFound("default"), nil, fault.ClassFinal},
		{serviceerror.NewUnavailable("connection refused"), nil, fault.ClassUnavailable},
		{nil, context.DeadlineExceeded, fault.ClassUnavailable},
	} {
		a, _ := giving(t, test.unreachable, test.answer)
		_, err := a.GiveBack(t.Context(), key, giveBack)
		assert.Equal(t, test.class, faultOf(t, err).Class, "%v%v", test.unreachable, test.answer)
	}
	for _, c := range []struct {
		key effect.Key
		r   assignment.Return
	}{
		{key, assignment.Return{Case: "lead"}}, {key, assignment.Return{Pool: "emea"}}, {effect.Key{}, giveBack},
	} {
		_, err := (&assignment.Activities{Client: mocks.NewClient(t)}).GiveBack(t.Context(), c.key, c.r)
		assert.Equal(t, fault.ClassFinal, faultOf(t, err).Class)
	}
}

func TestWhatGoesWrongIsClassified(t *testing.T) {
	refusal := temporal.NewNonRetryableApplicationError(`pool "emea" has no members`, "Refused", nil)
	for _, test := range []struct {
		unreachable, answer error
		class, code         string
	}{
		{nil, refusal, fault.ClassFinal, "refused"},
		{serviceerror.NewInvalidArgument("no"), nil, fault.ClassFinal, "temporal_refused"},
		{serviceerror.NewNotFound("the run has just ended"), nil, fault.ClassUnavailable, ""},
		{nil, context.DeadlineExceeded, fault.ClassUnavailable, ""}, // no worker runs the rotation
	} {
		a, _, _ := rotation(t, test.unreachable, test.answer)
		turn, err := a.TakeTurn(t.Context(), key, request)
		f := faultOf(t, err)
		assert.Equal(t, test.class, f.Class, "%v%v", test.unreachable, test.answer)
		assert.Equal(t, test.code, f.Code)
		assert.Equal(t, "rotation", f.System)
		assert.Zero(t, turn)
	}
}

func TestARequestThatCantHaveATurnIsFinalAndStartsNothing(t *testing.T) {
	for _, change := range []func(r *assignment.Request){
		func(r *assignment.Request) { r.Members = nil },
		func(r *assignment.Request) { r.Pool = "" },
		func(r *assignment.Request) { r.Case = "" },
	} {
		r := request
		change(&r)
		_, err := (&assignment.Activities{Client: mocks.NewClient(t)}).TakeTurn(t.Context(), key, r)
		assert.Equal(t, fault.ClassFinal, faultOf(t, err).Class)
	}
}
