package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/sandbox/client"
)

var pilot = client.DealForm{
	Name: "Contoso: a pilot", Currency: "EUR", Owner: "1011",
	Contacts: []client.DealContact{
		{Name: "Eve Winter", Email: "Eve@contoso.example"}, {}, {Name: "Ada Mary Byron", Email: "ada@contoso.example", Label: "Signer"},
	},
	Companies: []client.DealCompany{{Name: "Contoso", Domain: "contoso.example"}, {Name: "Contoso Holding"}},
	Lines: []client.DealLine{
		{Name: "Robot arm", Quantity: "2", Price: "1999.50", Discount: "100"},
		{},
		{Name: "Set-up, hours", Quantity: "2.5", Price: "140.10", Percent: "12.5"},
	},
	Notes: "Discovery call\n\nGoals\n- <b>faster</b>\r\nBudget: 4k & more",
}

func (w world) make(f client.DealForm) client.Deal {
	w.t.Helper()
	d, err := w.MakeDeal(w.t.Context(), f)
	require.NoError(w.t, err)
	return d
}

func euros(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

func TestTheAdapterReadsADealAsSomebodyHasEnteredIt(t *testing.T) {
	t.Parallel()
	w := described(t, "/hubspot", contract.Hubspot(t))
	a := w.adapters()
	made := w.make(pilot)
	require.Equal(t, "4105.47", made.Amount, "2 × 1899.50 and 2.5 × 122.5875, rounded once")
	read, err := a.crm.ReadDeal(t.Context(), key("read"), crm.DealQuery{Deal: made.ID})
	require.NoError(t, err)
	require.Equal(t, crm.Deal{
		Deal: made.ID, Name: "Contoso: a pilot", Owner: "1011", Currency: "EUR",
		Client:  crm.Contact{Email: "ada@contoso.example", Name: "Ada Mary Byron"},
		Company: crm.Company{Name: "Contoso", Domain: "contoso.example"},
		Lines: []crm.DealLine{
			{Description: "Robot arm", Quantity: 2 * money.One, Price: euros(199_950), Off: euros(20_000)},
			{Description: "Set-up, hours", Quantity: 2_500, Price: euros(14_010), Off: euros(4_378)},
		},
		Notes: "Discovery call\n\nGoals\n\n- <b>faster</b>\n\nBudget: 4k & more",
	}, read)
}

func TestWhatIsWrongWithADealIsSaidAndNothingIsMade(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for want, change := range map[string]func(f *client.DealForm){
		"name: a deal has to have one":                       func(f *client.DealForm) { f.Name = " " },
		"dealstage: nowhere was not one of the allowed":      func(f *client.DealForm) { f.Stage = "nowhere" },
		"deal_currency_code: XXX was not one of":             func(f *client.DealForm) { f.Currency, f.Lines = "XXX", nil },
		"hubspot_owner_id: 7 was not a valid owner":          func(f *client.DealForm) { f.Owner = "7" },
		"lines[0].price: dear was not a valid number":        func(f *client.DealForm) { f.Lines = []client.DealLine{{Price: "dear"}} },
		"contacts[0].email: Email address ada is invalid":    func(f *client.DealForm) { f.Contacts = []client.DealContact{{Email: "ada"}} },
		"contacts[0].id: the CRM has no such record":         func(f *client.DealForm) { f.Contacts = []client.DealContact{{ID: "99"}} },
		`contacts[0].label: the account has no label "Boss"`: func(f *client.DealForm) { f.Contacts[0].Label = "Boss" },
		"notes.hs_note_body: hs_note_body is limited":        func(f *client.DealForm) { f.Notes = strings.Repeat("x", 70_000) },
	} {
		f := pilot
		f.Contacts = append([]client.DealContact{}, pilot.Contacts...)
		change(&f)
		_, err := w.MakeDeal(t.Context(), f)
		require.ErrorContains(t, err, want)
	}
	for _, kind := range []string{"deals", "contacts", "companies", "line_items", "notes"} {
		records, err := w.Records(t.Context(), kind, client.RecordFilter{})
		require.NoError(t, err)
		require.Empty(t, records, kind)
	}
}

func TestADealTakesWhomTheCRMKnows(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	first, second := w.make(pilot), w.make(pilot)
	require.Equal(t, first.Associated["contacts"], second.Associated["contacts"])
	require.Equal(t, first.Associated["companies"][0], second.Associated["companies"][0])
	require.NotEqual(t, first.Associated["companies"][1], second.Associated["companies"][1], "without a domain, nothing tells it from another")
	chosen := w.make(client.DealForm{Name: "Another", Contacts: []client.DealContact{{ID: first.Associated["contacts"][0], Name: "left as it was"}}})
	require.Equal(t, first.Associated["contacts"][:1], chosen.Associated["contacts"])
	require.Empty(t, chosen.Amount)
	require.Equal(t, "appointmentscheduled", chosen.Stage)
	contacts, err := w.Records(t.Context(), "contacts", client.RecordFilter{Email: "eve@contoso.example"})
	require.NoError(t, err)
	require.Len(t, contacts, 1)
	require.Equal(t, "Winter", contacts[0].Properties["lastname"])
}

func TestTheAppIsToldOfEachStageThatADealComesTo(t *testing.T) {
	t.Parallel()
	w, event := told(t, 1)
	made := w.make(client.DealForm{Name: "Contoso"})
	first, e := event(), event()
	require.Equal(t, first["eventId"], e["eventId"], "it is told until it is taken")
	expect := func(stage, source string) {
		t.Helper()
		for field, want := range map[string]any{
			"subscriptionType": "deal.propertyChange", "propertyName": "dealstage", "objectId": made.ID, "propertyValue": stage, "changeSource": source,
		} {
			require.Equal(t, fmt.Sprint(want), fmt.Sprint(e[field]), field)
		}
		require.InDelta(t, float64(time.Now().UnixMilli()), e["occurredAt"], 60_000)
	}
	expect("appointmentscheduled", "CRM_UI")
	_, err := w.MoveDeal(t.Context(), made.ID, "appointmentscheduled") // it is there already
	require.NoError(t, err)
	_, err = w.Edit(t.Context(), "deals", made.ID, map[string]string{"amount": "5"}) // that isn't its stage
	require.NoError(t, err)
	moved, err := w.MoveDeal(t.Context(), made.ID, "presentationscheduled")
	require.NoError(t, err)
	require.Equal(t, []string{"appointmentscheduled", "presentationscheduled"}, moved.Stages)
	e = event()
	expect("presentationscheduled", "CRM_UI")
	a := w.crm(http.MethodPatch, "v3/objects/0-3/"+made.ID, object{"properties": object{"dealstage": "closedlost"}})
	require.Equal(t, http.StatusOK, a.Status)
	e = event()
	expect("closedlost", "INTEGRATION")
	_, err = w.MoveDeal(t.Context(), made.ID, "nowhere")
	require.ErrorContains(t, err, "nowhere was not one of the allowed options")
	_, err = w.MoveDeal(t.Context(), "99", "closedlost")
	require.ErrorContains(t, err, "404")
}

func TestADealIsWonOnceInTheSandboxToo(t *testing.T) {
	t.Parallel()
	o := options()
	o.Dir = t.TempDir()
	w := start(t, o)
	a, ctx := w.adapters(), t.Context()
	made := w.make(pilot)
	w.order(client.Fault{System: "hubspot", Path: "crm/v3/objects/notes/batch/upsert", Kind: client.LostReply, For: "0s", Count: 1})
	win := crm.Win{Deal: made.ID, Stage: "closedwon", Amount: euros(400_000), At: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), Note: "Signed."}
	_, err := a.crm.WinDeal(ctx, effect.Key{ID: "proposal-1/deal"}, win)
	require.Error(t, err)
	for range 2 {
		won, err := a.crm.WinDeal(ctx, effect.Key{ID: "proposal-1/deal"}, win)
		require.NoError(t, err)
		require.True(t, won.Before, "the attempt whose reply was lost had come so far")
	}
	o.Dir = copied(t, o.Dir)
	for _, w := range []world{w, start(t, o)} {
		deals, err := w.Deals(ctx, "proposal-1")
		require.NoError(t, err)
		require.Len(t, deals, 1)
		d := deals[0]
		require.Equal(t, []string{"appointmentscheduled", "closedwon"}, d.Stages)
		require.Equal(t, []string{"closedwon", "4000.00", "EUR"}, []string{d.Stage, d.Amount, d.Currency})
		require.Equal(t, "true", d.Properties["hs_is_closed_won"])
		require.Equal(t, "2026-03-04T05:06:07.000Z", d.Properties["closedate"])
		require.Equal(t, map[string]string{made.Associated["contacts"][1]: "Signer"}, d.Labels)
		effects, err := w.Effects(ctx, "proposal-1")
		require.NoError(t, err)
		require.Len(t, effects, 1)
		require.Equal(t, client.Effect{
			System: "hubspot", Operation: "note", Key: "proposal-1/deal", Count: 1, Records: d.Associated["notes"][1:],
		}, effects[0])
	}
	_, err = w.Deal(ctx, "99")
	require.ErrorContains(t, err, "no deal 99")
	_, err = a.crm.WinDeal(ctx, effect.Key{ID: "proposal-2/deal"}, crm.Win{Deal: "99", Stage: "closedwon", At: time.Now()})
	f, _ := fault.From(err)
	require.Equal(t, fault.ClassFinal, f.Class)
}

func TestALineItemCostsWhatItsPropertiesSay(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for _, c := range []struct {
		line     client.DealLine
		currency string
		amount   string
	}{
		{client.DealLine{Quantity: "3", Price: "9.99", Percent: "12.5"}, "EUR", "26.22"},
		{client.DealLine{Quantity: "3", Price: "333", Percent: "10"}, "JPY", "899"},
		{client.DealLine{Quantity: "1", Price: "1.0005"}, "KWD", "1.001"},
		{client.DealLine{Quantity: "2", Price: "10", Discount: "0.5"}, "", "19.00"},
		{client.DealLine{Quantity: "2", Price: "1e3"}, "USD", "2000.00"},
		{client.DealLine{Quantity: "2", Price: "1e-999999999"}, "USD", "0.00"},
		{client.DealLine{Quantity: "2"}, "USD", ""},
	} {
		made := w.make(client.DealForm{Name: "x", Currency: c.currency, Lines: []client.DealLine{c.line}})
		items, err := w.Records(t.Context(), "line_items", client.RecordFilter{ID: made.Associated["line_items"][0]})
		require.NoError(t, err)
		require.Equal(t, c.amount, items[0].Properties["amount"], "%v", c)
	}
}

func TestABatchIsReadAsFarAsItIsThere(t *testing.T) {
	t.Parallel()
	w := described(t, "/hubspot", contract.Hubspot(t))
	made := w.make(pilot)
	read := func(kind string, more object) answer {
		body := object{"inputs": list{}, "properties": list{"name"}, "propertiesWithHistory": list{}}
		for k, v := range more {
			body[k] = v
		}
		return w.crm(http.MethodPost, "v3/objects/"+kind+"/batch/read", body)
	}
	items := made.Associated["line_items"]
	a := read("line_items", object{"inputs": list{object{"id": items[0]}, object{"id": items[1]}}})
	require.Equal(t, http.StatusOK, a.Status)
	require.Len(t, a.JSON(t)["results"], 2)
	a = read("line_items", object{"inputs": list{object{"id": items[0]}, object{"id": "99"}, object{"id": "98"}}})
	require.Equal(t, http.StatusMultiStatus, a.Status)
	require.Len(t, a.JSON(t)["results"], 1)
	failed := a.JSON(t)["errors"].([]any)[0].(object)
	require.Equal(t, "OBJECT_NOT_FOUND", failed["category"])
	require.Equal(t, object{"ids": []any{"99", "98"}}, failed["context"])
	a = read("contacts", object{"inputs": list{object{"id": "ADA@contoso.example"}}, "idProperty": "email"})
	require.Len(t, a.JSON(t)["results"], 1)
	one := list{object{"id": items[0]}}
	for name, more := range map[string]object{
		"nothing":               {},
		"more than HubSpot has": {"inputs": append(make(list, 0), make([]any, 101)...)},
		"history":               {"inputs": one, "propertiesWithHistory": list{"name"}},
		"not unique":            {"inputs": one, "idProperty": "name"},
	} {
		require.Equal(t, http.StatusBadRequest, read("line_items", more).Status, name)
	}
}

func TestAssociationsAreListedAPageAtATimeWithWhatTheyAre(t *testing.T) {
	t.Parallel()
	w := described(t, "/hubspot", contract.Hubspot(t))
	made := w.make(pilot)
	types := func(path string) (all []string) {
		for _, r := range w.crm(http.MethodGet, "v4/objects/"+path, nil).JSON(t)["results"].([]any) {
			of := r.(object)["toObjectId"].(string)
			for _, one := range r.(object)["associationTypes"].([]any) {
				of += fmt.Sprintf(" %v%v", one.(object)["typeId"], one.(object)["label"])
				require.Equal(t, one.(object)["label"] == "Signer", one.(object)["category"] == "USER_DEFINED")
			}
			all = append(all, of)
		}
		return all
	}
	deal, contacts, companies := made.ID, made.Associated["contacts"], made.Associated["companies"]
	for path, want := range map[string][]string{
		"deals/" + deal + "/associations/contacts": {
			contacts[0] + " 3<nil>", contacts[1] + " 3<nil> 11Signer",
		},
		"deals/" + deal + "/associations/companies": {
			companies[0] + " 341<nil> 5Primary", companies[1] + " 341<nil>",
		},
		"contacts/" + contacts[1] + "/associations/deals":   {deal + " 4<nil> 12Signer"},
		"companies/" + companies[0] + "/associations/0-3":   {deal + " 342<nil> 6Primary"},
		"companies/" + companies[1] + "/associations/deals": {deal + " 342<nil>"},
	} {
		require.Equal(t, want, types(path), path)
	}
	path := "v4/objects/deals/" + deal + "/associations/line_items"
	first := w.crm(http.MethodGet, path+"?limit=1", nil).JSON(t)
	require.Len(t, first["results"], 1)
	after := first["paging"].(object)["next"].(object)["after"].(string)
	second := w.crm(http.MethodGet, path+"?limit=1&after="+after, nil).JSON(t)
	require.Len(t, second["results"], 1)
	require.NotEqual(t, first["results"], second["results"])
	require.NotContains(t, second, "paging")
	for _, query := range []string{"limit=0", "limit=501", "limit=x", "after=x", "after=-1"} {
		require.Equal(t, http.StatusBadRequest, w.crm(http.MethodGet, path+"?"+query, nil).Status, query)
	}

	// A merged contact is the deal's signer, still.
	merged, err := w.Merge(t.Context(), contacts[1], contacts[0])
	require.NoError(t, err)
	require.Equal(t, []string{merged.ID + " 3<nil> 11Signer"}, types("deals/"+deal+"/associations/contacts"))
}

func TestDealsAreFoundByTheirProperties(t *testing.T) {
	t.Parallel()
	w := described(t, "/hubspot", contract.Hubspot(t))
	w.make(pilot)
	made := w.make(client.DealForm{Name: "Fabrikam", Stage: "contractsent"})
	a := w.crm(http.MethodPost, "v3/objects/0-3/search", object{
		"filterGroups": list{object{"filters": list{object{"propertyName": "dealstage", "operator": "EQ", "value": "contractsent"}}}},
		"properties":   list{"dealname"}, "limit": 10, "after": "", "sorts": list{},
	})
	require.Equal(t, http.StatusOK, a.Status, a.Body)
	require.EqualValues(t, 1, a.JSON(t)["total"])
	require.Equal(t, made.ID, a.JSON(t)["results"].([]any)[0].(object)["id"])
	for property, value := range map[string]string{"hs_is_closed_won": "true", "dealstage": "won", "amount": "much"} {
		a := w.crm(http.MethodPatch, "v3/objects/0-3/"+made.ID, object{"properties": object{property: value}})
		require.Equal(t, http.StatusBadRequest, a.Status, property)
	}
	require.Equal(t, http.StatusOK, w.crm(http.MethodGet, "v3/properties/0-3/dealstage", nil).Status)
}
