package clients

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
)

var proxies = []string{"10.0.0.0/8", "fd00::/8", "192.0.2.7/32"}

func TestAClientIsWhoTheLastTrustedProxySaysItIs(t *testing.T) {
	for name, c := range map[string]struct {
		from      string
		forwarded []string
		want      string
	}{
		"no proxy":                   {"203.0.113.9:1234", nil, "203.0.113.9"},
		"nobody's word":              {"203.0.113.9:1234", []string{"198.51.100.1"}, "203.0.113.9"},
		"one proxy":                  {"10.0.0.1:1234", []string{"203.0.113.9"}, "203.0.113.9"},
		"a proxy of one address":     {"192.0.2.7:1234", []string{"203.0.113.9"}, "203.0.113.9"},
		"beside that address":        {"192.0.2.8:1234", []string{"203.0.113.9"}, "192.0.2.8"},
		"two proxies":                {"10.0.0.1:1234", []string{"203.0.113.9, 10.0.0.2"}, "203.0.113.9"},
		"two lines":                  {"10.0.0.1:1234", []string{"203.0.113.9", "10.0.0.2"}, "203.0.113.9"},
		"made up by the client":      {"10.0.0.1:1234", []string{"198.51.100.1, 10.9.9.9, 203.0.113.9"}, "203.0.113.9"},
		"made up on another line":    {"10.0.0.1:1234", []string{"198.51.100.1", "203.0.113.9"}, "203.0.113.9"},
		"nonsense by the client":     {"10.0.0.1:1234", []string{"<script>, , 203.0.113.9"}, "203.0.113.9"},
		"nonsense by the proxy":      {"10.0.0.1:1234", []string{"203.0.113.9, unknown"}, "10.0.0.1"},
		"nonsense before a proxy":    {"10.0.0.1:1234", []string{"unknown, 10.0.0.2"}, "10.0.0.2"},
		"proxies all the way":        {"10.0.0.1:1234", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"a proxy that says nothing":  {"10.0.0.1:1234", nil, "10.0.0.1"},
		"an empty header":            {"10.0.0.1:1234", []string{""}, "10.0.0.1"},
		"a port":                     {"10.0.0.1:1234", []string{"203.0.113.9:5678"}, "203.0.113.9"},
		"IPv6":                       {"[2001:db8:1:2:3:4:5:6]:1234", nil, "2001:db8:1:2::"},
		"IPv6 by a proxy":            {"[fd00::1]:1234", []string{"2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::"},
		"IPv6 and a port":            {"[fd00::1]:1234", []string{"[2001:db8:1:2:3:4:5:6]:5678"}, "2001:db8:1:2::"},
		"IPv4 as IPv6":               {"[::ffff:203.0.113.9]:1234", nil, "203.0.113.9"},
		"IPv4 as IPv6 by a proxy":    {"[::ffff:10.0.0.1]:1234", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
		"a proxy on this very link":  {"[fd00::1%eth0]:1234", []string{"203.0.113.9"}, "203.0.113.9"},
		"a client on this very link": {"[fe80::1:2:3:4%eth0]:1234", nil, "fe80::"},
	} {
		t.Run(name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: c.from, Header: http.Header{"X-Forwarded-For": c.forwarded}}
			assert.Equal(t, netip.MustParseAddr(c.want), Of(r, proxies))
		})
	}
	assert.Equal(t, netip.Addr{}, Of(&http.Request{RemoteAddr: "@"}, proxies), "a connection without an address")
}

// Whatever a client writes into the header, it is counted by the address that the proxy has put behind that.
func FuzzForwardedFor(f *testing.F) {
	for _, text := range []string{"", ",", " , ,", "198.51.100.1", "10.0.0.1", "unknown", "::ffff:10.0.0.1", "fe80::1%eth0", "[::1]:80", "[", "]:1", "1.2.3.4:99999", "\x00", "198.51.100.1, 10.0.0.2,\t"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		from := func(remote string, header ...string) netip.Addr {
			return Of(&http.Request{RemoteAddr: remote, Header: http.Header{"X-Forwarded-For": header}}, proxies)
		}
		client := netip.MustParseAddr("203.0.113.9")
		for _, got := range []netip.Addr{
			from("203.0.113.9:1", text), from("10.0.0.1:1", text+",203.0.113.9"), from("10.0.0.1:1", text, "203.0.113.9, 10.0.0.2"),
		} {
			if got != client {
				t.Fatalf("%q made the client %v", text, got)
			}
		}
		if got := from("10.0.0.1:1", text); !got.IsValid() || got.Zone() != "" || got.Is4In6() {
			t.Fatalf("%q made the client %v", text, got)
		}
	})
}
