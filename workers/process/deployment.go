package process

import (
	"errors"

	"go.temporal.io/sdk/worker"

	"github.com/throughline-dev/throughline/build"
	"github.com/throughline-dev/throughline/config"
)

// deployment is which version of which deployment the workers are; the zero value where they have none. Each workflow says itself
// whether it keeps to the version that it began with, where it is registered: there is no default for one that forgets it.
func deployment(d config.Deployment) (worker.DeploymentOptions, error) {
	if d.Name == "" {
		return worker.DeploymentOptions{}, nil
	}
	if d.BuildID == "" {
		var err error
		if d.BuildID, err = revision(build.This()); err != nil {
			return worker.DeploymentOptions{}, err
		}
	}
	return worker.DeploymentOptions{
		UseVersioning: true,
		Version:       worker.WorkerDeploymentVersion{DeploymentName: d.Name, BuildID: d.BuildID},
	}, nil
}

// revision is the build ID of code. Code that has changes beside its revision has none: two of that kind would be one version to
// Temporal, which would give the cases of one to the other.
func revision(c build.Code) (string, error) {
	const set = ": set workers.deployment.build_id, or THROUGHLINE_WORKERS_DEPLOYMENT_BUILD_ID in the environment"
	switch {
	case c.ID == "":
		return "", errors.New("the workers have a deployment and no build ID, since the program doesn't say which release or revision it is" + set)
	case c.Changed:
		return "", errors.New("the workers have a deployment and no build ID, since the program was built with changes to revision " + c.ID + " that have no name" + set)
	}
	return c.ID, nil
}
