package sandbox_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

// posted is a request that a webhook has sent.
type posted struct {
	Path   string
	Header http.Header
	Body   []byte
}

// ear is an app that hears webhooks. It refuses as many as it is told to before it takes one.
type ear struct {
	URL   string
	heard chan posted
}

func hear(t *testing.T, refuse int) ear {
	t.Helper()
	e := ear{heard: make(chan posted, 100)}
	var refused atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if refused.Add(1) <= int32(refuse) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		e.heard <- posted{r.URL.Path, r.Header, body}
	}))
	t.Cleanup(server.Close)
	e.URL = server.URL
	return e
}

func (e ear) next(t *testing.T) posted {
	t.Helper()
	select {
	case p := <-e.heard:
		return p
	case <-time.After(patience):
		t.Fatal("nothing was posted")
		return posted{}
	}
}

// crmEvents are those of a request, whose signature is checked as HubSpot's documentation says.
func crmEvents(t *testing.T, url, secret string, p posted) (events []object) {
	t.Helper()
	at := p.Header.Get("X-HubSpot-Request-Timestamp")
	ms, err := strconv.ParseInt(at, 10, 64)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), time.UnixMilli(ms), time.Minute)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("POST" + url + string(p.Body) + at))
	require.Equal(t, base64.StdEncoding.EncodeToString(mac.Sum(nil)), p.Header.Get("X-HubSpot-Signature-v3"))
	require.Equal(t, "application/json", p.Header.Get("Content-Type"))
	require.NoError(t, json.Unmarshal(p.Body, &events))
	return events
}

// told is a sandbox whose HubSpot tells an app what people do.
func told(t *testing.T, refuse int) (world, func() object) {
	t.Helper()
	app := hear(t, refuse)
	o := options()
	o.HubSpotEventsURL = app.URL + "/hubspot/events"
	return start(t, o), func() object {
		t.Helper()
		events := crmEvents(t, o.HubSpotEventsURL, sandbox.DefaultHubSpotSecret, app.next(t))
		require.Len(t, events, 1)
		return events[0]
	}
}

func TestALoggedCallIsWhenAContactWasContactedAndTheAppIsTold(t *testing.T) {
	t.Parallel()
	w, event := told(t, 0)
	id, _ := w.upsert("contacts", "email", "ada@contoso.example", nil)
	at := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
	logged, err := w.Log(t.Context(), client.Activity{Contact: id, Kind: "call", By: "1011", Text: "Spoke to Ada.", At: at})
	require.NoError(t, err)
	require.Equal(t, "calls", logged.Type)
	require.Equal(t, map[string][]string{"contacts": {id}}, logged.Associated)
	require.Equal(t, "Spoke to Ada.", logged.Properties["hs_call_body"])

	e := event()
	require.NotZero(t, e["eventId"])
	require.InDelta(t, float64(time.Now().UnixMilli()), e["occurredAt"], 60_000)
	for field, want := range map[string]any{
		"subscriptionType": "contact.propertyChange", "propertyName": "notes_last_contacted", "objectId": id,
		"propertyValue": fmt.Sprint(at.UnixMilli()), "changeSource": "CRM_UI", "sourceId": "userId:1011", "attemptNumber": 0,
		"portalId": sandbox.HubSpotPortal,
	} {
		require.Equal(t, fmt.Sprint(want), fmt.Sprint(e[field]), field)
	}
	contact := w.crm(http.MethodGet, "v3/objects/contacts/"+id+"?properties=notes_last_contacted", nil).JSON(t)["properties"].(object)
	require.Equal(t, at.UTC().Format("2006-01-02T15:04:05.000Z"), contact["notes_last_contacted"])

	// One that is entered late is logged, but was not the last; the next one is.
	_, err = w.Log(t.Context(), client.Activity{Contact: id, Kind: "call", At: at.Add(-time.Hour)})
	require.NoError(t, err)
	_, err = w.Log(t.Context(), client.Activity{Contact: id, Kind: "meeting"})
	require.NoError(t, err)
	e = event()
	ms, err := strconv.ParseInt(e["propertyValue"].(string), 10, 64)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), time.UnixMilli(ms), time.Minute)
	effects, err := w.Effects(t.Context(), "")
	require.NoError(t, err)
	require.Len(t, effects, 1, "the contact; what people log is no effect of ours: %v", effects)
}

func TestOnlyWhatHubSpotTakesCanBeLogged(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	id, _ := w.upsert("contacts", "email", "ada@contoso.example", nil)
	for want, a := range map[string]client.Activity{
		"404: the CRM has no such record": {Contact: "99", Kind: "call"},
		`kind: "note" is neither`:         {Contact: id, Kind: "note"},
		"7 was not a valid owner":         {Contact: id, Kind: "call", By: "7"},
	} {
		_, err := w.Log(t.Context(), a)
		require.ErrorContains(t, err, want)
	}
	_, err := w.Edit(t.Context(), "contacts", id, map[string]string{"notes_last_contacted": "1700000000000"})
	require.ErrorContains(t, err, "read only")
}

func TestAnEventIsPostedUntilItIsTaken(t *testing.T) {
	t.Parallel()
	w, event := told(t, 2)
	id, _ := w.upsert("contacts", "email", "ada@contoso.example", nil)
	require.NoError(t, w.Delete(t.Context(), id))
	first, second := event(), event()
	require.Equal(t, first["eventId"], second["eventId"])
	require.EqualValues(t, 0, first["attemptNumber"])
	require.EqualValues(t, 1, second["attemptNumber"])
}

func TestADeletedContactIsGoneAndItsAddressIsFree(t *testing.T) {
	t.Parallel()
	w, event := told(t, 0)
	w.unique("notes", "engagement", "throughline_key")
	old, _ := w.upsert("contacts", "email", "ada@contoso.example", nil)
	note, _ := w.upsert("notes", "throughline_key", "lead-1/record", object{"hs_timestamp": "1700000000000"})
	link := "v4/objects/notes/" + note + "/associations/default/contacts/"
	require.Equal(t, http.StatusOK, w.crm(http.MethodPut, link+old, nil).Status)
	require.NoError(t, w.Delete(t.Context(), old))
	e := event()
	require.Equal(t, "contact.deletion", e["subscriptionType"])
	require.Equal(t, old, fmt.Sprint(e["objectId"]))

	for _, path := range []string{"v3/objects/contacts/" + old, "v3/objects/contacts/ada@contoso.example?idProperty=email", "v4/objects/contacts/" + old + "/associations/notes"} {
		require.Equal(t, http.StatusNotFound, w.crm(http.MethodGet, path, nil).Status, path)
	}
	require.Equal(t, http.StatusNotFound, w.crm(http.MethodPatch, "v3/objects/contacts/"+old, object{"properties": object{"phone": "1"}}).Status)
	require.Equal(t, http.StatusNotFound, w.crm(http.MethodPut, link+old, nil).Status)
	require.Empty(t, w.crm(http.MethodGet, "v4/objects/notes/"+note+"/associations/contacts", nil).JSON(t)["results"])
	require.ErrorContains(t, w.Delete(t.Context(), old), "404")

	again, isNew := w.upsert("contacts", "email", "ada@contoso.example", nil)
	require.True(t, isNew)
	require.NotEqual(t, old, again)
	effects, err := w.Effects(t.Context(), "")
	require.NoError(t, err)
	require.Contains(t, effects, client.Effect{System: "hubspot", Operation: "contact", Key: "ada@contoso.example", Count: 1, Records: []string{again}})

	a := w.crm(http.MethodDelete, "v3/objects/contacts/"+again, nil)
	require.Equal(t, http.StatusNoContent, a.Status)
	require.Empty(t, a.Body)
	require.Equal(t, "INTEGRATION", event()["changeSource"])
	require.Equal(t, http.StatusBadRequest, w.crm(http.MethodDelete, "v3/objects/notes/"+note, nil).Status)
}

func TestMergedContactsAreOneNewRecordThatBothOldIDsLeadTo(t *testing.T) {
	t.Parallel()
	o := options()
	o.Dir = t.TempDir()
	app := hear(t, 0)
	o.HubSpotEventsURL, o.HubSpotSignedURL = app.URL, "https://door.example/hubspot/events" // as the door behind a proxy has it
	w := start(t, o)
	w.unique("notes", "engagement", "throughline_key")
	ada, _ := w.upsert("contacts", "email", "ada@contoso.example", object{"firstname": "Ada", "phone": "1", "lifecyclestage": "customer"})
	byron, _ := w.upsert("contacts", "email", "byron@contoso.example", object{"firstname": "A.", "hubspot_owner_id": "1011", "lifecyclestage": "lead"})
	note, _ := w.upsert("notes", "throughline_key", "lead-1/record", object{"hs_timestamp": "1700000000000"})
	require.Equal(t, http.StatusOK, w.crm(http.MethodPut, "v4/objects/notes/"+note+"/associations/default/contacts/"+ada, nil).Status)

	merged, err := w.Merge(t.Context(), ada, byron)
	require.NoError(t, err)
	require.NotContains(t, []string{ada, byron}, merged.ID)
	e := crmEvents(t, o.HubSpotSignedURL, sandbox.DefaultHubSpotSecret, app.next(t))[0]
	require.Equal(t, "contact.merge", e["subscriptionType"])
	require.Equal(t, []string{byron, "[" + ada + "]", merged.ID}, []string{
		fmt.Sprint(e["primaryObjectId"]), fmt.Sprint(e["mergedObjectIds"]), fmt.Sprint(e["newObjectId"]),
	})
	require.EqualValues(t, 1, e["numberOfPropertiesMoved"], "the phone")

	check := func(w world) {
		t.Helper()
		for _, path := range []string{ada, byron, merged.ID, "ada@contoso.example?idProperty=email", "byron@contoso.example?idProperty=email"} {
			a := w.crm(http.MethodGet, "v3/objects/contacts/"+path, nil)
			require.Equal(t, http.StatusOK, a.Status, path)
			require.Equal(t, merged.ID, a.JSON(t)["id"], path)
		}
		records, err := w.Records(t.Context(), "contacts", client.RecordFilter{})
		require.NoError(t, err)
		require.Len(t, records, 1)
		require.Equal(t, map[string][]string{"notes": {note}}, records[0].Associated)
		for name, want := range map[string]string{
			"email": "byron@contoso.example", "hs_additional_emails": "ada@contoso.example", "hs_merged_object_ids": byron + ";" + ada,
			"firstname": "A.", "phone": "1", "hubspot_owner_id": "1011", "lifecyclestage": "customer", "hs_object_id": merged.ID,
		} {
			require.Equal(t, want, records[0].Properties[name], name)
		}
		old, err := w.Records(t.Context(), "contacts", client.RecordFilter{ID: ada})
		require.NoError(t, err)
		require.Equal(t, records, old)
		effects, err := w.Effects(t.Context(), "lead-1")
		require.NoError(t, err)
		require.Contains(t, effects, client.Effect{System: "hubspot", Operation: "contact", Key: "byron@contoso.example", Count: 1, Records: []string{merged.ID}})
	}
	check(w)
	o.Dir = copied(t, o.Dir) // as a kill leaves it
	w = start(t, o)
	check(w)

	// Writes by what is old go to the new record.
	a := w.crm(http.MethodPatch, "v3/objects/contacts/"+ada, object{"properties": object{"hubspot_owner_id": "1010"}})
	require.Equal(t, http.StatusOK, a.Status)
	require.Equal(t, merged.ID, a.JSON(t)["id"])
	id, isNew := w.upsert("contacts", "email", "Ada@contoso.example", object{"city": "Leeds"})
	require.False(t, isNew)
	require.Equal(t, merged.ID, id)
	require.Equal(t, http.StatusOK, w.crm(http.MethodPut, "v4/objects/notes/"+note+"/associations/default/contacts/"+byron, nil).Status)
	record, err := w.Records(t.Context(), "contacts", client.RecordFilter{ID: byron})
	require.NoError(t, err)
	require.Equal(t, "byron@contoso.example", record[0].Properties["email"], "a secondary address doesn't become the primary one")
	require.Equal(t, "Leeds", record[0].Properties["city"])
	require.Equal(t, "1010", record[0].Properties["hubspot_owner_id"])

	// And so on: a merged record is merged, and deleted.
	eve, _ := w.upsert("contacts", "email", "eve@contoso.example", nil)
	again, err := w.Merge(t.Context(), eve, ada)
	require.NoError(t, err)
	require.Equal(t, "ada@contoso.example;eve@contoso.example", again.Properties["hs_additional_emails"])
	require.Equal(t, again.ID, w.crm(http.MethodGet, "v3/objects/contacts/"+ada, nil).JSON(t)["id"])
	_, err = w.Merge(t.Context(), ada, eve)
	require.ErrorContains(t, err, "with itself")
	_, err = w.Merge(t.Context(), ada, "99")
	require.ErrorContains(t, err, "404")
	require.NoError(t, w.Delete(t.Context(), eve))
	o.Dir = copied(t, o.Dir) // as a kill leaves it
	w = start(t, o)
	require.Equal(t, http.StatusNotFound, w.crm(http.MethodGet, "v3/objects/contacts/"+ada, nil).Status)
	next, isNew := w.upsert("contacts", "email", "ada@contoso.example", nil)
	require.True(t, isNew)
	require.NotContains(t, []string{ada, byron, merged.ID, eve, again.ID}, next, "an ID is given once, also over a restart")
}

func TestAContactNamesItsFirstCompany(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	w.unique("companies", "companyinformation", "throughline_domain")
	contact, _ := w.upsert("contacts", "email", "ada@contoso.example", nil)
	contoso, _ := w.upsert("companies", "throughline_domain", "contoso.example", nil)
	fabrikam, _ := w.upsert("companies", "throughline_domain", "fabrikam.example", nil)
	for _, path := range []string{"companies/" + contoso + "/associations/default/contacts/" + contact, "contacts/" + contact + "/associations/default/companies/" + fabrikam} {
		require.Equal(t, http.StatusOK, w.crm(http.MethodPut, "v4/objects/"+path, nil).Status)
	}
	a := w.crm(http.MethodGet, "v3/objects/contacts/ada@contoso.example?idProperty=email&properties=associatedcompanyid", nil)
	require.Equal(t, contoso, a.JSON(t)["properties"].(object)["associatedcompanyid"])
}

func TestThePastOfAnOwnerAndAStatusIsKept(t *testing.T) {
	t.Parallel()
	o := options()
	o.Dir = t.TempDir()
	w := start(t, o)
	id, _ := w.upsert("contacts", "email", "ada@contoso.example", object{"hubspot_owner_id": "1011", "hs_lead_status": "NEW"})
	_, err := w.Edit(t.Context(), "contacts", id, map[string]string{"hubspot_owner_id": "1010"})
	require.NoError(t, err)
	for range 2 {
		w.upsert("contacts", "email", "ada@contoso.example", object{"hs_lead_status": "ATTEMPTED_TO_CONTACT", "hubspot_owner_id": ""})
	}
	o.Dir = copied(t, o.Dir)
	records, err := start(t, o).Records(t.Context(), "contacts", client.RecordFilter{ID: id})
	require.NoError(t, err)
	past := func(property string) (values []string) {
		for _, v := range records[0].History[property] {
			require.WithinDuration(t, time.Now(), v.At, time.Minute)
			values = append(values, v.Value)
		}
		return values
	}
	require.Equal(t, []string{"1011", "1010", ""}, past("hubspot_owner_id"))
	require.Equal(t, []string{"NEW", "ATTEMPTED_TO_CONTACT"}, past("hs_lead_status"))
	require.Len(t, records[0].History, 2)
}
