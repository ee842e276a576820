package config

import "regexp"

// What Temporal takes: in a deployment's name, a full stop and a colon would end it.
var (
	deploymentName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)
	buildID        = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$`)
)

// deployment checks which version workers are.
func (f *findings) deployment(d Deployment) {
	if d.Name != "" && !deploymentName.MatchString(d.Name) {
		f.add("workers.deployment.name", "%q can't be a deployment's name: it is of letters, digits, hyphens and underscores, like throughline, and has at most 100", d.Name)
	}
	switch {
	case d.BuildID == "":
	case d.Name == "":
		f.add("workers.deployment.build_id", "%q is of no deployment: set workers.deployment.name too", d.BuildID)
	case !buildID.MatchString(d.BuildID):
		f.add("workers.deployment.build_id", "%q can't be a build ID: it is of letters, digits and .+-_, like v1.4.2, and has at most 100", d.BuildID)
	}
}
