package enrich

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

//go:embed freemail.txt
var freemailList string

// freemail holds the domains, and under a leading dot the names that are free mail under every suffix: "yahoo" is yahoo.com and
// yahoo.co.uk.
var freemail = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for l := range strings.Lines(freemailList) {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "#") {
			all[l] = true
		}
	}
	return all
})

// CompanyDomain is the domain of the company that an e-mail address belongs to: the part that was registered, in lower case, in
// its ASCII form ("jane@mail.müller.co.at" has "xn--mller-kva.co.at").
//
// It is "" where the address says nothing about a company: one of a free-mail provider or of a provider of throw-away
// addresses, and whatever is no address. The list of providers is the file freemail.txt of this package.
func CompanyDomain(email string) string {
	at := strings.LastIndexByte(email, '@')
	if at < 1 {
		return ""
	}
	domain := registrable(email[at+1:])
	if name, _, _ := strings.Cut(domain, "."); freemail()[domain] || freemail()["."+name] {
		return ""
	}
	return domain
}

// registrable is the part of a host name that was registered; "" where there is none.
func registrable(host string) string {
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(strings.TrimSpace(host), "."))
	if err != nil || !utf8.ValidString(host) || strings.Trim(ascii, "0123456789.") == "" { // an IP address is no company's
		return ""
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(ascii)
	if err != nil {
		return ""
	}
	return domain
}
