package fault

import (
	"errors"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"
)

// OfTemporal classifies an error of Temporal's client, whose call has asked something of another workflow. The system names that
// one. Final are
//
//   - "refused": the workflow has refused the update, or knows none of that name;
//   - "temporal_refused": Temporal takes no such call (an invalid argument, no permission, no such namespace).
//
// All else may end well at another try: Temporal can't be reached, no worker runs the workflow, or its run has just ended. Where
// "not found" is an answer, look for serviceerror.NotFound first.
func OfTemporal(system string, err error) Fault {
	var refused *temporal.ApplicationError
	if errors.As(err, &refused) {
		return Final(system, "refused", refused.Message())
	}
	var invalid *serviceerror.InvalidArgument
	var denied *serviceerror.PermissionDenied
	var namespace *serviceerror.NamespaceNotFound
	if errors.As(err, &invalid) || errors.As(err, &denied) || errors.As(err, &namespace) {
		return Final(system, "temporal_refused", err.Error())
	}
	return Unreachable(system, err.Error())
}
