package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/throughline-dev/throughline/config"
)

// printReturns says what happens to a return: what can be returned, who decides, and what the customer gets for it.
func printReturns(w io.Writer, c *config.Config) {
	r := c.Returns
	if r.Support == "" {
		fmt.Fprintln(w, "\nNo returns are taken, since returns.support names nobody.")
		return
	}
	terms := section(w, "What can be returned: the first that is true counts", "#", "Terms", "When", "For how long, and how")
	for i, t := range r.Terms {
		terms.AppendRow(table.Row{i + 1, t.Name, cmp.Or(t.When, "otherwise"), conditions(t)})
	}
	terms.SetColumnConfigs([]table.ColumnConfig{{Number: 3, WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}})
	if n := len(r.Terms); r.Terms[n-1].When != "" {
		terms.AppendRow(table.Row{"", "", "otherwise", "support decides"})
	}
	terms.Render()

	grades := section(w, "What the warehouse says of what arrives", "Grade", "Stock", "Taken off")
	for _, g := range r.Grades {
		off := "nothing"
		if g.Deduct > 0 {
			off = g.Deduct.String() + " %"
		}
		if len(g.Excused) > 0 {
			off += ", nothing where it is " + strings.Join(g.Excused, ", ")
		}
		grades.AppendRow(table.Row{fmt.Sprintf("%s (%s)", g.Label, g.Name), g.Stock, off})
	}
	grades.Render()

	about := section(w, "A return's way", "", "")
	about.ResetHeaders()
	about.AppendRow(table.Row{"approved by rule", automatic(r.Auto)})
	about.AppendRow(table.Row{"else by " + r.Support, ladder(r.Review)})
	about.AppendRow(table.Row{"kept by the customer", "below " + amounts(r.KeepBelow)})
	about.AppendRow(table.Row{"parcel", fmt.Sprintf("to %s within %s%s", r.Warehouse, short(r.Arrival.Expires), reminded(r.Arrival.Remind))})
	about.AppendRow(table.Row{"our fault", strings.Join(r.Fault, ", ")})
	about.AppendRow(table.Row{"way back", "costs the customer " + amounts(r.ReturnFee) + " where it isn't our fault"})
	shipping := "stays paid"
	if r.RefundShipping {
		shipping = "is given back once all of the order came back"
	}
	about.AppendRow(table.Row{"order's shipping", shipping})
	about.AppendRow(table.Row{"agreed to by " + r.Finance, ladder(r.Payment)})
	about.AppendRow(table.Row{"and by two of them", fmt.Sprintf("above %s, and in any other currency", amounts(r.Two))})
	about.AppendRow(table.Row{"customer's answers", fmt.Sprintf("within %s, and for %s after the end", short(r.AnswerWithin), short(r.ReplyWindow))})
	about.AppendRow(table.Row{"operations", ladder(r.Operations)})
	about.Render()
	if r.TicketStage == "" {
		fmt.Fprintln(w, "No ticket starts a return, since returns.ticket_stage names no stage.")
	} else {
		fmt.Fprintf(w, "A ticket that reaches the stage %s in HubSpot starts a return.\n", r.TicketStage)
	}
	if c.Systems.Shopify.URL == "" {
		fmt.Fprintln(w, "Orders can't be read, since systems.shopify.url is missing.")
	}
}

// conditions says what holds for what terms are true of.
func conditions(t config.Terms) string {
	how := []string{fmt.Sprintf("%d days", t.Window)}
	if t.Window == 0 {
		how[0] = "not at all"
	}
	if t.Fee > 0 {
		how = append(how, fmt.Sprintf("%s %% for putting it back", t.Fee))
	}
	if t.FreeReturn {
		how = append(how, "we pay the way back")
	}
	if t.Photo {
		how = append(how, "with a photo")
	}
	if t.Ask {
		how = append(how, "support decides")
	}
	return strings.Join(how, ", ")
}

// automatic says which returns nobody has to approve.
func automatic(a config.AutoApproval) string {
	if len(a.Below) == 0 {
		return "nothing"
	}
	who := fmt.Sprintf("customers who returned something of at most %s %% of their orders", a.MaxRate)
	if a.MinOrders > 1 {
		who += fmt.Sprintf(", once they have %d", a.MinOrders)
	}
	return fmt.Sprintf("below %s, of %s", amounts(a.Below), who)
}

// amounts lists limits as the file has them.
func amounts(limits []config.Limit) string {
	if len(limits) == 0 {
		return "nothing"
	}
	texts := make([]string, len(limits))
	for i, l := range limits {
		b, _ := l.MarshalText()
		texts[i] = string(b)
	}
	return strings.Join(texts, ", ")
}
