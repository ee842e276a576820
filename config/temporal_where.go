package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
)

// The variables that are named in messages.
const (
	envAddress    = "TEMPORAL_ADDRESS"
	envNamespace  = "TEMPORAL_NAMESPACE"
	envProfile    = "TEMPORAL_PROFILE"
	envConfigFile = "TEMPORAL_CONFIG_FILE"
	envTLS        = "TEMPORAL_TLS"
	envAnyHost    = "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION"
	envCert       = "TEMPORAL_TLS_CLIENT_CERT_PATH"
	envCertData   = "TEMPORAL_TLS_CLIENT_CERT_DATA"
	envKey        = "TEMPORAL_TLS_CLIENT_KEY_PATH"
	envKeyData    = "TEMPORAL_TLS_CLIENT_KEY_DATA"
	envCA         = "TEMPORAL_TLS_SERVER_CA_CERT_PATH"
	envCAData     = "TEMPORAL_TLS_SERVER_CA_CERT_DATA"
	envServerName = "TEMPORAL_TLS_SERVER_NAME"
	envAPIKey     = "TEMPORAL_API_KEY"
	envAPIKeyFile = "TEMPORAL_API_KEY_FILE" // ours: Temporal's own tools have only the key itself
)

// toldBy stands for whoever calls us as the one who said something: a flag, as a rule.
const toldBy = "as told"

// where is a Temporal as all places together describe it, and which place said what.
type where struct {
	envconfig.ClientConfigProfile

	env                  envconfig.EnvLookup
	profile              string // how the profile is called in messages
	addressBy, nameSetBy string
}

// findTemporal reads all places: see [Dial].
func findTemporal(t Temporal, options client.Options, env envconfig.EnvLookup) (where, error) {
	env = filled{env}
	w := where{env: env}
	file, _ := env.LookupEnv(envConfigFile)
	file = cmp.Or(file, envconfig.DefaultConfigFilePath())
	all, err := envconfig.LoadClientConfig(envconfig.LoadClientConfigOptions{EnvLookup: env})
	if err != nil {
		return w, fmt.Errorf("can't use Temporal's configuration file (%s names another one): %w", envConfigFile, err)
	}
	named, byEnv := env.LookupEnv(envProfile)
	named = cmp.Or(named, t.Profile)
	name := cmp.Or(named, envconfig.DefaultConfigFileProfile)
	w.profile = fmt.Sprintf("profile %q in %s", name, file)
	if p := all.Profiles[name]; p != nil {
		w.ClientConfigProfile = *p
	} else if named != "" {
		by := "temporal.profile"
		if byEnv {
			by = envProfile
		}
		return w, fmt.Errorf("%s: %s has no profile %q, but %s: add it, or name one of these", by, file, named,
			cmp.Or(strings.Join(slices.Sorted(maps.Keys(all.Profiles)), ", "), "none at all"))
	}
	if err := w.ApplyEnvVars(env); err != nil {
		return w, err
	}
	w.addressBy, w.nameSetBy = w.says(envAddress, "address"), w.says(envNamespace, "namespace")
	w.Address, w.addressBy = first(options.HostPort, toldBy, w.Address, w.addressBy, t.Address, "temporal.address")
	w.Namespace, w.nameSetBy = first(options.Namespace, toldBy, w.Namespace, w.nameSetBy, t.Namespace, "temporal.namespace")
	if err := w.checkAddress(); err != nil {
		return w, err
	}
	return w, w.checkSwitches()
}

// checkAddress refuses an address that gRPC would take for another: without a port for that of https, and with a scheme for a host.
func (w where) checkAddress() error {
	_, address, resolved := strings.Cut(w.Address, ":///") // as gRPC has it: dns:///temporal:7233
	if !resolved {
		address = w.Address
	}
	if address == "" || isHostPort(address) {
		return nil
	}
	by := w.addressBy
	if by == toldBy {
		by = "--address"
	}
	return fmt.Errorf("%s: %q is no host and port: it is like temporal.example.com:7233", by, w.Address)
}

// first is the first value that is there, and who said it.
func first(pairs ...string) (value, by string) {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] != "" {
			return pairs[i], pairs[i+1]
		}
	}
	return "", ""
}

// says is the place that says something: the variable, or the key of the profile.
func (w where) says(variable, key string) string {
	if _, ok := w.env.LookupEnv(variable); ok {
		return variable
	}
	return key + " of " + w.profile
}

// checkSwitches refuses a switch that is neither on nor off, which would otherwise be off.
func (w where) checkSwitches() error {
	for _, name := range []string{envTLS, envAnyHost} {
		if text, ok := w.env.LookupEnv(name); ok {
			if !slices.Contains([]string{"true", "false", "1", "0"}, strings.ToLower(text)) {
				return fmt.Errorf("%s: %q is neither true nor false", name, text)
			}
		}
	}
	return nil
}

// filled is an environment in which a variable that is empty isn't set, since that is how container tools pass on what they don't
// have. Temporal's own library takes an empty path of a certificate for the wish to have TLS.
type filled struct{ envconfig.EnvLookup }

func (f filled) LookupEnv(name string) (string, bool) {
	v, ok := f.EnvLookup.LookupEnv(name)
	return v, ok && v != ""
}

// apply makes the options of a client. What it returns besides is nil without TLS.
func (w where) apply(options client.Options) (client.Options, *renewed, error) {
	secured, err := w.secured()
	if err != nil {
		return client.Options{}, nil, err
	}
	key, err := w.apiKey()
	if err != nil {
		return client.Options{}, nil, err
	}
	rest := w.ClientConfigProfile
	rest.TLS, rest.APIKey = nil, ""
	from, err := rest.ToClientOptions(envconfig.ToClientOptionsRequest{})
	if err != nil {
		return client.Options{}, nil, fmt.Errorf("%s: %w", w.profile, err)
	}
	options.HostPort, options.Namespace, options.HeadersProvider = from.HostPort, from.Namespace, from.HeadersProvider
	options.ConnectionOptions.Authority = from.ConnectionOptions.Authority
	if key != nil {
		options.Credentials = client.NewAPIKeyDynamicCredentials(key)
	}
	if secured == nil {
		options.ConnectionOptions.TLSDisabled = true
		return options, nil, nil
	}
	o := &options.ConnectionOptions
	o.TLS, secured.log = secured.last, options.Logger
	o.DialOptions = append(o.DialOptions[:len(o.DialOptions):len(o.DialOptions)], secured.dialOption())
	return options, secured, nil
}
