package commerce

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/throughline-dev/throughline/activities/contract"
)

var documents = map[string]string{
	"FindOrder": findOrder, "ReadOrder": readOrder, "ReadOrderLines": readOrderLines, "ReadFulfillments": readFulfillments,
	"ReadFulfillmentLines": readFulfillmentLines, "ReadRefundLines": readRefundLines, "ReadOrderReturns": readOrderReturns,
	"CountOrders": countOrders, "ReadReturn": readReturn, "ReadReverseOrders": readReverseOrders, "ReadReverseLines": readReverseLines,
	"RequestReturn": requestReturn, "ApproveReturn": approveReturn, "DeclineReturn": declineReturn, "RemoveFromReturn": removeFromReturn,
	"CancelReturn": cancelReturn, "CloseReturn": closeReturn, "ProcessReturn": processReturn, "AdjustStock": adjustStock,
	"CreateRefund": createRefund, "FindVariants": findVariants, "ReadShippingAddress": readShippingAddress, "FindDrafts": findDrafts,
	"ReadDraft": readDraft, "CreateDraft": createDraft, "CompleteDraft": completeDraft, "DeleteDraft": deleteDraft,
}

// What is put into the variables is held against the schema wherever a test sends it: see the shop in shop_test.go.
func TestEveryDocumentFitsTheSchemaAndStaysBelowTheLimitOfOneQuery(t *testing.T) {
	shopify := contract.Shopify(t)
	for name, document := range documents {
		op, err := shopify.Document(document)
		require.NoError(t, err, name)
		assert.Equal(t, name, op.Name)
		if op.Operation == ast.Query { // a mutation counts as 10, and has its own limit
			assert.LessOrEqual(t, points(op.SelectionSet), 1000, name)
			t.Log(name, points(op.SelectionSet))
		}
	}
}

// points are what Shopify counts a query as before it runs: one for each object that it could answer with, where the page of a
// connection counts as its nodes.
func points(asked ast.SelectionSet) int {
	sum := 0
	for _, selection := range asked {
		switch s := selection.(type) {
		case *ast.Field:
			if len(s.SelectionSet) > 0 && s.Name != "pageInfo" {
				sum += pointsOf(s)
			}
		case *ast.InlineFragment:
			sum += points(s.SelectionSet)
		}
	}
	return sum
}

func pointsOf(s *ast.Field) int {
	one := points(s.SelectionSet)
	if !strings.HasSuffix(s.Definition.Type.Name(), "Connection") {
		one++
	}
	if first := s.Arguments.ForName("first"); first != nil {
		n, _ := strconv.Atoi(first.Value.Raw)
		return n * one
	}
	return one
}
