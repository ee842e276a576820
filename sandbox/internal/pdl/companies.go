package pdl

import "strings"

// Company is one that the data set has. None of them exists, and their domains can't: .example is reserved.
type Company struct {
	Name      string
	Website   string
	Employees int
	Industry  string // as LinkedIn calls them, in lower case
	Founded   int
	Locality  string
	Region    string
	Country   string // ISO 3166-1 alpha-2; the API gives the name
}

// Companies are all that the data set knows: of every size, in the countries that a handbook's territories name and in others.
var Companies = []Company{
	{"Alder & Finch Logistics", "alderfinch.example", 340, "logistics and supply chain", 1998, "leeds", "leeds", "GB"},
	{"Almendra Foods", "almendrafoods.example", 1250, "food production", 1976, "valencia", "valencia", "ES"},
	{"Amberline Software", "amberline.example", 48, "computer software", 2016, "portland", "oregon", "US"},
	{"Bergwerk Automation GmbH", "bergwerk-automation.example", 220, "industrial automation", 1989, "stuttgart", "baden-württemberg", "DE"},
	{"Bluewater Shipyards", "bluewatershipyards.example", 5200, "shipbuilding", 1911, "gothenburg", "västra götaland", "SE"},
	{"Brightwell Clinics", "brightwell.example", 730, "hospital & health care", 2004, "bristol", "bristol", "GB"},
	{"Cedar Hollow Farms", "cedarhollow.example", 26, "farming", 1962, "boise", "idaho", "US"},
	{"Coppermine Analytics", "coppermine.example", 12, "information technology and services", 2021, "galway", "connaught", "IE"},
	{"Dorado Steel", "doradosteel.example", 14800, "mining & metals", 1934, "monterrey", "nuevo león", "MX"},
	{"Edelweiss Instruments AG", "edelweiss-instruments.example", 610, "medical devices", 1957, "zug", "zug", "CH"},
	{"Fjordkraft Robotikk AS", "fjordkraft-robotikk.example", 95, "machinery", 2012, "bergen", "vestland", "NO"},
	{"Granite State Tooling", "granitestatetooling.example", 180, "machinery", 1971, "manchester", "new hampshire", "US"},
	{"Halloran & Pike", "halloranpike.example", 64, "law practice", 1983, "dublin", "leinster", "IE"},
	{"Harborlight Insurance", "harborlight.example", 8900, "insurance", 1921, "hartford", "connecticut", "US"},
	{"Juniper Bay Retail", "juniperbay.example", 2100, "retail", 1995, "san diego", "california", "US"},
	{"Kirschbaum Logistik GmbH", "kirschbaum-logistik.example", 870, "logistics and supply chain", 1966, "hamburg", "hamburg", "DE"},
	{"Lumen Orchard", "lumenorchard.example", 7, "design", 2022, "austin", "texas", "US"},
	{"Maple Ridge Packaging", "mapleridge.example", 410, "packaging and containers", 1988, "hamilton", "ontario", "CA"},
	{"Nakatomi Precision", "nakatomi-precision.example", 3300, "electrical/electronic manufacturing", 1949, "nagoya", "aichi", "JP"},
	{"Oranje Agritech BV", "oranje-agritech.example", 150, "farming", 2009, "wageningen", "gelderland", "NL"},
	{"Pacific Crest Robotics", "pacificcrest.example", 36, "industrial automation", 2018, "oakland", "california", "US"},
	{"Riverstone Bank", "riverstonebank.example", 21500, "banking", 1887, "charlotte", "north carolina", "US"},
	{"Saxby Aerospace", "saxbyaero.example", 1650, "aviation & aerospace", 1953, "derby", "derby", "GB"},
	{"Tauern Alpinsport GmbH", "tauern-alpinsport.example", 55, "sporting goods", 1979, "salzburg", "salzburg", "AT"},
	{"Verdana Renewables", "verdanarenewables.example", 290, "renewables & environment", 2011, "lyon", "auvergne-rhône-alpes", "FR"},
	{"Wattle Creek Mining", "wattlecreek.example", 4700, "mining & metals", 1968, "perth", "western australia", "AU"},
}

// countries are the names that People Data Labs uses.
var countries = map[string]string{
	"AT": "austria", "AU": "australia", "CA": "canada", "CH": "switzerland", "DE": "germany", "ES": "spain", "FR": "france",
	"GB": "united kingdom", "IE": "ireland", "JP": "japan", "MX": "mexico", "NL": "netherlands", "NO": "norway", "SE": "sweden",
	"US": "united states",
}

// sizes are the ranges that People Data Labs puts companies in, by the most people that one has.
var sizes = []struct {
	most int
	name string
}{
	{10, "1-10"}, {50, "11-50"}, {200, "51-200"}, {500, "201-500"}, {1000, "501-1000"}, {5000, "1001-5000"}, {10000, "5001-10000"},
}

// wireCompany is a company as the API shows it, which writes everything but display_name in lower case.
type wireCompany struct {
	ID            string   `json:"id"`
	Name          string   `json:"name"`
	DisplayName   string   `json:"display_name"`
	Size          string   `json:"size"`
	EmployeeCount int      `json:"employee_count"`
	Founded       int      `json:"founded"`
	Industry      string   `json:"industry"`
	Location      location `json:"location"`
	Website       string   `json:"website"`
	Type          string   `json:"type"`
}

type location struct {
	Name     string `json:"name"`
	Locality string `json:"locality"`
	Region   string `json:"region"`
	Country  string `json:"country"`
}

func (c Company) wire() wireCompany {
	w := wireCompany{
		ID: strings.ReplaceAll(plain(c.Name), " ", "-"), Name: strings.ToLower(c.Name), DisplayName: c.Name, Size: "10001+",
		EmployeeCount: c.Employees, Founded: c.Founded, Industry: c.Industry, Website: c.Website, Type: "private",
		Location: location{Locality: c.Locality, Region: c.Region, Country: countries[c.Country]},
	}
	w.Location.Name = strings.Join([]string{c.Locality, c.Region, w.Location.Country}, ", ")
	for _, s := range sizes {
		if c.Employees <= s.most {
			w.Size = s.name
			break
		}
	}
	return w
}
