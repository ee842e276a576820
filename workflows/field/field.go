// Package field checks the fields of what starts a workflow, whether that is a lead or a proposal: it brings values into one
// shape, and says what is wrong with them in words that follow the field's name.
package field

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// MaxEmail is the longest e-mail address, in characters: RFC 5321, section 4.5.3.1.
const MaxEmail = 254

// Mistake is one thing that is wrong with what was sent. It never quotes a value, so that it can be logged.
type Mistake struct {
	// Field is the field's name as the doors know it: "email", "lines[2].price".
	Field string `json:"field"`
	// Problem says what is wrong and how to put it right, in words that follow the field's name.
	Problem string `json:"problem"`
}

// Mistakes are all that is wrong with what was sent.
type Mistakes []Mistake

// Error lists the mistakes in one line.
func (m Mistakes) Error() string {
	parts := make([]string, len(m))
	for i, one := range m {
		parts[i] = one.Field + " " + one.Problem
	}
	return strings.Join(parts, "; ")
}

// Err is the mistakes as an error; nil where there are none.
func (m Mistakes) Err() error {
	if len(m) == 0 {
		return nil
	}
	return m
}

// Add appends a mistake unless the problem is "".
func (m *Mistakes) Add(field, problem string) {
	if problem != "" {
		*m = append(*m, Mistake{Field: field, Problem: problem})
	}
}

// OneLine makes any white space a single space, and composes letters (Unicode NFC).
func OneLine(s string) string { return norm.NFC.String(strings.Join(strings.Fields(s), " ")) }

// Text makes line ends "\n", takes the spaces around a text away, and composes letters.
func Text(s string) string { return norm.NFC.String(lineEnds.Replace(strings.TrimSpace(s))) }

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// Email is an address whose domain is in the lower-case ASCII form in which it is looked up. One that can't be brought into
// it stays as it is.
func Email(s string) string {
	s = norm.NFC.String(strings.TrimSpace(s))
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		if domain, err := hostname.ToASCII(s[at+1:]); err == nil {
			s = s[:at+1] + domain
		}
	}
	return s
}

// hostname maps a domain to the lower-case ASCII form in which it is looked up, and refuses what can't be one.
var hostname = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.VerifyDNSLength(true))

// Country is a country's code in upper case. "UK" is not ISO's code, but is what people write: it becomes "GB".
func Country(s string) string {
	s = strings.ToUpper(OneLine(s))
	if region, err := language.ParseRegion(s); err == nil && len(s) == 2 {
		s = region.Canonicalize().String()
	}
	return s
}

// WrongText says what is wrong with a text of at most so many characters; "" where nothing is.
func WrongText(value string, limit int) string {
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

// WrongLine is [WrongText] for a text of a single line.
func WrongLine(value string, limit int) string {
	if strings.ContainsAny(value, "\n\t") {
		return "must be a single line without tabs"
	}
	return WrongText(value, limit)
}

// WrongEmail says what is wrong with an address that has to be there; "" where nothing is.
func WrongEmail(value string) string {
	if value == "" {
		return "is missing: give the address to answer to"
	}
	if problem := WrongLine(value, MaxEmail); problem != "" {
		return problem
	}
	const shape = "is not an e-mail address: write it like ada@example.com"
	at := strings.LastIndexByte(value, '@')
	local, domain := value[:max(at, 0)], value[at+1:]
	if strings.ContainsFunc(local, func(r rune) bool { return r > unicode.MaxASCII }) {
		return "has letters before the @ that mail can't be sent to: use an address in plain ASCII"
	}
	_, noDomain := hostname.ToASCII(domain)
	top := domain[strings.LastIndexByte(domain, '.')+1:] // of an IP address it is a number, which no top-level domain is
	if !mailbox.MatchString(local) || len(local) > 64 || noDomain != nil || top == domain || strings.Trim(top, "0123456789") == "" {
		return shape
	}
	return ""
}

// mailbox is what stands before the @: RFC 5322's dot-atom (section 3.2.3), without the quotes that nobody's mailbox has. It is
// spelt out since net/mail knows more than that, and for some of it keeps tables that a workflow can't be sure of.
var mailbox = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")

// WrongCountry says what is wrong with a country's code; "" where nothing is, and where there is none.
func WrongCountry(code string) string {
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
