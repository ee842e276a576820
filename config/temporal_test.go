package config

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
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

// written is a file with the text.
func written(t *testing.T, name, text string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// connecting are the options that a client gets for a configuration in an environment.
func connecting(t Temporal, o client.Options, env envMap) (where, client.Options, error) {
	w, err := findTemporal(t, o, env)
	if err != nil {
		return w, o, err
	}
	o, _, err = w.apply(o)
	return w, o, err
}

func TestDialTakesTheFirstThatSaysWhereTemporalIs(t *testing.T) {
	file := written(t, "temporal.toml", `
[profile.default]
address = "profile:7233"
[profile.prod]
address = "prod:7233"
namespace = "prod"
api_key = "k"
`)
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
		"an empty variable is none": {conf, client.Options{}, envMap{
			"TEMPORAL_CONFIG_FILE": "", "TEMPORAL_ADDRESS": "", "TEMPORAL_API_KEY": "", "TEMPORAL_API_KEY_FILE": "", "TEMPORAL_TLS": "", "TEMPORAL_TLS_CLIENT_CERT_PATH": "",
		}, "config:7233", "config", false},
	} {
		t.Run(name, func(t *testing.T) {
			c.options.Identity = "kept"
			w, got, err := connecting(c.conf, c.options, c.env)
			require.NoError(t, err)
			assert.Equal(t, c.address, got.HostPort)
			assert.Equal(t, c.namespace, got.Namespace)
			assert.Equal(t, "kept", got.Identity)
			assert.Equal(t, c.tls, got.Credentials != nil)
			assert.Equal(t, c.tls, got.ConnectionOptions.TLS != nil)
			assert.Equal(t, c.address, w.Address)
		})
	}
}

func TestAProfileThatIsntThereIsNamedWithThoseThatAre(t *testing.T) {
	file := written(t, "temporal.toml", "[profile.prod]\naddress = 'a:1'\n[profile.test]\naddress = 'b:1'\n")
	_, _, err := connecting(Temporal{Profile: "staging"}, client.Options{}, envMap{"TEMPORAL_CONFIG_FILE": file})
	assert.EqualError(t, err, `temporal.profile: `+file+` has no profile "staging", but prod, test: add it, or name one of these`)
	none := filepath.Join(t.TempDir(), "none.toml")
	_, _, err = connecting(Temporal{}, client.Options{}, envMap{"TEMPORAL_CONFIG_FILE": none, "TEMPORAL_PROFILE": "staging"})
	assert.EqualError(t, err, `TEMPORAL_PROFILE: `+none+` has no profile "staging", but none at all: add it, or name one of these`)
}

func TestAConfigurationFileOfTemporalsThatCantBeReadIsAnError(t *testing.T) {
	for _, file := range []string{written(t, "temporal.toml", "[profile"), t.TempDir()} {
		_, _, err := connecting(Temporal{}, client.Options{}, envMap{"TEMPORAL_CONFIG_FILE": file})
		assert.ErrorContains(t, err, "can't use Temporal's configuration file (TEMPORAL_CONFIG_FILE names another one): ")
	}
}

func TestDialSaysInOneLineThatTemporalIsntThereAndWhatWasTried(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	nowhere := envMap{"TEMPORAL_CONFIG_FILE": filepath.Join(t.TempDir(), "none.toml")}

	_, err = dial(t.Context(), &Config{Temporal: Temporal{Address: address, Namespace: "default"}}, client.Options{}, nowhere, true)
	assert.EqualError(t, err, "Temporal at "+address+" (temporal.address), without TLS, can't be reached (connection refused): start it, or say where it is in TEMPORAL_ADDRESS or temporal.address")

	file := written(t, "temporal.toml", "[profile.default]\naddress = '"+address+"'\n")
	_, err = dial(t.Context(), &Config{}, client.Options{}, envMap{"TEMPORAL_CONFIG_FILE": file}, true)
	assert.ErrorContains(t, err, "Temporal at "+address+` (address of profile "default" in `+file+`), without TLS, can't be reached`)

	_, err = dial(t.Context(), &Config{}, client.Options{}, envMap{"TEMPORAL_ADDRESS": address, "TEMPORAL_CONFIG_FILE": "none"}, true)
	assert.ErrorContains(t, err, "Temporal at "+address+" (TEMPORAL_ADDRESS), without TLS, can't be reached")

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = dial(ended, &Config{}, client.Options{HostPort: address}, nowhere, true)
	assert.Equal(t, context.Canceled, err)
}

// gRPC takes "temporal" for port 443 of it, and says of a web address that no such host is there.
func TestAnAddressThatIsNoHostAndPortIsNamedWithWhoSaidIt(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "none.toml")
	for _, address := range []string{"temporal", "127.0.0.1", "https://prod.a1b2c.tmprl.cloud:7233", "prod.a1b2c.tmprl.cloud:grpc", "temporal:70000", "::1:7233"} {
		_, _, err := connecting(Temporal{Address: "config:7233"}, client.Options{}, envMap{"TEMPORAL_CONFIG_FILE": nowhere, "TEMPORAL_ADDRESS": address})
		assert.EqualError(t, err, `TEMPORAL_ADDRESS: "`+address+`" is no host and port: it is like temporal.example.com:7233`)
	}
	file := written(t, "temporal.toml", "[profile.default]\naddress = 'temporal'\n")
	_, _, err := connecting(Temporal{}, client.Options{}, envMap{"TEMPORAL_CONFIG_FILE": file})
	assert.EqualError(t, err, `address of profile "default" in `+file+`: "temporal" is no host and port: it is like temporal.example.com:7233`)
	_, _, err = connecting(Temporal{}, client.Options{HostPort: "temporal"}, envMap{"TEMPORAL_CONFIG_FILE": nowhere})
	assert.EqualError(t, err, `--address: "temporal" is no host and port: it is like temporal.example.com:7233`)
	for _, address := range []string{"temporal:7233", "[::1]:7233", "dns:///temporal:7233", "passthrough:///temporal:7233"} {
		_, _, err := connecting(Temporal{Address: "config:7233"}, client.Options{}, envMap{"TEMPORAL_CONFIG_FILE": nowhere, "TEMPORAL_ADDRESS": address})
		assert.NoError(t, err, address)
	}
}

// The likeliest of these is Temporal Web.
func TestWhatAnswersAndIsNoTemporalIsToldApart(t *testing.T) {
	t.Parallel()
	nowhere := envMap{"TEMPORAL_CONFIG_FILE": filepath.Join(t.TempDir(), "none.toml")}
	says := func(address string) string {
		_, err := dial(t.Context(), &Config{Temporal: Temporal{Address: address, Namespace: "default"}}, client.Options{}, nowhere, true)
		require.Error(t, err)
		return err.Error()
	}
	pages := httptest.NewServer(http.NotFoundHandler())
	defer pages.Close()
	assert.Contains(t, says(strings.TrimPrefix(pages.URL, "http://")),
		"closes connections that begin without TLS: set TEMPORAL_TLS=true, or check the port, since it may be that of Temporal's web pages")

	modern := httptest.NewUnstartedServer(http.NotFoundHandler())
	modern.Config.Protocols = &http.Protocols{}
	modern.Config.Protocols.SetUnencryptedHTTP2(true)
	modern.Start()
	defer modern.Close()
	assert.Contains(t, says(strings.TrimPrefix(modern.URL, "http://")), "without TLS, is no frontend of Temporal's, and answers like a web server (404 Not Found): check the port")

	mute, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer mute.Close()
	assert.Contains(t, says(mute.Addr().String()), "can't be reached (no answer in time)")
}
