package commerce_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/fault"
)

// stocked has the shop count its stock, and returns what was added: by the quantity's name, the item and the place.
func (s *shop) stocked() map[string]int {
	added := map[string]int{}
	s.answers["AdjustStock"] = func(v object) object {
		return s.once("inventoryAdjustQuantities", v, func(input object) object {
			for _, c := range input["changes"].([]any) {
				c := c.(object)
				added[input["name"].(string)+" "+c["inventoryItemId"].(string)+" "+c["locationId"].(string)] += int(c["delta"].(float64))
				from, there := c["changeFromQuantity"]
				assert.True(s.t, there && from == nil, "the check of what there was before is left out by null")
				assert.Equal(s.t, "gid://throughline/Return/"+number, c["ledgerDocumentUri"])
			}
			return object{"inventoryAdjustmentGroup": id("InventoryAdjustmentGroup", 1), "userErrors": []object{}}
		})
	}
	return added
}

var place = gid("Location", 9)

func restocking(lines ...commerce.RestockedLine) commerce.Restocking {
	return commerce.Restocking{Order: gid("Order", 1), Return: gid("Return", 1), Number: number, Location: place, Lines: lines}
}

func of(line, quantity int, stock commerce.Stock, before int) commerce.RestockedLine {
	return commerce.RestockedLine{Line: gid("LineItem", line), Item: gid("InventoryItem", line), Quantity: quantity, Stock: stock, Before: before}
}

func TestWhatCameBackGoesIntoTheStockOfItsKindOnceWhateverIsLost(t *testing.T) {
	q := restocking(of(11, 3, commerce.Restock, 0), of(11, 1, commerce.WriteOff, 0), of(12, 2, commerce.Quarantine, 0), of(13, 1, commerce.Kept, 0))
	for _, lost := range []string{"", "ReadReturn", "AdjustStock", "ProcessReturn"} {
		s, a := open(t)
		added := s.stocked()
		// Line 11 was sent in two parcels.
		r := s.back(1, "OPEN", back{111, 11, 2, 0}, back{114, 11, 2, 0}, back{112, 12, 2, 0}, back{113, 13, 1, 0})
		s.fail = lose(lost)
		_, err := a.RestockReturn(t.Context(), key, q)
		assert.Equal(t, lost != "", err != nil)
		for range 2 {
			_, err = a.RestockReturn(t.Context(), key, q)
			require.NoError(t, err, lost)
		}
		assert.Equal(t, map[string]int{"RESTOCKED " + place: 3, "NOT_RESTOCKED": 1, "PROCESSING_REQUIRED": 2, "MISSING": 1}, r.became(), lost)
		assert.Equal(t, map[string]int{
			"damaged " + gid("InventoryItem", 11) + " " + place: 1, "quality_control " + gid("InventoryItem", 12) + " " + place: 2,
		}, added, lost)
		assert.Equal(t, "CLOSED", r.status)
		assert.Len(t, s.of("ProcessReturn"), 1, lost)
	}
}

func TestASecondParcelIsStockedBesideTheFirst(t *testing.T) {
	s, a := open(t)
	added := s.stocked()
	r := s.back(1, "OPEN", back{111, 11, 5, 0})
	first, second := restocking(of(11, 2, commerce.WriteOff, 0)), restocking(of(11, 1, commerce.WriteOff, 2), of(11, 1, commerce.Restock, 2))
	other := key
	other.ID += "-2"
	for range 2 {
		_, err := a.RestockReturn(t.Context(), key, first)
		require.NoError(t, err)
	}
	for range 2 {
		_, err := a.RestockReturn(t.Context(), other, second)
		require.NoError(t, err)
	}
	_, err := a.RestockReturn(t.Context(), key, first)
	require.NoError(t, err)
	assert.Equal(t, 4, r.lines[0].processed)
	assert.Equal(t, map[string]int{"NOT_RESTOCKED": 3, "RESTOCKED " + place: 1}, r.became())
	assert.Equal(t, map[string]int{"damaged " + gid("InventoryItem", 11) + " " + place: 3}, added)
}

func TestWhatPeopleHaveDoneInTheShopsOwnPagesIsDoneNoSecondTime(t *testing.T) {
	s, a := open(t)
	added := s.stocked()
	r := s.back(1, "OPEN", back{111, 11, 3, 1}, back{112, 12, 1, 0})
	// One of three was processed by hand, and the damaged one was only put away.
	r.lines[0].disposed = []object{{"quantity": 1.0, "dispositionType": "RESTOCKED"}}
	r.lines[1].disposed = []object{{"quantity": 1.0, "dispositionType": "NOT_RESTOCKED"}}
	_, err := a.RestockReturn(t.Context(), key, restocking(of(11, 3, commerce.Restock, 0), of(12, 1, commerce.WriteOff, 0)))
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"RESTOCKED": 1, "RESTOCKED " + place: 2, "NOT_RESTOCKED": 1}, r.became())
	assert.Empty(t, added)
	assert.Equal(t, "CLOSED", r.status)
}

func TestWhatTheShopDoesntSellAnyMoreHasNoStock(t *testing.T) {
	s, a := open(t)
	added := s.stocked()
	r := s.back(1, "OPEN", back{111, 11, 3, 0})
	q := restocking(of(11, 1, commerce.Restock, 0), of(11, 1, commerce.WriteOff, 0), of(11, 1, commerce.Quarantine, 0))
	for i := range q.Lines {
		q.Lines[i].Item = ""
	}
	_, err := a.RestockReturn(t.Context(), key, q)
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"NOT_RESTOCKED": 2, "PROCESSING_REQUIRED": 1}, r.became())
	assert.Empty(t, added)
}

func TestMoreThanTheReturnHasLeftIsRefusedBeforeAnythingIsDone(t *testing.T) {
	s, a := open(t)
	added := s.stocked()
	r := s.back(1, "OPEN", back{111, 11, 2, 0})
	for _, q := range []commerce.Restocking{
		restocking(of(11, 1, commerce.WriteOff, 0), of(11, 2, commerce.Restock, 0)), restocking(of(12, 1, commerce.WriteOff, 0)),
	} {
		_, err := a.RestockReturn(t.Context(), key, q)
		f := faultOf(t, err)
		assert.Equal(t, fault.ClassFinal, f.Class)
		assert.Equal(t, "too_many", f.Code)
	}
	s.answers["ReadReverseOrders"] = func(v object) object {
		return object{"return": object{"reverseFulfillmentOrders": s.list(nil, v)}}
	}
	_, err := a.RestockReturn(t.Context(), key, restocking(of(11, 1, commerce.WriteOff, 0)))
	assert.Equal(t, "not_expected", faultOf(t, err).Code)
	assert.Empty(t, added)
	assert.Zero(t, r.lines[0].processed)
}

func TestAnAdjustmentThatFailedBeforeIsMadeWithTheNextKey(t *testing.T) {
	s, a := open(t)
	added := s.stocked()
	s.back(1, "OPEN", back{111, 11, 1, 0})
	q := restocking(of(11, 1, commerce.WriteOff, 0))
	count := s.answers["AdjustStock"]
	s.answers["AdjustStock"] = func(v object) object {
		s.spent[v["key"].(string)] = true
		return wrong("inventoryAdjustQuantities", "inventoryAdjustmentGroup", "INVALID_LOCATION", "locationId")
	}
	_, err := a.RestockReturn(t.Context(), key, q)
	assert.Equal(t, "INVALID_LOCATION", faultOf(t, err).Code)
	s.answers["AdjustStock"] = count // somebody has put the location right
	_, err = a.RestockReturn(t.Context(), key, q)
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"damaged " + gid("InventoryItem", 11) + " " + place: 1}, added)
	sent := s.of("AdjustStock")
	require.Len(t, sent, 3)
	assert.Equal(t, sent[0]["key"], sent[1]["key"])
	assert.NotEqual(t, sent[1]["key"], sent[2]["key"])
	assert.Regexp(t, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, sent[0]["key"])
}

func TestAnAdjustmentThatKeepsFailingComesToAnEnd(t *testing.T) {
	s, a := open(t)
	s.back(1, "OPEN", back{111, 11, 1, 0})
	s.answers["AdjustStock"] = func(object) object {
		return wrong("inventoryAdjustQuantities", "inventoryAdjustmentGroup", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "key")
	}
	_, err := a.RestockReturn(t.Context(), key, restocking(of(11, 1, commerce.WriteOff, 0)))
	assert.Equal(t, "failed_too_often", faultOf(t, err).Code)
}

func TestStockThatMakesNoSenseNamesTheField(t *testing.T) {
	s, a := open(t)
	for field, q := range map[string]commerce.Restocking{
		"location:":          {Lines: []commerce.RestockedLine{of(11, 1, commerce.Restock, 0)}},
		"number:":            {Location: place},
		"lines[0].stock:":    restocking(of(11, 1, "shelf", 0)),
		"lines[0].quantity:": restocking(of(11, 0, commerce.Restock, 0)),
	} {
		_, err := a.RestockReturn(t.Context(), key, q)
		assert.Contains(t, faultOf(t, err).Message, field)
	}
	assert.Empty(t, s.asked)
}
