package contract

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func request(method, target, contentType, body string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	r.Header.Set("Authorization", "Bearer token")
	return r
}

func basicAuth(r *http.Request) *http.Request {
	r.SetBasicAuth("key", "")
	return r
}

// multipartForm is a form of names and values, with the boundary b.
func multipartForm(fields ...string) (body string) {
	for i := 0; i < len(fields); i += 2 {
		body += "--b\r\nContent-Disposition: form-data; name=\"" + fields[i] + "\"\r\n\r\n" + fields[i+1] + "\r\n"
	}
	return body + "--b--\r\n"
}

const (
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

func TestTheDescriptionsTellGoodRequestsFromBad(t *testing.T) {
	mail := func(personalizations, more string) string {
		return `{"personalizations":` + personalizations + `,"from":{"email":"a@example.com"},"subject":"s",
			"content":[{"type":"text/plain","value":"v"}]` + more + `}`
	}
	one := `[{"to":[{"email":"b@example.com"}],"custom_args":{"k":"v"}}]`
	tests := []struct {
		name    string
		open    func(testing.TB) *Validator
		request *http.Request
		wrong   string
	}{
		{"hubspot upsert", Hubspot, request("POST", "/crm/v3/objects/contacts/batch/upsert", jsonType,
			`{"inputs":[{"id":"a@example.com","idProperty":"email","properties":{"email":"a@example.com"}}]}`), ""},
		{"hubspot upsert without an ID", Hubspot, request("POST", "/crm/v3/objects/contacts/batch/upsert", jsonType,
			`{"inputs":[{"idProperty":"email","properties":{}}]}`), `"id" is missing`},
		{"hubspot field misspelt", Hubspot, request("POST", "/crm/v3/objects/contacts/batch/upsert", jsonType,
			`{"inputs":[{"id":"1","id_property":"email","properties":{}}]}`), "id_property"},
		{"hubspot property that is no string", Hubspot, request("POST", "/crm/v3/objects/companies/batch/upsert", jsonType,
			`{"inputs":[{"id":"1","properties":{"numberofemployees":5}}]}`), "numberofemployees"},
		{"hubspot association", Hubspot, request("PUT",
			"/crm/v4/objects/contacts/1/associations/default/companies/2", "", ""), ""},
		{"hubspot path that isn't there", Hubspot, request("POST", "/crm/v3/objects/contact/upsert", jsonType, `{}`), "describes no"},
		{"sendgrid mail", SendGrid, request("POST", "/v3/mail/send", jsonType, mail(one, "")), ""},
		{"sendgrid mail to nobody", SendGrid, request("POST", "/v3/mail/send", jsonType, mail("[]", "")), "personalizations"},
		{"sendgrid field misspelt", SendGrid, request("POST", "/v3/mail/send", jsonType, mail(one, `,"replyto":{"email":"c@d.e"}`)),
			"replyto"},
		{"asana task", Asana, request("POST", "/api/1.0/tasks", jsonType,
			`{"data":{"name":"x","projects":["1"],"memberships":[{"project":"1","section":"2"}],"due_on":"2026-12-01"}}`), ""},
		{"asana task due on no day", Asana, request("POST", "/api/1.0/tasks", jsonType, `{"data":{"name":"x","due_on":5}}`), "due_on"},
		{"asana path that isn't there", Asana, request("GET", "/api/1.0/project", "", ""), "describes no"},
		{"dropboxsign remind", DropboxSign, basicAuth(request("POST", "/v3/signature_request/remind/r1", jsonType,
			`{"email_address":"a@example.com"}`)), ""},
		{"dropboxsign remind without a key", DropboxSign, request("POST", "/v3/signature_request/remind/r1", jsonType,
			`{"email_address":"a@example.com"}`), "no API key"},
		{"dropboxsign send", DropboxSign, basicAuth(request("POST", "/v3/signature_request/send", "multipart/form-data; boundary=b",
			multipartForm("signers[0][name]", "Ada", "signers[0][email_address]", "a@example.com", "test_mode", "1", "expires_at", "1700000000",
				"metadata[k]", "v"))), ""},
		{"dropboxsign send to a nameless one", DropboxSign, basicAuth(request("POST", "/v3/signature_request/send", "multipart/form-data; boundary=b",
			multipartForm("signers[0][email_address]", "a@example.com"))), `"name" is missing`},
		{"dropboxsign field misspelt", DropboxSign, basicAuth(request("POST", "/v3/signature_request/send", "multipart/form-data; boundary=b",
			multipartForm("testmode", "1"))), "testmode"},
		{"dropboxsign test mode that is neither", DropboxSign, basicAuth(request("POST", "/v3/signature_request/send", "multipart/form-data; boundary=b",
			multipartForm("test_mode", "maybe"))), "test_mode"},
		{"sendgrid look-up", SendGrid, request("GET", "/v3/messages?query=a%3D%22b%22&limit=1", "", ""), ""},
		{"sendgrid look-up without a query", SendGrid, request("GET", "/v3/messages?limit=1", "", ""), "query"},
		{"slack post", Slack, request("POST", "/api/chat.postMessage", formType,
			`channel=C024BE7LH&text=hi&metadata={"event_type":"a","event_payload":{"key":"b"}}`), ""},
		{"slack post to nowhere", Slack, request("POST", "/api/chat.postMessage", formType, `text=hi`), "channel"},
		{"slack post of nothing", Slack, request("POST", "/api/chat.postMessage", formType, `channel=C024BE7LH`), "neither text"},
		{"slack argument misspelt", Slack, request("POST", "/api/chat.postMessage", formType,
			`channel=C024BE7LH&text=hi&thread=1.2`), `no argument "thread"`},
		{"slack blocks that are no JSON", Slack, request("POST", "/api/chat.postMessage", formType,
			`channel=C024BE7LH&blocks=[{`), "blocks is not JSON"},
		{"slack history", Slack, request("POST", "/api/conversations.history", formType,
			`channel=C024BE7LH&inclusive=1&limit=100&include_all_metadata=1&oldest=1700000000.000000`), ""},
		{"slack flag that is none", Slack, request("POST", "/api/conversations.history", formType,
			`channel=C024BE7LH&inclusive=yes`), "inclusive"},
		{"slack dialog", Slack, request("POST", "/api/views.open", jsonType, `{"trigger_id":"1.2.a","view":{"type":"modal"}}`), ""},
		{"slack dialog without a trigger", Slack, request("POST", "/api/views.open", jsonType, `{"view":{"type":"modal"}}`), "trigger_id"},
		{"slack dialog as a text", Slack, request("POST", "/api/views.open", jsonType, `{"trigger_id":"1.2.a","view":"{}"}`), "view"},
		{"slack dialog misspelt", Slack, request("POST", "/api/views.open", jsonType, `{"trigger_id":"1.2.a","view":{},"hash":"x"}`), "hash"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.open(t).Request(test.request)
			if test.wrong == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, test.wrong)
			}
		})
	}
}

func TestTheDescriptionsTellGoodAnswersFromBad(t *testing.T) {
	upsert := func() *http.Request {
		return request("POST", "/crm/v3/objects/contacts/batch/upsert", jsonType, `{"inputs":[]}`)
	}
	post := func() *http.Request {
		return request("POST", "/api/chat.postMessage", formType, `channel=C024BE7LH&text=hi`)
	}
	tests := []struct {
		name    string
		open    func(testing.TB) *Validator
		request *http.Request
		status  int
		body    string
		wrong   string
	}{
		{"hubspot upsert", Hubspot, upsert(), 200, `{"status":"COMPLETE","startedAt":"2026-01-02T03:04:05Z",
			"completedAt":"2026-01-02T03:04:05Z","results":[{"id":"1","new":true,"archived":false,"properties":{},
			"createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:04:05Z"}]}`, ""},
		{"hubspot upsert without new", Hubspot, upsert(), 200, `{"status":"COMPLETE","startedAt":"2026-01-02T03:04:05Z",
			"completedAt":"2026-01-02T03:04:05Z","results":[{"id":"1","archived":false,"properties":{},
			"createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:04:05Z"}]}`, `"new"`},
		{"hubspot error", Hubspot, upsert(), 400, `{"category":"VALIDATION_ERROR","message":"no",
			"correlationId":"aeb5f871-7f07-4993-9211-075dc63e7cbf"}`, ""},
		{"slack post", Slack, post(), 200, `{"ok":true,"channel":"C024BE7LH","ts":"1700000000.000100",
			"message":{"type":"message","text":"hi","ts":"1700000000.000100","blocks":[{"type":"header"}]}}`, ""},
		{"slack post without ts", Slack, post(), 200, `{"ok":true,"channel":"C024BE7LH",
			"message":{"type":"message","text":"hi","ts":"1700000000.000100"}}`, `"ts"`},
		{"slack ts in the wrong form", Slack, post(), 200, `{"ok":true,"channel":"C024BE7LH","ts":"17",
			"message":{"type":"message","text":"hi","ts":"1700000000.000100"}}`, "ts"},
		{"slack error", Slack, post(), 200, `{"ok":false,"error":"invalid_blocks"}`, ""},
		{"slack error without a code", Slack, post(), 200, `{"ok":false}`, `"error"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			header := http.Header{"Content-Type": {"application/json"}}
			err := test.open(t).Response(test.request, test.status, header, []byte(test.body))
			if test.wrong == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, test.wrong)
			}
		})
	}
}

func TestARequestCanBeReadAfterItWasChecked(t *testing.T) {
	v := SendGrid(t)
	var seen string
	h := v.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := takeBody(r)
		seen = string(b)
		w.WriteHeader(http.StatusAccepted)
	}))
	body := `{"personalizations":[{"to":[{"email":"b@example.com"}]}],"from":{"email":"a@example.com"},"subject":"s",
		"content":[{"type":"text/plain","value":"v"}]}`
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, request("POST", "/v3/mail/send", jsonType, body))
	assert.Equal(t, body, seen)
	assert.Equal(t, http.StatusAccepted, rec.Code)
}
