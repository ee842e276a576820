package commerce

import (
	"net/http"
	"strings"

	"github.com/throughline-dev/throughline/activities/rest"
)

// Options say which shop to talk to.
type Options struct {
	// URL is the shop's own address, "https://SHOP.myshopify.com".
	URL string
	// Version is the API's; "" for "2026-10", which is what this package was written for. Shopify keeps a version for a year
	// (https://shopify.dev/docs/api/usage/versioning), and then answers with the oldest that it still has.
	Version string
	// Token is an app's Admin API access token ("shpat_…"). Its scopes are read_orders, read_all_orders (without it an order is
	// gone after 60 days), write_orders, read_customers, read_products, read_fulfillments, read_returns, write_returns,
	// read_inventory, write_inventory, read_locations, read_draft_orders, write_draft_orders, and for store credit
	// write_store_credit_account_transactions. It needs access to protected customer data: names, e-mail and postal addresses.
	Token string
	// PaymentAttribute is the name of the order's custom attribute that has Stripe's ID of the payment ("pi_…"), for a checkout
	// which doesn't give it to the transaction; "" where there is none. A buyer can set the attributes of a cart, so use one that
	// only your own server writes, on the order.
	PaymentAttribute string
	// HTTP sends the requests; nil for a client of its own from rest.NewHTTPClient.
	HTTP *http.Client
}

// Activities are what Throughline does in the shop. They are safe for concurrent use.
type Activities struct {
	api       *rest.Client
	path      string // of the endpoint
	pages     string // of one order, but for its number
	attribute string
}

// New makes the activities.
func New(o Options) *Activities {
	return &Activities{
		api: client(o), path: endpoint(o.Version), attribute: o.PaymentAttribute,
		pages: strings.TrimSuffix(o.URL, "/") + "/admin/orders/",
	}
}
