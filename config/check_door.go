package config

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/sendgrid/sendgrid-go/helpers/eventwebhook"
	"golang.org/x/net/idna"
)

// leads checks who may bring leads to the door.
func (f *findings) leads(l Leads) {
	const key = "starter.leads"
	seen := names{}
	for i, origin := range l.Origins {
		at := item(key+".origins", i)
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Scheme+"://"+u.Host != strings.ToLower(origin) {
			f.add(at, "%q is no origin: it is like https://www.example.com, without a path", origin)
			continue
		}
		f.unique(seen, at, strings.ToLower(origin))
	}
	if l.PerMinute < 0 {
		f.add(key+".per_minute", "%d is less than nothing: 0 is no limit", l.PerMinute)
	}
	for i, network := range l.Proxies {
		if _, err := netip.ParsePrefix(network); err != nil {
			f.add(item(key+".proxies", i), "%q is no network: it is like 10.0.0.0/8, or 192.0.2.7/32 for one address", network)
		}
	}
	if l.Honeypot != strings.TrimSpace(l.Honeypot) {
		f.add(key+".honeypot", "%q has a space before or after it", l.Honeypot)
	}
}

// host checks a host's name.
func (f *findings) host(key, value string) {
	if ascii, err := idna.Lookup.ToASCII(value); err != nil || ascii != value || !strings.Contains(value, ".") {
		f.add(key, "%q is no host: it is like reply.example.com, in lower case", value)
	}
}

// publicKey checks a public key as SendGrid shows it; "" is none.
func (f *findings) publicKey(key, value string) {
	if value == "" {
		return
	}
	if _, err := eventwebhook.ConvertPublicKeyBase64ToECDSA(value); err != nil {
		f.add(key, "is no public key as SendGrid shows it: was it copied whole? It begins with MFkw")
	}
}
