package config

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
)

type envMap map[string]string

func (e envMap) Environ() (all []string) {
	for k, v := range e {
		all = append(all, k+"="+v)
	}
	return all
}

func (e envMap) LookupEnv(name string) (string, bool) {
	v, ok := e[name]
	return v, ok
}

func TestDialTakesTheFirstThatSaysWhereTemporalIs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "temporal.toml")
	require.NoError(t, os.WriteFile(file, []byte(`
[profile.default]
address = "profile:7233"
[profile.prod]
address = "prod:7233"
namespace = "prod"
api_key = "k"
`), 0o600))
	nowhere := envMap{"TEMPORAL_CONFIG_FILE": filepath.Join(t.TempDir(), "none.toml")}
	conf := Temporal{Address: "config:7233", Namespace: "config"}
	prod := Temporal{Address: "config:7233", Namespace: "config", Profile: "prod"}

	for name, c := range map[string]struct {
		conf               Temporal
		options            client.Options
		env                envMap
		address, namespace string
		tls                bool
	}{
		"the configuration":      {conf, client.Options{}, nowhere, "config:7233", "config", false},
		"the default profile":    {conf, client.Options{}, envMap{"TEMPORAL_CONFIG_FILE": file}, "profile:7233", "config", false},
		"the profile it names":   {prod, client.Options{}, envMap{"TEMPORAL_CONFIG_FILE": file}, "prod:7233", "prod", true},
		"TEMPORAL_PROFILE":       {prod, client.Options{}, envMap{"TEMPORAL_CONFIG_FILE": file, "TEMPORAL_PROFILE": "default"}, "profile:7233", "config", false},
		"variables":              {prod, client.Options{}, envMap{"TEMPORAL_CONFIG_FILE": file, "TEMPORAL_ADDRESS": "env:1", "TEMPORAL_NAMESPACE": "env"}, "env:1", "env", true},
		"a flag over everything": {prod, client.Options{HostPort: "flag:1", Namespace: "flag"}, envMap{"TEMPORAL_CONFIG_FILE": file, "TEMPORAL_ADDRESS": "env:1"}, "flag:1", "flag", true},
	} {
		t.Run(name, func(t *testing.T) {
			c.options.Identity = "kept"
			got, err := clientOptions(c.conf, c.options, c.env)
			require.NoError(t, err)
			assert.Equal(t, c.address, got.HostPort)
			assert.Equal(t, c.namespace, got.Namespace)
			assert.Equal(t, "kept", got.Identity)
			assert.Equal(t, c.tls, got.Credentials != nil)
			assert.Equal(t, c.tls, got.ConnectionOptions.TLS != nil)
		})
	}

	_, err := clientOptions(Temporal{Profile: "staging"}, client.Options{}, envMap{"TEMPORAL_CONFIG_FILE": file})
	assert.EqualError(t, err, "read Temporal's own configuration (TEMPORAL_… variables and temporal.toml): unable to find profile staging in config data")
}

func TestDialSaysInOneLineThatTemporalIsntThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())

	_, err = Dial(context.Background(), Temporal{}, client.Options{HostPort: address})
	assert.EqualError(t, err, "Temporal at "+address+" can't be reached (connection refused): start it, or say where it is in TEMPORAL_ADDRESS or temporal.address")

	ended, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Dial(ended, Temporal{}, client.Options{HostPort: address})
	assert.Equal(t, context.Canceled, err)
}
