package commerce

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/rest"
)

// system names Shopify in faults.
const system = "shopify"

// defaultVersion is the API's version that the documents are written for.
const defaultVersion = "2026-10"

func endpoint(version string) string {
	return "/admin/api/" + url.PathEscape(cmp.Or(version, defaultVersion)) + "/graphql.json"
}

func client(o Options) *rest.Client {
	return &rest.Client{System: system, URL: o.URL, HTTP: o.HTTP, Describe: describe, RetryAfter: pause}
}

// statusRejected is Shopify's own: it takes the caller for an attacker, for a while.
// https://shopify.dev/docs/api/usage/response-codes
const statusRejected = 430

// pause is how long a refusal asks to wait.
func pause(status int, h http.Header, now time.Time) time.Duration {
	asked := fault.RetryAfter(h, now)
	if status == statusRejected {
		return max(asked, time.Minute)
	}
	return asked
}

// ask sends a document with its variables. Whatever Shopify says instead of data is a fault.
func ask[Res any](ctx context.Context, a *Activities, document string, variables map[string]any) (Res, error) {
	type answer struct {
		Data       *Res            `json:"data"`
		Errors     json.RawMessage `json:"errors"`
		Extensions struct {
			Cost cost `json:"cost"`
		} `json:"extensions"`
	}
	var none Res
	got, token, err := admitted[answer](ctx, a, rest.Request{
		Method: http.MethodPost, Path: a.path, Body: map[string]any{"query": document, "variables": variables},
	})
	switch {
	case err != nil:
		return none, err
	case len(got.Errors) > 0 && string(got.Errors) != "null" && string(got.Errors) != "[]":
		// What there is of the data beside an error isn't looked at: nobody could say what is missing.
		code, message := describe([]byte(`{"errors":` + string(got.Errors) + `}`))
		if code == denied {
			a.tokens.forget(token) // so that the scope that somebody gives the app now is in the next one
		}
		return none, refused(code, message, got.Extensions.Cost).Err()
	case got.Data == nil:
		return none, fault.Unreachable(system, "was answered with neither data nor errors").Err()
	}
	return *got.Data, nil
}

// cost is what Shopify says of its limit beside every answer: a bucket of points that fills up again.
// https://shopify.dev/docs/api/usage/limits#graphql-admin-api-rate-limits
type cost struct {
	Requested float64 `json:"requestedQueryCost"`
	Throttle  struct {
		Available float64 `json:"currentlyAvailable"`
		Restore   float64 `json:"restoreRate"` // points a second
	} `json:"throttleStatus"`
}

// wait is until the bucket has as many points as were asked for; at least a second, since other callers wait for them too.
func (c cost) wait() time.Duration {
	if c.Throttle.Restore <= 0 {
		return time.Second
	}
	seconds := (c.Requested - c.Throttle.Available) / c.Throttle.Restore
	return min(max(time.Duration(seconds*float64(time.Second)), time.Second), time.Minute)
}

// denied is the code of what the app may not do: a scope is missing, or the access to protected customer data.
const denied = "ACCESS_DENIED"

// passing are the codes of errors that are worth another try; all others stay until somebody does something.
var passing = []string{
	"INTERNAL_SERVER_ERROR", "INTERNAL_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE", "ADJUST_QUANTITIES_FAILED", "IDEMPOTENCY_CONCURRENT_REQUEST",
}

// refused classifies an error that came with HTTP status 200.
func refused(code, message string, c cost) fault.Fault {
	switch {
	case code == "THROTTLED":
		return fault.OfStatus(system, http.StatusTooManyRequests, c.wait(), code, message)
	case slices.Contains(passing, code):
		f := fault.Unreachable(system, message)
		f.Code = code
		return f
	case code == denied:
		message += " (Give the app that access, in a new version of it in the Dev Dashboard.)"
	}
	return fault.Final(system, cmp.Or(code, "refused"), message)
}

// describe reads Shopify's errors, which are a list, a text or an object. Of several the first one's code counts, and before them
// that of one which is worth another try.
func describe(body []byte) (code, message string) {
	var said struct {
		Errors json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(body, &said) != nil || len(said.Errors) == 0 {
		return "", ""
	}
	var list []struct {
		Message    string `json:"message"`
		Extensions struct {
			Code     string `json:"code"`
			Required string `json:"requiredAccess"` // "`read_orders` access scope."
		} `json:"extensions"`
	}
	var text string
	switch {
	case json.Unmarshal(said.Errors, &list) == nil:
		var all []string
		for _, e := range list {
			if need := e.Extensions.Required; !strings.Contains(e.Message, need) {
				e.Message += " Required access: " + need
			}
			all = append(all, e.Message)
			if again := slices.Contains(append(passing, "THROTTLED"), e.Extensions.Code); code == "" || again {
				code = e.Extensions.Code
			}
		}
		message = strings.Join(all, "; ")
	case json.Unmarshal(said.Errors, &text) == nil:
		message = text
	default:
		message = string(said.Errors)
	}
	return code, discreet(message)
}

var address = regexp.MustCompile(`[^\s"'<>]+@[^\s"'<>]+`)

// discreet is a text of Shopify's without the e-mail addresses that it may quote.
func discreet(message string) string { return address.ReplaceAllString(message, "…") }

// userError is what Shopify says to what a mutation can't do. Some mutations' errors have no code.
type userError struct {
	Code    string   `json:"code"`
	Field   []string `json:"field"`
	Message string   `json:"message"`
}

// payload is the answer of a mutation, with what any of them gives back.
type payload struct {
	Return     *node       `json:"return"`
	Refund     *refundNode `json:"refund"`
	Draft      *draft      `json:"draftOrder"`
	UserErrors []userError `json:"userErrors"`
}

type node struct {
	ID string `json:"id"`
}

// change sends a mutation. What it can't do is a final fault with the code and the field.
func (a *Activities) change(ctx context.Context, mutation string, variables map[string]any) (payload, error) {
	got, err := ask[map[string]*payload](ctx, a, mutation, variables)
	if err != nil {
		return payload{}, err
	}
	for _, p := range got { // the only one
		if p == nil {
			break
		}
		if len(p.UserErrors) == 0 {
			return *p, nil
		}
		e := p.UserErrors[0]
		message := discreet(e.Message)
		if len(e.Field) > 0 {
			message = strings.Join(e.Field, ".") + ": " + message
		}
		return payload{}, refused(e.Code, message, cost{}).Err()
	}
	return payload{}, fault.Unreachable(system, "a mutation was answered without its result").Err()
}

// connection is a page of a list.
type connection[T any] struct {
	Nodes    []T `json:"nodes"`
	PageInfo struct {
		More bool   `json:"hasNextPage"`
		End  string `json:"endCursor"`
	} `json:"pageInfo"`
}

// pages reads a list to its end. The page is found in an answer by at, which is nil where what has the list isn't there.
func pages[Res, T any](ctx context.Context, a *Activities, document string, variables map[string]any, at func(Res) *connection[T]) (all []T, found bool, err error) {
	after := ""
	for {
		asked := map[string]any{"after": nil}
		for name, v := range variables {
			asked[name] = v
		}
		if after != "" {
			asked["after"] = after
		}
		got, err := ask[Res](ctx, a, document, asked)
		if err != nil {
			return nil, false, err
		}
		page := at(got)
		if page == nil {
			return nil, false, nil
		}
		all = append(all, page.Nodes...)
		if !page.PageInfo.More {
			return all, true, nil
		}
		if page.PageInfo.End == after {
			return nil, false, fault.Unreachable(system, "a list has a next page that can't be asked for").Err()
		}
		after = page.PageInfo.End
	}
}

// invalid is the fault of a request that makes no sense; the problem begins with the field's name.
func invalid(format string, args ...any) error {
	return fault.Final(system, "invalid_request", fmt.Sprintf(format, args...)).Err()
}

// missing is the fault of something that was there and is no more.
func missing(what, id string) error {
	return fault.Final(system, "not_found", what+" "+id+" is not in the shop").Err()
}

// whole is the error of having read something that has to be there: of a refund that is gone nobody may think that it gave nothing
// back.
func whole(err error, there bool, what, id string) error {
	if err == nil && !there {
		return missing(what, id)
	}
	return err
}

// quoted is a value in Shopify's search syntax. https://shopify.dev/docs/api/usage/search-syntax
func quoted(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}
