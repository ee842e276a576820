package shopify

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

// maxQuantity is the most that there can be of anything, and the least below nothing.
const maxQuantity = 2_000_000_000

type adjustment struct {
	Name, Reason         string
	ReferenceDocumentURI *string
	Changes              []struct {
		InventoryItemID, LocationID string
		Delta                       int
		ChangeFromQuantity          json.RawMessage // nil where it isn't given, which is another thing than null
		LedgerDocumentURI           *string
	}
}

// adjustQuantities changes stock, all that is asked for or nothing, once for a key.
func (s *Server) adjustQuantities(c gql.Call) (any, error) {
	var in struct{ Input adjustment }
	if err := c.Args(&in); err != nil {
		return nil, err
	}
	key, err := idempotencyKey(c)
	if err != nil {
		return nil, err
	}
	for _, ch := range in.Input.Changes {
		if ch.ChangeFromQuantity == nil {
			return nil, refused("BAD_REQUEST", "changeFromQuantity has to be given: the quantity that is expected, or null to skip the check")
		}
	}
	m, err := func() (movement, error) {
		before, used := s.keyed[key]
		switch {
		case used && before.Request != c.Fingerprint():
			return before, no("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "", otherParameters)
		case used && before.Failed:
			return before, no("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "", failedBefore)
		case used:
			return before, nil
		}
		m := movement{Key: key, Request: c.Fingerprint(), Reason: in.Input.Reason}
		if in.Input.ReferenceDocumentURI != nil {
			m.Reference = *in.Input.ReferenceDocumentURI
		}
		changes, err := s.changes(in.Input)
		if err != nil {
			m.Failed = true
			_, broken := s.move(m)
			if broken != nil {
				err = broken
			}
			return m, err
		}
		m.Changes = changes
		return s.move(m)
	}()
	return payload(gql.Object{"inventoryAdjustmentGroup": func() gql.Object { return s.showMovement(m) }}, err)
}

// changes are what an adjustment comes to, or what is wrong with it.
func (s *Server) changes(a adjustment) (list []change, err error) {
	switch {
	case !slices.Contains(adjustable, a.Name):
		return nil, no("INVALID_QUANTITY_NAME", "input.name", "The specified quantity name is invalid.")
	case !slices.Contains(reasons, a.Reason):
		return nil, no("INVALID_REASON", "input.reason", "The specified reason is invalid.")
	case a.ReferenceDocumentURI != nil && !isURI(*a.ReferenceDocumentURI):
		return nil, no("INVALID_REFERENCE_DOCUMENT", "input.referenceDocumentUri", "The specified reference document is invalid.")
	}
	for i, c := range a.Changes {
		field := fmt.Sprintf("input.changes.%d.", i)
		item, where := number(c.InventoryItemID, "InventoryItem"), number(c.LocationID, "Location")
		ch := change{Item: item, Location: where, State: a.Name, Delta: c.Delta}
		_, _, sold := s.sold(item)
		_, known := locationOf(where)
		switch {
		case !sold:
			return nil, no("INVALID_INVENTORY_ITEM", field+"inventoryItemId", "The specified inventory item could not be found.")
		case !known:
			return nil, no("INVALID_LOCATION", field+"locationId", "The specified location could not be found.")
		case a.Name == available && c.LedgerDocumentURI != nil:
			return nil, no("INVALID_AVAILABLE_DOCUMENT", field+"ledgerDocumentUri", "A ledger document URI is not allowed when adjusting available.")
		case a.Name != available && c.LedgerDocumentURI == nil:
			return nil, no("INVALID_QUANTITY_DOCUMENT", field+"ledgerDocumentUri", "A ledger document URI is required except when adjusting available.")
		}
		if u := c.LedgerDocumentURI; u != nil {
			switch {
			case strings.HasPrefix(*u, "gid://shopify/"):
				return nil, no("INTERNAL_LEDGER_DOCUMENT", field+"ledgerDocumentUri", "Internal (gid://shopify/) ledger documents are not allowed to be adjusted via API.")
			case !isURI(*u):
				return nil, no("INVALID_LEDGER_DOCUMENT", field+"ledgerDocumentUri", "The specified ledger document is invalid.")
			case len(list) > 0 && list[0].Ledger != *u:
				return nil, no("MAX_ONE_LEDGER_DOCUMENT", field+"ledgerDocumentUri", "All changes must have the same ledger document URI.")
			}
			ch.Ledger = *u
		}
		is := s.level(item, where, a.Name)
		if expected := string(c.ChangeFromQuantity); expected != "null" && expected != fmt.Sprint(is) {
			return nil, no("CHANGE_FROM_QUANTITY_STALE", field+"changeFromQuantity", "The changeFromQuantity argument no longer matches the persisted quantity.")
		}
		switch {
		case is+c.Delta > maxQuantity:
			return nil, no("INVALID_QUANTITY_TOO_HIGH", field+"delta", "The quantity can't be higher than 2,000,000,000.")
		case is+c.Delta < -maxQuantity:
			return nil, no("INVALID_QUANTITY_TOO_LOW", field+"delta", "The quantity can't be lower than -2,000,000,000.")
		}
		list = append(list, ch)
	}
	return list, nil
}

// isURI reports whether a text has a scheme and something after it.
func isURI(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme != "" && len(text) > len(u.Scheme)+3
}

func (s *Server) showMovement(m movement) gql.Object {
	return gql.Object{
		"__typename": "InventoryAdjustmentGroup", "id": gid("InventoryAdjustmentGroup", m.N), "createdAt": m.At, "reason": m.Reason,
		"referenceDocumentUri": orNull(m.Reference),
		"changes": gql.Func(func(c gql.Call) (any, error) {
			var in struct{ InventoryItemIDs, LocationIDs, QuantityNames []string }
			if err := c.Args(&in); err != nil {
				return nil, err
			}
			out := []gql.Object{}
			for _, ch := range m.Changes {
				if in.QuantityNames != nil && !slices.Contains(in.QuantityNames, ch.State) ||
					in.LocationIDs != nil && !slices.Contains(in.LocationIDs, gid("Location", ch.Location)) ||
					in.InventoryItemIDs != nil && !slices.Contains(in.InventoryItemIDs, gid("InventoryItem", ch.Item)) {
					continue
				}
				out = append(out, gql.Object{
					"name": ch.State, "delta": ch.Delta, "quantityAfterChange": ch.After, "ledgerDocumentUri": orNull(ch.Ledger),
					"item": func() any { return orNone(s.theItem(ch.Item)) }, "location": func() any { return orNone(s.theLocation(ch.Location)) },
				})
			}
			return out, nil
		}),
	}
}
