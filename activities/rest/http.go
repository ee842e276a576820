package rest

import (
	"net"
	"net/http"
	"time"
)

// NewHTTPClient makes the HTTP client that a process shares between its adapters: one pool of connections, and an end to
// every wait even where a caller's context has none.
func NewHTTPClient() *http.Client {
	return &http.Client{
		Timeout: 30 * time.Second,
		Transport: &http.Transport{
			Proxy:       http.ProxyFromEnvironment,
			DialContext: (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		},
	}
}
