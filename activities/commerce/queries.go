package commerce

// The documents that are sent to Shopify, one for each operation; the name of an operation is that of its constant. They are held
// against the schema of [defaultVersion] by a test.
//
// Shopify counts what a query could answer with at most, and refuses one that counts above 1,000
// (https://shopify.dev/docs/api/usage/limits#graphql-admin-api-rate-limits). So connections are read one at a time, in pages that stay
// well below; a list without pages ("fulfillments", "refunds", "transactions") is cut off at [longest], which is an error.
const (
	longest = 100 // of the lists without pages; it stands in the documents as well

	findOrder = `query FindOrder($query: String!) {
  orders(first: 10, query: $query) { nodes { id name } }
}`

	readOrder = `query ReadOrder($id: ID!) {
  order(id: $id) {
    id name legacyResourceId processedAt cancelledAt email presentmentCurrencyCode taxesIncluded
    customAttributes { key value }
    customer { id legacyResourceId displayName numberOfOrders defaultEmailAddress { emailAddress } }
    shippingAddress { countryCodeV2 }
    totalRefundedSet { presentmentMoney { amount currencyCode } }
    shippingLines(first: 10) {
      nodes {
        discountedPriceSet { presentmentMoney { amount currencyCode } }
        taxLines { priceSet { presentmentMoney { amount currencyCode } } }
      }
    }
    transactions(first: 100) {
      id kind status gateway manualPaymentGateway paymentId authorizationCode processedAt
      amountSet { presentmentMoney { amount currencyCode } }
      parentTransaction { id }
    }
    refunds(first: 100) { id note totalRefundedSet { presentmentMoney { amount currencyCode } } }
  }
}`

	readOrderLines = `query ReadOrderLines($id: ID!, $after: String) {
  order(id: $id) {
    lineItems(first: 40, after: $after) {
      nodes {
        id sku name quantity refundableQuantity
        originalTotalSet { presentmentMoney { amount currencyCode } }
        discountAllocations { allocatedAmountSet { presentmentMoney { amount currencyCode } } }
        taxLines { priceSet { presentmentMoney { amount currencyCode } } }
        variant { id inventoryItem { id } }
        product { id productType tags }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`

	readFulfillments = `query ReadFulfillments($id: ID!) {
  order(id: $id) { fulfillments(first: 100) { id status createdAt deliveredAt location { id } } }
}`

	readFulfillmentLines = `query ReadFulfillmentLines($id: ID!, $after: String) {
  fulfillment(id: $id) {
    fulfillmentLineItems(first: 100, after: $after) {
      nodes { id quantity lineItem { id } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`

	readRefundLines = `query ReadRefundLines($id: ID!, $after: String) {
  refund(id: $id) {
    refundShippingLines(first: 20) {
      nodes {
        subtotalAmountSet { presentmentMoney { amount currencyCode } }
        taxAmountSet { presentmentMoney { amount currencyCode } }
      }
    }
    refundLineItems(first: 75, after: $after) {
      nodes {
        quantity restockType lineItem { id }
        subtotalSet { presentmentMoney { amount currencyCode } }
        totalTaxSet { presentmentMoney { amount currencyCode } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`

	readOrderReturns = `query ReadOrderReturns($id: ID!, $after: String) {
  order(id: $id) {
    returns(first: 100, after: $after) {
      nodes { id }
      pageInfo { hasNextPage endCursor }
    }
  }
}`

	countOrders = `query CountOrders($query: String!) {
  ordersCount(query: $query) { count }
}`

	readReturn = `query ReadReturn($id: ID!, $after: String) {
  return(id: $id) {
    id name status
    returnLineItems(first: 100, after: $after) {
      nodes {
        id quantity processedQuantity refundedQuantity customerNote
        ... on ReturnLineItem { fulfillmentLineItem { id lineItem { id } } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`

	readReverseOrders = `query ReadReverseOrders($id: ID!, $after: String) {
  return(id: $id) {
    reverseFulfillmentOrders(first: 100, after: $after) {
      nodes { id }
      pageInfo { hasNextPage endCursor }
    }
  }
}`

	readReverseLines = `query ReadReverseLines($id: ID!, $after: String) {
  reverseFulfillmentOrder(id: $id) {
    lineItems(first: 100, after: $after) {
      nodes { id totalQuantity dispositions { quantity } fulfillmentLineItem { id } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`

	requestReturn = `mutation RequestReturn($input: ReturnRequestInput!) {
  returnRequest(input: $input) { return { id } userErrors { code field message } }
}`

	approveReturn = `mutation ApproveReturn($input: ReturnApproveRequestInput!) {
  returnApproveRequest(input: $input) { return { id } userErrors { code field message } }
}`

	declineReturn = `mutation DeclineReturn($input: ReturnDeclineRequestInput!) {
  returnDeclineRequest(input: $input) { return { id } userErrors { code field message } }
}`

	removeFromReturn = `mutation RemoveFromReturn($return: ID!, $lines: [ReturnLineItemRemoveFromReturnInput!]) {
  removeFromReturn(returnId: $return, returnLineItems: $lines) { return { id } userErrors { code field message } }
}`

	cancelReturn = `mutation CancelReturn($id: ID!) {
  returnCancel(id: $id, notifyCustomer: false) { return { id } userErrors { code field message } }
}`

	closeReturn = `mutation CloseReturn($id: ID!) {
  returnClose(id: $id) { return { id } userErrors { code field message } }
}`

	processReturn = `mutation ProcessReturn($input: ReturnProcessInput!) {
  returnProcess(input: $input) { return { id } userErrors { code field message } }
}`

	adjustStock = `mutation AdjustStock($input: InventoryAdjustQuantitiesInput!, $key: String!) {
  inventoryAdjustQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id }
    userErrors { code field message }
  }
}`

	createRefund = `mutation CreateRefund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id totalRefundedSet { presentmentMoney { amount currencyCode } } }
    userErrors { field message }
  }
}`

	findVariants = `query FindVariants($query: String!, $country: CountryCode, $after: String) {
  productVariants(first: 50, query: $query, after: $after) {
    nodes {
      id sku displayName sellableOnlineQuantity inventoryPolicy
      inventoryItem { tracked }
      product { status }
      contextualPricing(context: { country: $country }) { price { amount currencyCode } }
    }
    pageInfo { hasNextPage endCursor }
  }
}`

	readShippingAddress = `query ReadShippingAddress($id: ID!) {
  order(id: $id) {
    shippingAddress { firstName lastName company address1 address2 zip city provinceCode countryCodeV2 phone }
  }
}`

	findDrafts = `query FindDrafts($query: String!) {
  newest: draftOrders(first: 50, sortKey: ID, reverse: true) { nodes { id name createdAt tags } }
  tagged: draftOrders(first: 50, query: $query) { nodes { id name createdAt tags } }
}`

	readDraft = `query ReadDraft($id: ID!) {
  draftOrder(id: $id) { id ready status order { id name } }
}`

	createDraft = `mutation CreateDraft($input: DraftOrderInput!) {
  draftOrderCreate(input: $input) { draftOrder { id name createdAt tags } userErrors { field message } }
}`

	completeDraft = `mutation CompleteDraft($id: ID!) {
  draftOrderComplete(id: $id, paymentPending: false) { draftOrder { id order { id name } } userErrors { field message } }
}`

	deleteDraft = `mutation DeleteDraft($input: DraftOrderDeleteInput!) {
  draftOrderDelete(input: $input) { deletedId userErrors { field message } }
}`
)
