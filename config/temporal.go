package config

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
)

// ClientOptions completes the options of a client. Where Temporal is, and how to identify ourselves there, is taken from the
// first that says so:
//
//   - the options, for a command-line flag;
//   - Temporal's usual variables (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_…);
//   - the profile in Temporal's configuration file (TEMPORAL_PROFILE, else the one that t names);
//   - t itself.
//
// What else the options hold (a logger: go.temporal.io/sdk/log.NewStructuredLogger; a metrics handler) stays as it is.
func ClientOptions(t Temporal, options client.Options) (client.Options, error) {
	return clientOptions(t, options, envconfig.EnvLookupOS)
}

// Dial connects to the Temporal that [ClientOptions] finds. The error for a server that can't be reached is one line that
// says what to do; it is ctx.Err() where the context was cancelled.
func Dial(ctx context.Context, t Temporal, options client.Options) (client.Client, error) {
	options, err := ClientOptions(t, options)
	if err != nil {
		return nil, err
	}
	c, err := client.DialContext(ctx, options)
	if err == nil {
		return c, nil
	}
	_, denied := errors.AsType[*serviceerror.PermissionDenied](err)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return nil, ctx.Err()
	case denied:
		return nil, fmt.Errorf("Temporal at %s refuses us (%s): check TEMPORAL_API_KEY or TEMPORAL_TLS_CLIENT_CERT_PATH", options.HostPort, err)
	}
	return nil, fmt.Errorf("Temporal at %s can't be reached (%s): start it, or say where it is in TEMPORAL_ADDRESS or temporal.address", options.HostPort, reason(err))
}

// reason is the end of what gRPC says, which is where it tells what happened: `… connect: connection refused`.
func reason(err error) string {
	text := strings.ReplaceAll(strings.TrimRight(err.Error(), `"`), "\n", " ")
	if strings.HasSuffix(text, "no children to pick from") { // gRPC's way to say that the name has no address
		return "no such host"
	}
	if i := strings.LastIndex(text, ": "); i >= 0 {
		text = text[i+2:]
	}
	return text
}

// clientOptions is [ClientOptions] in a given environment.
func clientOptions(t Temporal, options client.Options, env envconfig.EnvLookup) (client.Options, error) {
	profileName, _ := env.LookupEnv("TEMPORAL_PROFILE")
	profile, err := envconfig.LoadClientConfigProfile(envconfig.LoadClientConfigProfileOptions{
		ConfigFileProfile: cmp.Or(profileName, t.Profile),
		EnvLookup:         env,
	})
	if err != nil {
		return client.Options{}, fmt.Errorf("read Temporal's own configuration (TEMPORAL_… variables and temporal.toml): %w", err)
	}
	profile.Address = cmp.Or(options.HostPort, profile.Address, t.Address)
	profile.Namespace = cmp.Or(options.Namespace, profile.Namespace, t.Namespace)
	from, err := profile.ToClientOptions(envconfig.ToClientOptionsRequest{})
	if err != nil {
		return client.Options{}, fmt.Errorf("read Temporal's own configuration (TEMPORAL_… variables and temporal.toml): %w", err)
	}
	options.HostPort, options.Namespace = from.HostPort, from.Namespace
	options.Credentials, options.HeadersProvider = from.Credentials, from.HeadersProvider
	options.ConnectionOptions.TLS = from.ConnectionOptions.TLS
	options.ConnectionOptions.TLSDisabled = from.ConnectionOptions.TLSDisabled
	options.ConnectionOptions.Authority = from.ConnectionOptions.Authority
	return options, nil
}
