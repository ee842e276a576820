package door

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/starter/intake"
)

//go:embed page.html
var pageHTML string

var pages = template.Must(template.New("page").Parse(pageHTML))

// page is what a person in a browser sees: a receipt, or a problem, or a form to fill in, or the last two together.
type page struct {
	Company string
	Receipt *intake.Receipt
	Problem *problem
	// Form is the form, with what was typed so far; nil for none.
	Form *filled
	// Trap is the name of the field that only a robot fills in; "" for none. It is always empty here: what a browser had filled
	// in would otherwise keep a person from sending the form ever.
	Trap string
}

// ShowForm reports whether there is a form, even an empty one.
func (p page) ShowForm() bool { return p.Form != nil && p.Receipt == nil }

// Groups are the fields to show, each with what was typed and what is wrong with it.
func (p page) Groups() []group {
	shown := make([]group, len(p.Form.groups))
	for i, g := range p.Form.groups {
		shown[i] = group{g.Legend, slices.Clone(g.Inputs)}
		for j := range g.Inputs {
			in := &shown[i].Inputs[j]
			in.Value = p.Form.values.Get(in.Name)
			if p.Problem == nil {
				continue
			}
			for _, m := range p.Problem.Errors {
				if m.Field == in.Name || in.Stands != nil && in.Stands.MatchString(m.Field) {
					in.Problem = m.Problem
				}
			}
		}
	}
	return shown
}

// trapSprung is what a person is told who filled in a field that they can't see.
const trapSprung = "A field that is there for robots was filled in, perhaps by your browser. It is empty again: please send the form once more."

// Elsewhere are the mistakes in fields that aren't shown.
func (p page) Elsewhere() []string {
	var all []string
	for _, m := range p.Problem.Errors {
		switch {
		case m.Field == p.Trap:
			all = append(all, trapSprung)
		case !p.Form.shows(m.Field):
			all = append(all, m.Field+" "+m.Problem)
		}
	}
	return all
}

// Hidden are the form's fields that aren't shown: the campaign's, the website's own. They go along when it is sent again.
func (p page) Hidden() url.Values {
	rest := url.Values{}
	for name, values := range p.Form.values {
		if !p.Form.shows(name) && name != p.Trap {
			rest[name] = values
		}
	}
	return rest
}

func (d *Door) page(w http.ResponseWriter, status int, p page) {
	p.Company, p.Trap = d.o.Company, d.o.Leads().Honeypot
	var body bytes.Buffer
	if err := pages.Execute(&body, p); err != nil { // the template fits its data, or no test would pass
		panic(err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// Web sites whose pages may send leads may show the form, too.
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors "+
		strings.Join(append([]string{"'self'"}, d.o.Leads().Origins...), " "))
	w.Header().Set("Referrer-Policy", "same-origin") // no-referrer would make the form's own Origin "null" (Fetch, "append a request Origin header")
	write(w, status, body.Bytes())
}
