package gql_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/throughline-dev/throughline/sandbox/internal/shopify/gql"
)

var zoo = gql.Load("zoo", `
directive @tag(name: String!) on FIELD
scalar DateTime
type Query { animals(first: Int, kind: Kind = CAT): AnimalConnection! animal(name: String!): Animal broken: Cat! half: Cat tags: [String!]! }
type Mutation { feed(input: Meal!): Int! }
input Meal { grams: Int! note: String }
enum Kind { CAT DOG }
interface Animal { name: String! born: DateTime }
type Cat implements Animal { name: String! born: DateTime friend: Cat lives: Int! kind: Kind }
type Dog implements Animal { name: String! born: DateTime }
type AnimalConnection { nodes: [Animal!]! edges: [Edge!]! }
type Edge { node: Animal! }
`)

func cat(name string) gql.Object {
	return gql.Object{
		"__typename": "Cat", "name": name, "born": time.Date(2020, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600)), "lives": 9, "kind": "CAT",
		"friend": func() gql.Object { return cat(name + "'s friend") },
	}
}

func root() gql.Object {
	return gql.Object{
		"animals": gql.Func(func(c gql.Call) (any, error) {
			var in struct {
				First int
				Kind  string
			}
			if err := c.Args(&in); err != nil {
				return nil, err
			}
			return gql.Object{"nodes": []gql.Object{cat(in.Kind), {"__typename": "Dog", "name": "Rex", "born": time.Time{}}}}, nil
		}),
		"animal": gql.Func(func(c gql.Call) (any, error) {
			var in struct{ Name string }
			if err := c.Args(&in); err != nil || in.Name == "" {
				return nil, err
			}
			return cat(in.Name), nil
		}),
		"tags": gql.Func(func(c gql.Call) (any, error) {
			name, _ := c.Directive("tag", "name")
			return []string{name, c.Field()}, nil
		}),
		"broken": gql.Func(func(gql.Call) (any, error) {
			return nil, &gqlerror.Error{Message: "no", Extensions: map[string]any{"code": "NO"}}
		}),
		"half": gql.Object{"__typename": "Cat", "name": "Half", "kind": "HORSE", "lives": nil},
		"feed": gql.Func(func(c gql.Call) (any, error) {
			var in struct{ Input struct{ Grams int } }
			err := c.Args(&in)
			return in.Input.Grams, err
		}),
	}
}

func run(t *testing.T, query string, variables map[string]any) (gql.Answer, string) {
	t.Helper()
	op, errs := zoo.Prepare(gql.Request{Query: query, Variables: variables})
	require.Empty(t, errs)
	a := op.Run(root())
	data, err := json.Marshal(a.Data)
	require.NoError(t, err)
	return a, string(data)
}

func TestFragmentsAliasesArgumentsAndDirectivesAreFollowed(t *testing.T) {
	t.Parallel()
	a, data := run(t, `query($n: Int!, $deep: Boolean!, $tag: String!) {
		list: animals(first: $n) { nodes { __typename name born ...Deep ... on Dog { barks: name } } }
		animal(name: "Tom") { name ... on Cat @include(if: $deep) { friend { name } } ... on Cat { friend { lives } } name @skip(if: true) }
		tags @tag(name: $tag)
	}
	fragment Deep on Cat { kind }`, map[string]any{"n": 2.0, "deep": true, "tag": "t"})
	require.Empty(t, a.Errors)
	require.JSONEq(t, `{
		"list": {"nodes": [{"__typename": "Cat", "name": "CAT", "born": "2020-01-02T02:04:05Z", "kind": "CAT"}, {"__typename": "Dog", "name": "Rex", "barks": "Rex", "born": null}]},
		"animal": {"name": "Tom", "friend": {"name": "Tom's friend", "lives": 9}},
		"tags": ["t", "tags"]
	}`, data)
	require.Equal(t, 4, a.Cost, "two in the list, one by its name, and its friend")
}

func TestWhatMustNotBeNullTakesItsParentWithIt(t *testing.T) {
	t.Parallel()
	a, data := run(t, `{ animal(name: "Tom") { name } broken { name } }`, nil)
	require.Equal(t, "null", data)
	require.Len(t, a.Errors, 1)
	require.Equal(t, "no", a.Errors[0].Message)
	require.Equal(t, "NO", a.Errors[0].Extensions["code"])
	require.Equal(t, "broken", a.Errors[0].Path.String())
	require.NotEmpty(t, a.Errors[0].Locations)

	a, data = run(t, `{ half { name lives } tags }`, nil)
	require.JSONEq(t, `{"half": null, "tags": ["", "tags"]}`, data)
	require.ErrorContains(t, a.Errors[0], "lives can't be null")

	a, data = run(t, `{ half { name kind born } }`, nil)
	require.JSONEq(t, `{"half": {"name": "Half", "kind": null, "born": null}}`, data)
	require.Len(t, a.Errors, 2, "a value that is none of the enum's, and a field that nobody says anything of")
}

func TestWhatDoesntFitTheSchemaIsRefusedBeforeItRuns(t *testing.T) {
	t.Parallel()
	for query, variables := range map[string]map[string]any{
		"{ animal { name } }":               nil,
		"{ shoes }":                         nil,
		"{ tags":                            nil,
		"query A { tags } query B { tags }": nil,
		"query($n: String!) { animal(name: $n) { name } }":         {},
		"mutation($m: Meal!) { feed(input: $m) }":                  {"m": map[string]any{"grams": "many"}},
		"mutation { feed(input: {grams: 1, shoes: 2}) }":           nil,
		"{ tags @unknown }":                                        nil,
		"query($k: Kind) { animals(kind: $k) { nodes { name } } }": {"k": "HORSE"},
	} {
		_, errs := zoo.Prepare(gql.Request{Query: query, Variables: variables})
		require.NotEmpty(t, errs, query)
	}
}

func TestCostsAreCountedBeforeAndAfter(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]int{
		"{ tags }": 0,
		`{ animal(name: "a") { name ... on Cat { friend { friend { name } } } } }`: 3,
		"{ animals(first: 10) { nodes { name } } }":                                2 + 10,
		"{ animals(first: 10) { nodes { ... on Cat { friend { name } } } } }":      2 + 10,
		"{ animals(first: 10) { edges { node { name } } } }":                       2 + 10,
		"mutation { feed(input: {grams: 3}) }":                                     10,
	} {
		op, errs := zoo.Prepare(gql.Request{Query: query})
		require.Empty(t, errs)
		require.Equal(t, want, op.Cost(), query)
	}
	a, data := run(t, "mutation($m: Meal!) { feed(input: $m) }", map[string]any{"m": map[string]any{"grams": 3.0}})
	require.JSONEq(t, `{"feed": 3}`, data)
	require.Equal(t, 10, a.Cost)
}
