package sandbox

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/shopify"
)

// shownOrders is how many orders are listed.
const shownOrders = 100

// shopPage is the shop. Of Orders, Open, New and Stock one is looked at.
type shopPage struct {
	Tab    string
	Orders []client.ShopOrder // the youngest first
	More   int
	Open   *shopOrder
	New    *shopForm
	Stock  [][]client.ShopStock // by article
	Drafts []client.ShopDraft
	Credit []client.ShopCredit
}

// shopOrder is an order that is looked at, with the forms for what can be done about it.
type shopOrder struct {
	client.ShopOrder
	Returnable bool // whether anything of it can be asked to come back
	CanAsk     bool // whether it is known where to ask
	Articles   []client.ShopStock
}

// shopForm is the form for a new order, empty or filled in with an example.
type shopForm struct {
	client.ShopOrderForm
	Examples  []exampleOrder
	Articles  []client.ShopStock
	Countries []country
	Methods   []string
}

// shopStates are the states of stock that have a column.
var shopStates = []struct{ Name, Label string }{
	{"available", "Available"}, {"committed", "Sold, not sent"}, {"reserved", "Reserved"}, {"quality_control", "Quarantine"},
	{"damaged", "Damaged"}, {"on_hand", "On hand"},
}

// returnReasons and returnWishes are what the shop's return page offers, in the app's words.
var (
	returnReasons = []struct{ Name, Label string }{
		{"unwanted", "I don’t want it after all"}, {"too_small", "It is too small"}, {"too_large", "It is too large"},
		{"defective", "It doesn’t work"}, {"damaged", "It broke on its way"}, {"wrong_item", "It isn’t what I ordered"},
		{"not_as_described", "It isn’t as described"}, {"other", "Something else"},
	}
	returnWishes = []struct{ Name, Label string }{
		{"refund", "My money back"}, {"store_credit", "Store credit"}, {"exchange", "Something else instead"},
	}
)

// shopPage is Shopify: the orders, one of them, the form for a new one, or the stock with what is promised to customers.
func (s *Sandbox) shopPage(r *http.Request) (string, any) {
	switch tab := r.PathValue("tab"); tab {
	case "stock":
		return "Stock", shopPage{Tab: tab, Stock: s.stock()}
	case "credit":
		drafts := s.shop.Drafts()
		slices.Reverse(drafts)
		return "Exchanges and credit", shopPage{Tab: tab, Drafts: drafts, Credit: s.shop.Credit("")}
	case "new":
		return "A new order", shopPage{Tab: "orders", New: s.shopForm(r)}
	case "":
		p := shopPage{Tab: "orders", Orders: s.shop.Orders(shopify.Filter{Last: shownOrders}), More: max(s.shop.Len()-shownOrders, 0)}
		slices.Reverse(p.Orders)
		return "Shop", p
	}
	return "", nil
}

// orderPage is one order.
func (s *Sandbox) orderPage(r *http.Request) (string, any) {
	found := s.shop.Orders(shopify.Filter{Number: r.PathValue("number")})
	if len(found) == 0 {
		return "", nil
	}
	o := shopOrder{ShopOrder: found[0], CanAsk: *s.returns.Load() != "", Articles: s.articles()}
	for _, l := range o.Lines {
		o.Returnable = o.Returnable || l.Returnable > 0
	}
	return "Order " + o.Name, shopPage{Tab: "orders", Open: &o}
}

// emptyOrderLines is how many lines a form offers before somebody asks for more.
const emptyOrderLines = 2

func (s *Sandbox) shopForm(r *http.Request) *shopForm {
	f := &shopForm{
		Examples: exampleOrders, Articles: s.articles(), Countries: countryList(),
		Methods: []string{client.PaymentCard, client.PaymentBank, client.PaymentVoucher},
	}
	f.Country, f.Lines = "US", make([]client.ShopFormLine, emptyOrderLines)
	for _, e := range exampleOrders {
		if e.ID == r.FormValue("example") {
			f.ShopOrderForm = e.ShopOrderForm
		}
	}
	return f
}

// stock is how much there is, by article.
func (s *Sandbox) stock() (list [][]client.ShopStock) {
	for _, at := range s.shop.Stock("") {
		if n := len(list); n > 0 && list[n-1][0].SKU == at.SKU {
			list[n-1] = append(list[n-1], at)
		} else {
			list = append(list, []client.ShopStock{at})
		}
	}
	return list
}

// articles are what the shop sells, each once.
func (s *Sandbox) articles() []client.ShopStock {
	return slices.CompactFunc(s.shop.Stock(""), func(a, b client.ShopStock) bool { return a.SKU == b.SKU })
}

// quantities reads how many of which article to people.
func quantities(items map[string]int) string {
	var parts []string
	for _, sku := range slices.Sorted(maps.Keys(items)) {
		parts = append(parts, fmt.Sprintf("%d × %s", items[sku], sku))
	}
	return strings.Join(parts, ", ")
}

// inShop reads a word of Shopify's to people: "PARTIALLY_REFUNDED" is "partially refunded".
func inShop(word string) string { return strings.ToLower(strings.ReplaceAll(word, "_", " ")) }

// orderLink leads from where Shopify's own pages have an order to where the sandbox's have it.
func (s *Sandbox) orderLink(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/shop/orders/"+url.PathEscape(r.PathValue("number")), http.StatusFound)
}
