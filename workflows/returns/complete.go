package returns

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/field"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

// The fields in which support completes a return.
const (
	fieldOrder = "order"
	fieldEmail = "email"
	fieldItems = "items"
	fieldWish  = "wish"
)

// complete reads the return from its ticket, where that has started it, and has support add what the ticket doesn't say. One that was
// refused before is support's to put right in any case, since they know better than the customer what was meant.
func (r *returning) complete(ctx workflow.Context) error {
	switch {
	case r.in.FromTicket:
		items, err := r.readTicket(ctx)
		if err != nil {
			return err
		}
		in, wrong := filled(r.in, r.in.Order, r.in.Email, items, string(r.in.Wish))
		if len(wrong) == 0 {
			r.in = in
		} else if err := r.askToComplete(ctx, "Somebody wants to return something, and the ticket doesn't say all of it.", items, wrong); err != nil {
			return err
		}
	case r.result.Assessed.Verdict == refund.Refuse:
		const again = "The return was refused, and is looked at again. Put right what was wrong with it."
		if err := r.askToComplete(ctx, again, formatItems(r.in.Items), nil); err != nil {
			return err
		}
	}
	r.known(ctx)
	return nil
}

// known says whose return it is, and has a ticket opened where it hasn't got one.
func (r *returning) known(ctx workflow.Context) {
	r.result.Wish = r.in.Wish
	r.startTicket(ctx)
	r.desk.Set(visibility.Customer.ValueSet(r.in.Customer()))
}

// readTicket takes over what the ticket says, and returns its items as they stand there.
func (r *returning) readTicket(ctx workflow.Context) (items string, err error) {
	t, err := step.Repeatable(ctx, r.steps, step.Spec{
		Name: "read-ticket", System: "hubspot", Summary: "Read the ticket", Policy: step.System,
	}, crmActivities.ReadTicket, crm.TicketQuery{Ticket: r.in.Ticket})
	if err != nil {
		return "", err
	}
	if t.ID == "" || t.Case != "" && t.Case != r.id {
		return "", ended(Dropped) // somebody has deleted it, or merged it into one that is another return's
	}
	r.ticket, r.in.Ticket = t, t.ID
	r.in.Order, r.in.Email, r.in.Wish = t.Order, t.Email, refund.Wish(t.Wish)
	if field.WrongLine(t.Name, MaxName) == "" {
		r.in.Name = t.Name
	}
	r.in.Comment = readable(t.Subject + "\n" + t.Text)
	return t.Items, nil
}

// filled is a request with what its fields say, and what is wrong with it then.
func filled(in Request, order, email, items, wish string) (Request, field.Mistakes) {
	in.FromTicket = false
	in.Order, in.Email, in.Wish = order, email, refund.Wish(wish)
	var wrong field.Mistakes
	if items != formatItems(in.Items) { // else they may have notes, which the text hasn't
		parsed, err := ParseItems(items)
		errors.As(err, &wrong)
		in.Items = parsed
	}
	in.Normalize()
	if found, ok := in.Check().(field.Mistakes); ok {
		if len(wrong) > 0 { // of the items, all is said
			found = slices.DeleteFunc(found, func(m field.Mistake) bool { return m.Field == fieldItems })
		}
		wrong = append(wrong, found...)
	}
	return in, wrong
}

// askToComplete asks support for what isn't there, or can't be read, or was wrong.
func (r *returning) askToComplete(ctx workflow.Context, why, items string, wrong field.Mistakes) error {
	role, err := r.role(ctx, r.policy.Support)
	if err != nil {
		return err
	}
	r.filled++
	task := r.supportTask(role, numbered(CompleteTask, r.filled), "Complete the "+r.name())
	task.Text = why + r.takeUnread()
	task.Facts = func() []slack.Fact {
		return []slack.Fact{
			{Label: "Missing or wrong", Value: labelled(wrong)},
			{Label: "What they wrote", Value: cut(r.in.Comment, maxQuote)},
			r.ticketFact(),
		}
	}
	fields := []slack.Field{
		{Name: fieldOrder, Label: labels[fieldOrder], Kind: slack.FieldText, Required: true, Value: r.in.Order},
		{Name: fieldEmail, Label: labels[fieldEmail], Kind: slack.FieldText, Required: true, Value: r.in.Email, Hint: "What it was ordered with"},
		{Name: fieldItems, Label: labels[fieldItems], Kind: slack.FieldLong, Required: true, Value: items, Hint: "Like " + ItemsForm},
		{Name: fieldWish, Label: labels[fieldWish], Kind: slack.FieldChoice, Required: true, Value: string(r.in.Wish)},
	}
	for _, w := range Wishes {
		fields[3].Choices = append(fields[3].Choices, slack.Choice{Value: string(w), Label: wished[w]})
	}
	if !slices.Contains(Wishes, r.in.Wish) { // what isn't one of the choices can't be shown
		fields[3].Value = ""
	}
	of := func(d humantask.Decision) (Request, field.Mistakes) {
		f := d.Fields
		return filled(r.in, f[fieldOrder], f[fieldEmail], f[fieldItems], f[fieldWish])
	}
	task.Actions = []humantask.Action{
		{
			Name: ActionFill, Label: "Complete it", Style: "primary", Done: "Completed", Fields: fields,
			Check: func(d humantask.Decision) string {
				_, wrong := of(d)
				return labelled(wrong)
			},
		},
		{
			Name: ActionDrop, Label: "It is no return", Style: "danger", Done: "Dropped",
			Fields: []slack.Field{humantask.Comment("Why", false)},
		},
	}
	outcome, err := r.desk.Ask(ctx, task)
	if err != nil {
		return err
	}
	r.spendTask(r.stage, outcome)
	if outcome.Action == ActionDrop {
		return ended(Dropped)
	}
	r.hadASay(outcome.By)
	r.in, _ = of(humantask.Decision{Fields: outcome.Fields})
	return nil
}

var labels = map[string]string{fieldOrder: "Order", fieldEmail: "E-mail", fieldItems: "Items", fieldWish: "Wish"}

// labelled are mistakes as people see the fields: a line each, which begins with the field's label.
func labelled(wrong field.Mistakes) string {
	var lines []string
	for _, m := range wrong {
		name, rest, listed := strings.Cut(m.Field, "[")
		label := cmp.Or(labels[name], name)
		if listed { // "items[0].quantity"
			index, of, _ := strings.Cut(rest, "].")
			n, _ := strconv.Atoi(index)
			label = fmt.Sprintf("%s (line %d, %s)", label, n+1, of)
		}
		lines = append(lines, label+" "+m.Problem)
	}
	return strings.Join(lines, "\n")
}

// formatItems writes items as [ParseItems] reads them. Their notes aren't among what it writes.
func formatItems(items []refund.Item) string {
	var lines []string
	for _, i := range items {
		line := fmt.Sprintf("%d x %s, %s", i.Quantity, cmp.Or(i.Line, i.SKU), i.Reason)
		if i.Instead != "" {
			line += ", for " + i.Instead
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// hadASay notes somebody of support who has decided something about the return, or said what it is.
func (r *returning) hadASay(p policy.Person) {
	if !slices.Contains(r.deciders, p.ID) {
		r.deciders = append(r.deciders, p.ID)
	}
}

// approvers are those who must not pay the return, since they have had a say in it, or it is their own.
func (r *returning) approvers() []string { return slices.Concat(r.deciders, r.themselves) }
