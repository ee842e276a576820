package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Response says what is wrong with the answer to an operation: a field that wasn't asked for or is missing, a null where there is
// none, a value of another type. What a fragment on a type asks for may be missing, since the answer doesn't say which type it has.
// An answer that has errors instead of data is only held to have messages.
func (g *GraphQL) Response(op Operation, body []byte) error {
	var got struct {
		Data   any `json:"data"`
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	read := json.NewDecoder(bytes.NewReader(body))
	read.UseNumber()
	if err := read.Decode(&got); err != nil {
		return fmt.Errorf("is no JSON of GraphQL's: %w", err)
	}
	for _, e := range got.Errors {
		if e.Message == "" {
			return errors.New("has an error without a message")
		}
	}
	if len(got.Errors) > 0 && got.Data == nil {
		return nil
	}
	return g.object("data", op.SelectionSet, got.Data)
}

// object holds a value to what was asked of it.
func (g *GraphQL) object(path string, asked ast.SelectionSet, value any) error {
	object, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("%s: is no object", path)
	}
	known := map[string]bool{}
	if err := g.fields(path, asked, object, known, true); err != nil {
		return err
	}
	for name := range object {
		if !known[name] {
			return fmt.Errorf("%s.%s: wasn't asked for", path, name)
		}
	}
	return nil
}

func (g *GraphQL) fields(path string, asked ast.SelectionSet, object map[string]any, known map[string]bool, all bool) error {
	for _, selection := range asked {
		switch s := selection.(type) {
		case *ast.Field:
			known[s.Alias] = true
			value, ok := object[s.Alias]
			if !ok && all {
				return fmt.Errorf("%s.%s: is missing", path, s.Alias)
			}
			if !ok {
				continue
			}
			if err := g.value(path+"."+s.Alias, s.Definition.Type, s.SelectionSet, value); err != nil {
				return err
			}
		case *ast.InlineFragment:
			if err := g.fields(path, s.SelectionSet, object, known, false); err != nil {
				return err
			}
		case *ast.FragmentSpread:
			if err := g.fields(path, s.Definition.SelectionSet, object, known, false); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *GraphQL) value(path string, of *ast.Type, asked ast.SelectionSet, value any) error {
	if value == nil {
		if of.NonNull {
			return fmt.Errorf("%s: is null, and is a %s", path, of)
		}
		return nil
	}
	if of.Elem != nil {
		list, ok := value.([]any)
		if !ok {
			return fmt.Errorf("%s: is no list, and is a %s", path, of)
		}
		for i, v := range list {
			if err := g.value(fmt.Sprintf("%s[%d]", path, i), of.Elem, asked, v); err != nil {
				return err
			}
		}
		return nil
	}
	def := g.Schema.Types[of.NamedType]
	switch def.Kind {
	case ast.Enum:
		if text, ok := value.(string); !ok || def.EnumValues.ForName(text) == nil {
			return fmt.Errorf("%s: %v is no %s", path, value, of.NamedType)
		}
		return nil
	case ast.Scalar:
		if !scalar(of.NamedType, value) {
			return fmt.Errorf("%s: %#v is no %s", path, value, of.NamedType)
		}
		return nil
	}
	return g.object(path, asked, value)
}

// texts are how the scalars look that are sent as text.
var texts = map[string]*regexp.Regexp{
	"ID":            regexp.MustCompile(`^gid://shopify/[A-Za-z]+/.+`),
	"Decimal":       regexp.MustCompile(`^-?\d+(\.\d+)?$`),
	"Money":         regexp.MustCompile(`^-?\d+(\.\d+)?$`),
	"UnsignedInt64": regexp.MustCompile(`^\d+$`),
	"DateTime":      regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`),
	"Date":          regexp.MustCompile(`^\d{4}-\d\d-\d\d$`),
	"URL":           regexp.MustCompile(`^https?://`),
	"String":        regexp.MustCompile(``),
}

func scalar(name string, value any) bool {
	switch name {
	case "Int":
		n, ok := value.(json.Number)
		_, err := strconv.ParseInt(n.String(), 10, 32)
		return ok && err == nil
	case "Float":
		_, ok := value.(json.Number)
		return ok
	case "Boolean":
		_, ok := value.(bool)
		return ok
	}
	pattern := texts[name]
	if pattern == nil {
		return true // JSON, or whatever else the vendor has made up
	}
	text, ok := value.(string)
	return ok && pattern.MatchString(strings.TrimSpace(text))
}
