package shopify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

// fields says what something has in a field, and whether it can be searched by it at all.
type fields func(name string) (values []string, known bool)

// query is what is searched for (https://shopify.dev/docs/api/usage/search-syntax), as far as it is of use here: terms like sku:"A-1",
// "and", "or", "not" or a minus, and parentheses.
type query func(fields) bool

// asked is the search that a field was asked with; nil where it wasn't. Known is of any one thing of those that are searched.
func asked(c gql.Call, known fields) (query, error) {
	var in struct{ Query *string }
	if err := c.Args(&in); err != nil || in.Query == nil || strings.TrimSpace(*in.Query) == "" {
		return nil, err
	}
	p := parser{known: known, tokens: token.FindAllString(*in.Query, -1)}
	q, err := p.either()
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("%q is out of place", p.tokens[0])
	}
	if err != nil {
		return nil, refused("BAD_REQUEST", fmt.Sprintf("query: %s; the sandbox reads terms like name:\"#1001\", and, or, not and parentheses", err))
	}
	return q, nil
}

var token = regexp.MustCompile(`[()]|-?[\w.]+:"(?:[^"\\]|\\.)*"|-?[\w.]+:'(?:[^'\\]|\\.)*'|[^\s()]+`)

type parser struct {
	known  fields
	tokens []string
}

// next takes a token, where it is one of the words.
func (p *parser) next(words ...string) bool {
	if len(p.tokens) == 0 || !slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, p.tokens[0]) }) {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *parser) either() (query, error) {
	a, err := p.both()
	for err == nil && p.next("or") {
		var b query
		one := a
		if b, err = p.both(); err == nil {
			a = func(f fields) bool { return one(f) || b(f) }
		}
	}
	return a, err
}

func (p *parser) both() (query, error) {
	a, err := p.one()
	for err == nil && len(p.tokens) > 0 && p.tokens[0] != ")" && !strings.EqualFold(p.tokens[0], "or") {
		p.next("and")
		var b query
		one := a
		if b, err = p.one(); err == nil {
			a = func(f fields) bool { return one(f) && b(f) }
		}
	}
	return a, err
}

func (p *parser) one() (query, error) {
	switch {
	case len(p.tokens) == 0:
		return nil, fmt.Errorf("it ends too early")
	case p.next("not"):
		q, err := p.one()
		return not(q), err
	case p.next("("):
		q, err := p.either()
		if err == nil && !p.next(")") {
			err = fmt.Errorf("a parenthesis isn't closed")
		}
		return q, err
	}
	text := p.tokens[0]
	p.tokens = p.tokens[1:]
	if rest, negated := strings.CutPrefix(text, "-"); negated {
		q, err := p.term(rest)
		return not(q), err
	}
	return p.term(text)
}

func not(q query) query {
	return func(f fields) bool { return !q(f) }
}

var escaped = regexp.MustCompile(`\\(.)`)

// term is a field with a value. Whether it is in capitals doesn't matter.
func (p *parser) term(text string) (query, error) {
	name, value, ok := strings.Cut(text, ":")
	if !ok || value == "" {
		return nil, fmt.Errorf("%q names no field", text)
	}
	if q := value[:1]; q == `"` || q == `'` {
		value = escaped.ReplaceAllString(strings.TrimSuffix(value[1:], q), "$1")
	}
	if _, ok := p.known(name); !ok {
		return nil, fmt.Errorf("nothing can be searched by %q here", name)
	}
	return func(f fields) bool {
		values, _ := f(name)
		return slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, value) })
	}, nil
}
