package sandbox

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify"
	"github.com/throughline-dev/throughline/sandbox/internal/stripe"
)

//go:embed web
var web embed.FS

// started tells this process's pages from those of the one before, whose count of changes begins again.
var started = rand.Text()[:6]

var pageTemplates = func() map[string]*template.Template {
	shared := template.New("").Funcs(template.FuncMap{
		"clock":         func(t time.Time) string { return t.Local().Format("15:04") },
		"day":           func(t time.Time) string { return t.Local().Format("Monday, 2 January 2006") },
		"when":          func(t time.Time) string { return t.Local().Format("2 Jan 15:04:05") },
		"fate":          fate,
		"price":         stripe.Price,
		"quantities":    quantities,
		"shopWord":      inShop,
		"shopStates":    func() any { return shopStates },
		"returnReasons": func() any { return returnReasons },
		"returnWishes":  func() any { return returnWishes },
		"gateway":       shopify.GatewayName,
		"number":        func(name string) string { return strings.TrimPrefix(name, "#") },
		"iso":           func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	})
	template.Must(shared.ParseFS(web, "web/layout.html"))
	pages := map[string]*template.Template{}
	for _, name := range []string{"home", "website", "slack", "mail", "crm", "sign", "projects", "billing", "shop", "faults"} {
		pages[name] = template.Must(template.Must(shared.Clone()).ParseFS(web, "web/"+name+".html"))
	}
	return pages
}()

// page is what every template gets.
type page struct {
	Title   string
	Part    string // which of the parts it is, for the navigation
	Company string
	Body    any
}

// security is the policy for all pages: nothing is run or loaded that isn't ours, and nobody frames them.
const security = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"frame-src 'self'; base-uri 'none'; frame-ancestors 'self'"

// pages serves what people look at.
func (s *Sandbox) pages(mux *http.ServeMux) {
	static, err := fs.Sub(web, "web")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	files := http.StripPrefix("/static/", http.FileServerFS(static))
	mux.HandleFunc("GET /static/{file}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		files.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /{$}", s.live("home", s.homePage))
	mux.HandleFunc("GET /website", s.websitePage)
	mux.HandleFunc("GET /slack", s.live("slack", s.slackPage))
	mux.HandleFunc("GET /slack/dialogs/{id}", s.dialog)
	mux.HandleFunc("GET /mail", s.live("mail", s.mailPage))
	mux.HandleFunc("GET /mail/{id}", s.live("mail", s.mailPage))
	mux.HandleFunc("GET /mail/{id}/html", s.mailHTML)
	mux.HandleFunc("GET /crm", s.live("crm", s.crmPage))
	mux.HandleFunc("GET /crm/{type}", s.live("crm", s.crmPage))
	mux.HandleFunc("GET /crm/{type}/{id}", s.live("crm", s.crmPage))
	mux.HandleFunc("GET /contacts/{portal}/record/{kind}/{id}", s.recordPage)
	mux.HandleFunc("GET /sign", s.live("sign", s.signPage))
	mux.HandleFunc("GET /sign/{id}", s.live("sign", s.signPage))
	mux.HandleFunc("GET /sign/{id}/document.pdf", s.document)
	mux.HandleFunc("GET /projects", s.live("projects", s.projectsPage))
	mux.HandleFunc("GET /projects/{id}", s.live("projects", s.projectsPage))
	mux.HandleFunc("GET /billing", s.live("billing", s.billingPage))
	mux.HandleFunc("GET /billing/{id}", s.live("billing", s.billingPage))
	mux.HandleFunc("GET /shop", s.live("shop", s.shopPage))
	mux.HandleFunc("GET /shop/{tab}", s.live("shop", s.shopPage))
	mux.HandleFunc("GET /shop/orders/{number}", s.live("shop", s.orderPage))
	mux.HandleFunc("GET /faults", s.live("faults", s.faultsPage))
}

// live serves a page that shows the state. A browser that asks again with the tag of what it has gets 304 until something has
// changed, which is how the pages keep themselves up to date. A page without a body isn't there.
func (s *Sandbox) live(part string, body func(*http.Request) (title string, body any)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		tag := fmt.Sprintf(`"%s-%d"`, started, s.journal.Writes())
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		title, b := body(r)
		if b == nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("ETag", tag)
		s.render(w, part, page{title, part, s.o.Company, b})
	}
}

func (s *Sandbox) render(w http.ResponseWriter, part string, p page) {
	var b bytes.Buffer
	if err := pageTemplates[part].ExecuteTemplate(&b, "layout", p); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	secure(w.Header())
	_, _ = w.Write(b.Bytes())
}

// secure sets what every page is sent with.
func secure(h http.Header) {
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", security)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	// With less than its origin, a form's POST would say that it comes from "null", which no door lets in.
	h.Set("Referrer-Policy", "strict-origin")
}

// homePage explains the parts.
func (s *Sandbox) homePage(*http.Request) (string, any) {
	return "The outside world", struct {
		Messages, Emails, Contacts, Signatures, Projects, Invoices, Orders, Faults int
		TemporalURL                                                                string
	}{s.slack.Len(), s.mail.Len(), s.crm.Len("contacts"), s.sign.Len(), s.work.Len(), s.billing.Len(), s.shop.Len(), len(s.faults.List()), s.o.TemporalURL}
}

// utm are the campaign's fields that the website's form sends, with what they are where the page's address doesn't say.
var utm = map[string]string{"utm_source": "website", "utm_medium": "organic", "utm_campaign": "contact-form"}

// websitePage is the company's website. Each view has a submission ID of its own, so that a form that is sent twice is one
// lead, and one that is filled in again is another.
func (s *Sandbox) websitePage(w http.ResponseWriter, r *http.Request) {
	hidden := map[string]string{"submission_id": rand.Text()}
	for name, value := range utm {
		hidden[name] = cmp.Or(r.URL.Query().Get(name), value)
	}
	s.render(w, "website", page{"Contact", "website", s.o.Company, struct {
		LeadURL   string
		Countries []country
		Examples  []exampleLead
		Hidden    map[string]string
	}{*s.leadURL.Load(), countryList(), exampleLeads, hidden}})
}
