// Package process is a worker process: the workers of the chosen task queues, what they register, and how they stop.
package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/throughline-dev/throughline/config"
)

// Options are what a process needs.
type Options struct {
	// Client reaches Temporal. Its logger, its metrics handler and its interceptors are the workers' too: give it those of
	// [NewLogger] and package telemetry. Required.
	Client client.Client
	// Namespace is the client's, which a client doesn't tell. Required.
	Namespace string
	// Live is the configuration. The policy activity asks it each time; where the systems are is read once. Required.
	Live *config.Live
	// Queues are the task queues to work on, by name; none for all of [Queues].
	Queues []string
	// Logger gets what the process itself has to say; nil for slog.Default().
	Logger *slog.Logger
}

// Process is a set of workers. Make one with [New]; it runs once.
type Process struct {
	client  client.Client
	log     *slog.Logger
	workers map[string]worker.Worker // by queue
	rates   *rates
	build   string // which version they are; "" for none
	working atomic.Bool
	fatal   chan error
}

// New makes the workers without starting them. It fails for a queue that nobody knows, and where an adapter can't be made
// from the configuration.
func New(o Options) (*Process, error) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if len(o.Queues) == 0 {
		o.Queues = Queues()
	}
	p := &Process{client: o.Client, log: o.Logger, workers: map[string]worker.Worker{}, fatal: make(chan error, len(o.Queues))}
	worker.SetStickyWorkflowCacheSize(stickyCache)
	c := o.Live.Config().Workers
	version, err := deployment(c.Deployment)
	if err != nil {
		return nil, err
	}
	stop := c.StopTimeout.Duration
	if stop <= longestActivity() {
		p.log.Warn("Activities may be cut off when the process stops: workers.stop_timeout isn't longer than the longest of them.",
			"stop_timeout", stop, "longest", longestActivity())
	}
	p.build, p.rates = version.Version.BuildID, newRates(o)
	made := newAdapters(o, p.rates)
	for _, name := range o.Queues {
		register, ok := queues[name]
		if !ok {
			return nil, fmt.Errorf("there is no task queue %q: choose from %s", name, strings.Join(Queues(), ", "))
		}
		if p.workers[name] != nil {
			continue
		}
		options := workerOptions(stop, func(err error) { p.fatal <- fmt.Errorf("task queue %s: %w", name, err) })
		options.DeploymentOptions = version
		w := worker.New(o.Client, name, options)
		if err := register(w, made); err != nil {
			return nil, err
		}
		p.workers[name] = w
	}
	return p, nil
}

// Run starts the workers and stops them when the context ends: they take no new work, and have workers.stop_timeout to
// finish what they have. The error is nil after such a stop; it is what went wrong where a worker can't start, or finds
// that it can't go on (its namespace was deleted, its key revoked).
func (p *Process) Run(ctx context.Context) error {
	var started []worker.Worker
	defer func() { p.stop(started) }()
	for name, w := range p.workers {
		if err := w.Start(); err != nil {
			return fmt.Errorf("task queue %s: %w", name, err)
		}
		started = append(started, w)
	}
	p.working.Store(true)
	p.log.Info("Workers started.", "queues", p.names(), "build_id", p.build)
	ctx, cancel := context.WithCancel(ctx)
	var keeping sync.WaitGroup
	keeping.Go(func() { p.rates.keep(ctx) })
	defer func() { cancel(); keeping.Wait() }()
	select {
	case <-ctx.Done():
		return nil
	case err := <-p.fatal:
		return err
	}
}

// stop stops the workers at the same time, so that the process takes as long as the slowest and not as all of them together.
func (p *Process) stop(started []worker.Worker) {
	p.working.Store(false)
	began := time.Now()
	var all sync.WaitGroup
	for _, w := range started {
		all.Go(w.Stop)
	}
	all.Wait()
	p.log.Info("Workers stopped.", "queues", p.names(), "took_ms", time.Since(began).Milliseconds())
}

// Ready returns nil while the workers run and Temporal can be reached.
func (p *Process) Ready(ctx context.Context) error {
	if !p.working.Load() {
		return errors.New("the workers are not running")
	}
	_, err := p.client.CheckHealth(ctx, &client.CheckHealthRequest{})
	return err
}

func (p *Process) names() []string {
	var names []string
	for name := range p.workers {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
