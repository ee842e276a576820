// Command bench measures Throughline on this machine: `go run ./local/bench`. Each figure stands beside a reference that was
// measured in the same run, turn by turn with it, so that what the machine does meanwhile falls on both. docs/performance.md
// says what the figures are.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"runtime/pprof"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := newCommand().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func newCommand() *cobra.Command {
	var only, profile string
	var asJSON, short bool
	cmd := &cobra.Command{
		Use:           "bench",
		Short:         "Figures of Throughline on this machine, each beside a reference from the same run",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			chosen, err := choose(only)
			if err != nil {
				return err
			}
			size := full
			if short {
				size = quick
			}
			stop, err := startProfile(profile)
			if err != nil {
				return err
			}
			defer stop()
			var figures []Figure
			for _, b := range chosen {
				measured, err := b.measure(cmd.Context(), size, progress{cmd.ErrOrStderr(), b.name})
				if err != nil {
					return fmt.Errorf("%s: %w", b.name, err)
				}
				figures = append(figures, measured...)
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), figures)
			}
			printTable(cmd.OutOrStdout(), figures)
			return nil
		},
	}
	set := cmd.Flags()
	set.BoolVar(&asJSON, "json", false, "print one JSON object a line: name, unit, value, reference, ratio")
	set.StringVar(&only, "only", "", "one benchmark: "+strings.Join(names(), ", "))
	set.BoolVar(&short, "short", false, "a quick look, whose figures say little")
	set.StringVar(&profile, "cpuprofile", "", "write a CPU profile of everything to this `file`, for go tool pprof")
	return cmd
}

func choose(only string) ([]benchmark, error) {
	if only == "" {
		return benchmarks, nil
	}
	i := slices.IndexFunc(benchmarks, func(b benchmark) bool { return b.name == only })
	if i < 0 {
		return nil, fmt.Errorf("--only %q: choose from %s", only, strings.Join(names(), ", "))
	}
	return benchmarks[i : i+1], nil
}

func startProfile(file string) (stop func(), err error) {
	if file == "" {
		return func() {}, nil
	}
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return func() { pprof.StopCPUProfile(); f.Close() }, nil
}

func init() {
	// Fifty callers that open a connection for each request would measure that.
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = 256
}
