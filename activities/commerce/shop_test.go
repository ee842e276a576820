package commerce_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

var key = effect.Key{ID: "return-7qx4m2kd/step-1"}

const number = "R-7QX4M2KD"

type object = map[string]any

// shop is a Shopify: it answers operations by their names, each out of a small state, and enforces what the adapter relies on.
// Where Shopify's schema is at hand, every request and every answer is held against it.
type shop struct {
	t     *testing.T
	mu    sync.Mutex
	asked []call
	// page is how many nodes a page has at most.
	page int
	// fail answers instead of the shop when it returns true: before the effect, or after it (done).
	fail func(w http.ResponseWriter, op string, done bool) bool
	// answers are by the operation; those of orders, returns, stock and drafts are put there by the files that test them.
	answers map[string]func(variables object) object
	keys    map[string]object // what was answered to an idempotency key
	spent   map[string]bool   // keys whose request has failed
}

type call struct {
	op        string
	variables object
}

// open starts the shop, and makes activities that talk to it.
func open(t *testing.T, options ...func(*commerce.Options)) (*shop, *commerce.Activities) {
	s := &shop{t: t, page: 250, answers: map[string]func(object) object{}, keys: map[string]object{}, spent: map[string]bool{}}
	var handler http.Handler = s
	if os.Getenv(contract.ShopifyEnv) != "" {
		handler = contract.Shopify(t).Handler(s)
	}
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	o := commerce.Options{URL: srv.URL, Token: "shpat_test", HTTP: &http.Client{Transport: inTurn{s}}}
	for _, option := range options {
		option(&o)
	}
	return s, commerce.New(o)
}

// inTurn has the shop and the test see each other's changes: a test changes the shop only while nothing is asked of it.
type inTurn struct{ *shop }

func (i inTurn) RoundTrip(r *http.Request) (*http.Response, error) {
	i.pass()
	defer i.pass()
	return http.DefaultTransport.RoundTrip(r)
}

func (s *shop) pass() {
	s.mu.Lock()
	defer s.mu.Unlock()
}

var operation = regexp.MustCompile(`^(?:query|mutation) (\w+)`)

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	assert.Equal(s.t, "POST /admin/api/2026-10/graphql.json", r.Method+" "+r.URL.Path)
	assert.Equal(s.t, "shpat_test", r.Header.Get("X-Shopify-Access-Token"))
	var body struct {
		Query     string
		Variables object
	}
	assert.NoError(s.t, json.NewDecoder(r.Body).Decode(&body))
	op := operation.FindStringSubmatch(body.Query)[1]
	s.asked = append(s.asked, call{op, body.Variables})
	w.Header().Set("Content-Type", "application/json")
	if s.fail != nil && s.fail(w, op, false) {
		return
	}
	answer := s.answers[op]
	if !assert.NotNil(s.t, answer, op) {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	data := answer(body.Variables)
	if s.fail != nil && s.fail(w, op, true) {
		return
	}
	assert.NoError(s.t, json.NewEncoder(w).Encode(object{"data": data}))
}

// of are the variables with which an operation was asked.
func (s *shop) of(op string) (all []object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.asked {
		if c.op == op {
			all = append(all, c.variables)
		}
	}
	return all
}

// list is a page of a connection.
func (s *shop) list(nodes []object, variables object) object {
	from := 0
	if after, ok := variables["after"].(string); ok {
		from, _ = strconv.Atoi(after)
	}
	to := min(from+s.page, len(nodes))
	page := append([]object{}, nodes[from:to]...)
	return object{"nodes": page, "pageInfo": object{"hasNextPage": to < len(nodes), "endCursor": strconv.Itoa(to)}}
}

// once answers a mutation with an idempotency key.
func (s *shop) once(root string, variables object, do func(input object) object) object {
	name := variables["key"].(string)
	if s.spent[name] {
		return wrong(root, "inventoryAdjustmentGroup", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "key")
	}
	if s.keys[name] == nil {
		s.keys[name] = do(variables["input"].(object))
	}
	return object{root: s.keys[name]}
}

// wrong is the answer of a mutation that can't be done.
func wrong(root, of, code, field string) object {
	return object{root: object{of: nil, "userErrors": []object{{"code": code, "field": []string{field}, "message": "can't be done"}}}}
}

func euro(number string) object {
	return object{"presentmentMoney": object{"amount": number, "currencyCode": "EUR"}}
}

func gid(kind string, n any) string { return fmt.Sprintf("gid://shopify/%s/%v", kind, n) }

func id(kind string, n any) object { return object{"id": gid(kind, n)} }

func faultOf(t *testing.T, err error) fault.Fault {
	t.Helper()
	f, ok := fault.From(err)
	require.Truef(t, ok, "no fault: %v", err)
	assert.Equal(t, "shopify", f.System)
	return f
}

// lose has the reply to an operation get lost once, after it was done.
func lose(op string) func(http.ResponseWriter, string, bool) bool {
	lost := false
	return func(_ http.ResponseWriter, asked string, done bool) bool {
		if asked != op || !done || lost {
			return false
		}
		lost = true
		panic(http.ErrAbortHandler)
	}
}

// reply answers an operation once, before it is done.
func reply(op string, status int, header http.Header, body string) func(http.ResponseWriter, string, bool) bool {
	replied := false
	return func(w http.ResponseWriter, asked string, done bool) bool {
		if asked != op || done || replied {
			return false
		}
		replied = true
		for k, v := range header {
			w.Header()[k] = v
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
		return true
	}
}
