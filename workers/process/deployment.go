package process

import (
	"errors"
	"runtime/debug"

	"go.temporal.io/sdk/worker"

	"github.com/throughline-dev/throughline/config"
)

// deployment is which version of which deployment the workers are; the zero value where they have none. Each workflow says itself
// whether it keeps to the version that it began with, where it is registered: there is no default for one that forgets it.
func deployment(d config.Deployment) (worker.DeploymentOptions, error) {
	if d.Name == "" {
		return worker.DeploymentOptions{}, nil
	}
	if d.BuildID == "" {
		built, _ := debug.ReadBuildInfo()
		var err error
		if d.BuildID, err = revision(built); err != nil {
			return worker.DeploymentOptions{}, err
		}
	}
	return worker.DeploymentOptions{
		UseVersioning: true,
		Version:       worker.WorkerDeploymentVersion{DeploymentName: d.Name, BuildID: d.BuildID},
	}, nil
}

// revision is what names the code that a program was built from. Code that has changes beside its revision has no name: two of that
// kind would be one version to Temporal, which would give the cases of one to the other.
func revision(built *debug.BuildInfo) (string, error) {
	var id string
	var changed bool
	if built != nil {
		for _, s := range built.Settings {
			switch s.Key {
			case "vcs.revision":
				id = s.Value
			case "vcs.modified":
				changed = s.Value == "true"
			}
		}
	}
	const set = ": set workers.deployment.build_id, or THROUGHLINE_WORKERS_DEPLOYMENT_BUILD_ID in the environment"
	switch {
	case id == "":
		return "", errors.New("the workers have a deployment and no build ID, since the program doesn't say which revision it was built from" + set)
	case changed:
		return "", errors.New("the workers have a deployment and no build ID, since the program was built with changes to revision " + id + " that have no name" + set)
	}
	return id[:min(12, len(id))], nil
}
