package gql

import (
	"cmp"

	"github.com/vektah/gqlparser/v2/ast"
)

// What is paid for, by https://shopify.dev/docs/api/usage/limits#cost-calculation: an object is 1, what is only a value nothing, and a
// mutation 10. A connection is "sized by first and last", which isn't said more exactly: here it is 2 and as many times what is
// in it, as Shopify has explained it when it introduced the limits.
const (
	objectCost     = 1
	connectionCost = 2
	mutationCost   = 10
)

// Cost is what an operation costs at most.
func (o *Operation) Cost() int {
	total := o.cost(o.op.SelectionSet)
	if o.Writes() {
		total += mutationCost * len(o.op.SelectionSet)
	}
	return total
}

func (o *Operation) cost(set ast.SelectionSet) (sum int) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			sum += o.fieldCost(s)
		case *ast.InlineFragment:
			sum += o.cost(s.SelectionSet)
		case *ast.FragmentSpread:
			sum += o.cost(s.Definition.SelectionSet)
		}
	}
	return sum
}

func (o *Operation) fieldCost(f *ast.Field) int {
	switch {
	case len(f.SelectionSet) == 0:
		return 0
	case !connection(f.Definition.Type):
		return objectCost + o.cost(f.SelectionSet)
	}
	args := f.ArgumentMap(o.vars)
	size := cmp.Or(whole(args["first"]), whole(args["last"]))
	inside := 0 // what is below nodes, or below the node of edges; what is beside them is free
	for _, s := range f.SelectionSet {
		if g, ok := s.(*ast.Field); ok && (g.Name == "nodes" || g.Name == "edges") {
			inside += max(o.cost(g.SelectionSet), objectCost)
		}
	}
	return connectionCost + size*inside
}

// whole is an Int as it comes from a variable or stands in the text.
func whole(v any) int {
	switch n := v.(type) {
	case int:
		return n
	case int64:
		return int(n)
	case float64:
		return int(n)
	}
	return 0
}
