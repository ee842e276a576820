package door

import (
	"net/http"
	"slices"
	"strings"
)

// preflightFor is how many seconds a browser may remember what a preflight said: not so long that a web site which is taken off
// the list goes on for a day.
const preflightFor = "600"

// welcome reports whether leads, proposals and returns may come from the page that sent a request: one of the door's own, or of a web site that the
// rules list. What has no Origin is no page, since browsers put one into every POST; "null" is a page that hides where it is from.
//
// This keeps other sites' pages from using their visitors to fill the CRM. It is no proof of anything where there is no browser.
func (d *Door) welcome(r *http.Request) bool {
	sent, browser := r.Header["Origin"]
	if !browser {
		return true
	}
	if len(sent) != 1 {
		return false
	}
	origin := sent[0]
	if origin == "" || origin == d.origin || slices.Contains(d.o.Leads().Origins, origin) {
		return origin != ""
	}
	// The door's own page, by another address than the public one: 127.0.0.1 for localhost, http behind a proxy that has https.
	_, host, _ := strings.Cut(origin, "://")
	return host != "" && strings.EqualFold(host, r.Host)
}

// crossOrigin lets the pages that are welcome read what the door answers, whatever that is.
//
// It is plain code since rs/cors answers a preflight from anywhere with 204, so that nobody learns what is wrong, and net/http's
// CrossOriginProtection can't take an origin off its list again.
func (d *Door) crossOrigin(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		if origin := r.Header.Get("Origin"); origin != "" && d.welcome(r) {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Expose-Headers", "Location, Retry-After, X-Request-Id")
		}
		next(w, r)
	}
}

// preflight answers a browser that asks what a page may send, where there are these methods.
func (d *Door) preflight(what, methods string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !d.welcome(r) {
			d.turnAway(w, r, what, unwelcome(r), nil, nil)
			return
		}
		h := w.Header()
		h.Set("Allow", methods)
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", "Content-Type, "+keyHeader)
		h.Set("Access-Control-Max-Age", preflightFor)
		w.WriteHeader(http.StatusNoContent)
	}
}

// unwelcome is the problem of a page that may not send anything, for whoever looks after the web site or the door.
func unwelcome(r *http.Request) *problem {
	detail := "Pages of this web site may not send anything here. Whoever runs the door allows it by listing the site's origin, as the " +
		"request's header Origin has it, in starter.leads.origins."
	if r.Header.Get("Origin") == "null" {
		detail = "The page that sent this hides which web site it is from (Origin: null), so it can't be told whether it may. The page's " +
			"Referrer-Policy must be neither no-referrer nor same-origin; it can't be in a sandboxed frame or a file; and a page with https " +
			"needs a door with https."
	}
	return &problem{Status: http.StatusForbidden, Detail: detail, why: "origin"}
}
