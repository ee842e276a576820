package lead

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func valid() Submission {
	return Submission{
		Name: "Ada Winter", Email: "ada@contoso.com", Company: "Contoso", Country: "DE", Employees: 40,
		Message:  "Hello\nThere",
		UTM:      map[string]string{"source": "search"},
		Other:    map[string]any{"budget": json.Number("12345678901234567890")},
		Received: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
}

func TestAValidSubmissionHasNoMistakes(t *testing.T) {
	s := valid()
	s.Normalize()
	require.NoError(t, s.Validate())
}

func TestEachMistakeNamesItsField(t *testing.T) {
	for _, c := range []struct {
		field, problem string
		spoil          func(*Submission)
	}{
		{"name", "is missing", func(s *Submission) { s.Name = " \t" }},
		{"email", "single line", func(s *Submission) { s.Email = "ada@contoso.com\nBcc: everyone@example.com" }},
		{"name", "control characters", func(s *Submission) { s.Name = "Ada\x00" }},
		{"name", "not valid UTF-8", func(s *Submission) { s.Name = "Ada\xff" }},
		{"name", "at most 200", func(s *Submission) { s.Name = strings.Repeat("é", 201) }},
		{"email", "is missing", func(s *Submission) { s.Email = "" }},
		{"email", "is not an e-mail address", func(s *Submission) { s.Email = "ada" }},
		{"email", "is not an e-mail address", func(s *Submission) { s.Email = "ada@localhost" }},
		{"email", "is not an e-mail address", func(s *Submission) { s.Email = "ada@[127.0.0.1]" }},
		{"email", "is not an e-mail address", func(s *Submission) { s.Email = "ada@127.0.0.1" }},
		{"email", "is not an e-mail address", func(s *Submission) { s.Email = "Ada <ada@contoso.com>" }},
		{"email", "is not an e-mail address", func(s *Submission) { s.Email = "ada@contoso.com, eve@contoso.com" }},
		{"email", "is not an e-mail address", func(s *Submission) { s.Email = "ada@con_toso..com" }},
		{"email", "is not an e-mail address", func(s *Submission) { s.Email = strings.Repeat("a", 65) + "@contoso.com" }},
		{"email", "before the @", func(s *Submission) { s.Email = "adä@contoso.com" }},
		{"email", "at most 254", func(s *Submission) { s.Email = "a@" + strings.Repeat("long.", 60) + "com" }},
		{"company", "at most 200", func(s *Submission) { s.Company = strings.Repeat("x", 201) }},
		{"phone", "at most 50", func(s *Submission) { s.Phone = strings.Repeat("1", 51) }},
		{"country", "two-letter code", func(s *Submission) { s.Country = "Germany" }},
		{"country", "two-letter code", func(s *Submission) { s.Country = "DEU" }},
		{"country", "two-letter code", func(s *Submission) { s.Country = "ZZ" }},
		{"country", "two-letter code", func(s *Submission) { s.Country = "EU" }},
		{"country", "two-letter code", func(s *Submission) { s.Country = "UN" }},
		{"region", "at most 100", func(s *Submission) { s.Region = strings.Repeat("x", 101) }},
		{"employees", "from 0", func(s *Submission) { s.Employees = -1 }},
		{"employees", "from 0", func(s *Submission) { s.Employees = MaxEmployees + 1 }},
		{"message", "at most 10000", func(s *Submission) { s.Message = strings.Repeat("x", 10_001) }},
		{"message", "control characters", func(s *Submission) { s.Message = "\x1b[31m" }},
		{"utm_source", "at most 500", func(s *Submission) { s.UTM["source"] = strings.Repeat("x", 501) }},
		{"utm", "without a readable name", func(s *Submission) { s.UTM[""] = "x" }},
		{"utm", "at most 20", func(s *Submission) {
			for i := range 21 {
				s.UTM[strings.Repeat("x", i+1)] = "x"
			}
		}},
		{"other fields", "at most 100", func(s *Submission) {
			for i := range 101 {
				s.Other[strings.Repeat("x", i+1)] = "x"
			}
		}},
		{"other fields", "too large", func(s *Submission) { s.Other["x"] = strings.Repeat("x", MaxOtherSize) }},
		{"other fields", "without a readable name", func(s *Submission) { s.Other["a\nb"] = 1 }},
	} {
		t.Run(c.field+" "+c.problem, func(t *testing.T) {
			s := valid()
			c.spoil(&s)
			s.Normalize()
			var m Mistakes
			require.ErrorAs(t, s.Validate(), &m)
			require.Len(t, m, 1)
			assert.Equal(t, c.field, m[0].Field)
			assert.Contains(t, m[0].Problem, c.problem)
		})
	}
}

func TestAllMistakesAreFoundAtOnce(t *testing.T) {
	s := Submission{Email: "nobody", Country: "Atlantis", Employees: -5}
	s.Normalize()
	var m Mistakes
	require.ErrorAs(t, s.Validate(), &m)
	var fields []string
	for _, one := range m {
		fields = append(fields, one.Field)
	}
	assert.Equal(t, []string{"name", "email", "country", "employees"}, fields)
}

func TestMistakesNeverQuoteWhatWasSent(t *testing.T) {
	s := Submission{
		Name: "secret\x00", Email: "secret", Company: "secret\x00", Phone: "secret\x00", Country: "secret", Region: "secret\x00",
		Message: "secret\x00", UTM: map[string]string{"source": "secret\x00"}, Other: map[string]any{"secret\x00": 1},
	}
	s.Normalize()
	err := s.Validate()
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "secret")
}

func TestNormalizeMakesOneShapeOfWhatMeansTheSame(t *testing.T) {
	s := Submission{
		Name: "  Zoe\u0308\n\tBcc: all ", Email: " Zoe@MÜLLER.Example ", Country: "uk", Message: "a\r\r\nb", Region: "Bavaria ",
		UTM: map[string]string{"source": " search ", "term": " "},
	}
	s.Normalize()
	assert.Equal(t, "Zoë Bcc: all", s.Name, "a name goes into a message's header")
	assert.Equal(t, "Zoe@xn--mller-kva.example", s.Email, "a mailbox's own part may care about case; a domain doesn't")
	assert.Equal(t, "xn--mller-kva.example", s.Domain)
	assert.Equal(t, "GB", s.Country)
	assert.Equal(t, "a\n\nb", s.Message)
	assert.Equal(t, map[string]string{"source": "search"}, s.UTM)
}

func TestNormalizingTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-zÀ-ü ]{1,5}@[a-zÀ-ü.]{1,9}`), rapid.StringMatching(`[A-Za-z]{2}`))
		s := Submission{
			Name: text.Draw(t, "name"), Email: text.Draw(t, "email"), Country: text.Draw(t, "country"), Message: text.Draw(t, "message"),
			UTM: map[string]string{"source": text.Draw(t, "source")},
		}
		s.Normalize()
		once, _ := json.Marshal(s)
		s.Normalize()
		twice, _ := json.Marshal(s)
		if string(once) != string(twice) {
			t.Fatalf("%s became %s", once, twice)
		}
	})
}

func TestNumbersSurviveTheTripThroughHistory(t *testing.T) {
	b, err := json.Marshal(valid())
	require.NoError(t, err)
	var s Submission
	require.NoError(t, json.Unmarshal(b, &s))
	assert.Equal(t, valid(), s)
}

func TestTheSameKeyIsTheSameSubmission(t *testing.T) {
	a, b := valid(), valid()
	b.Received, b.Message = b.Received.AddDate(1, 0, 0), "something else"
	assert.Equal(t, a.WorkflowID("order-1"), b.WorkflowID("order-1"))
	assert.NotEqual(t, a.WorkflowID("order-1"), a.WorkflowID("order-2"))
	assert.NotEqual(t, a.WorkflowID("order-1"), a.WorkflowID(""))
}

func TestWithoutAKeyTheSameContentOnTheSameDayIsTheSameSubmission(t *testing.T) {
	a := valid()
	later := valid()
	later.Received = time.Date(2026, 3, 2, 0, 30, 0, 0, time.FixedZone("Berlin", 3600)) // still 1 March, UTC
	assert.Equal(t, a.WorkflowID(""), later.WorkflowID(""))

	tomorrow := valid()
	tomorrow.Received = tomorrow.Received.AddDate(0, 0, 1)
	assert.NotEqual(t, a.WorkflowID(""), tomorrow.WorkflowID(""))

	for name, change := range map[string]func(*Submission){
		"name": func(s *Submission) { s.Name += "x" }, "email": func(s *Submission) { s.Email += "x" },
		"company": func(s *Submission) { s.Company += "x" }, "phone": func(s *Submission) { s.Phone += "x" },
		"country": func(s *Submission) { s.Country = "AT" }, "region": func(s *Submission) { s.Region += "x" },
		"employees": func(s *Submission) { s.Employees++ }, "message": func(s *Submission) { s.Message += "x" },
		"utm":   func(s *Submission) { s.UTM = map[string]string{"source": "mail"} },
		"other": func(s *Submission) { s.Other = map[string]any{"budget": json.Number("12345678901234567891")} },
	} {
		s := valid()
		change(&s)
		assert.NotEqual(t, a.WorkflowID(""), s.WorkflowID(""), name)
	}
}

func TestIDsAreOpaqueAndRecognised(t *testing.T) {
	s := valid()
	for _, id := range []string{s.WorkflowID(""), s.WorkflowID("ada@contoso.com")} {
		assert.Regexp(t, `^lead-[a-z2-7]{16}$`, id)
		assert.True(t, IsWorkflowID(id))
	}
	for _, id := range []string{"", "lead-", "rotation-dach", "lead-AAAAAAAAAAAAAAAA", "lead-aaaaaaaaaaaaaaaa\n"} {
		assert.False(t, IsWorkflowID(id), id)
	}
}

func TestACustomerIsTheSameHoweverTheAddressIsWritten(t *testing.T) {
	a, b := valid(), valid()
	b.Email, b.Name = "ADA@contoso.com", "A. Winter"
	assert.Equal(t, a.Customer(), b.Customer())
	b.Email = "eve@contoso.com"
	assert.NotEqual(t, a.Customer(), b.Customer())
	assert.NotContains(t, a.Customer(), "ada")
}
