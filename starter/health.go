package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// health is the health check of the containers of our image, which has neither a shell nor a client for HTTP. It reads no
// configuration: a mistake in a file makes no program ill that runs by what stood there before.
func health() *cobra.Command {
	return &cobra.Command{
		Use:   "health [URL]",
		Short: "Ask a program whether it is ready: fails unless it says 200",
		Long: `Ask a program whether it is ready, and fail unless it answers 200 within five seconds. Without an address it asks
the starter at its usual one.`,
		Example: "  starter health\n  starter health http://127.0.0.1:9090/readyz      # the workers",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			url := "http://127.0.0.1:9091/readyz"
			if len(args) == 1 {
				url = args[0]
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), 5*time.Second)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
			if err != nil {
				return err
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			said, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
			if err != nil {
				return err
			}
			if resp.StatusCode != http.StatusOK {
				return fmt.Errorf("%s: %s: %s", url, resp.Status, strings.TrimSpace(string(said)))
			}
			fmt.Fprint(cmd.OutOrStdout(), string(said))
			return nil
		},
	}
}
