package policy

import (
	"cmp"
	"fmt"
	"reflect"
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
	case v.IsValid() && v.Kind() == reflect.Slice:
		return list(v)
	case v.IsValid() && v.Kind() == reflect.Bool:
		return fmt.Sprint(v.Bool())
	case !v.IsValid() || v.IsZero():
		return "not known"
	case v.Kind() == reflect.Int:
		return fmt.Sprint(v.Int())
	}
	return fmt.Sprintf("%q", v.Interface())
}

// list writes texts as a condition has them.
func list(v reflect.Value) string {
	var texts []string
	for _, text := range v.Seq2() {
		texts = append(texts, fmt.Sprintf("%q", text.Interface()))
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// inspect parses a condition, refuses what conditions don't have, and says what it looks at. What remains is a small
// language without loops and variables: whatever an operator writes in it is decided at once.
func (l *language) inspect(when string) ([]fact, error) {
	tree, err := parser.Parse(when)
	if err != nil {
		return nil, err
	}
	i := &inspector{language: l, source: tree.Source}
	i.node(tree.Node)
	if i.err != nil {
		return nil, i.err
	}
	return i.uses, nil
}

type inspector struct {
	language *language
	source   file.Source
	uses     []fact
	err      error // the first
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
	i.texts(n.Left, n.Right)
	i.texts(n.Right, n.Left)
	switch _, literal := n.Right.(*ast.StringNode); {
	case n.Operator == "..":
		i.fail(n, "a range is not for conditions: compare with >= and <=")
	case n.Operator == "matches" && !literal:
		i.fail(n.Right, "matches needs a pattern in quotes")
	}
}

// texts refuses to compare a fact with a text that it never is.
func (i *inspector) texts(n, with ast.Node) {
	name := strings.Join(path(n), ".")
	is, picky := i.language.texts[name]
	if !picky {
		return
	}
	literals := []ast.Node{with}
	if list, ok := with.(*ast.ArrayNode); ok {
		literals = list.Nodes
	}
	for _, l := range literals {
		if s, ok := l.(*ast.StringNode); ok && s.Value != "" {
			if problem := is(s.Value); problem != "" {
				i.fail(s, "%s is %s", name, problem)
			}
		}
	}
}

// fact resolves a chain of names: a value, a field of several, or a key of a field that is a map.
func (i *inspector) fact(n ast.Node, names []string) {
	l := i.language
	fields, known := l.fields[names[0]]
	switch {
	case !known:
		i.fail(root(n), "%q is nothing that a condition knows%s", names[0],
			cmp.Or(nearest.Hint(names[0], l.roots), fmt.Sprintf("; it knows %s, and a text stands in quotes", and(l.roots))))
		return
	case fields.names == nil && len(names) > 1:
		i.fail(n, "%s has no fields", names[0])
		return
	case fields.names == nil:
		i.use(fact{name: names[0], index: fields.index})
		return
	case len(names) == 1:
		i.fail(n, "%s is no value by itself: name one of its fields, such as %[1]s.%s", names[0], fields.names[0])
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
	i.use(f)
}

func (i *inspector) use(f fact) {
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
