package stack

import (
	"errors"
	"io"

	"go.temporal.io/sdk/interceptor"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/config/codec"
)

// Options say which system is started. The zero value is one that keeps everything in memory, with the built-in handbook, on
// free ports: what a test wants.
type Options struct {
	// Dir is the folder where everything is kept that must survive a restart, and the log; "" keeps all in memory.
	Dir string
	// Fresh deletes what an earlier start left in the folder, and nothing else that is in it.
	Fresh bool
	// Config are configuration files as [config.Load] takes them. Where the systems are, and the secrets, is not taken from
	// them: here, every system is the sandbox.
	Config []string
	// Ports are where the parts listen, on the loopback address.
	Ports Ports

	// Address is the host:port of a Temporal that runs already; "" starts one. How to identify ourselves there comes from
	// the usual variables: see [config.Dial].
	Address string
	// Namespace is Temporal's; "" is the configuration's.
	Namespace string
	// Web starts Temporal Web beside the Temporal that is started.
	Web bool
	// Tuning is that Temporal's; nil for [Tuned].
	Tuning *Tuning

	// NoWorkers leaves the workers out, for whoever starts and stops their own: see package workers/process.
	NoWorkers bool
	// NoDoor leaves the door out, for whoever opens their own where it would be: at Stack.Door.
	NoDoor bool

	// Codec encrypts what Temporal gets; nil for the one of the environment's keys: see [config.CodecKeys].
	Codec *codec.Codec

	// Interceptors are the client's, and the workers' where they intercept those too: see client.Options. The benchmarks look
	// on by them.
	Interceptors []interceptor.ClientInterceptor

	// Log gets what all parts log, as JSON lines; nil writes them to a file in the folder, or nowhere if there is none.
	Log io.Writer
}

// Ports are the parts' ports; 0 is a free one.
type Ports struct {
	Door, Sandbox, Temporal, Web, Health int
}

// DefaultPorts are those that people find the parts at.
var DefaultPorts = Ports{Door: 8080, Sandbox: 8090, Temporal: 7233, Web: 8233, Health: 9090}

func (o Options) check() error {
	if o.Fresh && o.Address != "" {
		return errors.New("--fresh begins anew by deleting Temporal's file, and the Temporal at " + o.Address +
			" isn't ours to delete: leave out one of --fresh and --address (or TEMPORAL_ADDRESS), or choose a new --namespace")
	}
	return nil
}

// load reads the configuration and puts the outside world on this machine into it.
func (o Options) load() (*config.Config, error) {
	if err := lendSecrets(); err != nil {
		return nil, err
	}
	return config.Load(o.Config...)
}
