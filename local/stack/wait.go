package stack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// until tries something that needs another moment, again and again. It gives up with the last error when the context ends,
// and with the reason when there is one in broken.
func until(ctx context.Context, broken <-chan error, try func() error) error {
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case err := <-broken:
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// part is a part of a stack, and what to ask whether it is ready.
type part struct {
	name  string
	ready func(context.Context) error
}

type parts []part

// check says which parts aren't ready, and why.
func (all parts) check(ctx context.Context) error {
	var errs []error
	for _, p := range all {
		if err := p.ready(ctx); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", p.name, err))
		}
	}
	return errors.Join(errs...)
}

func get(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, res.Status)
	}
	return nil
}
