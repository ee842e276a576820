package deploy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
)

// glance is the pause between two looks whether a change has arrived everywhere.
const glance = 200 * time.Millisecond

// Current has new cases begin with a version, and those that follow the latest go on with it. It ends a ramp of the same version. Where
// the version is current already, nothing is changed.
func (d Deployment) Current(ctx context.Context, buildID string) (*Status, error) {
	s, err := d.serving(ctx, buildID)
	if err != nil {
		return nil, err
	}
	if s.Current == buildID {
		return s, nil
	}
	_, err = d.handle().SetCurrentVersion(ctx, client.WorkerDeploymentSetCurrentVersionOptions{BuildID: buildID, ConflictToken: s.token})
	return d.arrived(ctx, err)
}

// Ramp has so many percent of the new cases begin with a version, and of those that follow the latest go on with it: always the same
// ones, by their IDs. Where it has that already, nothing is changed.
func (d Deployment) Ramp(ctx context.Context, buildID string, percent float32) (*Status, error) {
	s, err := d.serving(ctx, buildID)
	switch {
	case err != nil:
		return nil, err
	case s.Current == buildID:
		return nil, fmt.Errorf("%s is the current version, and has all new cases: ramp another one", buildID)
	case s.Ramping == buildID && s.Percent == percent:
		return s, nil
	}
	_, err = d.handle().SetRampingVersion(ctx, client.WorkerDeploymentSetRampingVersionOptions{BuildID: buildID, Percentage: percent, ConflictToken: s.token})
	return d.arrived(ctx, err)
}

// Rollback takes a version out of service: nothing new begins with it. Where it is ramping, the ramp ends; where it is current, the one
// that was current before is so again. Where it is neither, nothing is changed, so that it can be said twice.
func (d Deployment) Rollback(ctx context.Context, buildID string) (*Status, error) {
	s, err := d.with(ctx, buildID)
	if err != nil {
		return nil, err
	}
	switch buildID {
	case s.Ramping:
		_, err = d.handle().SetRampingVersion(ctx, client.WorkerDeploymentSetRampingVersionOptions{ConflictToken: s.token})
		return d.arrived(ctx, err)
	case s.Current:
		before := s.before(buildID)
		if before == nil {
			return nil, fmt.Errorf("no other version than %s was ever current: choose one with `starter deploy current`, of %s", buildID, s.known())
		}
		return d.Current(ctx, before.BuildID)
	}
	return s, nil
}

// before is the version that was current last, but for one; nil for none.
func (s *Status) before(buildID string) (last *Version) {
	for i, v := range s.Versions {
		if v.BuildID != buildID && !v.lastCurrent.IsZero() && (last == nil || v.lastCurrent.After(last.lastCurrent)) {
			last = &s.Versions[i]
		}
	}
	return last
}

func (d Deployment) handle() client.WorkerDeploymentHandle {
	return d.Client.WorkerDeploymentClient().GetHandle(d.Name)
}

// with is the deployment's status, if it has the version.
func (d Deployment) with(ctx context.Context, buildID string) (*Status, error) {
	s, err := d.Status(ctx)
	if err == nil && s.find(buildID) == nil {
		err = fmt.Errorf("the deployment %s has no version %q, only %s: a version is there once a worker of it has started", d.Name, buildID, s.known())
	}
	return s, err
}

// serving is the deployment's status, if it has the version and a worker that serves it. Temporal itself looks whether all queues are
// served that the current version serves.
func (d Deployment) serving(ctx context.Context, buildID string) (*Status, error) {
	s, err := d.with(ctx, buildID)
	if err == nil && s.find(buildID).Workers == 0 {
		err = fmt.Errorf("no worker of version %s asks for work now: start some first, or what is given to it waits", buildID)
	}
	return s, err
}

// arrived is the status once a change is in force at all of Temporal's task queues. The error is that of the change.
func (d Deployment) arrived(ctx context.Context, err error) (*Status, error) {
	if refused := (*serviceerror.FailedPrecondition)(nil); errors.As(err, &refused) {
		return nil, fmt.Errorf("refused by Temporal: %s (somebody else may have changed something at this moment, or the version's workers don't serve all queues: look at `starter deploy status`)", refused.Message)
	}
	if err != nil {
		return nil, err
	}
	for {
		s, err := d.Status(ctx)
		if err != nil || s.settled {
			return s, err
		}
		select {
		case <-ctx.Done():
			return s, fmt.Errorf("the change is made, and hasn't arrived at all task queues yet: look again with `starter deploy status` (%w)", ctx.Err())
		case <-time.After(glance):
		}
	}
}
