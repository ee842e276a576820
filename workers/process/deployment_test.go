package process

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/throughline-dev/throughline/build"
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

func TestTheVersionIsWhatTheProgramWasBuiltFrom(t *testing.T) {
	id, err := revision(build.Code{ID: "v1.4.2"})
	require.NoError(t, err)
	assert.Equal(t, "v1.4.2", id)

	for _, c := range []build.Code{{}, {ID: "0123456789ab", Changed: true}} {
		_, err = revision(c)
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
