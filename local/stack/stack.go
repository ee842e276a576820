// Package stack is the whole of Throughline in one process: Temporal, the sandbox, the workers and the door, wired together
// and stopped in order. `go run ./local` starts one for a person to look at; the end-to-end tests and the benchmarks start
// theirs in memory.
package stack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/telemetry"
	"github.com/throughline-dev/throughline/workers/process"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

// Stack is a system that runs. Start one with [Start]. The addresses are URLs without a slash at their end.
type Stack struct {
	Config    *config.Config // as it was at the start; the workers and the door follow its files
	Client    client.Client
	Temporal  string // the frontend's host:port
	Namespace string
	Web       string // Temporal Web; "" where there is none
	Door      string // the HTTP door for leads and clicks
	Sandbox   string // the outside world: see package sandbox
	Health    string // whether all parts are ready, and their metrics

	documents string // the folder of documents
	log       *slog.Logger
	seen      *telemetry.Telemetry
	stops     []func() error // in the order of starting
	broken    chan error
}

// Start starts a system, and returns when it takes leads. It is started in the order in which the parts need each other; if
// one can't start, those before it are stopped. The context is for the start only.
//
// Errors are for people: a port that is taken ([InUseError]), a folder that can't be written or that another stack uses,
// everything that is wrong with the configuration ([config.Mistakes]), a Temporal that doesn't answer.
func Start(ctx context.Context, o Options) (s *Stack, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	s = &Stack{broken: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop())
			s = nil
		}
	}()
	if s.Config, err = o.load(); err != nil {
		return s, err
	}
	f, err := s.openFiles(o)
	if err != nil {
		return s, err
	}
	s.log = process.NewLogger(f.log, slog.LevelInfo)
	// All ports are opened first, so that one that is taken is noticed before anything has begun.
	doors, err := s.listen(o.Ports)
	if err != nil {
		return s, err
	}
	s.settle(s.Config)
	if s.seen, err = telemetry.Start(ctx, "throughline-local", s.log); err != nil {
		return s, err
	}
	s.onStop(func() error { s.seen.Finish(s.log); return nil })
	if err := s.connect(ctx, o, f, s.seen.Observe(client.Options{
		Logger: log.NewStructuredLogger(s.log), Interceptors: o.Interceptors,
	})); err != nil {
		return s, err
	}
	if err := config.EnsureSearchAttributes(ctx, s.Client, s.Namespace, visibility.All); err != nil {
		return s, err
	}
	if err := s.startSandbox(ctx, doors.sandbox, f.sandbox); err != nil {
		return s, err
	}
	live := config.NewLive(s.Config)
	var ready parts
	if !o.NoWorkers {
		of, err := s.startWorkers(ctx, live)
		if err != nil {
			return s, err
		}
		ready = append(ready, part{"the workers", of})
	}
	if o.NoDoor {
		err = doors.door.Close()
	} else {
		var of func(context.Context) error
		of, err = s.openDoor(ctx, live, doors.door)
		ready = append(ready, part{"the door", of})
	}
	if err != nil {
		return s, err
	}
	stop := telemetry.Serve(doors.health, s.seen.Handler(ready.check), s.log)
	s.onStop(func() error { stop(); return nil })
	s.run("handbook", func(ctx context.Context) error {
		live.Watch(ctx, config.WatchOptions{Files: o.Config, Logger: s.log, Adjust: s.settle})
		return nil
	})
	return s, nil
}

// Wait returns when the context ends, with nil, or when a part breaks, with the reason.
func (s *Stack) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.broken:
		return err
	}
}

// Stop stops the door, the workers, the sandbox and Temporal, in this order: nobody asks for what is gone. Activities that
// run have five seconds to finish. Workflows continue with the next start on the same folder. Stop is called once.
func (s *Stack) Stop() error {
	var errs []error
	for len(s.stops) > 0 {
		last := len(s.stops) - 1
		errs = append(errs, s.stops[last]())
		s.stops = s.stops[:last]
	}
	return errors.Join(errs...)
}

func (s *Stack) onStop(stop func() error) { s.stops = append(s.stops, stop) }

// connect finds Temporal, or starts it.
func (s *Stack) connect(ctx context.Context, o Options, f files, co client.Options) (err error) {
	if o.Address != "" {
		co.HostPort, co.Namespace = o.Address, o.Namespace
		if co.HostPort, co.Namespace, err = config.Where(s.Config, co); err != nil {
			return err
		}
		s.Client, err = config.Dial(ctx, s.Config, co)
	} else {
		if co.HostPort, co.Namespace, err = s.startTemporal(ctx, o, f); err != nil {
			return err
		}
		payloads := o.Codec
		if payloads == nil {
			if payloads, err = s.Config.Codec(); err != nil {
				return err
			}
		}
		co.ConnectionOptions.DialOptions = append(co.ConnectionOptions.DialOptions, payloads.DialOption())
		// Nothing leaves this machine: compressing it, as the SDK does by itself, was a tenth of what a lead costs.
		co.ConnectionOptions.GrpcCompression = &client.GrpcCompressionNone{}
		s.Client, err = client.DialContext(ctx, co)
	}
	if err != nil {
		return err
	}
	s.onStop(func() error { s.Client.Close(); return nil })
	s.Temporal, s.Namespace = co.HostPort, co.Namespace
	return nil
}

func (s *Stack) startTemporal(ctx context.Context, o Options, f files) (address, namespace string, err error) {
	t, err := StartTemporal(ctx, TemporalOptions{
		File: f.temporal, Port: o.Ports.Temporal, Web: o.Web, WebPort: o.Ports.Web,
		Namespace:        cmp.Or(o.Namespace, s.Config.Temporal.Namespace),
		SearchAttributes: visibility.All, Tuning: o.Tuning, Log: f.log,
	})
	if err != nil {
		return "", "", err
	}
	s.onStop(t.Stop)
	s.Web = t.Web()
	return t.Address(), t.Namespace(), nil
}

// startWorkers starts the workers, waits until they work, and answers with what to ask whether they still do.
func (s *Stack) startWorkers(ctx context.Context, live *config.Live) (ready func(context.Context) error, err error) {
	p, err := process.New(process.Options{Client: s.Client, Namespace: s.Namespace, Live: live, Logger: s.log})
	if err != nil {
		return nil, err
	}
	s.run("workers", p.Run)
	return p.Ready, until(ctx, s.broken, func() error { return p.Ready(ctx) })
}

// serve answers HTTP requests until the stack is stopped.
func (s *Stack) serve(name string, l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)}
	s.run(name, func(ctx context.Context) error {
		stop := context.AfterFunc(ctx, func() { _ = server.Close() })
		defer stop()
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
}

// run runs a part until the stack is stopped. An error is reported by [Stack.Wait] where it ended the part before that, and
// by [Stack.Stop] where it came of stopping.
func (s *Stack) run(name string, part func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		err := part(ctx)
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		if err != nil && ctx.Err() == nil {
			select {
			case s.broken <- err:
			default: // an earlier one is the cause
			}
			err = nil
		}
		ended <- err
	}()
	s.onStop(func() error {
		cancel()
		return <-ended
	})
}
