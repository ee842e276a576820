package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/throughline-dev/throughline/sandbox"
)

// BenchmarkALead is what one lead asks of the outside world, with everything kept on disk: eleven requests.
func BenchmarkALead(b *testing.B) {
	o := options()
	o.Dir = b.TempDir()
	s, err := sandbox.New(o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	send := func(method, path, kind string, body []byte) {
		r := httptest.NewRequest(method, path, bytes.NewReader(body))
		r.Header.Set("Content-Type", kind)
		for system, token := range map[string]string{"/hubspot": sandbox.DefaultHubSpotToken, "/sendgrid": sandbox.DefaultSendGridKey} {
			if strings.HasPrefix(path, system) {
				r.Header.Set("Authorization", "Bearer "+token)
			}
		}
		r.Header.Set("X-Api-Key", sandbox.DefaultPDLKey)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if w.Code >= 300 || strings.Contains(w.Body.String(), `"ok":false`) {
			b.Fatal(path, w.Code, w.Body)
		}
	}
	put := func(method, path string, v any) {
		body, _ := json.Marshal(v)
		send(method, path, "application/json", body)
	}
	form := func(method string, v url.Values) {
		v.Set("token", sandbox.DefaultSlackToken)
		send(http.MethodPost, "/slack/api/"+method, "application/x-www-form-urlencoded", []byte(v.Encode()))
	}
	for _, p := range []string{"companies companyinformation throughline_domain", "notes engagement throughline_key"} {
		f := strings.Fields(p)
		put(http.MethodPost, "/hubspot/crm/v3/properties/"+f[0], object{"name": f[2], "label": "x", "groupName": f[1], "type": "string", "fieldType": "text", "hasUniqueValue": true})
	}
	upsert := func(kind, property, id string, properties object) {
		put(http.MethodPost, "/hubspot/crm/v3/objects/"+kind+"/batch/upsert", object{"inputs": list{object{"idProperty": property, "id": id, "properties": properties}}})
	}
	blocks := `[{"type":"header","text":{"type":"plain_text","text":"Make contact"}},{"type":"actions","elements":[{"type":"button","action_id":"a","text":{"type":"plain_text","text":"Go"}}]}]`
	n := 0
	for b.Loop() {
		n++
		key, domain := fmt.Sprintf("lead-%d", n), fmt.Sprintf("c%d.example", n)
		send(http.MethodGet, "/pdl/v5/company/enrich?website=bergwerk-automation.example", "", nil)
		upsert("contacts", "email", "ada@"+domain, object{"firstname": "Ada"})
		put(http.MethodPost, "/hubspot/crm/v3/objects/companies/search", object{"limit": 1, "filterGroups": list{object{"filters": list{object{"propertyName": "domain", "operator": "EQ", "value": domain}}}}})
		upsert("companies", "throughline_domain", domain, object{"domain": domain})
		upsert("notes", "throughline_key", key+"/record", object{"hs_timestamp": "1700000000000"})
		send(http.MethodPut, fmt.Sprintf("/hubspot/crm/v4/objects/contacts/%d/associations/default/companies/%d", 998+3*n, 999+3*n), "", nil)
		send(http.MethodPut, fmt.Sprintf("/hubspot/crm/v4/objects/notes/%d/associations/default/contacts/%d", 1000+3*n, 998+3*n), "", nil)
		put(http.MethodPost, "/sendgrid/v3/mail/send", letter("ada@"+domain, key+"/outreach"))
		form("conversations.open", url.Values{"users": {maria}})
		form("chat.postMessage", url.Values{"channel": {maria}, "text": {"x"}, "blocks": {blocks}, "metadata": {`{"event_type":"e","event_payload":{"key":"` + key + `/card"}}`}})
		form("conversations.history", url.Values{"channel": {directID}, "limit": {"1"}})
	}
	b.ReportMetric(11*float64(n)/b.Elapsed().Seconds(), "requests/s")
}

// directID is Maria's direct messages with the app.
const directID = "DA5D8DE2B68"
