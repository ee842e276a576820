package enrich

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"
)

// otherNames are names of countries that Unicode's own list, which the others come from, has in another form.
var otherNames = map[string]string{
	"burma": "MM", "myanmar": "MM", "cabo verde": "CV", "congo": "CG", "republic of congo": "CG",
	"democratic republic of congo": "CD", "czech republic": "CZ", "east timor": "TL", "eswatini": "SZ",
	"federated states of micronesia": "FM", "holy see": "VA", "hong kong": "HK", "ivory coast": "CI", "korea": "KR",
	"macao": "MO", "macau": "MO", "north macedonia": "MK", "palestine": "PS", "pitcairn": "PN", "russian federation": "RU",
	"turkiye": "TR", "united states minor outlying islands": "UM", "united states of america": "US",
	"united states virgin islands": "VI", "us virgin islands": "VI", "viet nam": "VN",
}

// countries are the codes by the plain form of the names.
var countries = sync.OnceValue(func() map[string]string {
	codes := map[string]string{}
	names := display.English.Regions()
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			r, err := language.ParseRegion(string(a) + string(b))
			if err != nil || !r.IsCountry() || r.Canonicalize() != r || names.Name(r) == "" {
				continue // no code, or one that was withdrawn
			}
			codes[plainCountry(names.Name(r))] = r.String()
		}
	}
	for name, code := range otherNames {
		codes[name] = code
	}
	return codes
})

// countryCode is a country's ISO 3166-1 alpha-2 code by its English name, as People Data Labs writes it, in lower case; "" for
// a name that it doesn't know.
func countryCode(name string) string { return countries()[plainCountry(name)] }

// countryName is the name by the code; "" for what is no code.
func countryName(code string) string {
	r, err := language.ParseRegion(code)
	if err != nil || !r.IsCountry() {
		return ""
	}
	name, _, _ := strings.Cut(display.English.Regions().Name(r), " SAR ") // Unicode's "Hong Kong SAR China"
	return strings.ToLower(name)
}

// plainCountry is what different ways to write a country's name have in common: letters without accents, "and" and "saint" in
// full, no article, nothing in brackets.
func plainCountry(name string) string {
	name, _, _ = strings.Cut(name, " (")
	name, _, _ = strings.Cut(name, " SAR ")
	name = strings.ReplaceAll(norm.NFD.String(strings.ToLower(name)), "&", " and ")
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r), r == '.':
			return -1
		case unicode.IsLetter(r):
			return r
		}
		return ' '
	}, name)
	var words []string
	for _, w := range strings.Fields(name) {
		switch w {
		case "the":
		case "st":
			words = append(words, "saint")
		default:
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}
