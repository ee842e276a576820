package door

import (
	"context"
	"net"
	"net/http"
)

// Serve answers requests on a listener until the context ends, then stops taking new ones, lets those under way finish and
// returns. The error is nil after such a stop.
func (d *Door) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: d}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	return server.Serve(l)
}
