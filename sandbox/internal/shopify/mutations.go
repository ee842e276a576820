package shopify

import (
	"strings"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

// mutations are what can be done. The shop is locked while it is.
func (s *Server) mutations() gql.Object {
	return gql.Object{
		"returnRequest":                  gql.Func(s.returnRequest),
		"returnApproveRequest":           gql.Func(s.returnApproveRequest),
		"returnDeclineRequest":           gql.Func(s.returnDeclineRequest),
		"returnCancel":                   gql.Func(s.returnCancel),
		"returnClose":                    gql.Func(s.returnClose),
		"returnReopen":                   gql.Func(s.returnReopen),
		"removeFromReturn":               gql.Func(s.removeFromReturn),
		"returnProcess":                  gql.Func(s.returnProcess),
		"reverseFulfillmentOrderDispose": gql.Func(s.dispose),
		"refundCreate":                   gql.Func(s.refundCreate),
		"inventoryAdjustQuantities":      gql.Func(s.adjustQuantities),
		"draftOrderCreate":               gql.Func(s.draftOrderCreate),
		"draftOrderComplete":             gql.Func(s.draftOrderComplete),
		"draftOrderDelete":               gql.Func(s.draftOrderDelete),
	}
}

// userError is what a mutation answers where it can't do what it is asked to. It stands beside the data, and nothing was done.
type userError struct {
	code, message string
	field         []string
}

func (e *userError) Error() string { return e.message }

// no makes a userError about a field: "input.returnLineItems.0.quantity", or with "" about none.
func no(code, field, message string) *userError {
	e := &userError{code: code, message: message}
	if field != "" {
		e.field = strings.Split(field, ".")
	}
	return e
}

func (e *userError) show() gql.Object {
	v := gql.Object{"message": e.message, "code": orNull(e.code), "field": nil}
	if e.field != nil {
		v["field"] = e.field
	}
	return v
}

// payload is what a mutation answers: its fields, or null in their places and why.
func payload(fields gql.Object, err error) (any, error) {
	if e, ok := err.(*userError); ok {
		for name := range fields {
			fields[name] = nil
		}
		fields["userErrors"] = []gql.Object{e.show()}
		return fields, nil
	}
	if err != nil { // the state couldn't be written
		return nil, refused("INTERNAL_SERVER_ERROR", err.Error())
	}
	fields["userErrors"] = []gql.Object{}
	return fields, nil
}

// idempotencyKey is the key that a mutation has to be sent with.
func idempotencyKey(c gql.Call) (string, error) {
	key, ok := c.Directive("idempotent", "key")
	switch {
	case !ok:
		return "", refused("BAD_REQUEST", "The @idempotent directive is required for "+c.Field()+", and wasn't given")
	case strings.TrimSpace(key) == "":
		return "", refused("BAD_REQUEST", "The idempotency key can't be empty")
	}
	return key, nil
}

// What Shopify says to a key that was used before.
const (
	otherParameters = "The same idempotency key cannot be used with different operation parameters."
	failedBefore    = "A previous request with this idempotency key failed. Retry with a new idempotency key."
)
