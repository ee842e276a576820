package commerce

import (
	"cmp"
	"regexp"
	"slices"
	"time"

	"github.com/throughline-dev/throughline/activities/money"
)

// transaction is a movement of money of an order, or the attempt at one.
type transaction struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Status  string `json:"status"`
	Gateway string `json:"gateway"`
	// Manual is whether the shop only writes down what somebody says of the money, and asks no gateway to move any.
	Manual  bool   `json:"manualPaymentGateway"`
	Payment string `json:"paymentId"`
	// Code is where the ID of a payment stood before there was Payment.
	Code      string     `json:"authorizationCode"`
	Processed *time.Time `json:"processedAt"`
	Amount    bag        `json:"amountSet"`
	Parent    *node      `json:"parentTransaction"`
}

// at is when it was; what isn't processed yet comes last.
func (t transaction) at() time.Time {
	if t.Processed == nil {
		return time.Unix(1<<40, 0)
	}
	return *t.Processed
}

// paid is whether money came in by the transaction, and back whether it went out, or is on its way out.
func (t transaction) paid() bool {
	return (t.Kind == "SALE" || t.Kind == "CAPTURE") && t.Status == "SUCCESS"
}

func (t transaction) back() bool {
	return (t.Kind == "REFUND" || t.Kind == "CHANGE") && (t.Status == "SUCCESS" || t.Status == "PENDING")
}

// stripe is what Stripe calls payments. Other gateways' IDs are of no use to anybody here.
var stripe = regexp.MustCompile(`^(pi|ch|py)_[A-Za-z0-9_]+$`)

// reference is Stripe's ID of the payment; "" where the transaction doesn't have one.
func (t transaction) reference() string {
	for _, id := range []string{t.Payment, t.Code} {
		if stripe.MatchString(id) {
			return id
		}
	}
	return ""
}

// own are the gateways that are the shop's own accounts.
var own = []string{"gift_card", "shopify_store_credit"}

// payments are those that succeeded, oldest first. What was given back belongs to the payment that it names; where it names none (a
// refund that somebody wrote down by hand), to the first one of its gateway.
func (n *orderNode) payments(s *sums, attribute string) []Payment {
	var all []Payment
	slices.SortStableFunc(n.Transactions, func(a, b transaction) int { return a.at().Compare(b.at()) })
	for _, t := range n.Transactions {
		if t.paid() {
			all = append(all, Payment{
				ID: t.ID, Gateway: t.Gateway, Reference: t.reference(),
				Amount: s.read("amountSet", t.Amount), Refunded: money.Amount{Currency: n.Currency},
			})
		}
	}
	for _, t := range n.Transactions {
		if !t.back() {
			continue
		}
		i := slices.IndexFunc(all, func(p Payment) bool { return t.Parent != nil && p.ID == t.Parent.ID })
		if i < 0 {
			i = slices.IndexFunc(all, func(p Payment) bool { return p.Gateway == t.Gateway })
		}
		if i >= 0 {
			all[i].Refunded = s.add("transactions", all[i].Refunded, s.read("amountSet", t.Amount))
		}
	}
	n.refer(all, attribute)
	return all
}

// refer gives the reference that stands in the order's attribute to the payment that has none. Where several have none, nobody can
// say whose it is.
func (n *orderNode) refer(all []Payment, attribute string) {
	var without []int
	for i, p := range all {
		if p.Reference == "" && !slices.Contains(own, p.Gateway) {
			without = append(without, i)
		}
	}
	if attribute == "" || len(without) != 1 {
		return
	}
	for _, at := range n.Attributes {
		if at.Key == attribute && stripe.MatchString(at.Value) {
			all[without[0]].Reference = cmp.Or(all[without[0]].Reference, at.Value)
		}
	}
}
