package door

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/refund"
	"github.com/throughline-dev/throughline/workflows/returns"
)

// form is what the door's own page asks a person.
type form struct {
	Title string
	// Thanks is said for what was sent, and Again where it had been there before.
	Thanks, Again string
	groups        []group
}

// group are fields that belong together. The first one of a form has no legend.
type group struct {
	Legend string
	Inputs []input
}

// input is a field that the form shows.
type input struct {
	Name, Label, Type, Autocomplete, Placeholder string
	Required                                     bool
	Choices                                      []choice // of a "select"
	// Stands matches the names of further fields that this one shows, as "photos[1]" is among "photos"; nil for none.
	Stands         *regexp.Regexp
	Value, Problem string
}

// choice is one of a select's; the first is that nothing was chosen.
type choice struct{ Value, Label string }

// filled is a form with what somebody has typed into it.
type filled struct {
	*form
	values url.Values
}

// with is a form with what was typed into it; nil where nothing was.
func (f *form) with(values url.Values) *filled {
	if values == nil {
		return nil
	}
	return &filled{f, values}
}

// shows is whether there is something to see of a field. Where there is no form, there is nothing.
func (t *filled) shows(field string) bool {
	return t != nil && slices.ContainsFunc(t.groups, func(g group) bool {
		return slices.ContainsFunc(g.Inputs, func(in input) bool {
			return in.Name == field || in.Stands != nil && in.Stands.MatchString(field)
		})
	})
}

var leadForm = &form{
	Title:  "Get in touch",
	Thanks: "Your message has reached us. Somebody will be in touch.",
	Again:  "We had your message already, so nothing got lost, and it counts once.",
	groups: []group{{Inputs: []input{
		{Name: "name", Label: "Your name", Type: "text", Autocomplete: "name", Required: true},
		{Name: "email", Label: "E-mail", Type: "email", Autocomplete: "email", Required: true},
		{Name: "company", Label: "Company", Type: "text", Autocomplete: "organization"},
		{Name: "employees", Label: "How many people work there?", Type: "text", Placeholder: "40"},
		{Name: "phone", Label: "Phone", Type: "tel", Autocomplete: "tel"},
		{Name: "country", Label: "Country (two letters)", Type: "text", Autocomplete: "country", Placeholder: "DE"},
		{Name: "region", Label: "State or province", Type: "text", Autocomplete: "address-level1"},
		{Name: "message", Label: "How can we help?", Type: "textarea"},
	}}},
}

// articles are how many the form for returns has room for. Who returns more sends two, or has a page with more rows.
const articles = 4

var returnForm = &form{
	Title:  "Return something",
	Thanks: "Your return has reached us. We look at it and write to you by e-mail.",
	Again:  "We had your return already, so nothing got lost, and it counts once.",
	groups: slices.Concat(
		[]group{{Inputs: []input{
			{Name: "order", Label: "Order number", Type: "text", Placeholder: "1042", Required: true},
			{Name: "email", Label: "E-mail that you ordered with", Type: "email", Autocomplete: "email", Required: true},
			{Name: "name", Label: "Your name", Type: "text", Autocomplete: "name"},
			{Name: "wish", Label: "What would you like for it?", Type: "select", Required: true, Choices: choices(returns.Wishes, map[refund.Wish]string{
				refund.Refund: "My money back", refund.Exchange: "Something else instead", refund.StoreCredit: "Credit in your shop",
			})},
		}}},
		articleGroups(),
		[]group{{Legend: "Anything else?", Inputs: []input{
			{Name: "photos", Label: "Addresses of photos, one a line", Type: "textarea", Placeholder: "https://", Stands: regexp.MustCompile(`^photos\[`)},
			{Name: "comment", Label: "What else should we know?", Type: "textarea"},
		}}},
	),
}

func articleGroups() []group {
	list := make([]group, articles)
	for i := range list {
		at := fmt.Sprintf("items[%d].", i)
		first := i == 0
		list[i] = group{fmt.Sprintf("Article %d", i+1), []input{
			{Name: at + "sku", Label: "Article number", Type: "text", Placeholder: "LAMP-1", Required: first},
			{Name: at + "quantity", Label: "How many", Type: "text", Placeholder: "1", Required: first},
			{Name: at + "reason", Label: "Why", Type: "select", Required: first, Choices: choices(commerce.Reasons, map[commerce.Reason]string{
				commerce.Unwanted: "I don't want it any more", commerce.TooSmall: "Too small", commerce.TooLarge: "Too large",
				commerce.Defective: "It doesn't work", commerce.Damaged: "It arrived damaged", commerce.WrongItem: "Something else came",
				commerce.NotAsDescribed: "It isn't as described", commerce.Other: "Another reason",
			})},
			{Name: at + "instead", Label: "Number of what you want instead, in an exchange", Type: "text"},
		}}
	}
	list[0].Inputs[0].Stands = regexp.MustCompile(`^items$`)
	return list
}

// choices are words of ours as customers read them.
func choices[T ~string](words []T, labels map[T]string) []choice {
	list := []choice{{"", "Please choose"}}
	for _, w := range words {
		label, ok := labels[w]
		if !ok {
			label = strings.ReplaceAll(string(w), "_", " ")
		}
		list = append(list, choice{string(w), label})
	}
	return list
}
