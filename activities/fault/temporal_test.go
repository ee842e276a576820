package fault_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/activities/fault"
)

func TestWhatTemporalsClientReturnsIsFinalOnlyWhereSomebodyHasRefused(t *testing.T) {
	refusal := temporal.NewNonRetryableApplicationError(`pool "emea" has no members`, "Refused", nil)
	for _, test := range []struct {
		err         error
		class, code string
	}{
		{refusal, fault.ClassFinal, "refused"},
		{fmt.Errorf("update: %w", refusal), fault.ClassFinal, "refused"},
		{temporal.NewApplicationError("unknown update take. KnownUpdates=[]", ""), fault.ClassFinal, "refused"},
		{serviceerror.NewInvalidArgument("no"), fault.ClassFinal, "temporal_refused"},
		{serviceerror.NewPermissionDenied("no", ""), fault.ClassFinal, "temporal_refused"},
		{serviceerror.NewNamespaceNotFound("default"), fault.ClassFinal, "temporal_refused"},
		{fmt.Errorf("update: %w", serviceerror.NewInvalidArgument("no")), fault.ClassFinal, "temporal_refused"},
		{serviceerror.NewUnavailable("connection refused"), fault.ClassUnavailable, ""},
		{serviceerror.NewNotFound("the run has just ended"), fault.ClassUnavailable, ""},
		{serviceerror.NewWorkflowNotReady("unexpected workflow task failure"), fault.ClassUnavailable, ""}, // it continues as new
		{serviceerror.NewResourceExhausted(enumspb.RESOURCE_EXHAUSTED_CAUSE_BUSY_WORKFLOW, "closing"), fault.ClassUnavailable, ""},
		{context.DeadlineExceeded, fault.ClassUnavailable, ""}, // no worker runs it
		{errors.New("something else"), fault.ClassUnavailable, ""},
	} {
		f := fault.OfTemporal("rotation", test.err)
		assert.Equal(t, test.class, f.Class, "%v", test.err)
		assert.Equal(t, test.code, f.Code, "%v", test.err)
		assert.Equal(t, "rotation", f.System)
		assert.NotEmpty(t, f.Message)
	}
	assert.Equal(t, `pool "emea" has no members`, fault.OfTemporal("rotation", fmt.Errorf("update: %w", refusal)).Message, "in the workflow's own words")
}
