package stack

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"time"

	uiserver "github.com/temporalio/ui-server/v2/server"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	sdktemporal "go.temporal.io/sdk/temporal"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
)

// TemporalOptions say how an embedded Temporal server is started. The zero value is a tuned server in memory, on a free port,
// without Temporal Web.
type TemporalOptions struct {
	// File is the SQLite file that holds everything; "" keeps it in memory, for as long as the process lives.
	File string
	// Port is where clients connect, on the loopback address; 0 is a free port.
	Port int
	// Web starts Temporal Web as well, at WebPort; 0 is a free port.
	Web     bool
	WebPort int
	// Namespace is created if it isn't there; "" is "default".
	Namespace string
	// SearchAttributes are those that a new namespace gets. One that is there already keeps what it has: see
	// EnsureSearchAttributes in package config.
	SearchAttributes []sdktemporal.SearchAttributeKey
	// Tuning is nil for [Tuned].
	Tuning *Tuning
	// Log gets the server's errors as JSON lines; nil discards them.
	Log io.Writer
}

// Temporal is a whole Temporal server in this process: its frontend, history, matching and worker services on one SQLite
// database, as Temporal's own development server has them, and Temporal Web beside it.
type Temporal struct {
	address   string
	web       string
	namespace string
	server    temporal.Server
	ui        *uiserver.Server
}

// StartTemporal starts a server and returns when it answers, about a second later. A taken port is an [InUseError].
//
// A server on the file of an earlier one continues its workflows. One file is for one server at a time, and a process that
// stopped a server must not delete its file and start another one on the same path: Temporal's SQLite plugin never closes
// a database.
func StartTemporal(ctx context.Context, o TemporalOptions) (*Temporal, error) {
	if o.Namespace == "" {
		o.Namespace = client.DefaultNamespace
	}
	if o.Tuning == nil {
		t := Tuned()
		o.Tuning = &t
	}
	webPort := 0
	if o.Web {
		var err error
		if webPort, err = reserve("Temporal Web", "port-web", o.WebPort); err != nil {
			return nil, err
		}
	}
	conf, err := serverConfig(o)
	if err != nil {
		return nil, err
	}
	t := &Temporal{address: conf.PublicClient.HostPort, namespace: o.Namespace}
	t.server, err = temporal.NewServer(serverOptions(conf, o)...)
	if err != nil {
		return nil, fmt.Errorf("set up Temporal's server: %w", err)
	}
	if err := t.server.Start(); err != nil {
		return nil, fmt.Errorf("start Temporal's server: %w", err)
	}
	if o.Web {
		t.startWeb(webPort)
	}
	if err := t.ready(ctx); err != nil {
		t.Stop()
		return nil, fmt.Errorf("wait until Temporal's server is ready: %w", err)
	}
	return t, nil
}

// Address is the frontend's host:port.
func (t *Temporal) Address() string { return t.address }

// Web is Temporal Web's URL, without a slash at its end; "" where it was not asked for.
func (t *Temporal) Web() string { return t.web }

// Namespace is the one that was made.
func (t *Temporal) Namespace() string { return t.namespace }

// Stop stops Temporal Web and the server; what runs in it continues when a server is started on the same file. It takes
// about a second. Stop is called once.
func (t *Temporal) Stop() error {
	if t.ui != nil {
		t.ui.Stop()
	}
	if err := t.server.Stop(); err != nil {
		return fmt.Errorf("stop Temporal's server: %w", err)
	}
	return nil
}

func serverOptions(conf *config.Config, o TemporalOptions) []temporal.ServerOption {
	hosts := map[primitives.ServiceName]static.Hosts{}
	for name, service := range conf.Services {
		hosts[primitives.ServiceName(name)] = static.SingleLocalHost(hostPort(service.RPC.GRPCPort))
	}
	return []temporal.ServerOption{
		temporal.WithConfig(conf),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(hosts),
		temporal.WithLogger(serverLog(o.Log)),
		temporal.WithDynamicConfigClient(dynamicconfig.StaticClient(o.Tuning.Dynamic)),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return authorization.NewNoopClaimMapper() }),
	}
}

// ready waits until the namespace answers, and Temporal Web where there is one.
func (t *Temporal) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	c, err := client.NewNamespaceClient(client.Options{HostPort: t.address, Logger: quiet()})
	if err != nil {
		return err
	}
	defer c.Close()
	if err := until(ctx, nil, func() error {
		_, err := c.Describe(ctx, t.namespace)
		return err
	}); err != nil || t.web == "" {
		return err
	}
	return until(ctx, nil, func() error { return get(ctx, t.web+"/healthz") })
}

// quiet is a logger for Temporal's clients, which say nothing here that their errors don't say.
func quiet() log.Logger { return log.NewStructuredLogger(slog.New(slog.DiscardHandler)) }

func hostPort(port int) string { return net.JoinHostPort(loopback, strconv.Itoa(port)) }
