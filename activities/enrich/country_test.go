package enrich

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/text/language"
)

func TestCountriesAreKnownByTheNamesThatPeopleDataLabsUses(t *testing.T) {
	for name, want := range map[string]string{
		"united states": "US", "united kingdom": "GB", "germany": "DE", "south korea": "KR", "north korea": "KP", "russia": "RU",
		"czechia": "CZ", "czech republic": "CZ", "ivory coast": "CI", "côte d'ivoire": "CI", "côte d’ivoire": "CI",
		"democratic republic of the congo": "CD", "republic of the congo": "CG", "hong kong": "HK", "macau": "MO", "myanmar": "MM",
		"north macedonia": "MK", "macedonia": "MK", "eswatini": "SZ", "swaziland": "SZ", "palestine": "PS", "turkey": "TR",
		"bosnia and herzegovina": "BA", "trinidad and tobago": "TT", "são tomé and príncipe": "ST", "saint lucia": "LC",
		"saint vincent and the grenadines": "VC", "saint kitts and nevis": "KN", "the bahamas": "BS", "bahamas": "BS",
		"the gambia": "GM", "curaçao": "CW", "réunion": "RE", "åland islands": "AX", "east timor": "TL", "timor-leste": "TL",
		"vatican city": "VA", "u.s. virgin islands": "VI", "british virgin islands": "VG", "guinea-bissau": "GW", "kosovo": "XK",
		"taiwan": "TW", "vietnam": "VN", "cape verde": "CV", "united arab emirates": "AE", "new zealand": "NZ",
		"Netherlands": "NL", "the netherlands": "NL",
		"": "", "atlantis": "", "europe": "",
	} {
		assert.Equal(t, want, countryCode(name), name)
	}
}

func TestEveryCountrysNameLeadsBackToItsCode(t *testing.T) {
	known := 0
	for _, code := range countries() {
		r := language.MustParseRegion(code)
		assert.Equal(t, code, countryCode(countryName(code)), code)
		assert.True(t, r.IsCountry())
		known++
	}
	assert.Greater(t, known, 245)
	assert.Equal(t, "hong kong", countryName("HK"))
	assert.Empty(t, countryName("ZZ"))
	assert.Empty(t, countryName(""))
	assert.Empty(t, countryName("150"), "a continent")
}

func TestTheListOfFreeMailHoldsNothingThatCouldNeverMatch(t *testing.T) {
	for entry := range freemail() {
		if entry[0] != '.' {
			assert.Equal(t, entry, registrable(entry), "only the part that was registered is looked up")
		}
	}
}
