package config

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
)

// namespaceWait is how long Temporal may take to say whether it has a namespace.
const namespaceWait = 10 * time.Second

// Dial connects to Temporal, by way of the codec that [CodecKeys] make: what leaves is encrypted. Where Temporal is, and how to
// identify ourselves there, is taken from the first that says so:
//
//   - the options, for a command-line flag;
//   - Temporal's usual variables (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_…), and TEMPORAL_API_KEY_FILE,
//     which names a file with the API key;
//   - the profile in Temporal's configuration file (TEMPORAL_PROFILE, else temporal.profile in the configuration);
//   - the configuration.
//
// Files with certificates, and with the API key, are read again when they are needed again, so that they can be renewed while the
// program runs. What else the options hold (a logger: go.temporal.io/sdk/log.NewStructuredLogger; a metrics handler) stays as it is.
//
// The error is one line that says what is wrong, where that is set, and what to do; it is ctx.Err() where the context was cancelled.
// A namespace that isn't there is an error too: who is about to make it uses [DialServer].
func Dial(ctx context.Context, c *Config, options client.Options) (client.Client, error) {
	return dial(ctx, c, options, envconfig.EnvLookupOS, true)
}

// DialServer is [Dial] without a look whether the namespace is there.
func DialServer(ctx context.Context, c *Config, options client.Options) (client.Client, error) {
	return dial(ctx, c, options, envconfig.EnvLookupOS, false)
}

// Where says which Temporal [Dial] connects to: its host:port, and the namespace.
func Where(c *Config, options client.Options) (address, namespace string, err error) {
	w, err := findTemporal(c.Temporal, options, envconfig.EnvLookupOS)
	return w.Address, w.Namespace, err
}

// WithCodec makes options those of a client that encrypts what leaves, for a Temporal that needs nothing else of [Dial].
func WithCodec(c *Config, options client.Options) (client.Options, error) {
	payloads, err := c.Codec()
	if err != nil {
		return client.Options{}, err
	}
	o := &options.ConnectionOptions
	o.DialOptions = append(o.DialOptions[:len(o.DialOptions):len(o.DialOptions)], payloads.DialOption())
	return options, nil
}

// Lazy is the client that [Dial] makes, without a look whether anything is there: it connects when it is used. Until it can, each use is an
// error of Temporal's client.
func Lazy(c *Config, options client.Options) (client.Client, error) {
	_, options, _, err := clientOptions(c, options, envconfig.EnvLookupOS)
	if err != nil {
		return nil, err
	}
	return client.NewLazyClient(options)
}

// clientOptions makes options those of a client for Temporal where it is.
func clientOptions(c *Config, options client.Options, env envconfig.EnvLookup) (where, client.Options, *renewed, error) {
	w, err := findTemporal(c.Temporal, options, env)
	if err != nil {
		return w, options, nil, err
	}
	if options, err = WithCodec(c, options); err != nil {
		return w, options, nil, err
	}
	options, secured, err := w.apply(options)
	return w, options, secured, err
}

func dial(ctx context.Context, c *Config, options client.Options, env envconfig.EnvLookup, look bool) (client.Client, error) {
	w, options, secured, err := clientOptions(c, options, env)
	if err != nil {
		return nil, err
	}
	temporal, err := client.DialContext(ctx, options)
	if err == nil && look {
		looking, cancel := context.WithTimeout(ctx, namespaceWait)
		defer cancel()
		_, err = temporal.WorkflowService().DescribeNamespace(looking, &workflowservice.DescribeNamespaceRequest{Namespace: w.Namespace})
		if err != nil {
			temporal.Close()
		}
	}
	switch {
	case err == nil:
		return temporal, nil
	case errors.Is(ctx.Err(), context.Canceled):
		return nil, ctx.Err()
	}
	return nil, w.explain(err, secured)
}
