package crm

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/rest"
)

// property is the definition of one, as far as it matters here.
type property struct {
	Name           string `json:"name"`
	Label          string `json:"label"`
	Description    string `json:"description"`
	GroupName      string `json:"groupName"`
	Type           string `json:"type"`
	FieldType      string `json:"fieldType"`
	HasUniqueValue bool   `json:"hasUniqueValue"`
	// FormField is whether forms can have it.
	FormField bool     `json:"formField,omitempty"`
	Options   []option `json:"options,omitempty"`
}

// option is one of the values of a property that has only some.
type option struct {
	Label  string `json:"label"`
	Value  string `json:"value"`
	Order  int    `json:"displayOrder"`
	Hidden bool   `json:"hidden"`
}

// needed are Throughline's own properties. Each stands in the group of a property that every account has, beside, and is a line of
// text unless it says otherwise.
var needed = []struct {
	kind, beside string
	property     property
}{
	{companies, "domain", property{
		Name: propertyDomain, Label: "Throughline domain",
		Description:    "The company's domain, once: Throughline finds the company by it. Please leave it as it is.",
		HasUniqueValue: true,
	}},
	{companies, "domain", property{
		Name: propertyKey, Label: "Throughline key",
		Description:    "The work that made this record: Throughline finds the record by it. Please leave it as it is.",
		HasUniqueValue: true,
	}},
	{notes, "hs_timestamp", property{
		Name: propertyKey, Label: "Throughline key",
		Description:    "The work that made this note: Throughline finds the note by it. Please leave it as it is.",
		HasUniqueValue: true,
	}},
	{tickets, "subject", property{
		Name: propertyKey, Label: "Throughline key",
		Description:    "The return that this ticket belongs to: Throughline knows the ticket by it. Please leave it as it is.",
		HasUniqueValue: true,
	}},
	{tickets, "subject", property{
		Name: propertyNumber, Label: "Return number", Description: "What the return is called that this ticket is about: R-7QX4M2KD.",
	}},
	{tickets, "subject", property{
		Name: propertyOrder, Label: "Return: order number", Description: "The number of the order that something comes back of.",
		FormField: true,
	}},
	{tickets, "subject", property{
		Name: propertyItems, Label: "Return: articles", FieldType: "textarea", FormField: true,
		Description: "A line for each article, with how many and why: 2 x LAMP-1, too_small",
	}},
	{tickets, "subject", property{
		Name: propertyWish, Label: "Return: wish", Type: "enumeration", FieldType: "select", FormField: true,
		Description: "What the customer wants for it.",
		Options:     []option{{"Refund", "refund", 0, false}, {"Exchange", "exchange", 1, false}, {"Store credit", "store_credit", 2, false}},
	}},
}

// Setup creates the properties that the activities need, where they are missing, and returns the ones that it created, as
// "companies.throughline_domain". To run it again does no harm. A property that the activities upsert by and that is there but not
// unique is an error, since HubSpot can't change that; any other that is there stays as the account has it.
//
// It is a function and no method, since every method of Activities is registered as an activity.
func Setup(ctx context.Context, o Options) (created []string, err error) {
	api := client(o)
	for _, n := range needed {
		name := n.kind + "." + n.property.Name
		made, err := create(ctx, api, n.kind, n.beside, n.property)
		if err != nil {
			return created, fmt.Errorf("set up HubSpot's property %s: %w", name, err)
		}
		if made {
			created = append(created, name)
		}
	}
	return created, nil
}

func create(ctx context.Context, api *rest.Client, kind, beside string, p property) (created bool, err error) {
	there, err := define(ctx, api, kind, p.Name)
	if f, ok := fault.From(err); !ok || f.Status != http.StatusNotFound {
		if err == nil && p.HasUniqueValue && !there.HasUniqueValue {
			err = fmt.Errorf("it is there but not unique; rename or delete it in HubSpot (Settings, Properties), and run this again")
		}
		return false, err
	}
	group, err := define(ctx, api, kind, beside)
	if err != nil {
		return false, err
	}
	p.GroupName, p.Type, p.FieldType = group.GroupName, cmp.Or(p.Type, "string"), cmp.Or(p.FieldType, "text")
	_, err = rest.Do[struct{}](ctx, api, rest.Request{Method: http.MethodPost, Path: "/crm/v3/properties/" + kind, Body: p})
	return err == nil, err
}

// define reads a property's definition.
func define(ctx context.Context, api *rest.Client, kind, name string) (property, error) {
	return rest.Do[property](ctx, api, rest.Request{Method: http.MethodGet, Path: "/crm/v3/properties/" + kind + "/" + name})
}

// industries are the values that the account knows for a company's industry, by what people call them.
type industries struct {
	mu    sync.Mutex
	value map[string]string
}

// industry is the account's value for an industry; "" where it has none, since HubSpot refuses the whole record for a value that
// isn't one of its options. They are asked for once a process: an account can add to them.
func (a *Activities) industry(ctx context.Context, name string) (string, error) {
	if name = plainName(name); name == "" {
		return "", nil
	}
	a.industries.mu.Lock()
	defer a.industries.mu.Unlock()
	if a.industries.value == nil {
		p, err := define(ctx, a.api, companies, "industry")
		if f, ok := fault.From(err); ok && f.Class == fault.ClassFinal {
			return "", nil // the token may not read definitions: the lead matters more than its industry
		}
		if err != nil {
			return "", err
		}
		a.industries.value = map[string]string{}
		for _, o := range p.Options {
			a.industries.value[plainName(o.Label)] = o.Value
			a.industries.value[plainName(o.Value)] = o.Value
		}
	}
	return a.industries.value[name], nil
}

// plainName is what is left of a name without case, spaces and signs, and without "and": data vendors write "hospital & health
// care" for what HubSpot calls HOSPITAL_HEALTH_CARE.
func plainName(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9') })
	var b strings.Builder
	for _, w := range words {
		if w != "and" {
			b.WriteString(w)
		}
	}
	return b.String()
}
