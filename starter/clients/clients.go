// Package clients tells who sends a request, as far as an address can, and counts what they send.
package clients

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Of is the address that a request counts for: the connection's or, where that is a trusted proxy's, the last one in
// X-Forwarded-For that is none. What stands before it anybody can have written. Where the header ends, or can't be read, before
// such a one is found, it is the last that could be: nobody gets a count of their own by sending nonsense.
//
// An address of IPv6 stands for its /64, which is what one customer of a provider has at least; one of IPv4 that is written as
// IPv6 is what it is. Where the connection has no address at all, all such share one count. The proxies are networks
// ("10.0.0.0/8") that the configuration has checked.
func Of(r *http.Request, proxies []string) netip.Addr {
	connection, _ := netip.ParseAddrPort(r.RemoteAddr)
	client := plain(connection.Addr())
	trusted := networks(proxies)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !slices.ContainsFunc(trusted, func(n netip.Prefix) bool { return n.Contains(client) }) {
			break
		}
		before, ok := forwarded(strings.TrimSpace(hop))
		if !ok {
			break
		}
		client = before
	}
	if client.Is6() {
		client = netip.PrefixFrom(client, 64).Masked().Addr()
	}
	return client
}

// forwarded reads an address in X-Forwarded-For, after which some proxies write a port.
func forwarded(text string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(text)
	if err != nil {
		var with netip.AddrPort
		with, err = netip.ParseAddrPort(text)
		a = with.Addr()
	}
	return plain(a), err == nil
}

// plain is an address without what makes the same one look different.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// networks reads networks that the configuration has checked.
func networks(texts []string) []netip.Prefix {
	all := make([]netip.Prefix, 0, len(texts))
	for _, text := range texts {
		if n, err := netip.ParsePrefix(text); err == nil {
			all = append(all, n)
		}
	}
	return all
}
