package crm

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/money"
)

// The properties of a line item that matter here.
// https://knowledge.hubspot.com/properties/hubspots-default-line-item-properties
var lineProperties = []string{
	"name", "quantity", "price", "hs_line_item_currency_code", "discount", "hs_discount_percentage", "recurringbillingfrequency",
	"hs_position_on_quote",
}

// readLines reads the deal's line items. One that can't be read exactly is a final fault.
func (a *Activities) readLines(ctx context.Context, d Deal, amount string) ([]DealLine, error) {
	links, err := a.linked(ctx, deals, d.Deal, lineItems)
	if err != nil {
		return nil, err
	}
	found, err := a.readAll(ctx, lineItems, "", links, lineProperties...)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b record) int { return cmp.Or(cmp.Compare(position(a), position(b)), byAge(a.ID, b.ID)) })
	r := lineReader{currency: d.Currency}
	var lines []DealLine
	for i, item := range found {
		r.at = fmt.Sprintf("lines[%d]", i)
		lines = append(lines, r.line(item.Properties))
	}
	if len(found) == 0 && amount != "" {
		r.at = "the deal"
		if whole := r.amount("amount", amount); !whole.IsZero() {
			lines = []DealLine{{Description: d.Name, Quantity: money.One, Price: whole}}
		}
	}
	if len(r.wrong) > 0 {
		return nil, fault.Final(system, "unreadable_deal", strings.Join(r.wrong, "; ")).Err()
	}
	return lines, nil
}

// position is where a line item stands; those without come last.
func position(r record) int {
	n, err := strconv.Atoi(r.Properties["hs_position_on_quote"])
	if err != nil {
		return 1 << 30
	}
	return n
}

// lineReader reads line items, and collects what is wrong with them.
type lineReader struct {
	currency string
	at       string // the line item that is read
	wrong    []string
}

func (r *lineReader) mistake(property, problem string) {
	r.wrong = append(r.wrong, r.at+"."+property+" "+problem)
}

func (r *lineReader) line(p properties) DealLine {
	l := DealLine{Description: p["name"]}
	if often := p["recurringbillingfrequency"]; often != "" { // the price is for each such time
		l.Description += " (" + strings.ReplaceAll(often, "_", " ") + ")"
	}
	if c := p["hs_line_item_currency_code"]; c != "" && !strings.EqualFold(c, r.currency) {
		r.mistake("hs_line_item_currency_code", fmt.Sprintf("is %s, and the deal is in %s", c, cmp.Or(r.currency, "no currency")))
		return l
	}
	l.Price = r.amount("price", p["price"])
	var err error
	switch quantity := p["quantity"]; {
	case quantity == "":
		r.mistake("quantity", "is missing")
	default:
		if l.Quantity, err = money.ParseQuantity(quantity); err != nil {
			r.mistake("quantity", err.Error())
		}
	}
	l.Off = r.discount(l, p["discount"], p["hs_discount_percentage"])
	return l
}

// amount reads an amount, which has to be there.
func (r *lineReader) amount(property, value string) money.Amount {
	if value == "" {
		r.mistake(property, "is missing")
		return money.Amount{}
	}
	amount, err := money.Parse(value, r.currency)
	if err != nil {
		r.mistake(property, err.Error())
	}
	return amount
}

// discount is what is taken off a whole line: HubSpot has it as an amount off each, or as a percentage.
func (r *lineReader) discount(l DealLine, each, percentage string) money.Amount {
	percent, err := money.ParsePercent(cmp.Or(percentage, "0"))
	if err != nil {
		r.mistake("hs_discount_percentage", err.Error())
		return money.Amount{}
	}
	var off money.Amount
	if each != "" {
		if off = r.amount("discount", each); !off.IsZero() && percent != 0 {
			r.mistake("discount", "is an amount, and there is a percentage too: leave one")
			return money.Amount{}
		}
	}
	if percent != 0 {
		gross, err := l.Price.Times(l.Quantity)
		if err == nil {
			off, err = gross.Share(percent)
		}
		if err != nil {
			r.mistake("hs_discount_percentage", err.Error())
		}
		return off
	}
	if off.IsZero() {
		return money.Amount{}
	}
	if off, err = off.Times(l.Quantity); err != nil {
		r.mistake("discount", err.Error())
	}
	return off
}
