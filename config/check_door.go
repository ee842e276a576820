package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"net/netip"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// leadFields are the fields of a lead that mean something, which a honeypot can't be. They are named here since the
// configuration is below the door; a test holds the two together.
var leadFields = []string{"name", "email", "company", "phone", "country", "region", "employees", "message", "submission_id", "utm"}

// leads checks who may bring leads to the door.
func (f *findings) leads(l Leads) {
	const key = "starter.leads"
	f.origins(key+".origins", l.Origins)
	if l.PerMinute < 0 {
		f.add(key+".per_minute", "%d is less than nothing: 0 is no limit", l.PerMinute)
	}
	for i, network := range l.Proxies {
		f.proxies(item(key+".proxies", i), network)
	}
	switch h := l.Honeypot; {
	case strings.ContainsFunc(h, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		f.add(key+".honeypot", "%q is no name for a form's field: write it without spaces", h)
	case slices.Contains(leadFields, h) || strings.HasPrefix(h, "utm_"):
		f.add(key+".honeypot", "%q is a field that leads have: take a name that is none, such as \"homepage\"", h)
	}
}

// origins checks a list of web sites, which are named as browsers name them.
func (f *findings) origins(key string, origins []string) {
	seen := names{}
	for i, origin := range origins {
		at := item(key, i)
		switch written := Origin(origin); {
		case written == "":
			f.add(at, "%q is no web site: it is like https://www.example.com, each one by itself", origin)
		case written != origin:
			f.add(at, "%q is not how browsers write a web site's origin: write %q", origin, written)
		}
		f.unique(seen, at, origin)
	}
}

// codecServer checks where payloads are decrypted for people.
func (f *findings) codecServer(s CodecServer) {
	const key = "starter.codec"
	if s.Listen != "" {
		f.hostPort(key+".listen", s.Listen)
	}
	f.origins(key+".origins", s.Origins)
	switch {
	case s.Issuer == "" && s.Audience != "":
		f.add(key+".audience", "%q is alone: set starter.codec.issuer too, whose tokens are for it", s.Audience)
	case s.Issuer != "" && s.Audience == "":
		f.add(key+".issuer", "%q is alone: set starter.codec.audience too, or a token that it issues for anything else would do", s.Issuer)
	case s.Issuer != "":
		f.url(key+".issuer", s.Issuer)
	}
}

// proxies checks a network whose word on the client's address is taken.
func (f *findings) proxies(key, network string) {
	p, err := netip.ParsePrefix(network)
	switch {
	case err != nil:
		hint := "10.0.0.0/8, or 192.0.2.7/32 for one address"
		if a, err := netip.ParseAddr(network); err == nil {
			hint = netip.PrefixFrom(a.WithZone(""), a.BitLen()).String()
		}
		f.add(key, "%q is no network: it is like %s", network, hint)
	case p.Bits() == 0:
		f.add(key, "%q is everybody, so that anybody could pass for somebody else: name the proxies' own networks", network)
	case p.Addr().Is4In6():
		f.add(key, "%q is a network of IPv4 as IPv6 has it: write it as IPv4, like 10.0.0.0/8", network)
	}
}

// minSigningSecret is the shortest secret that something is signed with: that of the hash's output, below which RFC 2104 (section
// 3) discourages keys.
const minSigningSecret = 32

// signingSecrets checks what leads or links are signed with: one secret, or several with commas between them.
func (f *findings) signingSecrets(at position, value string) {
	for part := range strings.SplitSeq(value, ",") {
		if len(part) < minSigningSecret {
			f.addAt(at, "", "must have at least %d characters, and so must each one of several with commas between them: make one with `openssl rand -hex 32`", minSigningSecret)
			return
		}
	}
}

// host checks a host's name.
func (f *findings) host(key, value string) {
	ascii, err := idna.Lookup.ToASCII(value)
	if _, notIP := netip.ParseAddr(value); err != nil || notIP == nil || ascii != value || !strings.Contains(strings.Trim(value, "."), ".") {
		f.add(key, "%q is no host: it is like reply.example.com, in lower case", value)
	}
}

// publicKey checks a public key as SendGrid shows it; "" is none.
func (f *findings) publicKey(key, value string) {
	if value == "" {
		return
	}
	// SendGrid's own function (eventwebhook.ConvertPublicKeyBase64ToECDSA) panics where a key is of another kind.
	der, err := base64.StdEncoding.DecodeString(value)
	if err == nil {
		parsed, _ := x509.ParsePKIXPublicKey(der)
		if ec, ok := parsed.(*ecdsa.PublicKey); ok && ec.Curve == elliptic.P256() {
			return
		}
	}
	f.add(key, "is no public key as SendGrid shows it: was it copied whole? It begins with MFkw")
}
