// Package gql answers GraphQL requests from plain values, by a schema. Reading, checking and coercing what was asked is
// gqlparser's; this package walks the answer, counts what it costs, and lets a field see the directives that it was asked with,
// which Shopify's idempotency needs and the libraries that execute GraphQL keep to themselves.
package gql

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Object is a value of one of the schema's object types: its fields by their names. A field is a value, a [Func], or a
// func() Object or func() any for one that is only made when it is asked for. Where the schema expects an interface or a union,
// "__typename" says which type it is. A field of the schema that isn't there is a mistake, not null.
type Object map[string]any

// Func makes a field's value from what was asked. Its error becomes one of the answer's, at the field's path.
type Func func(Call) (any, error)

// Call is how a field was asked for.
type Call struct {
	args  map[string]any
	field *ast.Field
	vars  map[string]any
}

// Field is the field's name.
func (c Call) Field() string { return c.field.Name }

// Args reads the arguments into a struct, by its JSON tags. An argument that wasn't given leaves its field as it was.
func (c Call) Args(into any) error {
	text, err := json.Marshal(c.args)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("the arguments of %s: %w", c.field.Name, err)
	}
	return nil
}

// Fingerprint is the same for calls that ask for the same.
func (c Call) Fingerprint() string {
	text, err := json.Marshal(c.args) // of a map: its keys are sorted
	if err != nil {
		panic(err) // they came as JSON, or as literals
	}
	return c.field.Name + string(text)
}

// Directive is an argument of a directive that the field was asked with, and whether it was.
func (c Call) Directive(name, arg string) (string, bool) {
	d := c.field.Directives.ForName(name)
	if d == nil {
		return "", false
	}
	text, ok := d.ArgumentMap(c.vars)[arg].(string)
	return text, ok
}

// Schema is what can be asked.
type Schema struct{ types *ast.Schema }

// Load reads a schema, and panics where it can't: it is part of the program.
func Load(name, sdl string) *Schema {
	return &Schema{gqlparser.MustLoadSchema(&ast.Source{Name: name, Input: sdl})}
}

// Types are the schema's.
func (s *Schema) Types() *ast.Schema { return s.types }

// Request is a request as it comes over HTTP.
type Request struct {
	Query     string         `json:"query"`
	Operation string         `json:"operationName"`
	Variables map[string]any `json:"variables"`
}

// Operation is a request that is fit to be run.
type Operation struct {
	schema *Schema
	doc    *ast.QueryDocument
	op     *ast.OperationDefinition
	vars   map[string]any
}

// Prepare checks a request against the schema.
func (s *Schema) Prepare(r Request) (*Operation, gqlerror.List) {
	doc, errs := gqlparser.LoadQueryWithRules(s.types, r.Query, rules.NewDefaultRules())
	if errs != nil {
		return nil, errs
	}
	op := doc.Operations.ForName(r.Operation)
	if op == nil {
		return nil, gqlerror.List{gqlerror.Errorf("No operation named %q", r.Operation)}
	}
	vars, err := validator.VariableValues(s.types, op, r.Variables)
	if err != nil {
		return nil, gqlerror.List{gqlerror.Wrap(err)}
	}
	return &Operation{s, doc, op, vars}, nil
}

// Writes reports whether it is a mutation.
func (o *Operation) Writes() bool { return o.op.Operation == ast.Mutation }

// connection reports whether a type is a list in pages.
func connection(t *ast.Type) bool { return strings.HasSuffix(t.Name(), "Connection") }
