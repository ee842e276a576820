// Package deploy is the files that Throughline is deployed by. Its tests hold them to the programs that they run.
package deploy

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.yaml.in/yaml/v3"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/workers/process"
)

// manifest is what the tests look at in a manifest.
type manifest struct {
	Kind string
	Spec struct {
		Template struct {
			Spec struct {
				TerminationGracePeriodSeconds int `yaml:"terminationGracePeriodSeconds"`
				Containers                    []struct {
					Env []struct{ Name, Value string }
				}
			}
		}
		Triggers []struct{ Metadata map[string]string }
	}
}

// ours is the image of our programs.
const ours = "throughline:${VERSION:-local}"

func manifests(t *testing.T, file string) []manifest {
	text, err := os.ReadFile(filepath.Join("kubernetes", file))
	require.NoError(t, err)
	var all []manifest
	for d := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var m manifest
		if err := d.Decode(&m); errors.Is(err, io.EOF) {
			return all
		} else {
			require.NoError(t, err)
		}
		all = append(all, m)
	}
}

type service struct {
	Image           string
	Command         []string
	Environment     map[string]string
	EnvFile         []string `yaml:"env_file"`
	Ports           []string
	Restart         string
	Healthcheck     map[string]any
	StopGracePeriod string `yaml:"stop_grace_period"`
}

func services(t *testing.T) map[string]service {
	text, err := os.ReadFile("../docker-compose.yml")
	require.NoError(t, err)
	var compose struct{ Services map[string]service }
	require.NoError(t, yaml.Unmarshal(text, &compose))
	require.NotEmpty(t, compose.Services)
	return compose.Services
}

// stop is how long the workers may take to stop.
func stop(t *testing.T) time.Duration {
	c, err := config.Load()
	require.NoError(t, err)
	return c.Workers.StopTimeout.Duration
}

func TestWorkersAreGivenMoreTimeToStopThanTheyTake(t *testing.T) {
	const room = 10 * time.Second
	grace := time.Duration(manifests(t, "workers/workers.yaml")[0].Spec.Template.Spec.TerminationGracePeriodSeconds) * time.Second
	assert.GreaterOrEqual(t, grace, stop(t)+room)
	grace, err := time.ParseDuration(services(t)["workers"].StopGracePeriod)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, grace, stop(t)+room)
}

func TestPodsSetOnlyVariablesThatTheProgramsRead(t *testing.T) {
	for _, file := range []string{"workers/workers.yaml", "base/starter.yaml", "base/setup.yaml", "spool/spool.yaml"} {
		t.Run(file, func(t *testing.T) {
			dir := t.TempDir()
			var secrets []config.SecretName
			for _, v := range manifests(t, file)[0].Spec.Template.Spec.Containers[0].Env {
				if name, ok := strings.CutSuffix(v.Name, "_FILE"); ok {
					v.Value = filepath.Join(dir, filepath.Base(v.Value))
					require.NoError(t, os.WriteFile(v.Value, []byte(value(name)), 0o600))
					secrets = append(secrets, config.SecretName(name))
				}
				t.Setenv(v.Name, v.Value)
			}
			require.NotEmpty(t, secrets)
			c, err := config.Load(config.Default, "kubernetes/overlays/example/handbook.yaml")
			require.NoError(t, err)
			assert.NoError(t, c.RequireSecrets(secrets...), "a variable with no meaning sets nothing")
		})
	}
}

// value is one that a secret may have.
func value(name string) string {
	if config.SecretName(name) == config.CodecKeys {
		return "a=" + strings.Repeat("A", 43) + "="
	}
	return strings.Repeat("x", 64)
}

// given are compose's variables with what stands for them where they aren't set: ${NAME:-this}.
var given = regexp.MustCompile(`\$\{\w+:-([^}]*)\}`)

func TestContainersSetOnlyVariablesThatTheProgramsRead(t *testing.T) {
	for name, s := range services(t) {
		if s.Image != ours {
			continue
		}
		t.Run(name, func(t *testing.T) {
			for variable, value := range s.Environment {
				t.Setenv(variable, given.ReplaceAllString(value, "$1"))
			}
			secrets := sandboxSecrets(t)
			for variable, value := range secrets {
				t.Setenv(string(variable), value)
			}
			c, err := config.Load(config.Default, "../config/sandbox.yaml")
			require.NoError(t, err)
			assert.NoError(t, c.RequireSecrets(slices.Collect(maps.Keys(secrets))...), "a variable with no meaning sets nothing")
			_, namespace, err := config.Where(c, client.Options{})
			require.NoError(t, err)
			assert.Equal(t, "throughline", namespace)
		})
	}
}

// Whoever gives real secrets must not be left with one that everybody knows: a door that takes the sandbox's signatures is open to all.
func TestSecretsAreInOneFileThatIsReplacedAsAWhole(t *testing.T) {
	for name, s := range services(t) {
		if s.Image == ours {
			assert.Equal(t, []string{"${SECRETS:-./deploy/sandbox.env}"}, s.EnvFile, name)
		} else {
			assert.Empty(t, s.EnvFile, "%s needs none of them", name)
		}
		for variable := range s.Environment {
			assert.NotContains(t, sandboxSecrets(t), config.SecretName(variable), name)
		}
	}
}

// sandboxSecrets are those in sandbox.env.
func sandboxSecrets(t *testing.T) map[config.SecretName]string {
	text, err := os.ReadFile("sandbox.env")
	require.NoError(t, err)
	secrets := map[config.SecretName]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			secrets[config.SecretName(name)] = value
		}
	}
	require.NotEmpty(t, secrets)
	return secrets
}

func TestContainersAreReachedOnLoopbackAlone(t *testing.T) {
	published := 0
	for name, s := range services(t) {
		for _, port := range s.Ports {
			assert.Regexp(t, `^127\.0\.0\.1:\d+:\d+$`, port, name)
			published++
		}
	}
	assert.NotZero(t, published)
}

func TestWhatRunsInContainersIsPinnedAndLookedAfter(t *testing.T) {
	for name, s := range services(t) {
		if s.Image != ours {
			assert.Regexp(t, `^[a-z/-]+:v?\d+\.\d+(\.\d+)?$`, s.Image, name)
		}
		assert.Equal(t, s.Restart == "no", s.Healthcheck == nil, "%s: what runs has a health check, and what ends has none", name)
	}
}

func TestTheBacklogOfEveryTaskQueueCounts(t *testing.T) {
	var queues []string
	for _, trigger := range manifests(t, "components/keda/scaledobject.yaml")[0].Spec.Triggers {
		queues = append(queues, trigger.Metadata["taskQueue"])
	}
	assert.ElementsMatch(t, process.Queues(), queues)
}
