package config

import (
	"net/netip"
	"net/url"

	"golang.org/x/net/idna"
)

// Origin is the origin of a web address as a browser writes it in the header Origin (RFC 6454, section 6.2): the scheme, the
// host in lower-case ASCII, and the port where it isn't the scheme's own. It is "" for what is no address of a web site.
func Origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return ""
	}
	host, port := u.Hostname(), u.Port()
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.String()
		if ip.Is6() {
			host = "[" + host + "]"
		}
	} else if host, err = idna.Lookup.ToASCII(host); err != nil || host == "" {
		return ""
	}
	if port != "" && port != map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		host += ":" + port
	}
	return u.Scheme + "://" + host
}
