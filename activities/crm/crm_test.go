package crm_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

var (
	key  = effect.Key{ID: "lead-4k7q2m9x/record"}
	lead = crm.Lead{
		Contact: crm.Contact{Email: " Jane@Contoso.com", Name: "Jane van Roe", Phone: "+1 555 0100", Country: "US"},
		Company: crm.Company{Name: "Contoso", Domain: "Contoso.com", Country: "US", Industry: "computer software", Employees: 1200},
		Owner:   "1001",
		Note:    "Please call me: 5 < 6 & \"so on\"\nTerritory \"Enterprise\"",
		At:      time.Date(2026, 3, 4, 5, 6, 7, 89e6, time.FixedZone("", 3600)),
	}
)

func TestWhatIsSentAndAnsweredIsWhatHubSpotDescribes(t *testing.T) {
	h, o := open(t, contract.Hubspot(t).Handler)
	delete(h.definitions, "companies/throughline_domain")
	created, err := crm.Setup(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, created, 1)

	a := crm.New(o)
	recorded, err := a.RecordLead(t.Context(), key, lead)
	require.NoError(t, err)
	h.blind = 100 // the company is found by its unique property
	_, err = a.RecordLead(t.Context(), effect.Key{ID: "lead-2/record"}, lead)
	require.NoError(t, err)
	h.blind = 0
	small := crm.Lead{Contact: crm.Contact{Email: "joe@gmail.com"}, Company: crm.Company{Name: "Joe's"}, Note: "Hello"}
	_, err = a.RecordLead(t.Context(), effect.Key{ID: "lead-3/record"}, small)
	require.NoError(t, err)

	for _, q := range []crm.Query{
		{Email: lead.Contact.Email, Domain: lead.Company.Domain}, {Email: "new+lead@contoso.com", Domain: "contoso.com"}, {Email: "who@gmail.com"},
	} {
		_, err = a.FindKnown(t.Context(), effect.Key{ID: "lead-4k7q2m9x/known"}, q)
		require.NoError(t, err)
	}
	for _, contact := range []string{recorded.Contact, "999"} {
		for name, update := range updates(crm.Note{Contact: contact, Email: "gone@contoso.com", Text: "text"}) {
			_, err = update(t, a)
			require.NoError(t, err, name)
		}
	}
}

func TestALeadIsAContactItsCompanyAndANote(t *testing.T) {
	h, o := open(t, nil)
	r, err := crm.New(o).RecordLead(t.Context(), key, lead)
	require.NoError(t, err)
	assert.Equal(t, []map[string]string{{
		"email": "jane@contoso.com", "firstname": "Jane van", "lastname": "Roe", "phone": "+1 555 0100", "country": "US",
		"hubspot_owner_id": "1001", "hs_lead_status": "NEW",
		"lifecyclestage": "lead",
	}}, h.of("contacts"))
	assert.Equal(t, []map[string]string{{
		"throughline_domain": "contoso.com", "domain": "contoso.com", "name": "Contoso", "country": "US",
		"industry": "COMPUTER_SOFTWARE", "numberofemployees": "1200", "hubspot_owner_id": "1001",
	}}, h.of("companies"))
	assert.Equal(t, []map[string]string{{
		"throughline_key": key.ID, "hubspot_owner_id": "1001", "hs_timestamp": "2026-03-04T04:06:07.089Z",
		"hs_note_body": "Please call me: 5 &lt; 6 &amp; &#34;so on&#34;<br>Territory &#34;Enterprise&#34;",
	}}, h.of("notes"))
	assert.Equal(t, map[string]bool{
		"contacts/" + r.Contact + " companies/" + r.Company: true,
		"notes/" + r.Note + " contacts/" + r.Contact:        true,
		"notes/" + r.Note + " companies/" + r.Company:       true,
	}, h.associations)
	assert.Equal(t, "https://app.hubspot.com/contacts/4711/record/0-1/"+r.Contact, r.URL)
}

func TestALeadRecordedTwiceIsThereOnce(t *testing.T) {
	h, o := open(t, nil)
	a := crm.New(o)
	first, err := a.RecordLead(t.Context(), key, lead)
	require.NoError(t, err)
	before := append(append(h.of("contacts"), h.of("companies")...), h.of("notes")...)
	associations := maps.Clone(h.associations)

	second, err := a.RecordLead(t.Context(), key, lead)
	require.NoError(t, err)
	assert.Equal(t, first, second)
	assert.Equal(t, before, append(append(h.of("contacts"), h.of("companies")...), h.of("notes")...))
	assert.Equal(t, associations, h.associations)
}

// Wherever an attempt breaks off, before an effect or after it, the next one ends with the same records.
func TestALeadWhoseRecordingBrokeOffAnywhereIsCompletedByTheNextAttempt(t *testing.T) {
	h, o := open(t, nil)
	_, err := crm.New(o).RecordLead(t.Context(), key, lead)
	require.NoError(t, err)
	calls, contacts, companies, notes := len(h.calls), h.of("contacts"), h.of("companies"), h.of("notes")
	require.Greater(t, calls, 5)

	for n := range calls {
		for _, done := range []bool{false, true} {
			t.Run(fmt.Sprintf("call %d, done %v", n, done), func(t *testing.T) {
				h, o := open(t, nil)
				h.blind = 100 // at its worst: the search knows nothing of what was made a moment ago
				a := crm.New(o)
				h.fail = func(w http.ResponseWriter, _ string, after bool) bool {
					broken := len(h.calls) == n+1 && after == done
					if broken {
						w.WriteHeader(http.StatusBadGateway)
					}
					return broken
				}
				_, err := a.RecordLead(t.Context(), key, lead)
				assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class)
				_, err = a.RecordLead(t.Context(), key, lead)
				require.NoError(t, err)
				assert.Equal(t, contacts, h.of("contacts"))
				assert.Equal(t, companies, h.of("companies"))
				assert.Equal(t, notes, h.of("notes"))
				assert.Len(t, h.associations, 3)
			})
		}
	}
}

func TestLeadsOfOneNewCompanyAtOnceMakeOneCompany(t *testing.T) {
	h, o := open(t, nil)
	h.blind = 100
	a := crm.New(o)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			l := lead
			l.Contact.Email = fmt.Sprintf("lead%d@contoso.com", i)
			_, err := a.RecordLead(t.Context(), effect.Key{ID: fmt.Sprintf("lead-%d/record", i)}, l)
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	assert.Len(t, h.of("contacts"), 8)
	assert.Len(t, h.of("companies"), 1)
	assert.Len(t, h.of("notes"), 8)
}

func TestWhatPeopleEnteredStays(t *testing.T) {
	h, o := open(t, nil)
	h.rows = append(h.rows,
		&row{"contacts", "1", map[string]string{
			"email": "jane@contoso.com", "firstname": "Jane", "lastname": "Roe", "phone": "+1 555 9999", "hs_lead_status": "OPEN_DEAL",
			"lifecyclestage": "customer", "hubspot_owner_id": "5", "notes_last_contacted": "2026-03-01T10:00:00.500Z",
		}},
		&row{"companies", "2", map[string]string{"domain": "contoso.com", "name": "Contoso, Ltd.", "hubspot_owner_id": "7"}},
		&row{"companies", "3", map[string]string{"domain": "contoso.com", "name": "A duplicate"}})
	l := lead
	l.Contact.Phone, l.Contact.Name = "", "Jane"
	r, err := crm.New(o).RecordLead(t.Context(), key, l)
	require.NoError(t, err)
	assert.Equal(t, []string{"1", "2"}, []string{r.Contact, r.Company}, "the oldest of several")
	contact, company := h.of("contacts")[0], h.of("companies")[0]
	assert.Equal(t, "+1 555 9999", contact["phone"], "nothing is blanked")
	assert.Equal(t, "Roe", contact["lastname"])
	assert.Equal(t, "OPEN_DEAL", contact["hs_lead_status"], "a contact that is further stays there")
	assert.Equal(t, "customer", contact["lifecyclestage"], "in either respect")
	assert.Equal(t, "1001", contact["hubspot_owner_id"], "but it is the lead's owner's now")
	assert.Equal(t, time.Date(2026, 3, 1, 10, 0, 0, 5e8, time.UTC), r.Contacted)
	assert.Equal(t, "Contoso, Ltd.", company["name"])
	assert.Equal(t, "7", company["hubspot_owner_id"], "the company keeps its owner")
	assert.Equal(t, "COMPUTER_SOFTWARE", company["industry"], "and gets what it lacks")

	calls := len(h.calls)
	_, err = crm.New(o).RecordLead(t.Context(), key, l)
	require.NoError(t, err)
	assert.NotContains(t, h.calls[calls:], "PATCH /crm/v3/objects/companies/2", "there is nothing more to add")
}

func TestAFormWithSomebodysAddressChangesNeitherTheirNameNorTheirPhone(t *testing.T) {
	tests := map[string]struct{ first, last, phone, wantFirst, wantLast, wantPhone, note string }{
		"all of it is there":    {"Jane", "Roe", "+1 555 9999", "Jane", "Roe", "+1 555 9999", "Name in the form: Jane van Roe<br>Phone in the form: +1 555 0100"},
		"the number is missing": {"jane van", "roe", "", "jane van", "roe", "+1 555 0100", ""},
		"half a name":           {"Jane van", "", "+1 555 0100", "Jane van", "Roe", "+1 555 0100", ""},
		"half of another name":  {"", "Smith", "+1 555 0100", "", "Smith", "+1 555 0100", "Name in the form: Jane van Roe"},
		"split elsewhere":       {"Jane", "van Roe", "+1 555 0100", "Jane", "van Roe", "+1 555 0100", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h, o := open(t, nil)
			h.rows = append(h.rows, &row{"contacts", "1", map[string]string{
				"email": "jane@contoso.com", "firstname": test.first, "lastname": test.last, "phone": test.phone,
			}})
			for range 2 { // a repeat says the same
				_, err := crm.New(o).RecordLead(t.Context(), key, lead)
				require.NoError(t, err)
				contact := h.of("contacts")[0]
				assert.Equal(t, []string{test.wantFirst, test.wantLast, test.wantPhone},
					[]string{contact["firstname"], contact["lastname"], contact["phone"]})
				assert.Equal(t, "US", contact["country"], "it had none")
				_, said, _ := strings.Cut(h.of("notes")[0]["hs_note_body"], "&#34;Enterprise&#34;")
				assert.Equal(t, test.note, strings.TrimPrefix(said, "<br>"))
			}
		})
	}
}

func TestACompanyIsMadeOfWhatIsKnown(t *testing.T) {
	tests := map[string]struct {
		company crm.Company
		want    []map[string]string
	}{
		"nothing": {crm.Company{Country: "US", Employees: 5}, nil},
		"a name": {crm.Company{Name: "Joe's Garage", Employees: 3},
			[]map[string]string{{"throughline_key": key.ID, "name": "Joe's Garage", "numberofemployees": "3", "hubspot_owner_id": "1001"}}},
		"a domain": {crm.Company{Domain: "joes.example"},
			[]map[string]string{{"throughline_domain": "joes.example", "domain": "joes.example", "hubspot_owner_id": "1001"}}},
		"an industry that the account calls otherwise": {crm.Company{Domain: "a.example", Industry: "hospital and health care"},
			[]map[string]string{{"throughline_domain": "a.example", "domain": "a.example", "hubspot_owner_id": "1001", "industry": "HOSPITAL_HEALTH_CARE"}}},
		"an industry of the account's own": {crm.Company{Domain: "a.example", Industry: "ROBOTS"},
			[]map[string]string{{"throughline_domain": "a.example", "domain": "a.example", "hubspot_owner_id": "1001", "industry": "our_robots"}}},
		"an industry that it has no value for": {crm.Company{Domain: "a.example", Industry: "alchemy"},
			[]map[string]string{{"throughline_domain": "a.example", "domain": "a.example", "hubspot_owner_id": "1001"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h, o := open(t, nil)
			l := lead
			l.Company = test.company
			r, err := crm.New(o).RecordLead(t.Context(), key, l)
			require.NoError(t, err)
			assert.Equal(t, test.want, h.of("companies"))
			assert.Equal(t, test.want == nil, r.Company == "")
		})
	}
}

func TestIndustriesAreAskedForOnceAndNeverStandInALeadsWay(t *testing.T) {
	h, o := open(t, nil)
	a := crm.New(o)
	asked := func() (n int) {
		for _, c := range h.calls {
			if c == "GET /crm/v3/properties/companies/industry" {
				n++
			}
		}
		return n
	}
	for i := range 3 {
		_, err := a.RecordLead(t.Context(), effect.Key{ID: fmt.Sprint(i)}, lead)
		require.NoError(t, err)
	}
	assert.Equal(t, 1, asked())

	h, o = open(t, nil)
	h.fail = func(w http.ResponseWriter, call string, _ bool) bool {
		if strings.HasSuffix(call, "/industry") {
			w.WriteHeader(http.StatusForbidden)
			return true
		}
		return false
	}
	_, err := crm.New(o).RecordLead(t.Context(), key, lead)
	require.NoError(t, err)
}

func TestALongNoteIsCutWhereItCanBeSeen(t *testing.T) {
	h, o := open(t, nil)
	l := lead
	l.Note = strings.Repeat("\"", 100_000)
	_, err := crm.New(o).RecordLead(t.Context(), key, l)
	require.NoError(t, err)
	body := h.of("notes")[0]["hs_note_body"]
	assert.Less(t, len(body), 65_536)
	assert.True(t, strings.HasSuffix(body, "&#34;…"))
}

func TestAContactWithoutAnAddressIsFinal(t *testing.T) {
	h, o := open(t, nil)
	_, err := crm.New(o).RecordLead(t.Context(), key, crm.Lead{Contact: crm.Contact{Name: "Jane"}})
	assert.Equal(t, fault.ClassFinal, faultOf(t, err).Class)
	assert.Empty(t, h.calls)
}

func TestWhatHubSpotRefusesIsClassifiedAndExplained(t *testing.T) {
	no := `{"status":"error","category":"%s","message":"no","correlationId":"c-1"}`
	tests := []struct {
		name, body string
		status     int
		class      string
		code       string
	}{
		{"bad property", fmt.Sprintf(no, "VALIDATION_ERROR"), 400, fault.ClassFinal, "VALIDATION_ERROR"},
		{"revoked token", fmt.Sprintf(no, "INVALID_AUTHENTICATION"), 401, fault.ClassFinal, "INVALID_AUTHENTICATION"},
		{"rate limit", fmt.Sprintf(no, "RATE_LIMITS"), 429, fault.ClassThrottled, "RATE_LIMITS"},
		{"locked", "", 423, fault.ClassUnavailable, ""},
		{"created by somebody else at this moment", fmt.Sprintf(no, "CONFLICT"), 409, fault.ClassUnavailable, "CONFLICT"},
		{"refused within a batch", `{"status":"COMPLETE","results":[],"numErrors":1,"errors":[` + fmt.Sprintf(no, "VALIDATION_ERROR") + `]}`,
			207, fault.ClassFinal, "VALIDATION_ERROR"},
		{"no record", `{"status":"COMPLETE","results":[]}`, 200, fault.ClassUnavailable, ""},
		{"garbage", `<html>`, 200, fault.ClassUnavailable, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h, o := open(t, nil)
			h.fail = func(w http.ResponseWriter, call string, _ bool) bool {
				if strings.HasPrefix(call, "GET") { // it is the upsert that is refused
					return false
				}
				w.WriteHeader(test.status)
				fmt.Fprint(w, test.body)
				return true
			}
			_, err := crm.New(o).RecordLead(t.Context(), key, lead)
			f := faultOf(t, err)
			assert.Equal(t, test.class, f.Class)
			assert.Equal(t, test.code, f.Code)
			if test.code != "" {
				assert.Equal(t, "no (correlation ID c-1)", f.Message)
			}
		})
	}
}

func TestAnAnswerWithoutWhatWasAskedForIsTriedAgain(t *testing.T) {
	for _, path := range []string{"/crm/v3/objects/companies/search", "/crm/v3/objects/contacts/100"} {
		h, o := open(t, nil)
		a := crm.New(o)
		if strings.HasSuffix(path, "100") { // a contact that is there already is read
			h.rows = append(h.rows, &row{"contacts", "100", map[string]string{"email": "jane@contoso.com"}})
		}
		h.fail = func(w http.ResponseWriter, call string, _ bool) bool {
			if strings.HasSuffix(call, path) && !strings.HasPrefix(call, "PATCH") {
				fmt.Fprint(w, `{}`)
				return true
			}
			return false
		}
		_, err := a.RecordLead(t.Context(), key, lead)
		assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class, path)
	}
}
