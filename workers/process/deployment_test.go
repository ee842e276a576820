package process

import (
	"log/slog"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/throughline-dev/throughline/config"
)

func TestWorkersHaveAVersionOnlyWhereTheyHaveADeployment(t *testing.T) {
	got, err := deployment(config.Deployment{})
	require.NoError(t, err)
	assert.Zero(t, got)
	got, err = deployment(config.Deployment{Name: "throughline", BuildID: "v1.4.2"})
	require.NoError(t, err)
	assert.Equal(t, worker.DeploymentOptions{
		UseVersioning: true, Version: worker.WorkerDeploymentVersion{DeploymentName: "throughline", BuildID: "v1.4.2"},
	}, got)
}

func TestTheVersionIsTheRevisionThatTheProgramWasBuiltFrom(t *testing.T) {
	built := func(settings ...debug.BuildSetting) *debug.BuildInfo { return &debug.BuildInfo{Settings: settings} }
	revised := debug.BuildSetting{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"}
	id, err := revision(built(revised, debug.BuildSetting{Key: "vcs.modified", Value: "false"}))
	require.NoError(t, err)
	assert.Equal(t, "0123456789ab", id)

	for _, b := range []*debug.BuildInfo{nil, built(), built(revised, debug.BuildSetting{Key: "vcs.modified", Value: "true"})} {
		_, err = revision(b)
		assert.ErrorContains(t, err, "THROUGHLINE_WORKERS_DEPLOYMENT_BUILD_ID", "it says what to set")
	}
}

// Every workflow says what it does when there is a new version; one that didn't would be refused where workers have versions.
func TestEveryWorkflowCanBeRegisteredWithAVersion(t *testing.T) {
	c, err := client.NewLazyClient(client.Options{})
	require.NoError(t, err)
	l := live(t, "")
	l.Config().Workers.Deployment = config.Deployment{Name: "throughline", BuildID: "v1"}
	_, err = New(Options{Client: c, Live: l, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
}
