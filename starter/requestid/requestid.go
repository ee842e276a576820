// Package requestid gives each request a name, which stands in its answer, in the problem that it may be told, and in every line that is
// logged about it: by it whoever got an answer and whoever reads the log talk of the same thing.
package requestid

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"regexp"
)

// Header is the header of requests and answers that holds it.
const Header = "X-Request-Id"

// attribute is what it is called in logs.
const attribute = "request_id"

// sane is a name that a proxy in front may have given: one of its own making, such as a UUID, in which hardly anybody can write something.
var sane = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)

type key struct{}

// Name names a request: as the proxy in front has, if that is a name to live with, else by a new one. The context that it returns has
// the name, and so has the answer.
func Name(w http.ResponseWriter, r *http.Request) context.Context {
	id := r.Header.Get(Header)
	if !sane.MatchString(id) {
		id = rand.Text()
	}
	w.Header().Set(Header, id)
	return context.WithValue(r.Context(), key{}, id)
}

// New names something that didn't come by HTTP.
func New(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, rand.Text()) }

// Of is the name of the request that a context belongs to; "" for none.
func Of(ctx context.Context) string {
	id, _ := ctx.Value(key{}).(string)
	return id
}

// Logger adds the name to what is logged with a request's context.
func Logger(to *slog.Logger) *slog.Logger {
	if _, already := to.Handler().(handler); already {
		return to
	}
	return slog.New(handler{to.Handler()})
}

type handler struct{ slog.Handler }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if id := Of(ctx); id != "" {
		r = r.Clone()
		r.AddAttrs(slog.String(attribute, id))
	}
	return h.Handler.Handle(ctx, r)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}
func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }
