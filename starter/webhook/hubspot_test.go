package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"github.com/throughline-dev/throughline/workflows/lead"
)

// hubSpotHeader signs a post as HubSpot's documentation says it does.
func hubSpotHeader(secret, uri, body string, at time.Time) http.Header {
	stamp := strconv.FormatInt(at.UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("POST" + uri + body + stamp))
	h := http.Header{}
	h.Set("X-HubSpot-Request-Timestamp", stamp)
	h.Set("X-HubSpot-Signature-v3", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return h
}

func (w *world) hubSpot(body string) int {
	w.t.Helper()
	return w.post("/hubspot/events", hubSpotHeader(secret, publicURL+"/hubspot/events", body, time.Now()), []byte(body))
}

// loggedCall is an event as HubSpot's documentation shows one, of a call that was logged with a contact.
const loggedCall = `{"eventId":1,"subscriptionId":12345,"portalId":62515,"appId":54321,"occurredAt":1767225602000,
	"subscriptionType":"contact.propertyChange","attemptNumber":0,"objectId":201,"changeSource":"ENGAGEMENTS",
	"propertyName":"notes_last_contacted","propertyValue":"1767225600000"}`

func TestALoggedCallIsNewsForTheLeadThatHoldsTheContact(t *testing.T) {
	w := opened(t, nil)
	w.holders["crm-contact/201"] = leadA
	require.Equal(t, http.StatusOK, w.hubSpot("["+loggedCall+"]"))
	assert.Equal(t, []signal{{leadA, "contact", lead.Contact{
		ID: "hubspot/201/1767225600000", How: lead.Logged, At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	}}}, w.told())
	assert.Equal(t, map[string]int{"events": 1, "ignored": 0, "unreadable": 0, "told": 1, "nobody": 0, "ended": 0}, w.counts())
}

func TestTheSameFactHasTheSameIDHoweverItIsTold(t *testing.T) {
	w := opened(t, nil)
	w.holders["crm-contact/201"] = leadA
	generic := strings.NewReplacer("contact.propertyChange", "object.propertyChange", `"objectId":201`, `"objectId":"201","objectTypeId":"0-1"`,
		`"eventId":1`, `"eventId":2`, `"1767225600000"`, `"2026-01-01T00:00:00Z"`).Replace(loggedCall)
	require.Equal(t, http.StatusOK, w.hubSpot("["+loggedCall+","+generic+"]"))
	require.Equal(t, http.StatusOK, w.hubSpot("["+loggedCall+"]"))
	told := w.told()
	require.Len(t, told, 3, "a repeat is for the workflow to recognise")
	assert.Equal(t, told[0], told[1])
	assert.Equal(t, told[0], told[2])
}

func TestAMergeIsNewsForTheLeadsOfEveryRecordThatIsNoMore(t *testing.T) {
	w := opened(t, nil)
	w.holders["crm-contact/11"], w.holders["crm-contact/12"], w.holders["crm-contact/10"] = leadA, leadB, leadB
	body := `[{"eventId":1,"subscriptionType":"contact.merge","objectId":10,"primaryObjectId":10,"mergedObjectIds":[11,12],"newObjectId":10,"numberOfPropertiesMoved":3}]`
	require.Equal(t, http.StatusOK, w.hubSpot(body))
	assert.Equal(t, []signal{
		{leadA, "merged", lead.Merged{ID: "hubspot/merge/11/10", From: []string{"11", "12"}, To: "10"}},
		{leadB, "merged", lead.Merged{ID: "hubspot/merge/12/10", From: []string{"11", "12"}, To: "10"}},
	}, w.told(), "who holds the record that is left has nothing to do")
}

func TestAMergeIntoANewRecordTakesInThePrimaryOneToo(t *testing.T) {
	w := opened(t, nil)
	w.holders["crm-contact/10"] = leadA
	require.Equal(t, http.StatusOK, w.hubSpot(
		`[{"subscriptionType":"object.merge","objectTypeId":"0-1","primaryObjectId":10,"mergedObjectIds":[11],"newObjectId":99}]`))
	assert.Equal(t, []signal{{leadA, "merged", lead.Merged{ID: "hubspot/merge/10/99", From: []string{"11", "10"}, To: "99"}}}, w.told())
	assert.Equal(t, 1, w.counts()["nobody"])

	require.Equal(t, http.StatusOK, w.hubSpot(
		`[{"subscriptionType":"contact.merge","primaryObjectId":11,"mergedObjectIds":[10],"newObjectId":null}]`))
	assert.Equal(t, "11", w.told()[0].Content.(lead.Merged).To, "without a new record it is the primary one")
}

func TestWhatMeansNothingHereIsIgnored(t *testing.T) {
	for name, event := range map[string]string{
		"another property":      strings.Replace(loggedCall, "notes_last_contacted", "notes_last_updated", 1),
		"an emptied one":        strings.Replace(loggedCall, `"1767225600000"`, `""`, 1),
		"a value that is null":  strings.Replace(loggedCall, `"1767225600000"`, `null`, 1),
		"another kind of event": strings.Replace(loggedCall, "contact.propertyChange", "contact.creation", 1),
		"a company":             strings.Replace(loggedCall, "contact.propertyChange", "company.propertyChange", 1),
		"a generic company":     strings.Replace(loggedCall, `"contact.propertyChange"`, `"object.propertyChange","objectTypeId":"0-2"`, 1),
		"a generic unknown":     strings.Replace(loggedCall, "contact.propertyChange", "object.propertyChange", 1),
		"a deal's merge":        `{"subscriptionType":"deal.merge","primaryObjectId":1,"mergedObjectIds":[2]}`,
		"a conversation":        `{"subscriptionType":"conversation.newMessage","objectId":"not-a-number","messageId":"x"}`,
		"what is still to come": `{"subscriptionType":"contact.frobnication","objectId":{"id":1}}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := opened(t, nil)
			require.Equal(t, http.StatusOK, w.hubSpot("["+event+"]"))
			assert.Equal(t, map[string]int{"events": 1, "ignored": 1, "unreadable": 0, "told": 0, "nobody": 0, "ended": 0}, w.counts())
			assert.Zero(t, w.queried)
		})
	}
}

func TestOneEventThatMakesNoSenseDoesNotHoldUpTheOthers(t *testing.T) {
	w := opened(t, nil)
	w.holders["crm-contact/201"] = leadA
	bad := []string{
		strings.Replace(loggedCall, `"1767225600000"`, `"yesterday at cafe"`, 1),
		strings.Replace(loggedCall, `"1767225600000"`, `"99999999999999999"`, 1),
		strings.Replace(loggedCall, `"1767225600000"`, `"9999999999999999999999"`, 1),
		strings.Replace(loggedCall, `"1767225600000"`, `"12026-01-01T00:00:00Z"`, 1),
		strings.Replace(loggedCall, `"1767225600000"`, `12`, 1),
		strings.Replace(loggedCall, `"objectId":201`, `"objectId":-201`, 1),
		strings.Replace(loggedCall, `"objectId":201`, `"objectId":"20/1"`, 1),
		strings.Replace(loggedCall, `"objectId":201,`, ``, 1),
		`{"subscriptionType":"contact.merge","primaryObjectId":10}`,
		`{"subscriptionType":"contact.merge","mergedObjectIds":[10]}`,
		`"winter"`, `7`, `[]`,
	}
	require.Equal(t, http.StatusOK, w.hubSpot("["+strings.Join(bad, ",")+","+loggedCall+"]"))
	assert.Len(t, w.told(), 1)
	assert.Equal(t, map[string]int{"events": 14, "ignored": 0, "unreadable": 13, "told": 1, "nobody": 0, "ended": 0}, w.counts())
	assert.Equal(t, "WARN", w.line()["level"])
}

func TestWhatIsNoBatchIsRefused(t *testing.T) {
	w := opened(t, nil)
	for _, body := range []string{"", "winter", "{}", loggedCall, `["`, `[{"a":1}] trailing`} {
		assert.Equal(t, http.StatusBadRequest, w.hubSpot(body), body)
	}
	assert.Equal(t, http.StatusOK, w.hubSpot("[]"))
	w = opened(t, nil, func(o *Options) { o.MaxBody = 100 })
	assert.Equal(t, http.StatusRequestEntityTooLarge, w.hubSpot("["+loggedCall+"]"))
}

func TestALeadThatNobodyHoldsOrThatIsOverIsNoTrouble(t *testing.T) {
	w := opened(t, func(string) error { return serviceerror.NewNotFound("workflow execution already completed") })
	w.holders["crm-contact/201"] = leadA
	w.holders["crm-contact/202"] = "" // somebody held it once
	require.Equal(t, http.StatusOK, w.hubSpot("["+loggedCall+","+strings.ReplaceAll(loggedCall, "201", "202")+","+strings.ReplaceAll(loggedCall, "201", "203")+"]"))
	assert.Empty(t, w.told())
	assert.Equal(t, map[string]int{"events": 3, "ignored": 0, "unreadable": 0, "told": 0, "nobody": 2, "ended": 1}, w.counts())
}

func TestHubSpotSendsAgainWhatTemporalHasNotAllOf(t *testing.T) {
	down := errors.New("connection refused")
	w := opened(t, func(id string) error {
		if id == leadB {
			return down
		}
		return nil
	})
	w.holders["crm-contact/201"], w.holders["crm-contact/202"] = leadA, leadB
	both := "[" + strings.ReplaceAll(loggedCall, "201", "202") + "," + loggedCall + "]"
	assert.Equal(t, http.StatusServiceUnavailable, w.hubSpot(both))
	assert.Len(t, w.told(), 1, "one that can't be told doesn't hold up the other")
	assert.Equal(t, "ERROR", w.line()["level"])

	down = nil
	assert.Equal(t, http.StatusOK, w.hubSpot(both))
	assert.Len(t, w.told(), 3)

	w = opened(t, nil)
	w.holders["crm-contact/201"] = "down"
	assert.Equal(t, http.StatusServiceUnavailable, w.hubSpot("["+loggedCall+"]"), "whose it is can't be known")
}

func TestABatchOfAHundredIsHandedOnWhole(t *testing.T) {
	w := opened(t, nil)
	var events []string
	for i := range 100 {
		id := strconv.Itoa(1000 + i)
		w.holders["crm-contact/"+id] = fmt.Sprintf("lead-%c%cbbbbbbbbbbbbbb", 'a'+i/26, 'a'+i%26)
		events = append(events, strings.ReplaceAll(loggedCall, `"objectId":201`, `"objectId":`+id))
	}
	require.Equal(t, http.StatusOK, w.hubSpot("["+strings.Join(events, ",")+"]"))
	assert.Len(t, w.told(), 100)
	assert.Equal(t, 100, w.counts()["told"])
}

func TestAPostThatHubSpotHasNotSignedIsRefused(t *testing.T) {
	body, uri := "["+loggedCall+"]", publicURL+"/hubspot/events"
	for name, header := range map[string]http.Header{
		"no signature":        {},
		"another secret":      hubSpotHeader("another", uri, body, time.Now()),
		"no secret":           hubSpotHeader("", uri, body, time.Now()),
		"another body":        hubSpotHeader(secret, uri, body+" ", time.Now()),
		"another address":     hubSpotHeader(secret, "https://evil.example/hubspot/events", body, time.Now()),
		"six minutes old":     hubSpotHeader(secret, uri, body, time.Now().Add(-6*time.Minute)),
		"six minutes early":   hubSpotHeader(secret, uri, body, time.Now().Add(6*time.Minute)),
		"time in words":       with(hubSpotHeader(secret, uri, body, time.Now()), "X-HubSpot-Request-Timestamp", "now"),
		"another time":        with(hubSpotHeader(secret, uri, body, time.Now()), "X-HubSpot-Request-Timestamp", strconv.FormatInt(time.Now().UnixMilli()+1, 10)),
		"not base64":          with(hubSpotHeader(secret, uri, body, time.Now()), "X-HubSpot-Signature-v3", "%%%"),
		"an empty signature":  with(hubSpotHeader(secret, uri, body, time.Now()), "X-HubSpot-Signature-v3", ""),
		"only the version v1": {"X-Hubspot-Signature": {"232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := opened(t, nil)
			w.holders["crm-contact/201"] = leadA
			assert.Equal(t, http.StatusUnauthorized, w.post("/hubspot/events", header, []byte(body)))
			assert.Zero(t, w.queried)
			assert.Empty(t, w.told())
		})
	}
}

func with(h http.Header, name, value string) http.Header {
	h.Set(name, value)
	return h
}

func TestTheAddressIsSignedAsHubSpotDecodesIt(t *testing.T) {
	body := "[]"
	for called, signed := range map[string]string{
		"/hubspot/events?a=1&b=2":                "/hubspot/events?a=1&b=2",
		"/hubspot/events?to=a%40b%2Fc%3a%3Fd":    "/hubspot/events?to=a@b/c:?d",
		"/hubspot/events?x=%21%24%27%28%29%2A":   "/hubspot/events?x=!$'()*",
		"/hubspot/events?x=%2C%3B%20%25%26%2B":   "/hubspot/events?x=,;%20%25%26%2B", // those that aren't listed stay
		"/hubspot/events?x=%2540":                "/hubspot/events?x=%2540",
		"/hubspot/events?portal=62515&x=%c3%a9%": "/hubspot/events?portal=62515&x=%c3%a9%",
	} {
		w := opened(t, nil)
		r := httptest.NewRequest("POST", "/hubspot/events", strings.NewReader(body))
		_, r.URL.RawQuery, _ = strings.Cut(called, "?")
		r.Header = hubSpotHeader(secret, publicURL+signed, body, time.Now())
		got := httptest.NewRecorder()
		w.handler.ServeHTTP(got, r)
		assert.Equal(t, http.StatusOK, got.Code, called)
	}
	w := opened(t, nil, func(o *Options) { o.PublicURL = "https://example.com/throughline/" })
	assert.Equal(t, http.StatusOK, w.post("/hubspot/events",
		hubSpotHeader(secret, "https://example.com/throughline/hubspot/events", body, time.Now()), []byte(body)), "behind a proxy that takes its prefix off")
}
