package stack

import (
	"context"
	"net"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/process"
)

// openDoor opens the HTTP door, with what vendors post and with the pages that links lead to.
func (s *Stack) openDoor(ctx context.Context, live *config.Live, l net.Listener) error {
	d, err := process.New(process.Options{Client: s.Client, Live: live, Logger: s.log})
	if err != nil {
		return err
	}
	s.run("door", func(ctx context.Context) error { return d.Serve(ctx, l) })
	return until(ctx, s.broken, func() error { return get(ctx, s.Door+"/readyz") })
}
