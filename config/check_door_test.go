package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/workflows/lead"
)

func TestMistakesInWhoMayBringLeads(t *testing.T) {
	for name, c := range map[string]struct{ leads, want string }{
		"a name":            {"origins: [www.example.com]", `origins[0]: "www.example.com" is no web site: it is like https://www.example.com, each one by itself`},
		"everybody":         {`origins: ["*"]`, `origins[0]: "*" is no web site: it is like https://www.example.com, each one by itself`},
		"any part":          {"origins: [https://*.example.com]", `origins[0]: "https://*.example.com" is no web site: it is like https://www.example.com, each one by itself`},
		"nowhere":           {`origins: ["null"]`, `origins[0]: "null" is no web site: it is like https://www.example.com, each one by itself`},
		"a page":            {"origins: [https://www.example.com/contact]", `origins[0]: "https://www.example.com/contact" is not how browsers write a web site's origin: write "https://www.example.com"`},
		"a slash":           {"origins: [https://www.example.com/]", `origins[0]: "https://www.example.com/" is not how browsers write a web site's origin: write "https://www.example.com"`},
		"the scheme's port": {"origins: [http://example.com:80]", `origins[0]: "http://example.com:80" is not how browsers write a web site's origin: write "http://example.com"`},
		"capitals":          {"origins: [https://Example.com]", `origins[0]: "https://Example.com" is not how browsers write a web site's origin: write "https://example.com"`},
		"umlauts":           {"origins: [https://müller.example]", `origins[0]: "https://müller.example" is not how browsers write a web site's origin: write "https://xn--mller-kva.example"`},
		"twice":             {"origins: [https://a.example, https://a.example]", `origins[1]: "https://a.example" stands in starter.leads.origins[0] too: once is enough`},
		"rate":              {"per_minute: -1", `per_minute: -1 is less than nothing: 0 is no limit`},
		"no network":        {"proxies: [proxy.example.com]", `proxies[0]: "proxy.example.com" is no network: it is like 10.0.0.0/8, or 192.0.2.7/32 for one address`},
		"an address":        {"proxies: [10.0.0.0/8, 192.0.2.7]", `proxies[1]: "192.0.2.7" is no network: it is like 192.0.2.7/32`},
		"an address of v6":  {`proxies: ["2001:db8::1"]`, `proxies[0]: "2001:db8::1" is no network: it is like 2001:db8::1/128`},
		"all addresses":     {"proxies: [0.0.0.0/0]", `proxies[0]: "0.0.0.0/0" is everybody, so that anybody could pass for somebody else: name the proxies' own networks`},
		"v4 in v6":          {`proxies: ["::ffff:10.0.0.0/104"]`, `proxies[0]: "::ffff:10.0.0.0/104" is a network of IPv4 as IPv6 has it: write it as IPv4, like 10.0.0.0/8`},
		"spaces":            {`honeypot: "home page"`, `honeypot: "home page" is no name for a form's field: write it without spaces`},
		"a lead's field":    {"honeypot: company", `honeypot: "company" is a field that leads have: take a name that is none, such as "homepage"`},
		"a campaign's":      {"honeypot: utm_source", `honeypot: "utm_source" is a field that leads have: take a name that is none, such as "homepage"`},
		"unknown":           {"honeypott: x", `honeypott: is no setting; did you mean "honeypot"?`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load([]layer{{1, "handbook.yaml", []byte(handbook + "starter: {leads: {" + c.leads + "}}")}}, nil)
			assert.EqualError(t, err, "handbook.yaml:40: starter.leads."+c.want)
		})
	}
}

func TestWhoMayBringLeadsIsReadAsItIsWritten(t *testing.T) {
	c, err := load([]layer{{1, "handbook.yaml", []byte(handbook + `starter:
  leads:
    origins: [https://www.example.com, "http://localhost:3000", "http://[2001:db8::1]:8080", http://192.0.2.1]
    per_minute: 0
    proxies: [10.0.0.0/8, "fd00::/8", 192.0.2.7/32]
    honeypot: homepage
`)}}, environment{"THROUGHLINE_STARTER_LEADS_PER_MINUTE": "6"})
	require.NoError(t, err)
	assert.Equal(t, Leads{
		Origins:   []string{"https://www.example.com", "http://localhost:3000", "http://[2001:db8::1]:8080", "http://192.0.2.1"},
		PerMinute: 6,
		Proxies:   []string{"10.0.0.0/8", "fd00::/8", "192.0.2.7/32"},
		Honeypot:  "homepage",
	}, c.Starter.Leads)
}

func TestAHoneypotIsNoFieldThatLeadsHave(t *testing.T) {
	notTyped := []string{"other", "domain", "received"}
	for _, name := range settingsOf(reflect.TypeFor[lead.Submission]()).names() {
		if !slices.Contains(notTyped, name) {
			assert.Contains(t, leadFields, name)
		}
	}
	assert.Contains(t, leadFields, intake.KeyField)
}

func TestAnOriginIsWrittenAsBrowsersWriteIt(t *testing.T) {
	for address, want := range map[string]string{
		"https://leads.example.com/base/?a=b": "https://leads.example.com", "HTTP://Example.com:80": "http://example.com",
		"https://example.com:8443": "https://example.com:8443", "http://[2001:DB8::1]:80/": "http://[2001:db8::1]",
		"ftp://example.com": "", "https://me@example.com": "", "https://": "", "example.com": "", "null": "", "": "", "http://a b": "",
	} {
		assert.Equal(t, want, Origin(address), address)
	}
}

func TestMistakesInHowAnswersComeBack(t *testing.T) {
	key := func(key any, err error) string {
		require.NoError(t, err)
		der, err := x509.MarshalPKIXPublicKey(key)
		require.NoError(t, err)
		return base64.StdEncoding.EncodeToString(der)
	}
	ec := func(curve elliptic.Curve) string {
		k, err := ecdsa.GenerateKey(curve, rand.Reader)
		return key(k.Public(), err)
	}
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	other := key(k.Public(), err)
	good := ec(elliptic.P256())

	const noKey = `is no public key as SendGrid shows it: was it copied whole? It begins with MFkw`
	for name, c := range map[string]struct{ sendgrid, want string }{
		"right":           {"reply_host: reply.example.com, event_key: " + good + ", reply_key: " + good, ""},
		"an address":      {"reply_host: leads@reply.example.com", `reply_host: "leads@reply.example.com" is no host: it is like reply.example.com, in lower case`},
		"a URL":           {"reply_host: https://reply.example.com", `reply_host: "https://reply.example.com" is no host: it is like reply.example.com, in lower case`},
		"capitals":        {"reply_host: Reply.example.com", `reply_host: "Reply.example.com" is no host: it is like reply.example.com, in lower case`},
		"no domain":       {"reply_host: reply.", `reply_host: "reply." is no host: it is like reply.example.com, in lower case`},
		"an IP address":   {"reply_host: 192.0.2.1", `reply_host: "192.0.2.1" is no host: it is like reply.example.com, in lower case`},
		"half a key":      {"event_key: " + good[:60], "event_key: " + noKey},
		"no key":          {"event_key: MFkw", "event_key: " + noKey},
		"another's":       {"reply_key: " + other, "reply_key: " + noKey},
		"another curve's": {"reply_key: " + ec(elliptic.P384()), "reply_key: " + noKey},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load([]layer{{1, "handbook.yaml", []byte(handbook + "systems: {sendgrid: {" + c.sendgrid + "}}")}}, nil)
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, "handbook.yaml:40: systems.sendgrid."+c.want)
		})
	}
}
