package contract

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
)

// The shape of what introspection answers, as far as it is needed here. https://spec.graphql.org/October2021/#sec-Schema-Introspection
type (
	schemaShape struct {
		Query      named       `json:"queryType"`
		Mutation   named       `json:"mutationType"`
		Types      []typeShape `json:"types"`
		Directives []struct {
			named
			Args      []inputShape `json:"args"`
			Locations []string     `json:"locations"`
		} `json:"directives"`
	}
	typeShape struct {
		named
		Kind   string `json:"kind"`
		Fields []struct {
			named
			Args []inputShape `json:"args"`
			Type typeRef      `json:"type"`
		} `json:"fields"`
		Inputs     []inputShape `json:"inputFields"`
		Values     []named      `json:"enumValues"`
		Interfaces []named      `json:"interfaces"`
		Possible   []named      `json:"possibleTypes"`
	}
	inputShape struct {
		named
		Type    typeRef `json:"type"`
		Default *string `json:"defaultValue"`
	}
	typeRef struct {
		named
		Kind string   `json:"kind"`
		Of   *typeRef `json:"ofType"`
	}
	named struct {
		Name string `json:"name"`
	}
)

// introspected reads a schema from the answer to an introspection query.
func introspected(path string) (*ast.Schema, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	var in io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(file); err != nil {
			return nil, err
		}
	}
	return readSchema(in)
}

func readSchema(in io.Reader) (*ast.Schema, error) {
	var answer struct {
		Data struct {
			Schema schemaShape `json:"__schema"`
		} `json:"data"`
	}
	if err := json.NewDecoder(in).Decode(&answer); err != nil {
		return nil, err
	}
	if answer.Data.Schema.Query.Name == "" {
		return nil, fmt.Errorf("it has no schema: it is no answer to an introspection query")
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "introspection", Input: answer.Data.Schema.text()})
	if err != nil {
		return nil, err
	}
	return schema, nil
}

// text is the schema in the schema definition language, which gqlparser reads. What every schema has is left out, since gqlparser
// knows it.
func (s schemaShape) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "schema { query: %s", s.Query.Name)
	if s.Mutation.Name != "" {
		fmt.Fprintf(&b, " mutation: %s", s.Mutation.Name)
	}
	b.WriteString(" }\n")
	known := validator.PreludeDocument()
	for _, d := range s.Directives {
		if known.Directives.ForName(d.Name) == nil {
			fmt.Fprintf(&b, "directive @%s%s on %s\n", d.Name, inputs(d.Args, "(", ")"), strings.Join(d.Locations, " | "))
		}
	}
	for _, t := range s.Types {
		if known.Definitions.ForName(t.Name) == nil {
			t.write(&b)
		}
	}
	return b.String()
}

func (t typeShape) write(b *strings.Builder) {
	switch t.Kind {
	case "SCALAR":
		fmt.Fprintf(b, "scalar %s\n", t.Name)
	case "UNION":
		fmt.Fprintf(b, "union %s = %s\n", t.Name, names(t.Possible, " | "))
	case "ENUM":
		fmt.Fprintf(b, "enum %s { %s }\n", t.Name, names(t.Values, " "))
	case "INPUT_OBJECT":
		fmt.Fprintf(b, "input %s %s\n", t.Name, inputs(t.Inputs, "{ ", " }"))
	case "OBJECT", "INTERFACE":
		fmt.Fprintf(b, "%s %s", map[string]string{"OBJECT": "type", "INTERFACE": "interface"}[t.Kind], t.Name)
		if len(t.Interfaces) > 0 {
			fmt.Fprintf(b, " implements %s", names(t.Interfaces, " & "))
		}
		b.WriteString(" {")
		for _, f := range t.Fields {
			fmt.Fprintf(b, " %s%s: %s", f.Name, inputs(f.Args, "(", ")"), f.Type)
		}
		b.WriteString(" }\n")
	}
}

func names(all []named, between string) string {
	list := make([]string, len(all))
	for i, n := range all {
		list[i] = n.Name
	}
	return strings.Join(list, between)
}

// inputs are arguments or the fields of an input; nothing where there are none.
func inputs(all []inputShape, open, end string) string {
	var list []string
	for _, v := range all {
		text := v.Name + ": " + v.Type.String()
		if v.Default != nil {
			text += " = " + *v.Default
		}
		list = append(list, text)
	}
	if len(list) == 0 {
		return ""
	}
	return open + strings.Join(list, ", ") + end
}

// String is the type as the language writes it: "[ID!]!".
func (t typeRef) String() string {
	switch t.Kind {
	case "NON_NULL":
		return t.Of.String() + "!"
	case "LIST":
		return "[" + t.Of.String() + "]"
	}
	return t.Name
}
