package crm_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/fault"
)

type row struct {
	kind, id string
	values   map[string]string
}

// hub is a HubSpot account: it keeps records, and enforces what the adapter relies on.
type hub struct {
	t            *testing.T
	mu           sync.Mutex
	rows         []*row
	associations map[string]bool // "contacts/1 companies/2", either way once
	definitions  map[string]map[string]any
	merged       map[string]string // the records that were merged into another, "contacts/1", and its ID
	pipelines    []map[string]any  // of tickets
	made         int
	calls        []string
	// blind is how many records the search doesn't show yet, counted from the newest.
	blind int
	// fail answers instead of HubSpot when it returns true: before the effect, or after it (done).
	fail func(w http.ResponseWriter, call string, done bool) bool
}

const when = "2026-01-02T03:04:05.000Z"

func newHub(t *testing.T) *hub {
	h := &hub{t: t, associations: map[string]bool{}, definitions: map[string]map[string]any{}, merged: map[string]string{}}
	for _, p := range []string{"contacts/email", "companies/throughline_domain", "companies/throughline_key", "notes/throughline_key", "tickets/throughline_key"} {
		h.define(p, "group", true)
	}
	for _, p := range []string{"throughline_number", "return_order", "return_items", "return_wish"} {
		h.define("tickets/"+p, "group", false)
	}
	h.define("tickets/subject", "ticketinformation", false)
	h.define("companies/domain", "companyinformation", false)
	h.define("notes/hs_timestamp", "engagement", false)
	h.define("companies/industry", "companyinformation", false)
	h.definitions["companies/industry"]["options"] = []map[string]any{
		{"label": "Computer Software", "value": "COMPUTER_SOFTWARE", "hidden": false},
		{"label": "Hospital & Health Care", "value": "HOSPITAL_HEALTH_CARE", "hidden": false},
		{"label": "Robots", "value": "our_robots", "hidden": false},
	}
	return h
}

func (h *hub) define(path, group string, unique bool) {
	name := path[strings.Index(path, "/")+1:]
	h.definitions[path] = map[string]any{
		"name": name, "label": name, "description": "", "groupName": group, "type": "string", "fieldType": "text",
		"hasUniqueValue": unique, "options": []any{},
	}
}

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	assert.Equal(h.t, "Bearer pat-test", r.Header.Get("Authorization"))
	body, err := io.ReadAll(r.Body)
	assert.NoError(h.t, err)
	call := r.Method + " " + r.URL.Path
	h.calls = append(h.calls, call)
	w.Header().Set("Content-Type", "application/json")
	if h.fail != nil && h.fail(w, call, false) {
		return
	}
	status, answer := h.answer(r, body)
	if h.fail != nil && h.fail(w, call, true) {
		return
	}
	w.WriteHeader(status)
	assert.NoError(h.t, json.NewEncoder(w).Encode(answer))
}

func (h *hub) answer(r *http.Request, body []byte) (int, any) {
	part := strings.Split(strings.TrimPrefix(r.URL.Path, "/crm/"), "/") // v3 objects contacts …
	kind := part[2]
	switch {
	case part[1] == "properties" && r.Method == http.MethodGet:
		if d := h.definitions[kind+"/"+part[3]]; d != nil {
			return 200, d
		}
		return 404, refusal("OBJECT_NOT_FOUND", "no such property")
	case part[1] == "properties":
		var d map[string]any
		assert.NoError(h.t, json.Unmarshal(body, &d))
		d["options"] = []any{}
		h.definitions[kind+"/"+d["name"].(string)] = d
		return 201, d
	case part[1] == "pipelines":
		return 200, map[string]any{"results": h.pipelines}
	case part[0] == "v4" && r.Method == http.MethodGet:
		return 200, h.linked(kind+"/"+part[3], part[5])
	case r.Method == http.MethodPut:
		from, to := kind+"/"+part[3], part[6]+"/"+part[7]
		if h.row(kind, part[3]) == nil || h.row(part[6], part[7]) == nil {
			return 404, refusal("OBJECT_NOT_FOUND", "nothing to associate")
		}
		h.associations[from+" "+to] = true
		return 200, map[string]any{"status": "COMPLETE", "startedAt": when, "completedAt": when, "results": []any{}}
	case part[len(part)-1] == "upsert":
		return h.upsert(kind, body)
	case part[len(part)-1] == "read":
		return h.read(kind, body)
	case part[len(part)-1] == "search":
		return h.search(kind, body)
	case r.Method == http.MethodGet:
		if found := h.find(kind, r.URL.Query().Get("idProperty"), part[3]); found != nil {
			return 200, shown(found, strings.Split(r.URL.Query().Get("properties"), ","))
		}
		return 404, refusal("OBJECT_NOT_FOUND", "no such record")
	case h.row(kind, part[3]) == nil:
		return 404, refusal("OBJECT_NOT_FOUND", "no such record")
	default:
		var in struct{ Properties map[string]string }
		assert.NoError(h.t, json.Unmarshal(body, &in))
		return 200, h.set(h.row(kind, part[3]), in.Properties)
	}
}

// find is the record that HubSpot shows for an ID, which may be that of one merged into it, or for an e-mail address, which may
// be one of several. Only what is read is found like this: to write by the ID of a merged record is not relied on.
func (h *hub) find(kind, by, value string) *row {
	if by == "" {
		if into := h.merged[kind+"/"+value]; into != "" {
			value = into
		}
		return h.row(kind, value)
	}
	assert.Equal(h.t, "email", by)
	for _, r := range h.rows {
		if r.kind == kind && (r.values[by] == value || slices.Contains(strings.Split(r.values["hs_additional_emails"], ";"), value)) {
			return r
		}
	}
	return nil
}

// linked are the associations from a record to those of a kind, as HubSpot lists them: oldest first.
func (h *hub) linked(from, kind string) any {
	results := []any{}
	for _, r := range h.rows {
		if to := kind + "/" + r.id; r.kind == kind && (h.associations[from+" "+to] || h.associations[to+" "+from]) {
			results = append(results, map[string]any{"toObjectId": r.id, "associationTypes": []any{
				map[string]any{"category": "HUBSPOT_DEFINED", "typeId": 16},
			}})
		}
	}
	return map[string]any{"results": results}
}

// merge merges a contact into another, which takes its address along.
func (h *hub) merge(from, into string) {
	h.row("contacts", into).values["hs_additional_emails"] = h.row("contacts", from).values["email"]
	h.remove("contacts", from)
	h.merged["contacts/"+from] = into
}

func (h *hub) remove(kind, id string) {
	h.rows = slices.DeleteFunc(h.rows, func(r *row) bool { return r.kind == kind && r.id == id })
}

func (h *hub) upsert(kind string, body []byte) (int, any) {
	var in struct {
		Inputs []struct {
			ID, IDProperty string
			Properties     map[string]string
		}
	}
	assert.NoError(h.t, json.Unmarshal(body, &in))
	by := in.Inputs[0]
	if d := h.definitions[kind+"/"+by.IDProperty]; d == nil || d["hasUniqueValue"] != true {
		return 400, refusal("VALIDATION_ERROR", "not a unique property: "+by.IDProperty)
	}
	i := slices.IndexFunc(h.rows, func(r *row) bool { return r.kind == kind && r.values[by.IDProperty] == by.ID })
	fresh := i < 0
	if fresh {
		h.rows = append(h.rows, &row{kind, fmt.Sprint(100 + h.made), map[string]string{}})
		h.made++
		i = len(h.rows) - 1
	}
	made := h.set(h.rows[i], by.Properties)
	made["new"] = fresh
	return 200, map[string]any{"status": "COMPLETE", "startedAt": when, "completedAt": when, "results": []any{made}}
}

// read reads a batch of one by a unique property.
func (h *hub) read(kind string, body []byte) (int, any) {
	var in struct {
		IDProperty string
		Inputs     []struct{ ID string }
	}
	assert.NoError(h.t, json.Unmarshal(body, &in))
	assert.Equal(h.t, true, h.definitions[kind+"/"+in.IDProperty]["hasUniqueValue"])
	for _, r := range h.rows {
		if r.kind == kind && r.values[in.IDProperty] == in.Inputs[0].ID {
			return 200, map[string]any{"status": "COMPLETE", "startedAt": when, "completedAt": when, "results": []any{shown(r, nil)}}
		}
	}
	return 207, map[string]any{
		"status": "COMPLETE", "startedAt": when, "completedAt": when, "results": []any{}, "numErrors": 1, "errors": []any{map[string]any{
			"status": "error", "category": "OBJECT_NOT_FOUND", "message": "gone", "context": map[string]any{"ids": []string{in.Inputs[0].ID}},
			"links": map[string]any{}, "errors": []any{},
		}},
	}
}

func (h *hub) search(kind string, body []byte) (int, any) {
	var in struct {
		FilterGroups []struct {
			Filters []struct{ PropertyName, Operator, Value string }
		}
		Properties []string
	}
	assert.NoError(h.t, json.Unmarshal(body, &in))
	f := in.FilterGroups[0].Filters[0]
	results := []any{}
	for _, r := range h.rows[:max(len(h.rows)-h.blind, 0)] {
		if r.kind == kind && r.values[f.PropertyName] == f.Value {
			results = append(results, shown(r, in.Properties))
		}
	}
	return 200, map[string]any{"total": len(results), "results": results}
}

func (h *hub) set(r *row, values map[string]string) map[string]any {
	for k, v := range values {
		assert.NotEmpty(h.t, v, "%s would be blanked", k)
		r.values[k] = v
	}
	return shown(r, nil)
}

func (h *hub) row(kind, id string) *row {
	for _, r := range h.rows {
		if r.kind == kind && r.id == id {
			return r
		}
	}
	return nil
}

// of returns all values of a kind's records.
func (h *hub) of(kind string) (all []map[string]string) {
	for _, r := range h.rows {
		if r.kind == kind {
			all = append(all, r.values)
		}
	}
	return all
}

func shown(r *row, names []string) map[string]any {
	values := map[string]any{}
	for _, n := range names {
		values[n] = ""
	}
	for k, v := range r.values {
		values[k] = v
	}
	return map[string]any{"id": r.id, "properties": values, "createdAt": when, "updatedAt": when, "archived": false}
}

func refusal(category, message string) map[string]any {
	return map[string]any{
		"status": "error", "category": category, "message": message, "correlationId": "aeb5f871-7f07-4993-9211-075dc63e7cbf",
	}
}

// breakAt has the nth request fail, after its effect or before it.
func (h *hub) breakAt(n int, after bool) {
	h.fail = func(w http.ResponseWriter, _ string, done bool) bool {
		broken := len(h.calls) == n && done == after
		if broken {
			w.WriteHeader(http.StatusBadGateway)
		}
		return broken
	}
}

func open(t *testing.T, check func(http.Handler) http.Handler) (*hub, crm.Options) {
	h := newHub(t)
	var handler http.Handler = h
	if check != nil {
		handler = check(h)
	}
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	return h, crm.Options{URL: srv.URL, Token: "pat-test", Portal: "4711"}
}

func faultOf(t *testing.T, err error) fault.Fault {
	t.Helper()
	require.Error(t, err)
	f, ok := fault.From(err)
	require.Truef(t, ok, "no fault: %v", err)
	assert.Equal(t, "hubspot", f.System)
	return f
}
