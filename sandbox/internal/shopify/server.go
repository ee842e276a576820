// Package shopify is a shop on Shopify as an app sees it by the Admin GraphQL API: its orders, what comes back of them, its stock
// and its draft orders; and the customers, who buy.
//
// What is checked and answered follows https://shopify.dev/docs/api/admin-graphql, in version 2026-10. Where Shopify doesn't say
// how strict it is, the sandbox is the stricter one.
package shopify

import (
	_ "embed"
	"sync"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/journal"
	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

//go:embed schema.graphql
var sdl string

var schema = gql.Load("schema.graphql", sdl)

// SDL is the schema, as GraphQL writes it down.
func SDL() string { return sdl }

// Options say what the shop is like.
type Options struct {
	Token   string        // the access token of an older app, which lasts
	Name    string        // the shop's
	Lag     time.Duration // until the searches know something
	Journal *journal.Journal
	// Pages is the address of the sandbox's pages; "" where it isn't known.
	Pages string
	// Points is how many points a second callers may use up, of twenty times as many at once; 0 is without a limit.
	Points int
	// ClientID and ClientSecret are those of an app of the Dev Dashboard, which gets access tokens for them.
	ClientID, ClientSecret string
	// Pay has a customer pay at the shop's payment provider, which is Stripe.
	Pay func(client.NewPayment) (client.Payment, error)
}

// Server is the shop. It is safe for concurrent use.
type Server struct {
	Options
	bucket bucket
	tokens tokens

	mu        sync.RWMutex
	customers *journal.Table[customer]
	orders    *journal.Table[order]
	drafts    *journal.Table[draft]
	movements *journal.Table[movement]
	gone      *journal.Table[time.Time] // products that were deleted

	levels  map[place]map[string]int // by state
	ordered map[int64][]string       // the keys of the orders of a customer
	keyed   map[string]movement      // movements by their idempotency key
	refunds map[string]string        // the keys of the orders that have a refund by an idempotency key
	expiry  time.Time                // when the next reservation ends; zero for never
}

// place is where there is stock of something.
type place struct{ item, location int64 }

// New makes the shop, with what the journal has.
func New(o Options) (*Server, error) {
	s := &Server{
		Options: o, bucket: bucket{rate: float64(o.Points)}, levels: map[place]map[string]int{}, ordered: map[int64][]string{},
		keyed: map[string]movement{}, refunds: map[string]string{},
	}
	var err error
	if s.customers, err = journal.NewTable[customer](o.Journal, "shopify.customer"); err != nil {
		return nil, err
	}
	if s.orders, err = journal.NewTable[order](o.Journal, "shopify.order"); err != nil {
		return nil, err
	}
	if s.drafts, err = journal.NewTable[draft](o.Journal, "shopify.draft"); err != nil {
		return nil, err
	}
	if s.movements, err = journal.NewTable[movement](o.Journal, "shopify.movement"); err != nil {
		return nil, err
	}
	if s.gone, err = journal.NewTable[time.Time](o.Journal, "shopify.gone"); err != nil {
		return nil, err
	}
	for _, p := range products {
		for _, v := range p.Variants {
			for where, n := range v.Stock {
				s.levels[place{v.N, where}] = map[string]int{available: n}
			}
		}
	}
	for _, m := range s.movements.All() {
		s.apply(m)
	}
	for key, o := range s.orders.All() {
		s.index(key, o)
	}
	for _, d := range s.drafts.All() {
		s.watch(d.Until)
	}
	return s, nil
}

// index enters an order where it is looked up.
func (s *Server) index(key string, o order) {
	for _, r := range o.Refunds {
		s.refunds[r.Key] = key
	}
	for _, k := range s.ordered[o.Customer] {
		if k == key {
			return
		}
	}
	s.ordered[o.Customer] = append(s.ordered[o.Customer], key)
}

// put writes an order.
func (s *Server) put(o order) error {
	key := gid("Order", o.N)
	if err := s.orders.Put(key, o); err != nil {
		return err
	}
	s.index(key, o)
	return nil
}
