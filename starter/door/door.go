// Package door is Throughline's HTTP door: forms and servers bring leads to it, and Slack brings people's clicks.
//
//	POST /leads               a lead, as JSON or as an HTML form; GET shows a form to fill in
//	POST /slack/interactions  a click on a card, signed by Slack
//	GET  /healthz             200 while the process is alive
//	GET  /readyz              200 while Temporal can be reached
package door

import (
	"log/slog"
	"net/http"

	"go.temporal.io/sdk/client"
)

// Options are what a door needs.
type Options struct {
	// Client reaches Temporal. Required.
	Client client.Client
	// SlackSigningSecret checks that clicks come from Slack; without it ("") every click is refused.
	SlackSigningSecret string
	// Company is the name that the pages show as ours; "" for none.
	Company string
	// Logger gets a line for each request, without personal data; nil for slog.Default().
	Logger *slog.Logger
}

// Door is the handler. Make one with [New].
type Door struct {
	o   Options
	mux *http.ServeMux
}

// New makes a door.
func New(o Options) *Door {
	return &Door{o: o, mux: http.NewServeMux()}
}

// ServeHTTP answers a request.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.mux.ServeHTTP(w, r) }
