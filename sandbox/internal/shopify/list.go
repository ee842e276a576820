package shopify

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

// maxPage is how many things a page can have.
const maxPage = 250

// item is something in a list: its ID, and how it looks, which is only made where it is asked for.
type item struct {
	id   string
	show func() gql.Object
}

// items are things in a list.
func items[T any](kind string, list []T, n func(T) int64, show func(T) gql.Object) []item {
	out := make([]item, len(list))
	for i, v := range list {
		out[i] = item{gid(kind, n(v)), func() gql.Object { return show(v) }}
	}
	return out
}

// pages is a field that gives a list in pages, as Relay has them.
func pages(list func(gql.Call) ([]item, error)) gql.Func {
	return func(c gql.Call) (any, error) {
		all, err := list(c)
		if err != nil {
			return nil, err
		}
		return page(c, all)
	}
}

// listed is a list that nothing is searched in.
func listed(list func() []item) gql.Func {
	return pages(func(gql.Call) ([]item, error) { return list(), nil })
}

func page(c gql.Call, all []item) (any, error) {
	var in struct {
		First, Last   *int
		After, Before *string
		Reverse       bool
	}
	if err := c.Args(&in); err != nil {
		return nil, err
	}
	switch {
	case in.First == nil && in.Last == nil:
		return nil, refused("BAD_REQUEST", "you must provide one of first or last")
	case in.First != nil && in.Last != nil:
		return nil, refused("BAD_REQUEST", "providing both first and last is not supported")
	}
	for _, n := range []*int{in.First, in.Last} {
		if n != nil && (*n < 0 || *n > maxPage) {
			return nil, refused("BAD_REQUEST", fmt.Sprintf("first and last have to be from 0 to %d", maxPage))
		}
	}
	if in.Reverse {
		all = slices.Clone(all)
		slices.Reverse(all)
	}
	from, to, err := between(all, in.After, in.Before)
	if err != nil {
		return nil, err
	}
	if in.First != nil {
		to = min(to, from+*in.First)
	} else {
		from = max(from, to-*in.Last)
	}
	info := gql.Object{"hasNextPage": to < len(all), "hasPreviousPage": from > 0, "startCursor": nil, "endCursor": nil}
	var nodes, edges []gql.Object
	for _, it := range all[from:to] {
		node := it.show()
		nodes = append(nodes, node)
		edges = append(edges, gql.Object{"cursor": cursor(it.id), "node": node})
	}
	if from < to {
		info["startCursor"], info["endCursor"] = cursor(all[from].id), cursor(all[to-1].id)
	}
	return gql.Object{"nodes": nodes, "edges": edges, "pageInfo": info}, nil
}

// between is where the part of a list begins and ends that lies between two cursors.
func between(all []item, after, before *string) (from, to int, err error) {
	at := func(c string) (int, error) {
		id, err := base64.StdEncoding.DecodeString(c)
		i := slices.IndexFunc(all, func(it item) bool { return it.id == string(id) })
		if err != nil || i < 0 {
			return 0, refused("BAD_REQUEST", "Invalid cursor for current pagination sort.")
		}
		return i, nil
	}
	to = len(all)
	var e1, e2 error
	if after != nil {
		if from, e1 = at(*after); e1 == nil {
			from++
		}
	}
	if before != nil {
		to, e2 = at(*before)
	}
	return from, max(from, to), errors.Join(e1, e2)
}

func cursor(id string) string { return base64.StdEncoding.EncodeToString([]byte(id)) }

// first is a field that gives the first so many of a list.
func first(list func() []gql.Object) gql.Func {
	return func(c gql.Call) (any, error) {
		var in struct{ First *int }
		if err := c.Args(&in); err != nil {
			return nil, err
		}
		all := list()
		if in.First != nil {
			all = all[:min(max(*in.First, 0), len(all))]
		}
		return all, nil
	}
}
