package stack

import (
	"context"
	"net"
	"time"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/process"
)

// countEvery is how often the open cases are counted: on one machine somebody watches.
const countEvery = 5 * time.Second

// openDoor opens the HTTP door, with what vendors post and with the pages that links lead to, waits until it takes what comes, and answers
// with what to ask whether it still does.
func (s *Stack) openDoor(ctx context.Context, live *config.Live, l net.Listener) (ready func(context.Context) error, err error) {
	d, err := process.New(process.Options{Client: s.Client, Live: live, Logger: s.log, Seen: s.seen})
	if err != nil {
		return nil, err
	}
	s.run("cases", func(ctx context.Context) error {
		process.CountCases(ctx, s.seen, s.Client, countEvery, s.log)
		return nil
	})
	s.run("door", func(ctx context.Context) error { return d.Serve(ctx, l) })
	return d.Ready, until(ctx, s.broken, func() error { return d.Ready(ctx) })
}
