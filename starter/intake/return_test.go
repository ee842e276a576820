package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/field"
	"github.com/throughline-dev/throughline/workflows/returns"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

const goodReturn = `{
	"submission_id": "form-4711", "order": "#1042", "email": "Ada@CONTOSO.com", "name": "Ada Winter",
	"items": [
		{"sku": "LAMP-1", "quantity": 2, "reason": "Damaged", "note": "The glass."},
		{"line": 4711, "quantity": "1", "reason": "too_small"}
	],
	"wish": "refund", "photos": ["https://pictures.example/1.jpg"], "comment": "Both came\r\nbroken."
}`

var wantReturn = returns.Request{
	Order: "1042", Email: "Ada@contoso.com", Name: "Ada Winter", Wish: refund.Refund,
	Items: []refund.Item{
		{SKU: "LAMP-1", Quantity: 2, Reason: commerce.Damaged, Note: "The glass."},
		{Line: "gid://shopify/LineItem/4711", Quantity: 1, Reason: commerce.TooSmall},
	},
	Photos: []string{"https://pictures.example/1.jpg"}, Comment: "Both came\nbroken.",
}

func goodForm() url.Values {
	return url.Values{
		"submission_id": {"form-4711"}, "order": {"1042"}, "email": {"Ada@contoso.com"}, "name": {"Ada Winter"},
		"items[0].sku": {"LAMP-1"}, "items[0].quantity": {"2"}, "items[0].reason": {"damaged"}, "items[0].note": {"The glass."},
		"items[1].sku": {" "}, "items[1].quantity": {"1"}, "items[1].reason": {""},
		"items[3].line": {"4711"}, "items[3].quantity": {"1"}, "items[3].reason": {"too_small"},
		"wish": {"refund"}, "photos": {"https://pictures.example/1.jpg\r\n"}, "comment": {"Both came\r\nbroken."}, "homepage": {""},
	}
}

// wrongIn are the mistakes in a return, by field.
func wrongIn(t *testing.T, r *Return, err error) map[string]string {
	t.Helper()
	require.NoError(t, err)
	found := map[string]string{}
	var m field.Mistakes
	if err := r.Check(); err != nil {
		require.ErrorAs(t, err, &m)
	}
	for _, one := range m {
		assert.NotContains(t, found, one.Field, "each field is named once")
		found[one.Field] = one.Problem
	}
	return found
}

func TestAReturnIsTheSameInJSONAndInAForm(t *testing.T) {
	for _, read := range []func() (Return, error){
		func() (Return, error) { return ReadReturn([]byte(goodReturn), "homepage") },
		func() (Return, error) { return ReadReturnForm(goodForm(), "homepage") },
	} {
		r, err := read()
		assert.Empty(t, wrongIn(t, &r, err))
		assert.Equal(t, "form-4711", r.Key)
		assert.False(t, r.Trapped)
		assert.Equal(t, wantReturn, r.Request)
	}
}

func TestTheExampleIsAReturn(t *testing.T) {
	body, err := os.ReadFile("../../docs/examples/return.json")
	require.NoError(t, err)
	r, err := ReadReturn(body, "")
	assert.Empty(t, wrongIn(t, &r, err))
}

func TestAReturnMayLeaveOutWhatNobodyNeeds(t *testing.T) {
	r, err := ReadReturn([]byte(`{"order":1042,"email":"ada@contoso.com","wish":"exchange","photos":null,"comment":null,
		"items":[{"sku":4711,"quantity":1,"reason":"other","instead":4712}]}`), "")
	assert.Empty(t, wrongIn(t, &r, err))
	assert.Equal(t, "4712", r.Request.Items[0].Instead)
	assert.Equal(t, "1042", r.Request.Order)
}

func TestAMistakeInAReturnNamesItsField(t *testing.T) {
	for name, c := range map[string]struct{ old, new, field, problem string }{
		"no order":               {`"order": "#1042", `, ``, "order", "is missing"},
		"an order as a list":     {`"#1042"`, `["1042"]`, "order", "the order's number"},
		"an address":             {`Ada@CONTOSO.com`, `ada`, "email", "is not an e-mail address"},
		"no items":               {`"items": [`, `"items": null, "lines": [`, "items", "are missing"},
		"items in words":         {`"items": [`, `"items": "two lamps", "itemss": [`, "items", "must be a list"},
		"an item in words":       {`{"line": 4711, "quantity": "1", "reason": "too_small"}`, `"LAMP-1"`, "items[1]", "must be an object"},
		"no sku":                 {`"sku": "LAMP-1", `, ``, "items[0].sku", "is missing"},
		"half of it":             {`"quantity": 2`, `"quantity": 1.5`, "items[0].quantity", "must be a whole number, such as 1"},
		"two of it":              {`"quantity": 2`, `"quantity": "two"`, "items[0].quantity", "must be a whole number"},
		"none of it":             {`"quantity": 2`, `"quantity": 0`, "items[0].quantity", "from 1 to 10000"},
		"no quantity":            {`"quantity": 2, `, ``, "items[0].quantity", "from 1 to 10000"},
		"a list for a number":    {`"quantity": 2`, `"quantity": [2]`, "items[0].quantity", "must be a whole number"},
		"an unknown reason":      {`"Damaged"`, `"ugly"`, "items[0].reason", "must be unwanted"},
		"no reason":              {`, "reason": "Damaged"`, ``, "items[0].reason", "is missing"},
		"a reason as a number":   {`"Damaged"`, `4`, "items[0].reason", "must be text"},
		"instead of a refund":    {`"note"`, `"instead": "LAMP-2", "note"`, "items[0].instead", "only for an exchange"},
		"misspelt in an item":    {`"note"`, `"noet"`, "items[0].noet", `did you mean "note"?`},
		"an unknown wish":        {`"wish": "refund"`, `"wish": "money"`, "wish", "must be refund, exchange or store_credit"},
		"no photo":               {`"https://pictures.example/1.jpg"`, `"lamp.jpg"`, "photos[0]", "begins with https://"},
		"a photo as an object":   {`"https://pictures.example/1.jpg"`, `{"url": "x"}`, "photos[0]", "must be a picture's address"},
		"a photo alone":          {`["https://pictures.example/1.jpg"]`, `"https://pictures.example/1.jpg"`, "photos", "must be a list"},
		"a field misspelt":       {`"comment"`, `"coment"`, "coment", `did you mean "comment"?`},
		"a long key":             {`"form-4711"`, `"` + strings.Repeat("k", MaxKey+1) + `"`, KeyField, "at most 200 bytes"},
		"a ticket from outside":  {`"order"`, `"ticket": "7", "from_ticket": true, "order"`, "ticket", "is no field here"},
		"a robot":                {`"order"`, `"homepage": "x", "order"`, "homepage", "must be left empty"},
		"what is ours to decide": {`"order"`, `"number": "R-1", "received": "2026-01-01T00:00:00Z", "order"`, "number", "is no field here"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, goodReturn, c.old)
			r, err := ReadReturn([]byte(strings.Replace(goodReturn, c.old, c.new, 1)), "homepage")
			found := wrongIn(t, &r, err)
			require.Contains(t, found, c.field)
			assert.Contains(t, found[c.field], c.problem)
			assert.Equal(t, name == "a robot", r.Trapped)
			for _, quoted := range []string{"LAMP", "CONTOSO", "pictures."} {
				assert.NotContains(t, fmt.Sprint(found), quoted, "a mistake quotes no value")
			}
		})
	}
}

func TestAMistakeInAFormNamesTheRowThatItIsIn(t *testing.T) {
	for name, c := range map[string]struct {
		spoil          func(url.Values)
		field, problem string
	}{
		"in the last row":   {func(f url.Values) { f.Set("items[3].reason", "ugly") }, "items[3].reason", "must be unwanted"},
		"what can't be":     {func(f url.Values) { f.Set("items[3].quantity", "two") }, "items[3].quantity", "must be a whole number"},
		"a row half filled": {func(f url.Values) { f.Set("items[1].sku", "LAMP-2") }, "items[1].reason", "is missing"},
		"twice":             {func(f url.Values) { f.Add("order", "1043") }, "order", "must be given once"},
		"twice in a row":    {func(f url.Values) { f.Add("items[3].line", "1") }, "items[3].line", "must be given once"},
		"in one field":      {func(f url.Values) { f.Set("items", "2 x LAMP-1") }, "items", "items[0].sku"},
		"misspelt":          {func(f url.Values) { f.Set("items[0].size", "L") }, "items[0].size", "is no field here"},
		"too many":          {func(f url.Values) { f.Set("items[100].sku", "L") }, "items[100].sku", "is no field here"},
		"a robot":           {func(f url.Values) { f.Set("homepage", "x") }, "homepage", "must be left empty"},
		"a robot's list":    {func(f url.Values) { f["homepage"] = []string{"", "x"} }, "homepage", "must be left empty"},
		"a photo":           {func(f url.Values) { f.Add("photos", "lamp.jpg") }, "photos[1]", "begins with https://"},
	} {
		t.Run(name, func(t *testing.T) {
			form := goodForm()
			c.spoil(form)
			r, err := ReadReturnForm(form, "homepage")
			found := wrongIn(t, &r, err)
			require.Contains(t, found, c.field)
			assert.Contains(t, found[c.field], c.problem)
		})
	}
	_, err := ReadReturnForm(url.Values{"name": {"\xff"}}, "")
	assert.ErrorIs(t, err, ErrNotUTF8)
	_, err = ReadReturn([]byte("[]"), "")
	assert.ErrorIs(t, err, ErrNotObject)
}

func TestAMistakeInAnItemIsToldOnce(t *testing.T) {
	found := func(old, new string) map[string]string {
		r, err := ReadReturn([]byte(strings.Replace(goodReturn, old, new, 1)), "")
		return wrongIn(t, &r, err)
	}
	assert.Len(t, found(`{"line": 4711, "quantity": "1", "reason": "too_small"}`, `"LAMP-1"`), 1, "not what would be in it")
	assert.Len(t, found(`"quantity": 2`, `"quantity": "two"`), 1)
	many := strings.Repeat(`{"x":1},`, 5_000)
	assert.Less(t, len(found(`"items": [`, `"items": [`+many)), 5*returns.MaxItems, "not for each of thousands")
}

// takingReturns is a Temporal that answers each start of a return with err.
func takingReturns(t *testing.T, err error) (c *mocks.Client, options *client.StartWorkflowOptions, in *returns.Request) {
	c, options, in = mocks.NewClient(t), &client.StartWorkflowOptions{}, &returns.Request{}
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, returns.WorkflowName, mock.Anything).Run(func(args mock.Arguments) {
		*options, *in = args.Get(1).(client.StartWorkflowOptions), args.Get(3).(returns.Request)
	}).Return(nil, err).Once()
	return c, options, in
}

func aReturn(t *testing.T) Return {
	r, err := ReadReturn([]byte(goodReturn), "")
	require.NoError(t, err)
	return r
}

func TestAReturnStartsOneWorkflowThatShowsNoPerson(t *testing.T) {
	c, options, in := takingReturns(t, nil)
	receipt, err := TakeReturn(t.Context(), c, aReturn(t))
	require.NoError(t, err)
	id := in.WorkflowID("form-4711")
	assert.Equal(t, Receipt{ID: id, Number: returns.Number(id)}, receipt)
	assert.WithinDuration(t, time.Now(), in.Received, time.Minute)
	want := wantReturn
	want.Number, want.Received = returns.Number(id), in.Received
	assert.Equal(t, want, *in)
	assert.Equal(t, id, options.ID)
	assert.Equal(t, returns.TaskQueue, options.TaskQueue)
	assert.Equal(t, "Return: order 1042", options.StaticSummary)
	customer, _ := options.TypedSearchAttributes.GetKeyword(visibility.Customer)
	assert.Equal(t, in.Customer(), customer)
	seen := fmt.Sprint(options.ID, options.StaticSummary, options.Memo, options.TypedSearchAttributes.GetUntypedValues())
	for _, private := range []string{"Ada", "Winter", "contoso", "glass"} {
		assert.NotContains(t, seen, private)
	}
}

func TestAWrongReturnNeverReachesTemporal(t *testing.T) {
	r := aReturn(t)
	r.Request.Email = "nobody"
	_, err := TakeReturn(t.Context(), mocks.NewClient(t), r)
	var m field.Mistakes
	require.ErrorAs(t, err, &m)
	assert.Equal(t, "email", m[0].Field)
}

func TestAReturnThatWasTakenBeforeIsADuplicate(t *testing.T) {
	named := aReturn(t)
	c, _, _ := takingReturns(t, started)
	c.On("DescribeWorkflowExecution", mock.Anything, mock.Anything, "").Return(described(memo(t, digestOf(named))), nil).Once()
	receipt, err := TakeReturn(t.Context(), c, named)
	require.NoError(t, err)
	assert.True(t, receipt.Duplicate)
	assert.Equal(t, returns.Number(receipt.ID), receipt.Number)

	c, _, _ = takingReturns(t, started)
	c.On("DescribeWorkflowExecution", mock.Anything, mock.Anything, "").Return(described(memo(t, "another's")), nil).Once()
	_, err = TakeReturn(t.Context(), c, aReturn(t))
	var m field.Mistakes
	require.ErrorAs(t, err, &m, "the same key for something else is not swallowed")
	assert.Equal(t, KeyField, m[0].Field)

	unnamed := aReturn(t)
	unnamed.Key = ""
	c, _, _ = takingReturns(t, started)
	receipt, err = TakeReturn(t.Context(), c, unnamed)
	require.NoError(t, err)
	assert.True(t, receipt.Duplicate)
}

func digestOf(r Return) string {
	r.Request.Normalize()
	return r.Request.Digest()
}

func TestASignedReturnIsKnownByTheDayOfItsSignature(t *testing.T) {
	id := func(signed time.Time) string {
		r := aReturn(t)
		r.Key, r.Signed = "", signed
		c, _, _ := takingReturns(t, nil)
		receipt, err := TakeReturn(t.Context(), c, r)
		require.NoError(t, err)
		return receipt.ID
	}
	evening := time.Date(2020, time.March, 1, 23, 58, 0, 0, time.UTC)
	assert.Equal(t, id(evening), id(evening), "whenever it comes")
	assert.NotEqual(t, id(evening), id(evening.Add(3*time.Minute)))
}

func TestATicketStartsAReturnThatIsStillToBeRead(t *testing.T) {
	at := time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC)
	id := returns.TicketWorkflowID("9812345678")
	for _, trouble := range []error{nil, started} {
		c, options, in := takingReturns(t, trouble)
		receipt, err := TakeTicket(t.Context(), c, "9812345678", at)
		require.NoError(t, err)
		assert.Equal(t, Receipt{ID: id, Number: returns.Number(id), Duplicate: trouble != nil}, receipt)
		assert.Equal(t, id, options.ID)
		assert.Equal(t, "Return: ticket 9812345678", options.StaticSummary)
		_, known := options.TypedSearchAttributes.GetKeyword(visibility.Customer)
		assert.False(t, known, "nobody knows the customer yet")
		assert.Equal(t, returns.Request{Number: returns.Number(id), FromTicket: true, Ticket: "9812345678", Received: at}, *in)
	}
	c, _, in := takingReturns(t, nil)
	_, err := TakeTicket(t.Context(), c, "1", time.Now().Add(time.Hour))
	require.NoError(t, err)
	assert.False(t, in.Received.After(time.Now()), "the help desk's clock is ahead")
}

func TestATicketThatCannotBeTakenIsToldWhy(t *testing.T) {
	_, err := TakeTicket(t.Context(), mocks.NewClient(t), "T-1", time.Now())
	var m field.Mistakes
	require.ErrorAs(t, err, &m)
	assert.Equal(t, "ticket", m[0].Field)

	c, _, _ := takingReturns(t, context.DeadlineExceeded)
	_, err = TakeTicket(t.Context(), c, "1", time.Now())
	var u *Unavailable
	require.ErrorAs(t, err, &u)
	assert.Equal(t, returns.TicketWorkflowID("1"), u.ID)
}

// What is read must be fit for Temporal's history, whatever was sent.
func checkReturn(t *testing.T, r Return) {
	if err := r.Check(); err != nil {
		var m field.Mistakes
		if !errors.As(err, &m) || len(m) == 0 || len(m) > 1_000 {
			t.Fatalf("%v", err)
		}
		return
	}
	q := r.Request
	if len(q.Items) == 0 || len(q.Items) > returns.MaxItems || q.Ticket != "" || q.FromTicket || q.Number != "" {
		t.Fatalf("accepted %+v", q)
	}
	b, err := json.Marshal(q)
	if err != nil || len(b) > 256<<10 {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	var again returns.Request
	if err := json.Unmarshal(b, &again); err != nil || again.Digest() != q.Digest() {
		t.Fatalf("%s became %+v (%v)", b, again, err)
	}
	again.Normalize()
	if again.Digest() != q.Digest() || again.Check() != nil {
		t.Fatalf("%+v is another one when it is normalised again", q)
	}
	if id := q.WorkflowID(r.Key); !returns.IsWorkflowID(id) {
		t.Fatalf("ID %q", id)
	}
}

func FuzzReadReturn(f *testing.F) {
	f.Add([]byte(goodReturn))
	f.Add([]byte(`{"items":[[],{"quantity":1e3},null],"photos":[1,"x"],"z":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if r, err := ReadReturn(body, "z"); err == nil {
			checkReturn(t, r)
		}
	})
}

func FuzzReadReturnForm(f *testing.F) {
	f.Add(goodForm().Encode())
	f.Add("items%5B-1=x&items%5B1=x&items%5B1%5D.z=x")
	f.Add("items%5B0%5D.sku=x&items%5B00%5D.sku=y&items%5B99%5D.quantity=1&z=1&z=2")
	f.Fuzz(func(t *testing.T, body string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		if r, err := ReadReturnForm(form, "z"); err == nil {
			checkReturn(t, r)
		}
	})
}
