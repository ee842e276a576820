// Package enrich looks a company up at People Data Labs: how many people work there, in what industry, in which country.
package enrich

// Query says which company to look up. At least a domain or a name is needed.
type Query struct {
	Domain  string `json:"domain,omitempty"` // "contoso.com"; never a free-mail provider's: see CompanyDomain
	Name    string `json:"name,omitempty"`
	Country string `json:"country,omitempty"` // ISO 3166-1 alpha-2, narrows a search by name
}

// Company is what is known about it. The zero value is a company that nothing is known about, which is an answer and no error.
type Company struct {
	Found     bool   `json:"found"`
	Name      string `json:"name,omitempty"`
	Domain    string `json:"domain,omitempty"`
	Country   string `json:"country,omitempty"` // ISO 3166-1 alpha-2, upper case
	Industry  string `json:"industry,omitempty"`
	Employees int    `json:"employees,omitempty"`
}
