package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"

	"go.temporal.io/sdk/interceptor"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/stack"
	"github.com/throughline-dev/throughline/sandbox/client"
)

// system is a whole Throughline in this process, on files as `go run ./local` has it.
type system struct {
	*stack.Stack
	dir     string
	tap     *tap
	world   *client.Client
	numbers atomic.Int64
}

// startSystem starts a system in a folder of its own; nil is the usual tuning.
func startSystem(ctx context.Context, tuning *stack.Tuning) (*system, error) {
	dir, err := os.MkdirTemp("", "throughline-bench-")
	if err != nil {
		return nil, err
	}
	s := &system{dir: dir, tap: newTap()}
	s.Stack, err = s.start(ctx, tuning)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s.world = client.New(s.Sandbox)
	return s, nil
}

// overlaid has leads go to whose turn it is also while nobody is at work, so that the time of day makes no difference, and has
// returns end once they are settled, without listening to their customers for weeks.
const overlaid = "lead:\n  out_of_hours: anyway\nreturns:\n  reply_window: 0s\n"

func (s *system) start(ctx context.Context, tuning *stack.Tuning) (*stack.Stack, error) {
	overlay := filepath.Join(s.dir, "benchmark.yaml")
	if err := os.WriteFile(overlay, []byte(overlaid), 0o600); err != nil {
		return nil, err
	}
	return stack.Start(ctx, stack.Options{
		Dir: s.dir, Config: []string{config.Default, overlay}, Tuning: tuning, Log: io.Discard,
		Interceptors: []interceptor.ClientInterceptor{s.tap},
	})
}

func (s *system) stop() error {
	return errors.Join(s.Stop(), os.RemoveAll(s.dir))
}

func (s *system) post(ctx context.Context, url string, body []byte) (status int, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}
