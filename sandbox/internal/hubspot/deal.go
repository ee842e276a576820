package hubspot

import (
	"math/big"
	"strconv"
	"strings"

	"golang.org/x/text/currency"
)

// Stage is one that a deal can be in.
type Stage struct {
	ID    string // "presentationscheduled"
	Label string
}

// Stages are those of the default pipeline, from the first to the two last ones.
var Stages = []Stage{
	{"appointmentscheduled", "Appointment scheduled"},
	{"qualifiedtobuy", "Qualified to buy"},
	{"presentationscheduled", "Presentation scheduled"},
	{"decisionmakerboughtin", "Decision maker bought-in"},
	{"contractsent", "Contract sent"},
	{"closedwon", "Closed won"},
	{"closedlost", "Closed lost"},
}

// Currencies are the account's, the first one its own.
var Currencies = strings.Fields("EUR USD GBP CHF JPY SEK KWD")

// Properties of deals and line items that matter to more than one place.
const (
	stageName, amountName             = "dealstage", "amount"
	dealCurrencyName                  = "deal_currency_code"
	lineCurrencyName                  = "hs_line_item_currency_code"
	discountName, discountPercentName = "discount", "hs_discount_percentage"
)

func dealKind() *kind {
	deals := newKind("deals", "deal", "0-3", "dealinformation", "createdate", "hs_lastmodifieddate")
	deals.shown = append(deals.shown, amountName, "closedate", "dealname", stageName, "pipeline")
	deals.text("dealname", "description")
	deals.standard(property{Name: amountName, Type: "number", FieldType: "number"})
	deals.standard(property{Name: "closedate", Type: "datetime", FieldType: "date"})
	deals.standard(property{Name: "pipeline", Type: "enumeration", FieldType: "select", Options: []option{{Label: "Sales pipeline", Value: "default"}}})
	stage := property{Name: stageName, Type: "enumeration", FieldType: "radio"}
	for _, s := range Stages {
		stage.Options = append(stage.Options, option{Label: s.Label, Value: s.ID})
	}
	deals.standard(stage)
	deals.enumeration(dealCurrencyName, strings.Join(Currencies, " "))
	for _, name := range []string{"hs_is_closed", "hs_is_closed_won"} {
		deals.standard(property{Name: name, Type: "bool", FieldType: "calculation_equation", readOnly: true})
	}
	deals.derive = func(p map[string]string) { // HubSpot does this some moments later
		won := p[stageName] == "closedwon"
		p["hs_is_closed_won"] = strconv.FormatBool(won)
		p["hs_is_closed"] = strconv.FormatBool(won || p[stageName] == "closedlost")
	}
	return deals
}

// lineItemKind is that of what a deal is made of
// (https://knowledge.hubspot.com/properties/hubspots-default-line-item-properties).
func lineItemKind() *kind {
	items := newKind("line_items", "line_item", "0-8", "lineiteminformation", "createdate", "hs_lastmodifieddate")
	items.shown = append(items.shown, amountName, "price", "quantity")
	items.text("name", "description")
	for _, name := range []string{"quantity", "price", discountName, discountPercentName, "hs_position_on_quote"} {
		items.standard(property{Name: name, Type: "number", FieldType: "number"})
	}
	items.enumeration(lineCurrencyName, strings.Join(Currencies, " "))
	items.enumeration("recurringbillingfrequency", "weekly biweekly monthly quarterly per_six_months annually")
	items.standard(property{Name: amountName, Type: "number", FieldType: "calculation_equation", readOnly: true})
	items.derive = func(p map[string]string) {
		if delete(p, amountName); p["price"] != "" && p["quantity"] != "" {
			p[amountName] = digits(netOf(p), p[lineCurrencyName])
		}
	}
	return items
}

// netOf is what a line item costs: the price less what is taken off each, by the quantity.
func netOf(p map[string]string) *big.Rat {
	off := ratOf(p[discountName])
	if percent := p[discountPercentName]; percent != "" {
		off.Mul(ratOf(p["price"]), ratOf(percent)).Quo(off, big.NewRat(100, 1))
	}
	each := new(big.Rat).Sub(ratOf(p["price"]), off)
	return each.Mul(each, ratOf(p["quantity"]))
}

// ratOf is a number, exactly; what is none is 0. One with an exponent is read as a float: exactly, it could have any number of digits.
func ratOf(value string) *big.Rat {
	r := new(big.Rat)
	if strings.Trim(value, "+-.0123456789") == "" {
		if r, ok := r.SetString(value); ok {
			return r
		}
	} else if f, err := strconv.ParseFloat(value, 64); err == nil && r.SetFloat64(f) != nil {
		return r
	}
	return new(big.Rat)
}

// digits writes an amount with as many decimals as its currency has; without a currency, two.
func digits(amount *big.Rat, code string) string {
	places := 2
	if unit, err := currency.ParseISO(code); err == nil {
		places, _ = currency.Standard.Rounding(unit)
	}
	return amount.FloatString(places)
}
