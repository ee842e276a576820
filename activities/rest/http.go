package rest

import (
	"io"
	"net"
	"net/http"
	"time"
)

// MaxAnswer is the longest answer that is read, in bytes. The longest that a vendor has reason to give us is a page of a
// Slack channel, some hundred kilobytes; what is longer is a mistake or worse, and must not fill the worker's memory.
const MaxAnswer = 8 << 20

// NewHTTPClient makes the HTTP client that a process shares between its adapters: one pool of connections, an end to every
// wait even where a caller's context has none (its Timeout, which may be changed before the first use), and no answer longer
// than [MaxAnswer].
//
// It follows no redirect, since none of the APIs gives one, and a key in a header of its own would be sent along to wherever
// the redirect points. A redirect is seen as the answer that it is, which the fault taxonomy takes as final.
func NewHTTPClient() *http.Client {
	return &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: bounded{&http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout:   5 * time.Second,
			ExpectContinueTimeout: time.Second,
			ForceAttemptHTTP2:     true,
			// A worker calls few hosts, each from many activities at once. The default of two idle connections a host
			// would open and close the others all the time.
			MaxIdleConns:        256,
			MaxIdleConnsPerHost: 64,
			IdleConnTimeout:     90 * time.Second,
		}},
	}
}

// bounded ends an answer that is too long with an error. It is a transport, so that the vendors' own SDKs, which read whatever
// comes, are bounded too.
type bounded struct{ next *http.Transport }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.next.RoundTrip(r)
	if err == nil {
		resp.Body = limit(resp.Body)
	}
	return resp, err
}

// CloseIdleConnections lets http.Client.CloseIdleConnections reach the transport.
func (b bounded) CloseIdleConnections() { b.next.CloseIdleConnections() }

func limit(body io.ReadCloser) io.ReadCloser { return http.MaxBytesReader(nil, body, MaxAnswer) }
