package lead

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/mail"
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"github.com/throughline-dev/throughline/activities/enrich"
)

// How much a submission may hold, in characters where nothing else is said. The bounds are generous: they keep a mistake or
// an attack from growing a workflow's history, and judge nobody's name. Those of an address are from RFC 5321, section
// 4.5.3.1; MaxEmployees is several times the largest employer there is.
const (
	MaxName      = 200 // also the company's
	MaxEmail     = 254
	MaxPhone     = 50
	MaxRegion    = 100
	MaxMessage   = 10_000
	MaxEmployees = 10_000_000
	MaxUTM       = 20 // fields, each of at most
	MaxUTMValue  = 500
	MaxOther     = 100      // fields
	MaxOtherSize = 32 << 10 // bytes, all of them together as JSON
	MaxFieldName = 100
)

// Mistake is one thing that is wrong with a submission. It never quotes a value that was sent, so that it can be logged.
type Mistake struct {
	// Field is the field's name as the doors know it: "email", "utm_source".
	Field string `json:"field"`
	// Problem says what is wrong and how to put it right, in words that follow the field's name.
	Problem string `json:"problem"`
}

// Mistakes are all that is wrong with a submission.
type Mistakes []Mistake

// Error lists the mistakes in one line.
func (m Mistakes) Error() string {
	parts := make([]string, len(m))
	for i, one := range m {
		parts[i] = one.Field + " " + one.Problem
	}
	return strings.Join(parts, "; ")
}

// add appends a mistake unless the problem is "".
func (m *Mistakes) add(field, problem string) {
	if problem != "" {
		*m = append(*m, Mistake{Field: field, Problem: problem})
	}
}

// Normalize gives what means the same the same shape: letters are composed (Unicode NFC); spaces around a value go, and in
// fields of one line any white space is a single space; the message's line ends become "\n"; the e-mail's domain and the
// country are written as other systems expect them. What can't be brought into shape stays as it was, for
// [Submission.Validate] to name. Other is never touched.
func (s *Submission) Normalize() {
	for _, field := range []*string{&s.Name, &s.Company, &s.Phone, &s.Country, &s.Region} {
		*field = oneLine(*field)
	}
	s.Email = norm.NFC.String(strings.TrimSpace(s.Email))
	s.Message = norm.NFC.String(lineEnds.Replace(strings.TrimSpace(s.Message)))
	if at := strings.LastIndexByte(s.Email, '@'); at >= 0 {
		if domain, err := hostname.ToASCII(s.Email[at+1:]); err == nil {
			s.Email = s.Email[:at+1] + domain
		}
	}
	s.Country = strings.ToUpper(s.Country)
	if region, err := language.ParseRegion(s.Country); err == nil && len(s.Country) == 2 {
		s.Country = region.Canonicalize().String() // "UK" is not ISO's code, but is what people write: it becomes "GB"
	}
	for name, value := range s.UTM {
		s.UTM[name] = oneLine(value)
	}
	maps.DeleteFunc(s.UTM, func(_, value string) bool { return value == "" })
	s.Domain = enrich.CompanyDomain(s.Email)
}

func oneLine(s string) string { return norm.NFC.String(strings.Join(strings.Fields(s), " ")) }

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// hostname maps a domain to the lower-case ASCII form in which it is looked up, and refuses what can't be one.
var hostname = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.VerifyDNSLength(true))

// Validate returns all that is wrong with a normalised submission as [Mistakes], or nil.
func (s *Submission) Validate() error {
	var m Mistakes
	if s.Name == "" {
		m.add("name", "is missing: say who this is from")
	}
	m.add("name", wrongLine(s.Name, MaxName))
	m.add("email", wrongEmail(s.Email))
	m.add("company", wrongLine(s.Company, MaxName))
	m.add("phone", wrongLine(s.Phone, MaxPhone))
	m.add("country", wrongCountry(s.Country))
	m.add("region", wrongLine(s.Region, MaxRegion))
	if s.Employees < 0 || s.Employees > MaxEmployees {
		m.add("employees", fmt.Sprintf("must be a whole number from 0 to %d", MaxEmployees))
	}
	m.add("message", wrongText(s.Message, MaxMessage))
	m.add("utm", wrongNames(slices.Collect(maps.Keys(s.UTM)), MaxUTM))
	for _, name := range slices.Sorted(maps.Keys(s.UTM)) {
		if len(s.UTM) <= MaxUTM {
			m.add("utm_"+name, wrongLine(s.UTM[name], MaxUTMValue))
		}
	}
	m.add("other fields", wrongOther(s.Other))
	if len(m) == 0 {
		return nil
	}
	return m
}

func wrongText(value string, limit int) string {
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
	switch {
	case !utf8.ValidString(value):
		return "is not valid UTF-8: send it in that encoding"
	case strings.ContainsFunc(value, control):
		return "must not have control characters in it"
	case utf8.RuneCountInString(value) > limit:
		return fmt.Sprintf("is too long: at most %d characters", limit)
	}
	return ""
}

func wrongLine(value string, limit int) string {
	if strings.ContainsAny(value, "\n\t") {
		return "must be a single line without tabs"
	}
	return wrongText(value, limit)
}

func wrongEmail(value string) string {
	if value == "" {
		return "is missing: give the address to answer to"
	}
	if problem := wrongLine(value, MaxEmail); problem != "" {
		return problem
	}
	const shape = "is not an e-mail address: write it like ada@example.com"
	address, err := mail.ParseAddress(value)
	if err != nil || address.Address != value { // a display name, or quotes that nobody's mailbox has
		return shape
	}
	at := strings.LastIndexByte(value, '@')
	local, domain := value[:at], value[at+1:]
	if strings.ContainsFunc(local, func(r rune) bool { return r > unicode.MaxASCII }) {
		return "has letters before the @ that mail can't be sent to: use an address in plain ASCII"
	}
	_, noDomain := hostname.ToASCII(domain)
	_, noIP := netip.ParseAddr(domain)
	if len(local) > 64 || noDomain != nil || noIP == nil || !strings.Contains(domain, ".") {
		return shape
	}
	return ""
}

func wrongCountry(code string) string {
	if code == "" {
		return ""
	}
	region, err := language.ParseRegion(code)
	const none = "ZZZ" // what has no three-letter code ("UN", "EZ") is no country of ISO 3166-1
	if err != nil || len(code) != 2 || !region.IsCountry() || region.ISO3() == none {
		return "must be a country's two-letter code (ISO 3166-1 alpha-2), such as DE or US"
	}
	return ""
}

func wrongNames(names []string, limit int) string {
	if len(names) > limit {
		return fmt.Sprintf("has too many fields: at most %d", limit)
	}
	for _, name := range names {
		if name == "" || wrongLine(name, MaxFieldName) != "" {
			return fmt.Sprintf("has a field without a readable name: use one line of at most %d characters", MaxFieldName)
		}
	}
	return ""
}

func wrongOther(other map[string]any) string {
	if problem := wrongNames(slices.Collect(maps.Keys(other)), MaxOther); problem != "" {
		return problem
	}
	size, err := json.Marshal(other)
	if err != nil {
		return "must be JSON values"
	}
	if len(size) > MaxOtherSize {
		return fmt.Sprintf("are too large: at most %d bytes as JSON, all together", MaxOtherSize)
	}
	return ""
}

// UnmarshalJSON keeps the numbers in Other as they were written: as a float64, a long customer number would lose digits.
func (s *Submission) UnmarshalJSON(b []byte) error {
	type plain Submission
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return d.Decode((*plain)(s))
}
