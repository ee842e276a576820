package proposal

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/workflows/lead"
)

func eur(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

func valid() Request {
	return Request{
		Title: "Two robot arms", Deal: "9812345678",
		Client: document.Party{Company: "Contoso", Name: "Ada Winter", Email: "ada@contoso.com", Country: "DE"},
		Notes:  "# Goals\n\n- faster", Currency: "EUR",
		Lines: []document.Line{
			{Description: "Robot arm", Quantity: 2 * money.One, Price: eur(199_950)},
			{Description: "Set-up, hours", Quantity: 2_500, Price: eur(14_000)},
		},
		Discount: document.Discount{Percent: 1_000}, ValidUntil: "2026-04-30", RequestedBy: "maria",
		Received: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
}

func TestAValidRequestHasNoMistakes(t *testing.T) {
	for name, change := range map[string]func(*Request){
		"as it is":                     func(*Request) {},
		"without what may be left out": func(r *Request) { r.Title, r.Deal, r.Client.Country, r.RequestedBy, r.Notes = "", "", "", "", "" },
		"without prices yet":           func(r *Request) { r.Lines, r.Discount = nil, document.Discount{} },
		"something for nothing":        func(r *Request) { r.Lines[0].Price = eur(0) },
		"an amount off":                func(r *Request) { r.Discount = document.Discount{Amount: eur(434_900)} },
		"all off":                      func(r *Request) { r.Discount = document.Discount{Percent: money.Whole} },
		"no minor units": func(r *Request) {
			r.Currency, r.Discount = "JPY", document.Discount{}
			for i := range r.Lines {
				r.Lines[i].Price.Currency = "JPY"
			}
		},
		"the longest notes": func(r *Request) { r.Notes = strings.Repeat("я", MaxNotes/2) },
		"only its deal":     func(r *Request) { *r = Request{FromDeal: true, Deal: "42"} },
		"a day that is still on in Honolulu": func(r *Request) {
			r.ValidUntil, r.Received = "2026-02-28", time.Date(2026, 3, 1, 11, 59, 0, 0, time.UTC)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := valid()
			change(&r)
			r.Normalize()
			require.NoError(t, r.Validate())
			_, err := document.Compute(r.Lines, r.Discount, r.Currency)
			assert.True(t, r.FromDeal || err == nil, "what is taken at the door can be counted: %v", err)
		})
	}
}

func TestEachMistakeNamesItsField(t *testing.T) {
	for _, c := range []struct {
		field, problem string
		spoil          func(*Request)
	}{
		{"title", "control characters", func(r *Request) { r.Title = "a\x00b\tc" }},
		{"title", "at most 200", func(r *Request) { r.Title = strings.Repeat("é", 201) }},
		{"deal", "in digits", func(r *Request) { r.Deal = "The Contoso deal" }},
		{"deal", "in digits", func(r *Request) { r.Deal = "0" }},
		{"deal", "is missing", func(r *Request) { *r = Request{FromDeal: true} }},
		{"client.company", "is missing", func(r *Request) { r.Client.Company = " " }},
		{"client.company", "at most 200", func(r *Request) { r.Client.Company = strings.Repeat("x", 201) }},
		{"client.name", "who is to sign", func(r *Request) { r.Client.Name = "" }},
		{"client.email", "is missing", func(r *Request) { r.Client.Email = "" }},
		{"client.email", "is not an e-mail address", func(r *Request) { r.Client.Email = "ada" }},
		{"client.country", "two-letter code", func(r *Request) { r.Client.Country = "Germany" }},
		{"notes", "at most 204800 bytes", func(r *Request) { r.Notes = strings.Repeat("я", MaxNotes/2) + "x" }},
		{"notes", "not valid UTF-8", func(r *Request) { r.Notes = "Z\xfcrich" }},
		{"requested_by", "at most 100", func(r *Request) { r.RequestedBy = strings.Repeat("x", 101) }},
		{"valid_until", "is missing", func(r *Request) { r.ValidUntil = "" }},
		{"valid_until", "is no date", func(r *Request) { r.ValidUntil = "2026-02-30" }},
		{"valid_until", "is no date", func(r *Request) { r.ValidUntil = "30.04.2026" }},
		{"valid_until", "is over", func(r *Request) { r.ValidUntil = "2026-02-27" }},
		{"currency", "is missing", func(r *Request) { r.Currency = "" }},
		{"currency", "is no currency", func(r *Request) { r.Currency = "Euro" }},
		{"lines", "at most 100", func(r *Request) { r.Lines = make([]document.Line, 101) }},
		{"lines[1].description", "is missing", func(r *Request) { r.Lines[1].Description = " " }},
		{"lines[1].description", "at most 500", func(r *Request) { r.Lines[1].Description = strings.Repeat("x", 501) }},
		{"lines[0].quantity", "more than zero", func(r *Request) { r.Lines[0].Quantity = 0 }},
		{"lines[0].quantity", "more than zero", func(r *Request) { r.Lines[0].Quantity = -1 }},
		{"lines[0].price", "less than zero", func(r *Request) { r.Lines[0].Price = eur(-1) }},
		{"lines[0].price", "in the proposal's currency", func(r *Request) { r.Lines[0].Price.Currency = "USD" }},
		{"lines[1]", "more than can be counted", func(r *Request) { r.Lines[1].Price = eur(math.MaxInt64) }},
		{"lines[1]", "more than can be counted", func(r *Request) {
			r.Lines[0] = document.Line{Description: "x", Quantity: money.One, Price: eur(math.MaxInt64)}
		}},
		{"discount", "not both", func(r *Request) { r.Discount.Amount = eur(1) }},
		{"discount.percent", "from 0 to 100", func(r *Request) { r.Discount.Percent = money.Whole + 1 }},
		{"discount.percent", "from 0 to 100", func(r *Request) { r.Discount.Percent = -1 }},
		{"discount.amount", "less than zero", func(r *Request) { r.Discount = document.Discount{Amount: eur(-1)} }},
		{"discount.amount", "in the proposal's currency", func(r *Request) {
			r.Discount = document.Discount{Amount: money.Amount{Minor: 1, Currency: "USD"}}
		}},
		{"discount.amount", "more than the lines", func(r *Request) { r.Discount = document.Discount{Amount: eur(434_901)} }},
	} {
		t.Run(c.field+" "+c.problem, func(t *testing.T) {
			r := valid()
			c.spoil(&r)
			r.Normalize()
			var m Mistakes
			require.ErrorAs(t, r.Validate(), &m)
			assert.Equal(t, c.field, m[0].Field)
			assert.Contains(t, m[0].Problem, c.problem)
			assert.NotContains(t, m.Error(), "Contoso", "a mistake quotes nothing")
		})
	}
}

func TestWhatMeansTheSameBecomesTheSame(t *testing.T) {
	want := valid()
	want.Normalize()
	r := valid()
	r.Title = " Two  robot\tarms\n"
	r.Client = document.Party{Company: "Contoso ", Name: " Ada\u00a0Winter", Email: " ada@CONTOSO.com", Country: "de"}
	r.Currency = " eur"
	r.Lines[0].Description = "Robot  arm "
	r.Notes = "\uFEFF\r\n# Goals\r\n\r\n- faster\x00  \v\r\n"
	r.Discount.Amount = eur(0)
	lines := r.Lines
	r.Normalize()
	assert.Equal(t, want, r)
	assert.Equal(t, "Robot  arm ", lines[0].Description, "what the caller has stays as it is")
	again := r
	again.Normalize()
	assert.Equal(t, r, again)
}

func TestNotesKeepTheirLines(t *testing.T) {
	for in, want := range map[string]string{
		"Goals:\n\t- one\n\t\t- two\n\n\n\nScope": "Goals:\n\t- one\n\t\t- two\n\n\n\nScope",
		"  indented\n":                  "  indented",
		"one\vtwo\fthree\u2028four":     "one\ntwo\nthree\nfour",
		"Ziele: Zu\u0308rich 設定 \u202e": "Ziele: Zürich 設定 \u202e",
		"<script>alert(1)</script>":     "<script>alert(1)</script>",
		"\x1b[31mred\x07":               "[31mred",
		"Z\xfcrich\r\n":                 "Z\xfcrich\r\n", // for Validate to refuse
	} {
		r := Request{Notes: in}
		r.Normalize()
		assert.Equal(t, want, r.Notes)
	}
}

func TestTheSameProposalIsKnownByItsKeyElseByItsContentAndDay(t *testing.T) {
	r := valid()
	id := r.WorkflowID("crm-4711")
	assert.Regexp(t, `^proposal-[a-z2-7]{16}$`, id)
	assert.True(t, IsWorkflowID(id))
	assert.NotContains(t, id, "4711")

	changed := valid()
	changed.Notes, changed.Received = "other", r.Received.AddDate(1, 0, 0)
	assert.Equal(t, id, changed.WorkflowID("crm-4711"), "a key is enough")
	assert.NotEqual(t, id, r.WorkflowID("crm-4712"))

	later := valid()
	later.Received = r.Received.Add(6 * time.Hour)
	later.Number = "P-ABCDEFGH"
	assert.Equal(t, r.WorkflowID(""), later.WorkflowID(""))
	later.Received = r.Received.Add(12 * time.Hour)
	assert.NotEqual(t, r.WorkflowID(""), later.WorkflowID(""), "on the next day it is said anew")
	assert.NotEqual(t, r.WorkflowID(""), changed.WorkflowID(""))
}

func TestEveryFieldIsPartOfTheDigest(t *testing.T) {
	digests := map[string]bool{valid().Digest(): true}
	for _, change := range []func(*Request){
		func(r *Request) { r.Title = "x" }, func(r *Request) { r.Deal = "1" }, func(r *Request) { r.Client.Name = "x" },
		func(r *Request) { r.Notes = "x" }, func(r *Request) { r.Currency = "USD" }, func(r *Request) { r.Lines = nil },
		func(r *Request) { r.Lines[0].Quantity++ }, func(r *Request) { r.Lines[0].Price.Minor++ },
		func(r *Request) { r.Discount.Percent++ }, func(r *Request) { r.ValidUntil = "x" }, func(r *Request) { r.RequestedBy = "x" },
		func(r *Request) { r.FromDeal = true },
	} {
		r := valid()
		change(&r)
		digests[r.Digest()] = true
	}
	assert.Len(t, digests, 13)
}

func TestADealStartsOneProposalADay(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	id := DealWorkflowID("9812345678", at)
	assert.Regexp(t, `^proposal-[a-z2-7]{16}-20260301$`, id)
	assert.True(t, IsWorkflowID(id))
	assert.True(t, strings.HasPrefix(id, DealPrefix("9812345678")))
	assert.NotContains(t, id, "9812345678")
	assert.Equal(t, id, DealWorkflowID("9812345678", at.Add(24*time.Hour-time.Millisecond).In(time.FixedZone("", -8*3600))))
	assert.NotEqual(t, id, DealWorkflowID("9812345678", at.Add(24*time.Hour)))
	assert.NotEqual(t, id, DealWorkflowID("9812345679", at))
	for _, other := range []string{"lead-aaaaaaaaaaaaaaaa", "proposal-", "proposal-aaaaaaaaaaaaaaaa-1", "proposal-aaaaaaaaaaaaaaaa/x", "xproposal-aaaaaaaaaaaaaaaa"} {
		assert.False(t, IsWorkflowID(other), other)
	}
}

func TestAProposalsNumberIsItsOwn(t *testing.T) {
	one, other := DealWorkflowID("1", time.Unix(0, 0)), DealWorkflowID("1", time.Unix(86_400, 0))
	assert.Regexp(t, `^P-[A-Z2-7]{8}$`, Number(one))
	assert.Equal(t, Number(one), Number(one))
	assert.NotEqual(t, Number(one), Number(other), "two proposals of one deal")
}

func TestACustomerIsTheSameInLeadsAndInProposals(t *testing.T) {
	r := valid()
	r.Client.Email = "Ada@contoso.com"
	assert.Equal(t, lead.Submission{Email: "ada@contoso.com"}.Customer(), r.Customer())
}

func TestARequestSurvivesItsWayThroughTemporal(t *testing.T) {
	want := valid()
	b, err := json.Marshal(want)
	require.NoError(t, err)
	var got Request
	require.NoError(t, json.Unmarshal(b, &got))
	assert.Equal(t, want, got)
}
