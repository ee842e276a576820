// Command run is the whole of Throughline on one machine. `go run ./local` builds it, with a word on how far the build is, and
// starts it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/throughline-dev/throughline/local/stack"
)

// startWithin is how long the start may take, on the slowest of machines.
const startWithin = 2 * time.Minute

func main() {
	cmd, _ := newCommand()
	if err := cmd.ExecuteContext(stopSignals(os.Stderr)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// stopSignals returns a context that ends with the first Ctrl-C or SIGTERM. The second ends the process at once.
func stopSignals(stderr io.Writer) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		fmt.Fprintln(stderr, "Stopped at once.")
		os.Exit(130)
	}()
	return ctx
}

// run starts the system, says where it is, and keeps it up until the context ends.
func run(ctx context.Context, o stack.Options, out io.Writer) error {
	began := time.Now()
	starting, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	s, err := stack.Start(starting, o)
	if err != nil && ctx.Err() != nil {
		fmt.Fprintln(out, "Stopped before it was up.")
		return nil
	}
	if err != nil {
		return err
	}
	printAddresses(out, s, o, time.Since(began))
	err = s.Wait(ctx)
	fmt.Fprintln(out, "\nStopping. (Ctrl-C once more: at once.)")
	if stopErr := s.Stop(); err == nil {
		err = stopErr
	}
	if err == nil {
		fmt.Fprintln(out, "Stopped. The next start goes on where this one stopped; --fresh begins anew.")
	}
	return err
}

// withParent is ctx until the process with the given ID is no longer our parent. A SIGTERM to `go run` ends it without a word
// to the program that it runs, which would then hold its ports for ever. 0 is no process.
func withParent(ctx context.Context, pid int) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if pid == 0 {
		return ctx, cancel
	}
	go func() {
		defer cancel()
		for os.Getppid() == pid {
			select {
			case <-ctx.Done():
				return
			case <-time.After(500 * time.Millisecond):
			}
		}
	}()
	return ctx, cancel
}
