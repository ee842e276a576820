package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

func (w world) crm(method, path string, body any) answer {
	w.t.Helper()
	return w.call(method, "/hubspot/crm/"+path, sandbox.DefaultHubSpotToken, body)
}

// unique makes a unique property.
func (w world) unique(kind, group, name string) answer {
	w.t.Helper()
	return w.crm(http.MethodPost, "v3/properties/"+kind, object{
		"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": group, "hasUniqueValue": true,
	})
}

// upsert puts one record, and returns its ID and whether it is new.
func (w world) upsert(kind, property, value string, properties object) (id string, isNew bool) {
	w.t.Helper()
	a := w.crm(http.MethodPost, "v3/objects/"+kind+"/batch/upsert", object{
		"inputs": list{object{"idProperty": property, "id": value, "properties": properties}},
	})
	require.Equal(w.t, http.StatusOK, a.Status, a.Body)
	r := a.JSON(w.t)["results"].([]any)[0].(object)
	return r["id"].(string), r["new"].(bool)
}

func TestAnUpsertFindsARecordByItsUniqueProperty(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	id, isNew := w.upsert("contacts", "email", "Ada@Contoso.example", object{"firstname": "Ada", "hubspot_owner_id": "1011"})
	require.True(t, isNew)
	require.Regexp(t, `^\d+$`, id)
	again, isNew := w.upsert("contacts", "email", "ada@contoso.example", object{"lastname": "Byron", "firstname": ""})
	require.False(t, isNew)
	require.Equal(t, id, again)

	a := w.crm(http.MethodGet, "v3/objects/contacts/ada@contoso.example?idProperty=email&properties=lastname,hubspot_owner_id&properties=firstname", nil)
	require.Equal(t, http.StatusOK, a.Status)
	properties := a.JSON(t)["properties"].(object)
	require.Equal(t, "ada@contoso.example", properties["email"])
	require.Equal(t, "Byron", properties["lastname"])
	require.Equal(t, "1011", properties["hubspot_owner_id"])
	require.Equal(t, id, properties["hs_object_id"])
	require.NotContains(t, properties, "firstname", "an empty value takes a property away")
}

func TestManyUpsertsAtOnceMakeOneRecord(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			w.upsert("contacts", "email", "ada@contoso.example", object{"firstname": fmt.Sprint("Ada", i)})
		})
	}
	wg.Wait()
	contacts, err := w.Records(t.Context(), "contacts", client.RecordFilter{Email: "ada@contoso.example"})
	require.NoError(t, err)
	require.Len(t, contacts, 1)
}

func TestAnUpsertNeedsAUniqueProperty(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	try := func(property string) answer {
		return w.crm(http.MethodPost, "v3/objects/companies/batch/upsert", object{
			"inputs": list{object{"idProperty": property, "id": "contoso.example", "properties": object{"name": "Contoso"}}},
		})
	}
	for _, property := range []string{"throughline_domain", "domain", "hs_object_id", ""} {
		a := try(property)
		require.Equal(t, http.StatusBadRequest, a.Status, property)
		require.Equal(t, "VALIDATION_ERROR", a.JSON(t)["category"])
		require.Contains(t, a.JSON(t)["message"], "Unable to perform update/upsert by non-unique 0-2 property "+property)
	}
	require.Equal(t, http.StatusCreated, w.unique("companies", "companyinformation", "throughline_domain").Status)
	require.Equal(t, http.StatusOK, try("throughline_domain").Status)
}

func TestAPropertyIsMadeOnce(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	require.Equal(t, http.StatusNotFound, w.crm(http.MethodGet, "v3/properties/notes/throughline_key", nil).Status)
	a := w.unique("notes", "engagement", "throughline_key")
	require.Equal(t, http.StatusCreated, a.Status, a.Body)
	require.Equal(t, true, a.JSON(t)["hasUniqueValue"])
	require.Equal(t, http.StatusOK, w.crm(http.MethodGet, "v3/properties/notes/throughline_key", nil).Status)
	require.Equal(t, http.StatusConflict, w.unique("notes", "engagement", "throughline_key").Status)
	require.Equal(t, http.StatusBadRequest, w.unique("notes", "engagement", "Throughline Key").Status)
	require.Equal(t, http.StatusBadRequest, w.unique("notes", "nothing", "other").Status)
	require.Equal(t, http.StatusBadRequest, w.unique("cats", "engagement", "other").Status)
}

func TestValuesAreHeldAgainstTheirProperties(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	contact, _ := w.upsert("contacts", "email", "ada@contoso.example", nil)
	for property, c := range map[string]struct{ value, code string }{
		"shoe_size":        {"42", "PROPERTY_DOESNT_EXIST"},
		"hs_lead_status":   {"HOT", "INVALID_OPTION"},
		"email":            {"ada", "INVALID_EMAIL"},
		"hubspot_owner_id": {"7", "INVALID_OWNER_ID"},
		"hs_object_id":     {"7", "READ_ONLY_VALUE"},
	} {
		a := w.crm(http.MethodPatch, "v3/objects/contacts/"+contact, object{"properties": object{property: c.value}})
		require.Equal(t, http.StatusBadRequest, a.Status, property)
		failure := a.JSON(t)
		require.Equal(t, "error", failure["status"])
		require.NotEmpty(t, failure["correlationId"])
		require.Contains(t, failure["message"], "Property values were not valid: [{")
		require.Equal(t, c.code, failure["errors"].([]any)[0].(object)["code"], property)
	}
	a := w.crm(http.MethodPost, "v3/objects/companies/batch/upsert", object{"inputs": list{}})
	require.Equal(t, http.StatusBadRequest, a.Status)
	require.Equal(t, http.StatusOK, w.crm(http.MethodPatch, "v3/objects/contacts/"+contact, object{"properties": object{"hs_lead_status": "CONNECTED"}}).Status)
	require.Equal(t, http.StatusNotFound, w.crm(http.MethodPatch, "v3/objects/contacts/99", object{"properties": object{"phone": "1"}}).Status)
}

func TestAUniqueValueBelongsToOneRecord(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	ada, _ := w.upsert("contacts", "email", "ada@contoso.example", nil)
	bob, _ := w.upsert("contacts", "email", "bob@contoso.example", nil)
	a := w.crm(http.MethodPatch, "v3/objects/contacts/"+bob, object{"properties": object{"email": "ada@contoso.example"}})
	require.Equal(t, http.StatusConflict, a.Status)
	require.Contains(t, a.JSON(t)["message"], "Existing ID: "+ada)
	a = w.crm(http.MethodPost, "v3/objects/contacts/batch/upsert", object{"inputs": list{
		object{"idProperty": "email", "id": "x@y.example", "properties": object{}}, object{"idProperty": "email", "id": "x@y.example", "properties": object{}},
	}})
	require.Equal(t, http.StatusBadRequest, a.Status, "one record twice in a batch")
}

func TestANoteNeedsATime(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	w.unique("notes", "engagement", "throughline_key")
	a := w.crm(http.MethodPost, "v3/objects/notes/batch/upsert", object{"inputs": list{
		object{"idProperty": "throughline_key", "id": "lead-1/record", "properties": object{"hs_note_body": "x"}},
	}})
	require.Equal(t, http.StatusBadRequest, a.Status)
	require.Contains(t, a.JSON(t)["message"], "hs_timestamp")
	_, isNew := w.upsert("notes", "throughline_key", "lead-1/record", object{"hs_note_body": "x", "hs_timestamp": "1700000000000"})
	require.True(t, isNew)
}

func (w world) search(filters ...any) []any {
	w.t.Helper()
	groups := list{}
	if len(filters) > 0 {
		groups = list{object{"filters": filters}}
	}
	a := w.crm(http.MethodPost, "v3/objects/contacts/search", object{
		"filterGroups": groups, "properties": list{"phone"}, "limit": 2, "after": "0", "sorts": list{},
	})
	require.Equal(w.t, http.StatusOK, a.Status, a.Body)
	return a.JSON(w.t)["results"].([]any)
}

func TestSearchFindsByItsFilters(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	w.upsert("contacts", "email", "ada@contoso.example", object{"phone": "1", "city": "Leeds"})
	w.upsert("contacts", "email", "bob@contoso.example", object{"phone": "2"})
	w.upsert("contacts", "email", "eve@contoso.example", object{"phone": "3", "city": "York"})
	filter := func(name, operator string, rest object) object {
		f := object{"propertyName": name, "operator": operator}
		for k, v := range rest {
			f[k] = v
		}
		return f
	}
	for _, c := range []struct {
		filter object
		phones string
	}{
		{filter("email", "EQ", object{"value": "bob@contoso.example"}), "2"},
		{filter("city", "EQ", object{"value": "leeds"}), "1"},
		{filter("city", "NEQ", object{"value": "Leeds"}), "3"},
		{filter("phone", "IN", object{"values": list{"1", "3"}}), "13"},
		{filter("phone", "NOT_IN", object{"values": list{"1"}}), "23"},
		{filter("city", "HAS_PROPERTY", nil), "13"},
		{filter("city", "NOT_HAS_PROPERTY", nil), "2"},
	} {
		phones := ""
		for _, r := range w.search(c.filter) {
			phones += r.(object)["properties"].(object)["phone"].(string)
		}
		require.Equal(t, c.phones, phones, "%v", c.filter)
	}
	require.Len(t, w.search(), 2, "the page's limit")
	a := w.crm(http.MethodPost, "v3/objects/contacts/search", object{"filterGroups": list{}, "limit": 2, "after": "2"})
	require.Len(t, a.JSON(t)["results"], 1)
	require.EqualValues(t, 3, a.JSON(t)["total"])
	for name, body := range map[string]object{
		"an unknown property": {"filterGroups": list{object{"filters": list{filter("shoe", "EQ", nil)}}}},
		"an unknown operator": {"filterGroups": list{object{"filters": list{filter("city", "LIKE", nil)}}}},
		"too large a page":    {"filterGroups": list{}, "limit": 201},
	} {
		require.Equal(t, http.StatusBadRequest, w.crm(http.MethodPost, "v3/objects/contacts/search", body).Status, name)
	}
}

func TestSearchLagsBehindWhereItIsToldTo(t *testing.T) {
	t.Parallel()
	o := options()
	o.Lag = time.Hour
	w := start(t, o)
	id, _ := w.upsert("contacts", "email", "ada@contoso.example", nil)
	require.Empty(t, w.search(object{"propertyName": "email", "operator": "EQ", "value": "ada@contoso.example"}))
	require.Equal(t, http.StatusOK, w.crm(http.MethodGet, "v3/objects/contacts/"+id, nil).Status, "reading by ID does not lag")
}

func TestAssociationsAreReadFromEitherEnd(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	w.unique("companies", "companyinformation", "throughline_domain")
	contact, _ := w.upsert("contacts", "email", "ada@contoso.example", nil)
	company, _ := w.upsert("companies", "throughline_domain", "contoso.example", object{"domain": "contoso.example"})
	for range 2 {
		a := w.crm(http.MethodPut, fmt.Sprintf("v4/objects/contacts/%s/associations/default/companies/%s", contact, company), nil)
		require.Equal(t, http.StatusOK, a.Status)
		require.Equal(t, "COMPLETE", a.JSON(t)["status"])
	}
	for path, want := range map[string]string{
		"v4/objects/contacts/" + contact + "/associations/companies": company,
		"v4/objects/company/" + company + "/associations/contact":    contact,
	} {
		results := w.crm(http.MethodGet, path, nil).JSON(t)["results"].([]any)
		require.Len(t, results, 1, path)
		require.Equal(t, want, results[0].(object)["toObjectId"])
	}
	require.Equal(t, http.StatusNotFound, w.crm(http.MethodPut, "v4/objects/contacts/"+contact+"/associations/default/companies/99", nil).Status)
	require.Equal(t, http.StatusBadRequest, w.crm(http.MethodPut, "v4/objects/contacts/1/associations/default/contacts/2", nil).Status)
}

func TestOwnersAreFoundByAddressAndID(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	require.Len(t, w.crm(http.MethodGet, "v3/owners", nil).JSON(t)["results"], 2)
	found := w.crm(http.MethodGet, "v3/owners?email=grace.chen@northwind-robotics.example", nil).JSON(t)["results"].([]any)
	require.Equal(t, "1010", found[0].(object)["id"])
	require.Equal(t, "Maria", w.crm(http.MethodGet, "v3/owners/1011", nil).JSON(t)["firstName"])
	require.Equal(t, http.StatusNotFound, w.crm(http.MethodGet, "v3/owners/7", nil).Status)
}

func TestHubSpotRefusesATokenThatIsMissingOrWrong(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for _, token := range []string{"", "pat-other"} {
		a := w.call(http.MethodGet, "/hubspot/crm/v3/owners", token, nil)
		require.Equal(t, http.StatusUnauthorized, a.Status)
		require.Equal(t, "INVALID_AUTHENTICATION", a.JSON(t)["category"])
	}
}

func TestACaseHasItsNotesAndTheRecordsThatTheseAreAbout(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	w.unique("notes", "engagement", "throughline_key")
	w.unique("companies", "companyinformation", "throughline_domain")
	w.unique("companies", "companyinformation", "other_key")
	link := func(from, fromID, to, toID string) {
		a := w.crm(http.MethodPut, strings.Join([]string{"v4/objects", from, fromID, "associations/default", to, toID}, "/"), nil)
		require.Equal(t, http.StatusOK, a.Status, a.Body)
	}
	contact, _ := w.upsert("contacts", "email", "ada@contoso.example", nil)
	company, _ := w.upsert("companies", "throughline_domain", "contoso.example", object{"domain": "contoso.example"})
	note, _ := w.upsert("notes", "throughline_key", "lead-1/record", object{"hs_timestamp": "1700000000000"})
	link("notes", note, "contacts", contact)
	link("contacts", contact, "companies", company)
	w.upsert("contacts", "email", "eve@fabrikam.example", nil)
	twin, _ := w.upsert("companies", "other_key", "x", object{"domain": "contoso.example"})

	effects, err := w.Effects(t.Context(), "lead-1")
	require.NoError(t, err)
	require.ElementsMatch(t, []client.Effect{
		{System: "hubspot", Operation: "note", Key: "lead-1/record", Count: 1, Records: []string{note}},
		{System: "hubspot", Operation: "contact", Key: "ada@contoso.example", Count: 1, Records: []string{contact}},
		{System: "hubspot", Operation: "company", Key: "contoso.example", Count: 2, Records: []string{company, twin}},
	}, effects)
	all, err := w.Effects(t.Context(), "")
	require.NoError(t, err)
	require.Len(t, all, 4)
	companies, err := w.Records(t.Context(), "companies", client.RecordFilter{Case: "lead-1"})
	require.NoError(t, err)
	require.Len(t, companies, 1)
	require.Equal(t, map[string][]string{"contacts": {contact}}, companies[0].Associated)
	other, err := w.Effects(t.Context(), "lead-2")
	require.NoError(t, err)
	require.Empty(t, other)
}
