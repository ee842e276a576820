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
	// ClientID and ClientSecret ("shpss_…") are an app's of the Dev Dashboard, which is installed in the shop and belongs to the same
	// organisation: the shop gives it an access token for a day at a time. Token is the access token ("shpat_…") of an app of before
	// 2026, which lasts; it counts where there is no ClientID.
	//
	// The app's scopes are read_orders, read_all_orders (without it an order is
	// gone after 60 days), write_orders, read_customers, read_products, read_fulfillments, read_returns, write_returns,
	// read_inventory, write_inventory, read_locations, read_draft_orders, write_draft_orders, and for store credit
	// write_store_credit_account_transactions. It needs access to protected customer data: names, e-mail and postal addresses.
	ClientID, ClientSecret, Token string
	// PaymentAttribute is the name of the order's custom attribute that has Stripe's ID of the payment ("pi_…"), for a checkout
	// which doesn't give it to the transaction; "" where there is none. A buyer can set the attributes of a cart, so use one that
	// only your own server writes, on the order.
	PaymentAttribute string
	// HTTP sends the requests, and gives up on one by its Timeout; nil for a client of its own from rest.NewHTTPClient.
	HTTP *http.Client
}

// Activities are what Throughline does in the shop. They are safe for concurrent use.
type Activities struct {
	api       *rest.Client
	tokens    *tokens
	path      string // of the endpoint
	pages     string // of one order, but for its number
	attribute string
}

// New makes the activities.
func New(o Options) *Activities {
	if o.HTTP == nil {
		o.HTTP = rest.NewHTTPClient()
	}
	return &Activities{
		api: client(o), tokens: newTokens(o), path: endpoint(o.Version), attribute: o.PaymentAttribute,
		pages: strings.TrimSuffix(o.URL, "/") + "/admin/orders/",
	}
}
