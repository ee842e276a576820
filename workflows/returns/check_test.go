package returns

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/field"
	"github.com/throughline-dev/throughline/workflows/lead"
)

func valid() Request {
	return Request{
		Order: "1042", Email: "ada@contoso.com", Name: "Ada Winter", Wish: refund.Refund,
		Items: []refund.Item{
			{SKU: "LAMP-1", Quantity: 2, Reason: commerce.Damaged, Note: "broken glass"},
			{Line: "gid://shopify/LineItem/4711", Quantity: 1, Reason: commerce.TooSmall},
		},
		Photos: []string{"https://pictures.example/1.jpg"}, Comment: "Both came\nbroken.",
		Received: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
}

func TestAValidRequestHasNoMistakes(t *testing.T) {
	for name, change := range map[string]func(*Request){
		"as it is":                     func(*Request) {},
		"without what may be left out": func(r *Request) { r.Name, r.Photos, r.Comment, r.Items[0].Note = "", nil, "", "" },
		"store credit":                 func(r *Request) { r.Wish = refund.StoreCredit },
		"an exchange": func(r *Request) {
			r.Wish, r.Items[0].Instead, r.Items[1].Instead = refund.Exchange, "LAMP-2", "SHIRT-L"
		},
		"one article for two reasons": func(r *Request) {
			r.Items[1] = refund.Item{SKU: "LAMP-1", Quantity: 1, Reason: commerce.Unwanted}
		},
		"with a ticket":       func(r *Request) { r.Ticket = "9812345678" },
		"only its ticket":     func(r *Request) { *r = Request{FromTicket: true, Ticket: "9812345678"} },
		"the longest comment": func(r *Request) { r.Comment = strings.Repeat("я", MaxComment) },
	} {
		t.Run(name, func(t *testing.T) {
			r := valid()
			change(&r)
			r.Normalize()
			assert.NoError(t, r.Check())
		})
	}
}

func TestEachMistakeNamesItsField(t *testing.T) {
	for _, c := range []struct {
		field, problem string
		spoil          func(*Request)
	}{
		{"order", "is missing", func(r *Request) { r.Order = " # " }},
		{"order", "at most 50", func(r *Request) { r.Order = strings.Repeat("1", 51) }},
		{"email", "is missing", func(r *Request) { r.Email = "" }},
		{"email", "is not an e-mail address", func(r *Request) { r.Email = "ada" }},
		{"name", "at most 200", func(r *Request) { r.Name = strings.Repeat("x", 201) }},
		{"wish", "is missing: give refund, exchange or store_credit", func(r *Request) { r.Wish = "" }},
		{"wish", "must be refund, exchange or store_credit", func(r *Request) { r.Wish = "money" }},
		{"items", "are missing", func(r *Request) { r.Items = nil }},
		{"items", "at most 25", func(r *Request) { r.Items = make([]refund.Item, 26) }},
		{"items[0].sku", "is missing", func(r *Request) { r.Items[0].SKU = " " }},
		{"items[0].sku", "at most 255", func(r *Request) { r.Items[0].SKU = strings.Repeat("x", 256) }},
		{"items[1].line", "the ID that the shop has", func(r *Request) { r.Items[1].Line = "LAMP-1" }},
		{"items[1].line", "the ID that the shop has", func(r *Request) { r.Items[1].Line = "gid://shopify/Order/1" }},
		{"items[1].quantity", "from 1 to 10000", func(r *Request) { r.Items[1].Quantity = 0 }},
		{"items[1].quantity", "from 1 to 10000", func(r *Request) { r.Items[1].Quantity = -1 }},
		{"items[1].quantity", "from 1 to 10000", func(r *Request) { r.Items[1].Quantity = MaxQuantity + 1 }},
		{"items[0].reason", "is missing: give unwanted, too_small,", func(r *Request) { r.Items[0].Reason = "" }},
		{"items[0].reason", "wrong_item, not_as_described or other", func(r *Request) { r.Items[0].Reason = "ugly" }},
		{"items[0].note", "at most 500", func(r *Request) { r.Items[0].Note = strings.Repeat("x", 501) }},
		{"items[0].instead", "only for an exchange", func(r *Request) { r.Items[0].Instead = "LAMP-2" }},
		{"items[1].instead", "is missing", func(r *Request) { r.Wish, r.Items[0].Instead = refund.Exchange, "LAMP-2" }},
		{"items[0].instead", "at most 255", func(r *Request) {
			r.Wish, r.Items = refund.Exchange, r.Items[:1]
			r.Items[0].Instead = strings.Repeat("x", 256)
		}},
		{"photos", "at most 20", func(r *Request) { r.Photos = slicesOf("https://pictures.example/1.jpg", 21) }},
		{"photos[1]", "begins with https://", func(r *Request) { r.Photos = append(r.Photos, "http://pictures.example/1.jpg") }},
		{"photos[0]", "begins with https://", func(r *Request) { r.Photos[0] = "javascript:alert(1)" }},
		{"photos[0]", "begins with https://", func(r *Request) { r.Photos[0] = "https://" }},
		{"photos[0]", "begins with https://", func(r *Request) { r.Photos[0] = "https://ours.example@theirs.example/1.jpg" }},
		{"photos[0]", "begins with https://", func(r *Request) { r.Photos[0] = "https://pictures.example/1.jpg|here>" }},
		{"photos[0]", "at most 2000", func(r *Request) { r.Photos[0] += strings.Repeat("x", MaxPhoto) }},
		{"comment", "at most 4000", func(r *Request) { r.Comment = strings.Repeat("x", MaxComment+1) }},
		{"comment", "control characters", func(r *Request) { r.Comment = "a\x00b" }},
		{"ticket", "in digits", func(r *Request) { r.Ticket = "the one of Monday" }},
		{"ticket", "is missing", func(r *Request) { *r = Request{FromTicket: true} }},
		{"ticket", "in digits", func(r *Request) { *r = Request{FromTicket: true, Ticket: "0"} }},
	} {
		t.Run(c.field+" "+c.problem, func(t *testing.T) {
			r := valid()
			c.spoil(&r)
			r.Normalize()
			var m field.Mistakes
			require.ErrorAs(t, r.Check(), &m)
			assert.Equal(t, c.field, m[0].Field)
			assert.Contains(t, m[0].Problem, c.problem)
			for _, quoted := range []string{"LAMP", "contoso", "pictures"} {
				assert.NotContains(t, m.Error(), quoted, "a mistake quotes nothing")
			}
		})
	}
}

func slicesOf(s string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = s
	}
	return list
}

func TestAllMistakesAreNamedAtOnce(t *testing.T) {
	var m field.Mistakes
	r := Request{Items: []refund.Item{{}, {}}}
	require.ErrorAs(t, r.Check(), &m)
	var fields []string
	for _, one := range m {
		fields = append(fields, one.Field)
	}
	assert.Equal(t, []string{
		"order", "email", "wish", "items[0].sku", "items[0].quantity", "items[0].reason", "items[1].sku", "items[1].quantity", "items[1].reason",
	}, fields)
}

func TestWhatMeansTheSameBecomesTheSame(t *testing.T) {
	want := valid()
	want.Normalize()
	r := valid()
	r.Order, r.Email, r.Name, r.Wish = " # 1042\n", " ada@CONTOSO.com", "Ada\u00a0 Winter", " Refund"
	r.Items[0].SKU, r.Items[0].Reason, r.Items[1].Reason = " LAMP-1", "DAMAGED ", "Too small"
	r.Items[1].Line = " 4711"
	r.Photos = []string{" ", " https://pictures.example/1.jpg\n"}
	r.Comment = "Both came\r\nbroken. "
	items := r.Items
	r.Normalize()
	assert.Equal(t, want, r)
	assert.Equal(t, " LAMP-1", items[0].SKU, "what the caller has stays as it is")
	assert.Equal(t, want.Digest(), r.Digest())
	again := r
	again.Normalize()
	assert.Equal(t, r, again)

	credit := Request{Wish: "Store-Credit"}
	credit.Normalize()
	assert.Equal(t, refund.StoreCredit, credit.Wish)
}

func TestTheSameReturnIsKnownByItsKeyElseByItsContentAndDay(t *testing.T) {
	r := valid()
	id := r.WorkflowID("form-4711")
	assert.Regexp(t, `^return-[a-z2-7]{16}$`, id)
	assert.True(t, IsWorkflowID(id))
	assert.NotContains(t, id, "4711")

	changed := valid()
	changed.Comment, changed.Received = "other", r.Received.AddDate(1, 0, 0)
	assert.Equal(t, id, changed.WorkflowID("form-4711"), "a key is enough")
	assert.NotEqual(t, id, r.WorkflowID("form-4712"))

	later := valid()
	later.Received, later.Number = r.Received.Add(6*time.Hour), "R-ABCDEFGH"
	assert.Equal(t, r.WorkflowID(""), later.WorkflowID(""))
	later.Received = r.Received.Add(12 * time.Hour)
	assert.NotEqual(t, r.WorkflowID(""), later.WorkflowID(""), "on the next day it is said anew")
	assert.NotEqual(t, r.WorkflowID(""), changed.WorkflowID(""))
}

func TestEveryFieldIsPartOfTheDigest(t *testing.T) {
	digests := map[string]bool{valid().Digest(): true}
	for _, change := range []func(*Request){
		func(r *Request) { r.Order = "x" }, func(r *Request) { r.Email = "x" }, func(r *Request) { r.Name = "x" },
		func(r *Request) { r.Wish = "x" }, func(r *Request) { r.Items = nil }, func(r *Request) { r.Items[0].SKU = "x" },
		func(r *Request) { r.Items[0].Line = "x" }, func(r *Request) { r.Items[0].Quantity = 9 },
		func(r *Request) { r.Items[0].Reason = "x" }, func(r *Request) { r.Items[0].Note = "x" },
		func(r *Request) { r.Items[0].Instead = "x" }, func(r *Request) { r.Photos = nil }, func(r *Request) { r.Comment = "x" },
		func(r *Request) { r.Ticket = "x" }, func(r *Request) { r.FromTicket = true },
	} {
		r := valid()
		change(&r)
		digests[r.Digest()] = true
	}
	assert.Len(t, digests, 16)
}

func TestATicketStartsOneReturn(t *testing.T) {
	id := TicketWorkflowID("9812345678")
	assert.True(t, IsWorkflowID(id))
	assert.NotContains(t, id, "9812345678")
	assert.Equal(t, id, TicketWorkflowID("9812345678"))
	assert.NotEqual(t, id, TicketWorkflowID("9812345679"))
	assert.NotEqual(t, id, valid().WorkflowID("9812345678"), "what a sender calls one by is no ticket")
	for _, other := range []string{"lead-aaaaaaaaaaaaaaaa", "return-", "return-aaaaaaaaaaaaaaaa-1", "return-aaaaaaaaaaaaaaaa/x", "xreturn-aaaaaaaaaaaaaaaa"} {
		assert.False(t, IsWorkflowID(other), other)
	}
}

func TestAReturnsNumberIsItsOwn(t *testing.T) {
	one, other := TicketWorkflowID("1"), TicketWorkflowID("2")
	assert.Regexp(t, `^R-[A-Z2-7]{8}$`, Number(one))
	assert.Equal(t, Number(one), Number(one))
	assert.NotEqual(t, Number(one), Number(other))
}

func TestACustomerIsTheSameInLeadsAndInReturns(t *testing.T) {
	r := valid()
	r.Email = "Ada@contoso.com"
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
