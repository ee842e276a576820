package intake

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/field"
	"github.com/throughline-dev/throughline/workflows/proposal"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

const goodProposal = `{
	"submission_id": "crm-4711", "title": "Two robot arms", "deal": 9812345678,
	"client": {"company": "Contoso", "name": "Ada Winter", "email": "ada@contoso.com", "country": "de"},
	"notes": "# Goals\r\n- faster", "currency": "eur",
	"lines": [
		{"description": "Robot arm", "quantity": 2, "price": "1999.50"},
		{"description": "Set-up, hours", "quantity": "2.5", "price": 140.00}
	],
	"discount": {"percent": "12.5"}, "valid_until": "2999-04-30", "requested_by": "Maria.Lopez@northwind.example"
}`

var people = []policy.Person{{ID: "nobody"}, {ID: "maria", Name: "Maria Lopez", Email: "maria.lopez@northwind.example"}}

// mistakes are those in a proposal, by field.
func mistakes(t *testing.T, body string) map[string]string {
	t.Helper()
	p, err := ReadProposal([]byte(body))
	require.NoError(t, err)
	found := map[string]string{}
	var m field.Mistakes
	if err := p.Check(people); err != nil {
		require.ErrorAs(t, err, &m)
	}
	for _, one := range m {
		assert.NotContains(t, found, one.Field, "each field is named once")
		found[one.Field] = one.Problem
	}
	return found
}

func TestReadProposalTakesEveryField(t *testing.T) {
	p, err := ReadProposal([]byte(goodProposal))
	require.NoError(t, err)
	require.NoError(t, p.Check(people))
	assert.Equal(t, "crm-4711", p.Key)
	assert.Equal(t, proposal.Request{
		Title: "Two robot arms", Deal: "9812345678",
		Client: document.Party{Company: "Contoso", Name: "Ada Winter", Email: "ada@contoso.com", Country: "DE"},
		Notes:  "# Goals\n- faster", Currency: "EUR",
		Lines: []document.Line{
			{Description: "Robot arm", Quantity: 2 * money.One, Price: money.Amount{Minor: 199_950, Currency: "EUR"}},
			{Description: "Set-up, hours", Quantity: 2_500, Price: money.Amount{Minor: 14_000, Currency: "EUR"}},
		},
		Discount: document.Discount{Percent: 1_250}, ValidUntil: "2999-04-30", RequestedBy: "maria",
	}, p.Request)

	p, err = ReadProposal([]byte(strings.NewReplacer(`{"percent": "12.5"}`, `{"amount": "500", "percent": null}`, `"maria.`, `"`).Replace(goodProposal)))
	require.NoError(t, err)
	assert.Equal(t, document.Discount{Amount: money.Amount{Minor: 50_000, Currency: "EUR"}}, p.Request.Discount)
}

func TestAProposalMayLeaveOutWhatNobodyNeeds(t *testing.T) {
	assert.Empty(t, mistakes(t, `{"client":{"company":"Contoso","name":"Ada Winter","email":"ada@contoso.com"},
		"currency":"JPY","valid_until":"2999-04-30","lines":null,"discount":null,"notes":null}`))
}

func TestAMistakeInAProposalNamesItsField(t *testing.T) {
	for name, c := range map[string]struct{ old, new, field, problem string }{
		"a comma":              {`"1999.50"`, `"1,999.50"`, "lines[0].price", "no separators of thousands"},
		"three digits":         {`"1999.50"`, `"1999.505"`, "lines[0].price", "at most 2 digits"},
		"an exponent":          {`140.00`, `1.4e2`, "lines[1].price", "a plain number"},
		"a currency":           {`"1999.50"`, `"EUR 1999.50"`, "lines[0].price", "a plain number"},
		"an amount by objects": {`"1999.50"`, `{"minor": 199950}`, "lines[0].price", "an amount in EUR"},
		"too much":             {`"1999.50"`, `"99999999999999999999"`, "lines[0].price", "an amount in EUR"},
		"no price":             {`, "price": "1999.50"`, ``, "lines[0].price", "is missing"},
		"price null":           {`"1999.50"`, `null`, "lines[0].price", "is missing"},
		"a negative price":     {`"1999.50"`, `"-1"`, "lines[0].price", "less than zero"},
		"no quantity":          {`"quantity": 2, `, ``, "lines[0].quantity", "is missing"},
		"no number":            {`"quantity": 2`, `"quantity": "two"`, "lines[0].quantity", "plain decimal number"},
		"a list for a number":  {`"quantity": 2`, `"quantity": [2]`, "lines[0].quantity", "plain decimal number"},
		"four digits":          {`"2.5"`, `"2.5001"`, "lines[1].quantity", "at most 3 digits"},
		"none of it":           {`"2.5"`, `"0"`, "lines[1].quantity", "more than zero"},
		"misspelt in a line":   {`"quantity": 2`, `"quantity": 2, "discount": "10"`, "lines[0].discount", "is no field here"},
		"a line that is none":  {`{"description": "Robot arm", "quantity": 2, "price": "1999.50"}`, `"Robot arm"`, "lines[0]", "must be an object"},
		"no description":       {`"description": "Robot arm", `, ``, "lines[0].description", "is missing"},
		"no list":              {`"lines": [`, `"lines": "see below", "liness": [`, "lines", "must be a list"},
		"a percent sign":       {`"12.5"`, `"12.5 %"`, "discount.percent", "no percent sign"},
		"a percentage alone":   {`{"percent": "12.5"}`, `"12.5"`, "discount", "must be an object"},
		"both discounts":       {`"percent": "12.5"`, `"percent": "12.5", "amount": 1`, "discount", "not both"},
		"over 100":             {`"12.5"`, `"100.01"`, "discount.percent", "from 0 to 100"},
		"more off than on":     {`"percent": "12.5"`, `"amount": "5000"`, "discount.amount", "more than the lines"},
		"no client":            {`"client": {`, `"client": [], "customer": {`, "client", "must be an object"},
		"a client's field":     {`"company": "Contoso"`, `"compnay": "Contoso"`, "client.compnay", `did you mean "company"?`},
		"a field misspelt":     {`"valid_until"`, `"validuntil"`, "validuntil", `did you mean "valid_until"?`},
		"a date as a number":   {`"2999-04-30"`, `29990430`, "valid_until", "must be text"},
		"notes as a list":      {`"# Goals\r\n- faster"`, `["faster"]`, "notes", "must be text"},
		"an unknown currency":  {`"eur"`, `"euro"`, "currency", "is no currency"},
		"somebody else":        {`Maria.Lopez@`, `Maria@`, "requested_by", "is nobody in the handbook"},
		"a deal's name":        {`9812345678`, `"Contoso 2026"`, "deal", "in digits"},
		"a deal as an object":  {`9812345678`, `{"id":1}`, "deal", "the deal's ID"},
		"a long key":           {`"crm-4711"`, `"` + strings.Repeat("k", MaxKey+1) + `"`, KeyField, "at most 200 bytes"},
		"what is ours to set":  {`"title"`, `"received": "2026-01-01T00:00:00Z", "number": "P-1", "from_deal": true, "title"`, "received", "is no field"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, goodProposal, c.old)
			found := mistakes(t, strings.Replace(goodProposal, c.old, c.new, 1))
			require.Contains(t, found, c.field)
			assert.Contains(t, found[c.field], c.problem)
			assert.NotContains(t, fmt.Sprint(found), "Contoso", "a mistake quotes no value")
		})
	}
}

func TestAMistakeIsToldOnceAndNotForWhatFollowsFromIt(t *testing.T) {
	assert.Len(t, mistakes(t, strings.Replace(goodProposal, `"eur"`, `"x"`, 1)), 1, "not each price")
	assert.Len(t, mistakes(t, strings.NewReplacer(`"1999.50"`, `"1.999,50"`, `"percent": "12.5"`, `"amount": "4000"`).Replace(goodProposal)), 1,
		"not the discount, since nobody knows what it is taken off")
	found := mistakes(t, strings.Replace(goodProposal, `{"company": "Contoso", "name": "Ada Winter", "email": "ada@contoso.com", "country": "de"}`, `"Contoso"`, 1))
	assert.Len(t, found, 1, "not what would be in the client")
}

func TestManyMistakesMakeNoLongAnswer(t *testing.T) {
	lines := strings.Repeat(`{"description":"x","quantity":1,"price":1},`, 5_000)
	found := mistakes(t, strings.Replace(goodProposal, `"lines": [`, `"lines": [`+lines, 1))
	assert.Equal(t, map[string]string{"lines": "are too many: at most 100"}, found)

	var odd strings.Builder
	for i := range 5_000 {
		fmt.Fprintf(&odd, `"odd-%d":1,`, i)
	}
	found = mistakes(t, strings.Replace(goodProposal, `"title"`, odd.String()+`"`+strings.Repeat("x", 5_000)+`":1,"title"`, 1))
	assert.Len(t, found, maxUnknown+1)
	assert.Contains(t, found["other fields"], "too many that mean nothing here: 4981 more")

	assert.Contains(t, mistakes(t, strings.Replace(goodProposal, `"title"`, `"a\nb":1,"title"`, 1))["other fields"], "without a readable name")
}

func TestABodyThatIsNoProposalIsRefusedAsAWhole(t *testing.T) {
	for body, want := range map[string]error{
		"": ErrNotJSON, "{": ErrNotJSON, "[]": ErrNotObject, "{} {}": ErrNotObject, "{\"title\":\"\xff\"}": ErrNotUTF8,
	} {
		_, err := ReadProposal([]byte(body))
		assert.ErrorIs(t, err, want)
	}
}

func TestTheLongestNotesInAnyScriptFitIntoABody(t *testing.T) {
	for _, letter := range []string{"я", "設", "😀", "\n"} {
		notes := strings.Repeat(letter, proposal.MaxNotes/len(letter))
		var escaped strings.Builder // as Python writes it
		for _, r := range notes {
			if r == '\n' {
				escaped.WriteString(`\n`)
				continue
			}
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&escaped, `\u%04x`, unit)
			}
		}
		assert.Less(t, escaped.Len(), MaxProposal*2/3)
		p, err := ReadProposal([]byte(`{"notes":"x` + escaped.String() + `"}`))
		require.NoError(t, err)
		assert.Equal(t, "x"+notes, p.Request.Notes)
	}
}

func takingProposals(t *testing.T, err error) (*mocks.Client, *client.StartWorkflowOptions, *proposal.Request) {
	c, options, in := mocks.NewClient(t), &client.StartWorkflowOptions{}, &proposal.Request{}
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, proposal.WorkflowName, mock.Anything).Run(func(args mock.Arguments) {
		*options, *in = args.Get(1).(client.StartWorkflowOptions), args.Get(3).(proposal.Request)
	}).Return(nil, err).Once()
	return c, options, in
}

func aProposal(t *testing.T) Proposal {
	p, err := ReadProposal([]byte(goodProposal))
	require.NoError(t, err)
	return p
}

func TestTakeProposalStartsOneWorkflowThatShowsNoPerson(t *testing.T) {
	c, options, in := takingProposals(t, nil)
	receipt, err := TakeProposal(t.Context(), c, aProposal(t), people)
	require.NoError(t, err)
	assert.Equal(t, Receipt{ID: in.WorkflowID("crm-4711")}, receipt)
	assert.Equal(t, proposal.Number(receipt.ID), in.Number)
	assert.Equal(t, "maria", in.RequestedBy)
	assert.WithinDuration(t, time.Now(), in.Received, time.Minute)

	assert.Equal(t, receipt.ID, options.ID)
	assert.Equal(t, proposal.TaskQueue, options.TaskQueue)
	assert.Equal(t, enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE, options.WorkflowIDReusePolicy)
	assert.Equal(t, "Proposal: Contoso (DE)", options.StaticSummary)
	assert.Equal(t, map[string]any{memoDigest: in.Digest()}, options.Memo)
	customer, _ := options.TypedSearchAttributes.GetKeyword(visibility.Customer)
	assert.Equal(t, in.Customer(), customer)
	seen := fmt.Sprint(options.ID, options.StaticSummary, options.Memo, options.TypedSearchAttributes.GetUntypedValues())
	for _, private := range []string{"Ada", "Winter", "ada@", "contoso.com", "4711", "9812345678"} {
		assert.NotContains(t, seen, private)
	}
}

func TestAProposalUnderAKeyThatHadOtherContentIsNotSwallowed(t *testing.T) {
	p := aProposal(t)
	require.NoError(t, p.Check(people))
	for digest, duplicate := range map[string]bool{p.Request.Digest(): true, "another one's": false} {
		c := holding(t, memo(t, digest), nil)
		c.ExpectedCalls[0].Arguments[2] = proposal.WorkflowName
		receipt, err := TakeProposal(t.Context(), c, aProposal(t), people)
		if duplicate {
			require.NoError(t, err)
			assert.True(t, receipt.Duplicate)
			continue
		}
		var m field.Mistakes
		require.ErrorAs(t, err, &m)
		assert.Equal(t, KeyField, m[0].Field)
	}
}

func TestASignedProposalIsKnownByTheDayOfItsSignature(t *testing.T) {
	id := func(signed time.Time) string {
		c, _, _ := takingProposals(t, nil)
		p := aProposal(t)
		p.Key, p.Signed = "", signed
		receipt, err := TakeProposal(t.Context(), c, p, people)
		require.NoError(t, err)
		return receipt.ID
	}
	evening := time.Date(2020, time.March, 1, 23, 58, 0, 0, time.UTC)
	assert.Equal(t, id(evening), id(evening))
	assert.NotEqual(t, id(evening), id(evening.Add(3*time.Minute)))
	assert.NotEqual(t, id(evening), id(time.Time{}))
}

func TestAWrongProposalNeverReachesTemporal(t *testing.T) {
	p := aProposal(t)
	p.Request.ValidUntil = "2020-01-01"
	_, err := TakeProposal(t.Context(), mocks.NewClient(t), p, people)
	var m field.Mistakes
	require.ErrorAs(t, err, &m)
	assert.Equal(t, "valid_until", m[0].Field)
}

func TestAProposalWhoseStartGotNoAnswerIsToBeSentAgain(t *testing.T) {
	c, _, _ := takingProposals(t, serviceerror.NewUnavailable("down"))
	_, err := TakeProposal(t.Context(), c, aProposal(t), people)
	var u *Unavailable
	require.ErrorAs(t, err, &u)
	assert.True(t, proposal.IsWorkflowID(u.ID))
}

func FuzzReadProposal(f *testing.F) {
	f.Add([]byte(goodProposal))
	f.Add([]byte(`{"client":[],"lines":[1,{"price":{}}],"discount":{"percent":1e9,"x":null}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := ReadProposal(body)
		if err != nil {
			return
		}
		p.Request.Received = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		err = p.Check(people)
		if err != nil {
			for _, m := range err.(field.Mistakes) {
				if m.Field == "" || m.Problem == "" || !utf8.ValidString(m.Field) || strings.ContainsAny(m.Field, "\n\x00") {
					t.Fatalf("a mistake that nobody can read: %q %q", m.Field, m.Problem)
				}
			}
			return
		}
		if _, err := document.Compute(p.Request.Lines, p.Request.Discount, p.Request.Currency); err != nil {
			t.Fatalf("taken, but can't be added up: %v", err)
		}
		b, err := json.Marshal(p.Request)
		if err != nil {
			t.Fatal(err)
		}
		var back proposal.Request
		if err := json.Unmarshal(b, &back); err != nil || back.Digest() != p.Request.Digest() {
			t.Fatalf("doesn't survive its way through Temporal: %v", err)
		}
	})
}
