package claims_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

const subject = "lead/4k7q2m9xw3r5t6yz"

var (
	key     = effect.Key{ID: "lead-a/claim"}
	request = claims.Request{Subject: subject, Case: "lead-a"}
	refusal = temporal.NewNonRetryableApplicationError("the case is ending", "Refused", nil)
)

// temporalThat is a Temporal whose workflows answer an update with an error or not, and that may not get that far.
type temporalThat struct {
	*mocks.Client
	start  client.StartWorkflowOptions
	update client.UpdateWorkflowOptions
	argued []any // what a workflow that is started gets
}

func newTemporal(t *testing.T, unreachable, answer error) (*temporalThat, *claims.Activities) {
	c := &temporalThat{Client: mocks.NewClient(t)}
	op := &struct {
		client.WithStartWorkflowOperation
	}{}
	c.On("NewWithStartWorkflowOperation", mock.Anything, claims.WorkflowName).Run(func(args mock.Arguments) {
		c.start = args.Get(0).(client.StartWorkflowOptions)
		c.argued = args[2:]
	}).Return(op).Maybe()
	handle := mocks.NewWorkflowUpdateHandle(t)
	handle.On("Get", mock.Anything, mock.Anything).Return(func(_ context.Context, into any) error {
		if claim, ok := into.(*claims.Claim); ok {
			claim.Holder = "lead-b"
		}
		return answer
	}).Maybe()
	c.On("UpdateWithStartWorkflow", mock.Anything, mock.Anything).Run(func(args mock.Arguments) {
		options := args.Get(1).(client.UpdateWithStartWorkflowOptions)
		assert.Same(t, op, options.StartWorkflowOperation)
		c.update = options.UpdateOptions
	}).Return(handle, unreachable).Maybe()
	c.On("UpdateWorkflow", mock.Anything, mock.Anything).Run(func(args mock.Arguments) {
		c.update = args.Get(1).(client.UpdateWorkflowOptions)
	}).Return(handle, unreachable).Maybe()
	return c, &claims.Activities{Client: c}
}

func requireFault(t *testing.T, err error, class, code string) {
	t.Helper()
	require.Error(t, err)
	f, ok := fault.From(err)
	require.Truef(t, ok, "no fault: %v", err)
	assert.Equal(t, "claims", f.System)
	assert.Equal(t, class, f.Class, "%v: %s", err, f.Message)
	assert.Equal(t, code, f.Code)
}

func TestASubjectIsAskedOfItsShardWhichIsStartedOnDemand(t *testing.T) {
	c, a := newTemporal(t, nil, nil)
	claim, err := a.Claim(t.Context(), key, request)
	require.NoError(t, err)
	assert.Equal(t, claims.Claim{Holder: "lead-b"}, claim)
	assert.Equal(t, claims.WorkflowID(subject), c.start.ID)
	assert.Equal(t, claims.TaskQueue, c.start.TaskQueue)
	assert.Equal(t, enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING, c.start.WorkflowIDConflictPolicy)
	assert.Empty(t, c.argued, "a new shard holds nothing")
	assert.Equal(t, claims.WorkflowID(subject), c.update.WorkflowID)
	assert.Equal(t, claims.UpdateClaim, c.update.UpdateName)
	assert.Equal(t, []any{request}, c.update.Args)
	assert.Equal(t, client.WorkflowUpdateStageCompleted, c.update.WaitForStage)
}

func TestTheShardsAreSixteenAndASubjectStaysWithItsOwn(t *testing.T) {
	shards := map[string]bool{}
	for i := range 500 {
		id := claims.WorkflowID(fmt.Sprintf("lead/%d", i))
		assert.Regexp(t, `^claims-(0[0-9]|1[0-5])$`, id)
		shards[id] = true
	}
	assert.Len(t, shards, 16)
	assert.Equal(t, "claims-15", claims.WorkflowID(subject), "a build that looks elsewhere doesn't find what is held")
}

func TestARepeatOfAClaimHasItsIDAndAnyOtherClaimHasAnother(t *testing.T) {
	c, a := newTemporal(t, nil, nil)
	id := func(ctx context.Context, key effect.Key, r claims.Request) string {
		_, err := a.Claim(ctx, key, r)
		require.NoError(t, err)
		return c.update.UpdateID
	}
	first := id(t.Context(), key, request)
	assert.Equal(t, first, id(t.Context(), key, request), "a repeat")
	assert.Equal(t, first, id(t.Context(), effect.Key{ID: key.ID, Again: true}, request), "one that operations asked for")
	ids := map[string]bool{first: true}
	for _, r := range []claims.Request{
		{Subject: subject, Case: "lead-a", Instead: "lead-b"},
		{Subject: subject, Case: "lead-a", Instead: "lead-c"},
		{Subject: subject, Case: "lead-b"},
		{Subject: "lead/other", Case: "lead-a"},
		{Subject: strings.Repeat("x", 5000), Case: "a case"},
	} {
		ids[id(t.Context(), key, r)] = true
	}
	ids[id(t.Context(), effect.Key{ID: "lead-a/claim-again"}, request)] = true
	assert.Len(t, ids, 7)
	for one := range ids {
		assert.Regexp(t, `^claim-[0-9a-f]{64}$`, one)
	}

	// The run that asks is a part of it: a case that is reset asks anew.
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(a)
	_, err := env.ExecuteActivity(a.Claim, key, request)
	require.NoError(t, err)
	assert.NotEqual(t, first, c.update.UpdateID)
}

func TestEachCaseJoinsAnotherOnce(t *testing.T) {
	c, a := newTemporal(t, nil, nil)
	ids := map[string]bool{}
	for _, from := range []string{"lead-b", "lead-c", "lead-b"} {
		addition := claims.Addition{From: from, Text: "It is me again."}
		joined, err := a.JoinCase(t.Context(), key, claims.Join{Holder: "lead-a", Addition: addition})
		require.NoError(t, err)
		assert.True(t, joined.Accepted)
		assert.Equal(t, "lead-a", c.update.WorkflowID)
		assert.Empty(t, c.update.RunID, "whichever of its runs is the current one")
		assert.Equal(t, claims.UpdateJoin, c.update.UpdateName)
		assert.Equal(t, []any{addition}, c.update.Args)
		assert.Equal(t, client.WorkflowUpdateStageCompleted, c.update.WaitForStage)
		ids[c.update.UpdateID] = true
	}
	assert.Len(t, ids, 2)
}

func TestACaseThatCannotBeJoinedIsNoFault(t *testing.T) {
	for _, test := range []struct{ unreachable, answer error }{
		{serviceerror.NewNotFound("workflow execution already completed"), nil},
		{serviceerror.NewNotFound("workflow update was aborted by closing workflow"), nil},
		{fmt.Errorf("update: %w", serviceerror.NewNotFound("no rows")), nil},
		{nil, serviceerror.NewNotFound("workflow execution already completed")},
		{nil, refusal},
		{nil, temporal.NewApplicationError("unknown update join. KnownUpdates=[decide]", "")},
		{nil, temporal.NewNonRetryableApplicationError("the Workflow completed before the Update", "AcceptedUpdateCompletedWorkflow", nil)},
	} {
		_, a := newTemporal(t, test.unreachable, test.answer)
		joined, err := a.JoinCase(t.Context(), key, claims.Join{Holder: "lead-a", Addition: claims.Addition{From: "lead-b"}})
		require.NoError(t, err, "%v%v", test.unreachable, test.answer)
		assert.False(t, joined.Accepted)
	}
}

func TestWhatGoesWrongIsClassified(t *testing.T) {
	for _, test := range []struct {
		err         error
		class, code string
	}{
		{serviceerror.NewInvalidArgument("no"), fault.ClassFinal, "temporal_refused"},
		{serviceerror.NewNamespaceNotFound("default"), fault.ClassFinal, "temporal_refused"}, // which is no missing workflow
		{context.DeadlineExceeded, fault.ClassUnavailable, ""},                               // no worker runs it
	} {
		for _, early := range []bool{true, false} {
			unreachable, answer := test.err, error(nil)
			if !early {
				unreachable, answer = nil, test.err
			}
			c, a := newTemporal(t, unreachable, answer)
			_, err := a.Claim(t.Context(), key, request)
			requireFault(t, err, test.class, test.code)
			joined, err := a.JoinCase(t.Context(), key, claims.Join{Holder: "lead-b", Addition: claims.Addition{From: "lead-a"}})
			requireFault(t, err, test.class, test.code)
			assert.Zero(t, joined)
			c.On("SignalWorkflow", mock.Anything, mock.Anything, "", claims.SignalRelease, mock.Anything).Return(test.err).Maybe()
			_, err = a.ReleaseClaims(t.Context(), key, claims.Release{Case: "lead-a", Subjects: []string{subject}})
			requireFault(t, err, test.class, test.code)
		}
	}
	_, a := newTemporal(t, nil, refusal)
	_, err := a.Claim(t.Context(), key, request)
	requireFault(t, err, fault.ClassFinal, "refused")
	_, a = newTemporal(t, serviceerror.NewNotFound("the run has just ended"), nil)
	_, err = a.Claim(t.Context(), key, request)
	requireFault(t, err, fault.ClassUnavailable, "")
}

func TestWhatSaysTooLittleIsFinalAndAsksNobody(t *testing.T) {
	a := &claims.Activities{Client: mocks.NewClient(t)}
	for _, r := range []claims.Request{{Case: "lead-a"}, {Subject: subject}} {
		_, err := a.Claim(t.Context(), key, r)
		requireFault(t, err, fault.ClassFinal, "invalid_request")
	}
	for _, j := range []claims.Join{{Holder: "lead-a"}, {Addition: claims.Addition{From: "lead-a"}}} {
		_, err := a.JoinCase(t.Context(), key, j)
		requireFault(t, err, fault.ClassFinal, "invalid_request")
	}
	_, err := a.ReleaseClaims(t.Context(), key, claims.Release{Subjects: []string{subject}})
	requireFault(t, err, fault.ClassFinal, "invalid_request")
}

func TestEachShardConcernedGetsOneReleaseAlsoWhereOneIsNotRunning(t *testing.T) {
	subjects := []string{"lead/1", "lead/2", "lead/3", "crm-contact/1", "crm-contact/2", "lead/1"}
	c := mocks.NewClient(t)
	got := map[string][]string{}
	c.On("SignalWorkflow", mock.Anything, mock.Anything, "", claims.SignalRelease, mock.Anything).
		Return(func(_ context.Context, id, _, _ string, arg any) error {
			assert.NotContains(t, got, id, "one signal for each shard")
			r := arg.(claims.Release)
			assert.Equal(t, "lead-a", r.Case)
			got[id] = r.Subjects
			if len(got) == 1 {
				return serviceerror.NewNotFound("no such shard")
			}
			return nil
		})
	a := &claims.Activities{Client: c}
	_, err := a.ReleaseClaims(t.Context(), key, claims.Release{Case: "lead-a", Subjects: subjects})
	require.NoError(t, err)
	want := map[string][]string{}
	for _, s := range subjects {
		want[claims.WorkflowID(s)] = append(want[claims.WorkflowID(s)], s)
	}
	require.Greater(t, len(want), 1)
	assert.Equal(t, want, got)

	_, err = a.ReleaseClaims(t.Context(), key, claims.Release{Case: "lead-a"})
	require.NoError(t, err, "nothing was claimed")
}

type answer struct{ converter.EncodedValue }

func (answer) Get(into any) error { *into.(*string) = "lead-a"; return nil }

func TestTheHolderIsFoundByTheSubjectAndNobodyHoldsWhatNobodyHasClaimed(t *testing.T) {
	for _, test := range []struct {
		err    error
		holder string
		fails  bool
	}{
		{nil, "lead-a", false},
		{serviceerror.NewNotFound("no such shard"), "", false},
		{serviceerror.NewUnavailable("connection refused"), "", true},
		{serviceerror.NewNamespaceNotFound("default"), "", true},
		{context.DeadlineExceeded, "", true},
	} {
		c := mocks.NewClient(t)
		c.On("QueryWorkflow", mock.Anything, claims.WorkflowID(subject), "", claims.QueryHolder, subject).Return(answer{}, test.err)
		holder, err := claims.Holder(t.Context(), c, subject)
		assert.Equal(t, test.holder, holder)
		assert.Equal(t, test.fails, err != nil, "%v", err)
	}
}

func TestACaseRunsUnlessItIsKnownToBeAtItsEnd(t *testing.T) {
	over := []string{"COMPLETED", "FAILED", "CANCELED", "TERMINATED", "TIMED_OUT"}
	for number, name := range enumspb.WorkflowExecutionStatus_name {
		c := mocks.NewClient(t)
		c.On("DescribeWorkflowExecution", mock.Anything, "return-a", "").Return(&workflowservice.DescribeWorkflowExecutionResponse{
			WorkflowExecutionInfo: &workflow.WorkflowExecutionInfo{Status: enumspb.WorkflowExecutionStatus(number)},
		}, nil)
		a := &claims.Activities{Client: c}
		found, err := a.LookUpCase(t.Context(), key, claims.Case{ID: "return-a"})
		require.NoError(t, err)
		ended := slices.Contains(over, strings.TrimPrefix(name, "WORKFLOW_EXECUTION_STATUS_"))
		assert.Equal(t, !ended, found.Running, name)
	}
}

func TestACaseThatTemporalDoesNotKnowDoesNotRunAndOneThatCannotBeLookedUpIsNotTakenForOver(t *testing.T) {
	for _, test := range []struct {
		err   error
		class string
	}{
		{serviceerror.NewNotFound("no rows"), ""},
		{serviceerror.NewNamespaceNotFound("default"), fault.ClassFinal},
		{serviceerror.NewUnavailable("connection refused"), fault.ClassUnavailable},
		{context.DeadlineExceeded, fault.ClassUnavailable},
	} {
		c := mocks.NewClient(t)
		c.On("DescribeWorkflowExecution", mock.Anything, "return-a", "").Return(nil, test.err)
		a := &claims.Activities{Client: c}
		found, err := a.LookUpCase(t.Context(), key, claims.Case{ID: "return-a"})
		assert.False(t, found.Running)
		if test.class == "" {
			require.NoError(t, err)
			continue
		}
		f, ok := fault.From(err)
		require.True(t, ok)
		assert.Equal(t, test.class, f.Class)
	}
	a := &claims.Activities{Client: mocks.NewClient(t)}
	_, err := a.LookUpCase(t.Context(), key, claims.Case{})
	requireFault(t, err, fault.ClassFinal, "invalid_request")
}
