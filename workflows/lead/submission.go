package lead

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/throughline-dev/throughline/activities/enrich"
	"github.com/throughline-dev/throughline/workflows/field"
)

// How much a submission may hold, in characters where nothing else is said. The bounds are generous: they keep a mistake or
// an attack from growing a workflow's history, and judge nobody's name. Those of an address are from RFC 5321, section
// 4.5.3.1; MaxEmployees is several times the largest employer there is.
const (
	MaxName      = 200 // also the company's
	MaxEmail     = field.MaxEmail
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

// Mistake is one thing that is wrong with a submission.
type Mistake = field.Mistake

// Mistakes are all that is wrong with a submission.
type Mistakes = field.Mistakes

// Normalize gives what means the same the same shape: letters are composed (Unicode NFC); spaces around a value go, and in
// fields of one line any white space is a single space; the message's line ends become "\n"; the e-mail's domain and the
// country are written as other systems expect them. What can't be brought into shape stays as it was, for
// [Submission.Validate] to name. Other is never touched.
func (s *Submission) Normalize() {
	for _, line := range []*string{&s.Name, &s.Company, &s.Phone, &s.Region} {
		*line = field.OneLine(*line)
	}
	s.Email = field.Email(s.Email)
	s.Message = field.Text(s.Message)
	s.Country = field.Country(s.Country)
	for name, value := range s.UTM {
		s.UTM[name] = field.OneLine(value)
	}
	maps.DeleteFunc(s.UTM, func(_, value string) bool { return value == "" })
	s.Domain = enrich.CompanyDomain(s.Email)
}

// Validate returns all that is wrong with a normalised submission as [Mistakes], or nil.
func (s *Submission) Validate() error {
	var m Mistakes
	if s.Name == "" {
		m.Add("name", "is missing: say who this is from")
	}
	m.Add("name", field.WrongLine(s.Name, MaxName))
	m.Add("email", field.WrongEmail(s.Email))
	m.Add("company", field.WrongLine(s.Company, MaxName))
	m.Add("phone", field.WrongLine(s.Phone, MaxPhone))
	m.Add("country", field.WrongCountry(s.Country))
	m.Add("region", field.WrongLine(s.Region, MaxRegion))
	if s.Employees < 0 || s.Employees > MaxEmployees {
		m.Add("employees", fmt.Sprintf("must be a whole number from 0 to %d", MaxEmployees))
	}
	m.Add("message", field.WrongText(s.Message, MaxMessage))
	m.Add("utm", wrongNames(slices.Collect(maps.Keys(s.UTM)), MaxUTM))
	for _, name := range slices.Sorted(maps.Keys(s.UTM)) {
		if len(s.UTM) <= MaxUTM {
			m.Add("utm_"+name, field.WrongLine(s.UTM[name], MaxUTMValue))
		}
	}
	m.Add("other fields", wrongOther(s.Other))
	return m.Err()
}

func wrongNames(names []string, limit int) string {
	if len(names) > limit {
		return fmt.Sprintf("has too many fields: at most %d", limit)
	}
	for _, name := range names {
		if name == "" || field.WrongLine(name, MaxFieldName) != "" {
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
