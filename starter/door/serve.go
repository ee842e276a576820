package door

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// stopWithin is how long requests under way, and answers on their way to Slack, may take to finish when the door closes: the
// longest that one of each can take, with some room.
const stopWithin = 20 * time.Second

// Serve answers requests on a listener until the context ends, then takes no new ones, lets those under way finish and
// returns. The error is nil after such a stop.
func (d *Door) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: d,
		// A sender gets this long for its headers and for all of it; slower ones only hold connections open. An answer waits
		// for Temporal at most.
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      15*time.Second + d.o.Timeout + 5*time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(d.log.Handler(), slog.LevelWarn),
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		err := server.Shutdown(grace)
		d.drain(grace)
		stopped <- err
	})
	err := server.Serve(l)
	if stop() { // the context is still alive, so the listener broke
		return err
	}
	if err := <-stopped; err != nil {
		return errors.Join(errors.New("door: requests under way were cut off"), err, server.Close())
	}
	return nil
}

// drain waits for the answers that are on their way to Slack.
func (d *Door) drain(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		d.talk.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}
