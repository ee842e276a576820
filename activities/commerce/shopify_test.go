package commerce_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/fault"
)

const throttled = `{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"extensions":{"cost":{
	"requestedQueryCost":752,"actualQueryCost":null,"throttleStatus":{"maximumAvailable":2000.0,"currentlyAvailable":502,"restoreRate":100.0}}}}`

const giveAccess = " (Give the app that access, in a new version of it in the Dev Dashboard.)"

func coded(code string) string {
	return `{"errors":[{"message":"no","extensions":{"code":"` + code + `"}}]}`
}

func TestEveryWayInWhichShopifySaysNoIsClassified(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		after  string
		body   string
		want   fault.Fault
	}{
		"throttled": {200, "", throttled, fault.Fault{
			Class: fault.ClassThrottled, Status: 429, Code: "THROTTLED", Message: "Throttled", RetryAfter: 2500 * time.Millisecond,
		}},
		"throttled without numbers": {200, "", coded("THROTTLED"), fault.Fault{
			Class: fault.ClassThrottled, Status: 429, Code: "THROTTLED", Message: "no", RetryAfter: time.Second,
		}},
		"no access": {200, "", coded("ACCESS_DENIED"), fault.Fault{Class: fault.ClassFinal, Code: "ACCESS_DENIED", Message: "no" + giveAccess}},
		"a scope missing": {200, "", `{"errors":[{"message":"Access denied for returns field. Required access: ` + "`read_returns`" + ` access scope.","extensions":{
			"code":"ACCESS_DENIED","documentation":"https://shopify.dev/api/usage/access-scopes","requiredAccess":"` + "`read_returns`" + ` access scope."}}],"data":null}`,
			fault.Fault{Class: fault.ClassFinal, Code: "ACCESS_DENIED", Message: "Access denied for returns field. Required access: `read_returns` access scope." + giveAccess}},
		"a scope missing that the text doesn't name": {200, "", `{"errors":[{"message":"Access denied for returns field.","extensions":{"code":"ACCESS_DENIED","requiredAccess":"` + "`read_returns`" + ` access scope."}}]}`,
			fault.Fault{Class: fault.ClassFinal, Code: "ACCESS_DENIED", Message: "Access denied for returns field. Required access: `read_returns` access scope." + giveAccess}},
		"too dear":       {200, "", coded("MAX_COST_EXCEEDED"), fault.Fault{Class: fault.ClassFinal, Code: "MAX_COST_EXCEEDED", Message: "no"}},
		"no such shop":   {200, "", coded("SHOP_INACTIVE"), fault.Fault{Class: fault.ClassFinal, Code: "SHOP_INACTIVE", Message: "no"}},
		"internal":       {200, "", coded("INTERNAL_SERVER_ERROR"), fault.Fault{Class: fault.ClassUnavailable, Code: "INTERNAL_SERVER_ERROR", Message: "no"}},
		"time-out":       {200, "", coded("TIMEOUT"), fault.Fault{Class: fault.ClassUnavailable, Code: "TIMEOUT", Message: "no"}},
		"in progress":    {200, "", coded("IDEMPOTENCY_CONCURRENT_REQUEST"), fault.Fault{Class: fault.ClassUnavailable, Code: "IDEMPOTENCY_CONCURRENT_REQUEST", Message: "no"}},
		"without a code": {200, "", `{"errors":[{"message":"Field 'x' doesn't exist"}]}`, fault.Fault{Class: fault.ClassFinal, Code: "refused", Message: "Field 'x' doesn't exist"}},
		"beside data": {200, "", `{"data":{"order":{"id":"gid://shopify/Order/1"}},"errors":[{"message":"no","path":["order","email"],"extensions":{"code":"ACCESS_DENIED"}}]}`,
			fault.Fault{Class: fault.ClassFinal, Code: "ACCESS_DENIED", Message: "no" + giveAccess}},
		"several": {200, "", `{"errors":[{"message":"a"},{"message":"b","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`,
			fault.Fault{Class: fault.ClassUnavailable, Code: "INTERNAL_SERVER_ERROR", Message: "a; b"}},
		"quoting a person": {200, "", `{"errors":[{"message":"email 'ada@example.com' is bad"}]}`,
			fault.Fault{Class: fault.ClassFinal, Code: "refused", Message: "email '…' is bad"}},
		"nothing":      {200, "", `{}`, fault.Fault{Class: fault.ClassUnavailable, Message: "was answered with neither data nor errors"}},
		"bad token":    {401, "", `{"errors":"[API] Invalid API key or access token"}`, fault.Fault{Class: fault.ClassFinal, Status: 401, Message: "[API] Invalid API key or access token"}},
		"frozen":       {402, "", `{"errors":"Unavailable Shop"}`, fault.Fault{Class: fault.ClassFinal, Status: 402, Message: "Unavailable Shop"}},
		"an object":    {400, "", `{"errors":{"query":"Required"}}`, fault.Fault{Class: fault.ClassFinal, Status: 400, Message: `{"query":"Required"}`}},
		"locked":       {423, "", `{"errors":"Locked"}`, fault.Fault{Class: fault.ClassUnavailable, Status: 423, Message: "Locked"}},
		"too many":     {429, "2.0", `{"errors":"Exceeded 2 calls per second"}`, fault.Fault{Class: fault.ClassThrottled, Status: 429, Message: "Exceeded 2 calls per second", RetryAfter: 2 * time.Second}},
		"rejected":     {430, "", `{"errors":"Security"}`, fault.Fault{Class: fault.ClassThrottled, Status: 430, Message: "Security", RetryAfter: time.Minute}},
		"out of order": {503, "", `<html>`, fault.Fault{Class: fault.ClassUnavailable, Status: 503, Message: "<html>"}},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if test.after != "" {
				w.Header().Set("Retry-After", test.after)
			}
			w.WriteHeader(test.status)
			_, _ = w.Write([]byte(test.body))
		}))
		a := commerce.New(commerce.Options{URL: srv.URL})
		_, err := a.ReadOrder(t.Context(), key, commerce.OrderQuery{ID: gid("Order", 1)})
		test.want.System = "shopify"
		assert.Equal(t, test.want, faultOf(t, err), name)
		srv.Close()
	}
}

func TestWhatAMutationCantDoIsFinalWithItsCodeAndField(t *testing.T) {
	for name, test := range map[string]struct {
		answer object
		want   fault.Fault
	}{
		"a code": {wrong("returnClose", "return", "INVALID_STATE", "id"),
			fault.Fault{Class: fault.ClassFinal, Code: "INVALID_STATE", Message: "id: can't be done"}},
		"a fault of Shopify's": {wrong("returnClose", "return", "INTERNAL_ERROR", "id"),
			fault.Fault{Class: fault.ClassUnavailable, Code: "INTERNAL_ERROR", Message: "id: can't be done"}},
		"nothing": {object{"returnClose": nil},
			fault.Fault{Class: fault.ClassUnavailable, Message: "a mutation was answered without its result"}},
	} {
		s, a := open(t)
		r := s.back(1, "OPEN", back{111, 11, 1, 1})
		s.answers["CloseReturn"] = func(object) object { return test.answer }
		_, err := a.CloseReturn(t.Context(), key, commerce.ReturnRef{Return: r.id})
		test.want.System = "shopify"
		assert.Equal(t, test.want, faultOf(t, err), name)
	}
}

func TestAListWhosePagesLeadNowhereIsNotReadForEver(t *testing.T) {
	s, a := open(t)
	s.sell()
	s.answers["ReadOrderLines"] = func(object) object {
		return object{"order": object{"lineItems": object{"nodes": []object{}, "pageInfo": object{"hasNextPage": true, "endCursor": "same"}}}}
	}
	_, err := a.ReadOrder(t.Context(), key, commerce.OrderQuery{Number: "1042"})
	assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class)
	assert.Len(t, s.of("ReadOrderLines"), 2)
}

func TestWhatIsGoneWhileItIsReadIsNotTakenForNothing(t *testing.T) {
	for op, gone := range map[string]object{
		"ReadOrderLines": {"order": nil}, "ReadFulfillments": {"order": nil}, "ReadFulfillmentLines": {"fulfillment": nil},
		"ReadRefundLines": {"refund": nil}, "ReadOrderReturns": {"order": nil},
	} {
		s, a := open(t)
		s.sell().refund(1, "", nil)
		s.answers[op] = func(object) object { return gone }
		_, err := a.ReadOrder(t.Context(), key, commerce.OrderQuery{Number: "1042"})
		assert.Equal(t, "not_found", faultOf(t, err).Code, op)
	}
}

func TestTheVersionAndTheShopAreTheOperators(t *testing.T) {
	var path string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.Path
		_, _ = w.Write([]byte(`{"data":{"order":null}}`))
	}))
	defer srv.Close()
	a := commerce.New(commerce.Options{URL: srv.URL + "/", Version: "2027-01"})
	_, err := a.ReadOrder(t.Context(), key, commerce.OrderQuery{ID: gid("Order", 1)})
	assert.NoError(t, err)
	assert.Equal(t, "/admin/api/2027-01/graphql.json", path)
}
