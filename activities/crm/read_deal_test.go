package crm_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
)

var readKey = effect.Key{ID: "proposal-1/read-deal"}

// book is a HubSpot account with one deal in it, and what belongs to that.
type book struct {
	t       *testing.T
	deal    map[string]string
	records map[string]map[string]map[string]string // by kind and ID
	// links are the IDs of what belongs to the deal, by kind, each with its label ("201 Signer").
	links map[string][]string
	calls []string
	fail  func(call string) int // a status to answer instead; 0 for none
	// numbers is whether associations have numbers for IDs, as HubSpot's answers do and its description doesn't.
	numbers bool
	page    int
}

func newBook(t *testing.T) *book {
	return &book{t: t, numbers: true, page: 500,
		deal: map[string]string{"dealname": "Contoso: two robot arms", "deal_currency_code": "EUR", "amount": "4349", "hubspot_owner_id": "7"},
		links: map[string][]string{
			"contacts": {"201"}, "companies": {"301"}, "line_items": {"402", "401"}, "notes": {"501"},
		},
		records: map[string]map[string]map[string]string{
			"contacts":  {"201": {"email": "ada@contoso.com", "firstname": "Ada", "lastname": "Winter", "country": "DE"}},
			"companies": {"301": {"name": "Contoso", "domain": "contoso.com", "country": "Germany"}},
			"line_items": {
				"401": {"name": "Robot arm", "quantity": "2", "price": "1999.5", "hs_line_item_currency_code": "EUR"},
				"402": {"name": "Set-up, hours", "quantity": "2.5", "price": "140.00"},
			},
			"notes": {"501": {"hs_note_body": "<h2>Goals</h2><p>faster</p>", "hs_timestamp": "2026-03-01T10:00:00Z"}},
		},
	}
}

func (b *book) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := r.Method + " " + r.URL.Path
	b.calls = append(b.calls, call)
	w.Header().Set("Content-Type", "application/json")
	status, answer := 404, any(refusal("OBJECT_NOT_FOUND", "no such record"))
	part := strings.Split(r.URL.Path, "/") // "" crm v3 objects KIND …
	switch {
	case b.fail != nil && b.fail(call) != 0:
		status, answer = b.fail(call), refusal("INTERNAL_ERROR", "no")
	case part[2] == "v4":
		status, answer = 200, b.linked(part[7], r.URL.Query().Get("after"))
	case r.Method == http.MethodPost:
		status, answer = b.batch(part[4], r)
	case part[4] == "0-3" && part[5] == "42":
		status, answer = 200, of("42", b.deal)
	case b.records[part[4]][part[5]] != nil:
		status, answer = 200, of(part[5], b.records[part[4]][part[5]])
	}
	w.WriteHeader(status)
	assert.NoError(b.t, json.NewEncoder(w).Encode(answer))
}

func of(id string, values map[string]string) map[string]any {
	return map[string]any{"id": id, "properties": values, "createdAt": when, "updatedAt": when, "archived": false}
}

func (b *book) linked(kind, after string) any {
	from, _ := strconv.Atoi(after)
	all := b.links[kind]
	results := []any{}
	for _, one := range all[from:min(from+b.page, len(all))] {
		id, label, _ := strings.Cut(one, " ")
		var to any = id
		if b.numbers {
			to, _ = strconv.Atoi(id)
		}
		types := []any{map[string]any{"category": "HUBSPOT_DEFINED", "typeId": 3}}
		if label != "" {
			types = append(types, map[string]any{"category": "USER_DEFINED", "typeId": 77, "label": label})
		}
		results = append(results, map[string]any{"toObjectId": to, "associationTypes": types})
	}
	page := map[string]any{"results": results}
	if from+b.page < len(all) {
		page["paging"] = map[string]any{"next": map[string]any{"after": strconv.Itoa(from + b.page), "link": "https://api.hubapi.com/next"}}
	}
	return page
}

func (b *book) batch(kind string, r *http.Request) (int, any) {
	var in struct{ Inputs []struct{ ID string } }
	assert.NoError(b.t, json.NewDecoder(r.Body).Decode(&in))
	assert.LessOrEqual(b.t, len(in.Inputs), 100)
	answer := map[string]any{"status": "COMPLETE", "startedAt": when, "completedAt": when}
	results := []any{}
	for _, one := range in.Inputs {
		if values := b.records[kind][one.ID]; values != nil {
			results = append(results, of(one.ID, values))
		} else {
			answer["errors"] = []any{map[string]any{
				"status": "error", "category": "OBJECT_NOT_FOUND", "message": "gone", "context": map[string]any{"ids": []string{one.ID}},
				"links": map[string]any{}, "errors": []any{},
			}}
		}
	}
	answer["results"] = results
	if answer["errors"] != nil {
		return 207, answer
	}
	return 200, answer
}

func (b *book) read(t *testing.T, check func(http.Handler) http.Handler, currency string) (crm.Deal, error) {
	var handler http.Handler = b
	if check != nil {
		handler = check(b)
	}
	srv := httptest.NewServer(handler)
	defer srv.Close()
	return crm.New(crm.Options{URL: srv.URL, Token: "pat-test"}).ReadDeal(t.Context(), readKey, crm.DealQuery{Deal: "42", Currency: currency})
}

func euros(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

var theWholeDeal = crm.Deal{
	Deal: "42", Name: "Contoso: two robot arms", Owner: "7", Currency: "EUR",
	Client:  crm.Contact{Email: "ada@contoso.com", Name: "Ada Winter", Country: "DE"},
	Company: crm.Company{Name: "Contoso", Domain: "contoso.com", Country: "Germany"},
	Lines: []crm.DealLine{
		{Description: "Robot arm", Quantity: 2 * money.One, Price: euros(199_950)},
		{Description: "Set-up, hours", Quantity: 2_500, Price: euros(14_000)},
	},
	Notes: "## Goals\n\nfaster",
}

func TestADealIsReadWithAllThatBelongsToIt(t *testing.T) {
	for _, numbers := range []bool{true, false} {
		b := newBook(t)
		b.numbers = numbers
		d, err := b.read(t, nil, "USD")
		require.NoError(t, err)
		assert.Equal(t, theWholeDeal, d)
	}
}

func TestADealIsReadAsHubSpotDescribesIt(t *testing.T) {
	b := newBook(t)
	b.numbers = false
	b.links["line_items"] = append(b.links["line_items"], "499") // deleted meanwhile
	d, err := b.read(t, contract.Hubspot(t).Handler, "")
	require.NoError(t, err)
	assert.Equal(t, theWholeDeal, d)
}

func TestADealThatSaysNothingIsLeftEmpty(t *testing.T) {
	b := newBook(t)
	b.deal, b.links = map[string]string{"dealname": "Contoso"}, nil
	d, err := b.read(t, nil, "usd")
	require.NoError(t, err)
	assert.Equal(t, crm.Deal{Deal: "42", Name: "Contoso", Currency: "USD"}, d)
}

func TestWhoSignsIsTheContactThatIsLabelledSo(t *testing.T) {
	b := newBook(t)
	b.records["contacts"]["202"] = map[string]string{"email": "eve@contoso.com", "lastname": "Eve", "company": "Contoso Holding"}
	for _, c := range []struct {
		links []string
		want  string
	}{
		{[]string{"202", "201"}, "eve@contoso.com"},
		{[]string{"202 Decision maker", "201 Signatory"}, "ada@contoso.com"},
		{[]string{"202", "201 signer"}, "ada@contoso.com"},
	} {
		b.links["contacts"] = c.links
		d, err := b.read(t, nil, "")
		require.NoError(t, err)
		assert.Equal(t, c.want, d.Client.Email)
	}
	b.records["companies"]["302"] = map[string]string{"name": "Contoso Robotics"}
	b.links["companies"] = []string{"301", "302 Primary"}
	d, err := b.read(t, nil, "")
	require.NoError(t, err)
	assert.Equal(t, "Contoso Robotics", d.Company.Name)

	b.links["contacts"], b.links["companies"] = []string{"202"}, nil
	d, err = b.read(t, nil, "")
	require.NoError(t, err)
	assert.Equal(t, "Eve", d.Client.Name)
	assert.Equal(t, "Contoso Holding", d.Company.Name, "what the contact says, where the deal has no company")
}

func TestLineItemsKeepTheirOrderAndTheirDiscounts(t *testing.T) {
	b := newBook(t)
	b.records["line_items"] = map[string]map[string]string{
		"9":   {"name": "third", "quantity": "1", "price": "10"},
		"402": {"name": "first", "quantity": "3", "price": "9.99", "hs_position_on_quote": "0", "hs_discount_percentage": "12.5"},
		"401": {"name": "second", "quantity": "2.5", "price": "100", "hs_position_on_quote": "1", "discount": "10", "recurringbillingfrequency": "per_six_months"},
		"10":  {"name": "fourth", "quantity": "1", "price": "10", "discount": "0", "hs_discount_percentage": "0"},
	}
	b.links["line_items"] = []string{"10", "401", "9", "402"}
	d, err := b.read(t, nil, "")
	require.NoError(t, err)
	assert.Equal(t, []crm.DealLine{
		{Description: "first", Quantity: 3 * money.One, Price: euros(999), Off: euros(375)}, // 12.5 % of 29.97, rounded once
		{Description: "second (per six months)", Quantity: 2_500, Price: euros(10_000), Off: euros(2_500)},
		{Description: "third", Quantity: money.One, Price: euros(1_000)},
		{Description: "fourth", Quantity: money.One, Price: euros(1_000)},
	}, d.Lines)
}

func TestADealWithoutLineItemsHasItsAmountForOne(t *testing.T) {
	b := newBook(t)
	b.links["line_items"] = nil
	d, err := b.read(t, nil, "")
	require.NoError(t, err)
	assert.Equal(t, []crm.DealLine{{Description: "Contoso: two robot arms", Quantity: money.One, Price: euros(434_900)}}, d.Lines)

	b.deal["amount"] = "0"
	d, err = b.read(t, nil, "")
	require.NoError(t, err)
	assert.Empty(t, d.Lines)
}

func TestAnAmountThatCannotBeReadExactlyIsForSomebodyToPutRight(t *testing.T) {
	for name, c := range map[string]struct {
		change func(b *book)
		want   string
	}{
		"too many digits":  {func(b *book) { b.records["line_items"]["401"]["price"] = "1999.505" }, `lines[0].price "1999.505" has too many digits`},
		"no price":         {func(b *book) { delete(b.records["line_items"]["402"], "price") }, `lines[1].price is missing`},
		"no quantity":      {func(b *book) { delete(b.records["line_items"]["402"], "quantity") }, `lines[1].quantity is missing`},
		"an odd quantity":  {func(b *book) { b.records["line_items"]["402"]["quantity"] = "1e3" }, `lines[1].quantity "1e3"`},
		"another currency": {func(b *book) { b.records["line_items"]["402"]["hs_line_item_currency_code"] = "USD" }, `lines[1].hs_line_item_currency_code is USD, and the deal is in EUR`},
		"two discounts": {func(b *book) {
			b.records["line_items"]["401"]["discount"] = "1"
			b.records["line_items"]["401"]["hs_discount_percentage"] = "5"
		}, `lines[0].discount is an amount, and there is a percentage too`},
		"an odd percentage": {func(b *book) { b.records["line_items"]["401"]["hs_discount_percentage"] = "33.333" }, `lines[0].hs_discount_percentage "33.333"`},
		"too much": {func(b *book) {
			b.records["line_items"]["401"]["price"] = "90000000000000000"
			b.records["line_items"]["401"]["hs_discount_percentage"] = "5"
		}, `lines[0].hs_discount_percentage`},
		"no currency at all": {func(b *book) { delete(b.deal, "deal_currency_code") }, `"" is no currency`},
		"an odd amount":      {func(b *book) { b.links["line_items"] = nil; b.deal["amount"] = "about 5000" }, `the deal.amount "about 5000"`},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t)
			c.change(b)
			_, err := b.read(t, nil, "")
			f := faultOf(t, err)
			assert.Equal(t, fault.ClassFinal, f.Class)
			assert.Equal(t, "unreadable_deal", f.Code)
			assert.Contains(t, f.Message, c.want)
			assert.NotContains(t, err.Error(), "1999", "what a deal is about is not logged")
		})
	}
}

func TestTheDiscoveryCallsNotesAreFound(t *testing.T) {
	note := func(at, body string, key ...string) map[string]string {
		n := map[string]string{"hs_timestamp": "2026-03-0" + at + "T10:00:00Z", "hs_note_body": body}
		if len(key) > 0 {
			n["throughline_key"] = key[0]
		}
		return n
	}
	for name, c := range map[string]struct {
		notes map[string]map[string]string
		want  string
	}{
		"none":                    {nil, ""},
		"the newest":              {map[string]map[string]string{"2": note("1", "old"), "1": note("2", "new")}, "new"},
		"the one that says so":    {map[string]map[string]string{"1": note("1", "<p><b>DISCOVERY</b> call</p><p>faster</p>"), "2": note("2", "They are slow to pay.")}, "**DISCOVERY** call\n\nfaster"},
		"the newer of those":      {map[string]map[string]string{"1": note("1", "Discovery 1"), "2": note("2", "Discovery 2")}, "Discovery 2"},
		"not further down":        {map[string]map[string]string{"1": note("1", "x\ndiscovery"), "2": note("2", "new")}, "new"},
		"not one of ours":         {map[string]map[string]string{"1": note("1", "people's"), "2": note("2", "discovery", "proposal-1/deal")}, "people's"},
		"not one without words":   {map[string]map[string]string{"1": note("1", "people's"), "2": note("2", "<img src=x>")}, "people's"},
		"at one time, the latest": {map[string]map[string]string{"9": note("1", "nine"), "10": note("1", "ten")}, "ten"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t)
			b.records["notes"], b.links["notes"] = c.notes, nil
			for id := range c.notes {
				b.links["notes"] = append(b.links["notes"], id)
			}
			d, err := b.read(t, nil, "")
			require.NoError(t, err)
			assert.Equal(t, c.want, d.Notes)
		})
	}
}

func TestADealMayHaveMoreThanHubSpotAnswersAtATime(t *testing.T) {
	b := newBook(t)
	b.page = 100
	b.links["line_items"] = nil
	for i := range 250 {
		id := strconv.Itoa(1000 + i)
		b.links["line_items"] = append(b.links["line_items"], id)
		b.records["line_items"][id] = map[string]string{"name": id, "quantity": "1", "price": "1"}
	}
	d, err := b.read(t, nil, "")
	require.NoError(t, err)
	require.Len(t, d.Lines, 250)
	assert.Equal(t, "1249", d.Lines[249].Description)
}

func TestWhatGoesWrongInReadingADealIsClassified(t *testing.T) {
	_, err := crm.New(crm.Options{}).ReadDeal(t.Context(), readKey, crm.DealQuery{})
	assert.Equal(t, "invalid_request", faultOf(t, err).Code)

	seen := newBook(t)
	_, err = seen.read(t, nil, "")
	require.NoError(t, err)
	for _, call := range seen.calls {
		for status, class := range map[int]string{500: fault.ClassUnavailable, 403: fault.ClassFinal} {
			b := newBook(t)
			b.fail = func(c string) int {
				if c == call {
					return status
				}
				return 0
			}
			_, err := b.read(t, nil, "")
			assert.Equal(t, class, faultOf(t, err).Class, fmt.Sprint(call, status))
		}
	}
	b := newBook(t)
	b.links["contacts"] = []string{"999"} // deleted between one look and the next
	_, err = b.read(t, nil, "")
	assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class, "the next attempt finds what there is then")

	b = newBook(t)
	srv := httptest.NewServer(b)
	defer srv.Close()
	_, err = crm.New(crm.Options{URL: srv.URL, Token: "pat-test"}).ReadDeal(t.Context(), readKey, crm.DealQuery{Deal: "43"})
	assert.Equal(t, fault.ClassFinal, faultOf(t, err).Class, "a deal that doesn't exist")
}
