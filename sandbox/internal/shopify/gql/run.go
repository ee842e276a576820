package gql

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Answer is the answer to a request. Data is nil where nothing came of it.
type Answer struct {
	Data   map[string]any `json:"data"`
	Errors gqlerror.List  `json:"errors,omitempty"`
	// Cost is what it has cost.
	Cost int `json:"-"`
}

// Run runs an operation. The root's fields are those of the schema's query and mutation types.
func (o *Operation) Run(root Object) Answer {
	r := run{Operation: o}
	kind := o.schema.types.Query
	if o.Writes() {
		kind = o.schema.types.Mutation
		r.cost = mutationCost * len(o.op.SelectionSet)
	}
	data, _ := r.object(kind, root, o.op.SelectionSet, nil)
	return Answer{data, r.errs, r.cost}
}

// errNull says that what must not be null is, so that what it is in can't be there either. It has been reported.
var errNull = errors.New("null")

type run struct {
	*Operation
	errs gqlerror.List
	cost int
}

// asked are the fields that are asked for under one name: more than once, where fragments overlap.
type asked struct {
	name   string
	fields []*ast.Field
}

// collect gathers what is asked of an object of a type, in the order in which it is asked.
func (r *run) collect(kind *ast.Definition, set ast.SelectionSet, into []asked) []asked {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if r.wanted(s.Directives) {
				into = add(into, s)
			}
		case *ast.InlineFragment:
			if r.wanted(s.Directives) && r.fits(kind, s.TypeCondition) {
				into = r.collect(kind, s.SelectionSet, into)
			}
		case *ast.FragmentSpread:
			if r.wanted(s.Directives) && r.fits(kind, s.Definition.TypeCondition) {
				into = r.collect(kind, s.Definition.SelectionSet, into)
			}
		}
	}
	return into
}

func add(to []asked, f *ast.Field) []asked {
	for i := range to {
		if to[i].name == f.Alias {
			to[i].fields = append(to[i].fields, f)
			return to
		}
	}
	return append(to, asked{f.Alias, []*ast.Field{f}})
}

// wanted reports what @skip and @include say.
func (r *run) wanted(ds ast.DirectiveList) bool {
	if d := ds.ForName("skip"); d != nil && d.ArgumentMap(r.vars)["if"] == true {
		return false
	}
	d := ds.ForName("include")
	return d == nil || d.ArgumentMap(r.vars)["if"] == true
}

// fits reports whether a fragment for a type says something about an object of another.
func (r *run) fits(kind *ast.Definition, condition string) bool {
	if condition == "" || condition == kind.Name {
		return true
	}
	for _, p := range r.schema.types.PossibleTypes[condition] {
		if p.Name == kind.Name {
			return true
		}
	}
	return false
}

func (r *run) object(kind *ast.Definition, v Object, set ast.SelectionSet, path ast.Path) (map[string]any, error) {
	out := map[string]any{}
	for _, a := range r.collect(kind, set, nil) {
		at := append(append(ast.Path{}, path...), ast.PathName(a.name))
		value, err := r.field(kind, v, a.fields, at)
		if err != nil {
			return nil, err
		}
		out[a.name] = value
	}
	return out, nil
}

// field makes what one name of an answer has.
func (r *run) field(kind *ast.Definition, v Object, fields []*ast.Field, path ast.Path) (any, error) {
	f := fields[0]
	if f.Name == "__typename" {
		return kind.Name, nil
	}
	value, ok := v[f.Name]
	var err error
	switch get := value.(type) {
	case Func:
		value, err = get(Call{f.ArgumentMap(r.vars), f, r.vars})
	case func() Object:
		value = get()
	case func() any:
		value = get()
	}
	if !ok {
		err = fmt.Errorf("the sandbox doesn't say what %s of %s is", f.Name, kind.Name)
	}
	if err != nil {
		r.failed(err, f, path)
		value = nil
	}
	return r.value(f.Definition.Type, value, fields, path, err != nil)
}

// value brings a value into the shape of its type. Reported is whether it is null for a reason that was said.
func (r *run) value(t *ast.Type, v any, fields []*ast.Field, path ast.Path, reported bool) (any, error) {
	out, err := r.nullable(t, v, fields, path)
	if errors.Is(err, errNull) {
		reported = true
	} else if err != nil {
		r.failed(err, fields[0], path)
		reported = true
	}
	if out != nil || !t.NonNull {
		return out, nil
	}
	if !reported {
		r.failed(fmt.Errorf("%s can't be null, and is", fields[0].Name), fields[0], path)
	}
	return nil, errNull
}

func (r *run) nullable(t *ast.Type, v any, fields []*ast.Field, path ast.Path) (any, error) {
	if v == nil {
		return nil, nil
	}
	if t.Elem != nil {
		return r.list(t, v, fields, path)
	}
	def := r.schema.types.Types[t.NamedType]
	if def.IsLeafType() {
		return leaf(def, v)
	}
	o, ok := v.(Object)
	if !ok {
		return nil, fmt.Errorf("a %T is no %s", v, def.Name)
	}
	if o == nil {
		return nil, nil
	}
	if def.IsAbstractType() {
		name, _ := o["__typename"].(string)
		if kind := r.schema.types.Types[name]; kind == nil || !r.fits(kind, def.Name) {
			return nil, fmt.Errorf("%q is no %s", name, def.Name)
		}
		def = r.schema.types.Types[name]
	}
	if !connection(t) {
		r.cost += objectCost
	}
	var set ast.SelectionSet
	for _, f := range fields {
		set = append(set, f.SelectionSet...)
	}
	out, err := r.object(def, o, set, path)
	if err != nil {
		return nil, err // and not a nil map, which is something
	}
	return out, nil
}

func (r *run) list(t *ast.Type, v any, fields []*ast.Field, path ast.Path) (any, error) {
	values := reflect.ValueOf(v)
	if values.Kind() != reflect.Slice {
		return nil, fmt.Errorf("a %T is no list", v)
	}
	out := make([]any, values.Len())
	for i := range out {
		at := append(append(ast.Path{}, path...), ast.PathIndex(i))
		var err error
		if out[i], err = r.value(t.Elem, values.Index(i).Interface(), fields, at, false); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// leaf brings a value that has no fields into the form of its type.
func leaf(def *ast.Definition, v any) (any, error) {
	switch x := v.(type) {
	case time.Time:
		if def.Name == "DateTime" {
			if x.IsZero() {
				return nil, nil
			}
			return x.UTC().Format(time.RFC3339), nil
		}
	case string:
		if def.Kind == ast.Enum && def.EnumValues.ForName(x) == nil {
			return nil, fmt.Errorf("%q is none of %s", x, def.Name)
		}
		if def.Name != "Int" && def.Name != "Float" && def.Name != "Boolean" && def.Name != "DateTime" {
			return x, nil
		}
	case bool:
		if def.Name == "Boolean" {
			return x, nil
		}
	case int:
		if def.Name == "Int" {
			return x, nil
		}
	case float64:
		if def.Name == "Float" {
			return x, nil
		}
	}
	return nil, fmt.Errorf("a %T is no %s", v, def.Name)
}

// failed reports an error at a place of the answer.
func (r *run) failed(err error, f *ast.Field, path ast.Path) {
	e := &gqlerror.Error{Message: err.Error(), Path: path}
	if known := (*gqlerror.Error)(nil); errors.As(err, &known) {
		e.Message, e.Extensions = known.Message, known.Extensions
	}
	if p := f.GetPosition(); p != nil {
		e.Locations = []gqlerror.Location{{Line: p.Line, Column: p.Column}}
	}
	r.errs = append(r.errs, e)
}
