package policy

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"github.com/throughline-dev/throughline/activities/policy/nearest"
)

// fact is something that a condition looks at: lead.country, lead.utm.source.
type fact struct {
	name  string
	index []int  // of the field within facts
	key   string // within a map; "" for the field itself
}

// value writes what the fact is for a person. What is empty or nought stands for what nobody knows.
func (f fact) value(facts reflect.Value) string {
	v := facts.FieldByIndex(f.index)
	if f.key != "" {
		v = v.MapIndex(reflect.ValueOf(f.key))
	}
	switch {
	case v.IsValid() && v.Kind() == reflect.Bool:
		return fmt.Sprint(v.Bool())
	case !v.IsValid() || v.IsZero():
		return "not known"
	case v.Kind() == reflect.Int:
		return fmt.Sprint(v.Int())
	}
	return fmt.Sprintf("%q", v.Interface())
}

// inspect parses a condition, refuses what conditions don't have, and says what it looks at. What remains is a small
// language without loops and variables: whatever an operator writes in it is decided at once.
func inspect(when string) ([]fact, error) {
	tree, err := parser.Parse(when)
	if err != nil {
		return nil, err
	}
	i := &inspector{source: tree.Source}
	i.node(tree.Node)
	if i.err != nil {
		return nil, i.err
	}
	return i.uses, nil
}

type inspector struct {
	source file.Source
	uses   []fact
	err    error // the first
}

func (i *inspector) fail(n ast.Node, format string, args ...any) {
	if i.err == nil {
		fe := &file.Error{Location: n.Location(), Message: fmt.Sprintf(format, args...)}
		i.err = fe.Bind(i.source)
	}
}

func (i *inspector) node(n ast.Node) {
	if names := path(n); names != nil {
		i.fact(n, names)
		return
	}
	switch n := n.(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode:
	case *ast.UnaryNode:
		i.node(n.Node)
	case *ast.BinaryNode:
		i.binary(n)
	case *ast.ConditionalNode:
		i.all(n.Cond, n.Exp1, n.Exp2)
	case *ast.ArrayNode:
		i.all(n.Nodes...)
	case *ast.BuiltinNode:
		if !slices.Contains(functions, n.Name) {
			i.fail(n, "%s() is not for conditions; they have %s", n.Name, strings.Join(functions, ", "))
		}
		i.all(n.Arguments...)
	case *ast.CallNode:
		i.fail(n, "there is no function %s(); conditions have %s", n.Callee, strings.Join(functions, ", "))
	default:
		i.fail(n, "what stands here is not for conditions: compare values, and join comparisons by and, or, not")
	}
}

func (i *inspector) all(nodes ...ast.Node) {
	for _, n := range nodes {
		i.node(n)
	}
}

func (i *inspector) binary(n *ast.BinaryNode) {
	i.all(n.Left, n.Right)
	i.country(n.Left, n.Right)
	i.country(n.Right, n.Left)
	switch _, literal := n.Right.(*ast.StringNode); {
	case n.Operator == "..":
		i.fail(n, "a range is not for conditions: compare with >= and <=")
	case n.Operator == "matches" && !literal:
		i.fail(n.Right, "matches needs a pattern in quotes")
	}
}

// country refuses to compare a country with what no country is ever known as.
func (i *inspector) country(n, with ast.Node) {
	names := path(n)
	if len(names) != 2 || names[1] != "country" {
		return
	}
	literals := []ast.Node{with}
	if list, ok := with.(*ast.ArrayNode); ok {
		literals = list.Nodes
	}
	for _, l := range literals {
		if s, ok := l.(*ast.StringNode); ok && s.Value != "" && !countryCode.MatchString(s.Value) {
			i.fail(s, "%s is two capital letters such as \"DE\" (ISO 3166-1), never %q", strings.Join(names, "."), s.Value)
		}
	}
}

// fact resolves a chain of names: a field of lead or company, or a key of a field that is a map.
func (i *inspector) fact(n ast.Node, names []string) {
	fields, known := fieldsOf[names[0]]
	switch {
	case !known:
		i.fail(root(n), "%q is nothing that a condition knows%s", names[0],
			cmp.Or(nearest.Hint(names[0], []string{"lead", "company"}), "; it knows lead and company, and a text stands in quotes"))
		return
	case len(names) == 1:
		i.fail(n, "%s is no value by itself: name one of its fields, such as %[1]s.country", names[0])
		return
	}
	field, known := fields.byName[names[1]]
	if !known {
		i.fail(n, "%s has no %q%s", names[0], names[1],
			cmp.Or(nearest.Hint(names[1], fields.names), "; it has "+strings.Join(fields.names, ", ")))
		return
	}
	f := fact{name: strings.Join(names, "."), index: append(slices.Clone(fields.index), field.Index...)}
	if len(names) > 2 {
		if len(names) > 3 || field.Type.Kind() != reflect.Map {
			i.fail(n, "%s has no fields", strings.Join(names[:len(names)-1], "."))
			return
		}
		f.key = names[2]
	}
	if !slices.ContainsFunc(i.uses, func(u fact) bool { return u.name == f.name }) {
		i.uses = append(i.uses, f)
	}
}

// path is the chain of names that a node is ("lead", "utm", "source"), or nil where it is something else.
func path(n ast.Node) []string {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return []string{n.Value}
	case *ast.MemberNode:
		if property, ok := n.Property.(*ast.StringNode); ok {
			if of := path(n.Node); of != nil {
				return append(of, property.Value)
			}
		}
	}
	return nil
}

// root is where a chain of names begins.
func root(n ast.Node) ast.Node {
	for {
		m, ok := n.(*ast.MemberNode)
		if !ok {
			return n
		}
		n = m.Node
	}
}

var (
	// functions are all that a condition can call.
	functions   = []string{"upper", "lower", "trim", "len"}
	countryCode = regexp.MustCompile(`^[A-Z]{2}$`)
	// fieldsOf are the fields of lead and company by the names that conditions have for them.
	fieldsOf = map[string]fields{}
)

type fields struct {
	index  []int // within facts
	names  []string
	byName map[string]reflect.StructField
}

func init() {
	for _, root := range reflect.VisibleFields(reflect.TypeFor[facts]()) {
		f := fields{index: root.Index, byName: map[string]reflect.StructField{}}
		for _, field := range reflect.VisibleFields(root.Type) {
			name := field.Tag.Get("expr")
			f.names = append(f.names, name)
			f.byName[name] = field
		}
		fieldsOf[root.Tag.Get("expr")] = f
	}
}
