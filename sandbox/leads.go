package sandbox

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// exampleLead fills the website's form.
type exampleLead struct {
	Label     string `json:"label"` // what it is an example of
	Name      string `json:"name"`
	Email     string `json:"email"`
	Company   string `json:"company"`
	Phone     string `json:"phone"`
	Country   string `json:"country"`
	Region    string `json:"region"`
	Employees string `json:"employees"`
	Message   string `json:"message"`
}

// exampleLeads come from companies that People Data Labs knows here, from large to small and from several countries, and from
// one that it doesn't know.
var exampleLeads = []exampleLead{
	{"A large company", "Priya Raman", "priya.raman@riverstonebank.example", "Riverstone Bank", "+1 704 555 0142", "US", "North Carolina", "20000",
		"We are looking at robots for our cash centres, in eleven cities. Who can tell me what a pilot would look like?"},
	{"A German manufacturer", "Katrin Vogel", "katrin.vogel@bergwerk-automation.example", "Bergwerk Automation GmbH", "+49 711 5550 178", "DE", "Baden-Württemberg", "220",
		"Guten Tag, we build assembly lines and would like to offer your arm as an option. Is there a partner programme?"},
	{"An Irish law firm", "Ciarán Doyle", "ciaran@halloranpike.example", "Halloran & Pike", "+353 1 555 0119", "IE", "Leinster", "64",
		"Odd request, perhaps: can your robots fetch boxes from an archive with narrow aisles?"},
	{"A Californian start-up", "Mei Tanaka", "mei@pacificcrest.example", "Pacific Crest Robotics", "+1 510 555 0188", "US", "California", "36",
		"We need six arms by the end of next quarter. What is your lead time, and do you lease?"},
	{"A New England tool maker", "Walt Duchesne", "walt@granitestatetooling.example", "Granite State Tooling", "+1 603 555 0107", "US", "New Hampshire", "180",
		"Our second shift is short of people. I'd like to see one of your machines tending a lathe."},
	{"A French energy firm", "Amélie Fournier", "amelie.fournier@verdanarenewables.example", "Verdana Renewables", "+33 4 55 50 19 90", "FR", "Rhône", "290",
		"Bonjour, we clean solar panels by hand today. Could that be done at night, without people?"},
	{"A company that nobody knows", "Jo Ellery", "jo@littleowlbooks.example", "Little Owl Books", "", "NZ", "Otago", "3",
		"Do you sell single units to very small shops?"},
}

type country struct{ Code, Name string }

// reserved are codes that ISO 3166-1 keeps for something that is no country of its list.
var reserved = map[string]bool{"AC": true, "CP": true, "DG": true, "EA": true, "IC": true, "TA": true}

// countryList are all countries, as Unicode knows them, by name.
var countryList = sync.OnceValue(func() (list []country) {
	names := display.English.Regions()
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			r, err := language.ParseRegion(string(a) + string(b))
			if err != nil || !r.IsCountry() || r.ISO3() == "ZZZ" || r.Canonicalize() != r || reserved[r.String()] {
				continue // no code of ISO's
			}
			if name := names.Name(r); name != "" { // those that were withdrawn have none
				list = append(list, country{r.String(), name})
			}
		}
	}
	slices.SortFunc(list, func(a, b country) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return list
})
