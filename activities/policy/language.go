package policy

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/throughline-dev/throughline/activities/money"
	"github.com/throughline-dev/throughline/activities/policy/nearest"
)

// language is what the conditions of one kind of rule know. What they can do with it is the same for all.
type language struct {
	facts  any      // the zero value of the facts
	roots  []string // the names at the start of a fact: lead, company
	fields map[string]fields
	// texts say of a text that stands beside a fact, by the fact's name, what the fact is instead; "" where the text is one that it
	// can be.
	texts map[string]func(text string) string
}

// fields are those of a root by the names that conditions have for them; none for a root that is a value by itself.
type fields struct {
	index  []int // within the facts
	names  []string
	byName map[string]reflect.StructField
}

// functions are all that a condition can call.
var functions = []string{"upper", "lower", "trim", "len"}

var (
	territoryLanguage = speak(facts{}, map[string]func(string) string{"lead.country": country, "company.country": country})
	termsLanguage     = speak(ReturnFacts{}, nil)
)

// speak makes the language of facts, by the names in their tags.
func speak(facts any, texts map[string]func(string) string) *language {
	l := &language{facts: facts, fields: map[string]fields{}, texts: texts}
	for _, root := range reflect.VisibleFields(reflect.TypeOf(facts)) {
		f := fields{index: root.Index, byName: map[string]reflect.StructField{}}
		if root.Type.Kind() == reflect.Struct {
			for _, field := range reflect.VisibleFields(root.Type) {
				name := field.Tag.Get("expr")
				f.names = append(f.names, name)
				f.byName[name] = field
			}
		}
		name := root.Tag.Get("expr")
		l.roots = append(l.roots, name)
		l.fields[name] = f
	}
	return l
}

var countryCode = regexp.MustCompile(`^[A-Z]{2}$`)

func country(text string) string {
	if countryCode.MatchString(text) {
		return ""
	}
	return fmt.Sprintf("two capital letters such as \"DE\" (ISO 3166-1), never %q", text)
}

func currency(text string) string {
	if _, err := money.Digits(text); err == nil {
		return ""
	}
	return fmt.Sprintf("three capital letters such as \"EUR\" (ISO 4217), never %q", text)
}

// oneOf takes only what is one of a few.
func oneOf(choices []string) func(string) string {
	return func(text string) string {
		for _, choice := range choices {
			if text == choice {
				return ""
			}
		}
		return fmt.Sprintf("one of %s, never %q%s", strings.Join(choices, ", "), text, nearest.Hint(text, choices))
	}
}

// and lists names.
func and(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
