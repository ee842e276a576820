package contract

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// small is what introspection answers for a schema with one of each kind of type.
const small = `{"data":{"__schema":{
	"queryType":{"name":"QueryRoot"},"mutationType":{"name":"Mutation"},
	"directives":[{"name":"idempotent","locations":["FIELD"],"args":[
		{"name":"key","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"String"}}}]}],
	"types":[
		{"kind":"SCALAR","name":"String"},{"kind":"SCALAR","name":"Decimal"},
		{"kind":"ENUM","name":"State","enumValues":[{"name":"OPEN"},{"name":"CLOSED"}]},
		{"kind":"INPUT_OBJECT","name":"ThingInput","inputFields":[
			{"name":"state","type":{"kind":"NON_NULL","ofType":{"kind":"ENUM","name":"State"}}},
			{"name":"count","type":{"kind":"SCALAR","name":"Int"},"defaultValue":"1"}]},
		{"kind":"INTERFACE","name":"Node","fields":[{"name":"id","args":[],"type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"ID"}}}],
			"possibleTypes":[{"name":"Thing"}]},
		{"kind":"UNION","name":"Any","possibleTypes":[{"name":"Thing"}]},
		{"kind":"OBJECT","name":"Thing","interfaces":[{"name":"Node"}],"fields":[
			{"name":"id","args":[],"type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"ID"}}},
			{"name":"state","args":[],"type":{"kind":"NON_NULL","ofType":{"kind":"ENUM","name":"State"}}},
			{"name":"price","args":[],"type":{"kind":"SCALAR","name":"Decimal"}},
			{"name":"count","args":[],"type":{"kind":"SCALAR","name":"Int"}},
			{"name":"more","args":[{"name":"first","type":{"kind":"SCALAR","name":"Int"},"defaultValue":"5"}],
				"type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"OBJECT","name":"Thing"}}}}}]},
		{"kind":"OBJECT","name":"QueryRoot","fields":[
			{"name":"node","args":[],"type":{"kind":"INTERFACE","name":"Node"}},{"name":"any","args":[],"type":{"kind":"UNION","name":"Any"}},
			{"name":"thing","args":[{"name":"id","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"ID"}}}],"type":{"kind":"OBJECT","name":"Thing"}}]},
		{"kind":"OBJECT","name":"Mutation","fields":[{"name":"make","args":[
			{"name":"input","type":{"kind":"NON_NULL","ofType":{"kind":"INPUT_OBJECT","name":"ThingInput"}}}],"type":{"kind":"OBJECT","name":"Thing"}}]}
	]}}}`

func smallSchema(t *testing.T) *GraphQL {
	schema, err := readSchema(strings.NewReader(small))
	require.NoError(t, err)
	return &GraphQL{t: t, Schema: schema}
}

func TestASchemaTellsGoodRequestsOfGraphQLFromBad(t *testing.T) {
	g := smallSchema(t)
	make := `"query":"mutation M($input: ThingInput!, $key: String!) { make(input: $input) @idempotent(key: $key) { id } }"`
	for body, wrong := range map[string]string{
		`{"query":"query Q($id: ID!) { thing(id: $id) { id state more(first: 3) { id } } }","variables":{"id":"1"}}`: "",
		`{` + make + `,"variables":{"key":"k","input":{"state":"OPEN"}}}`:                                            "",
		`{` + make + `,"variables":{"key":"k","input":{"state":"OPEN","count":2}}}`:                                  "",
		`{` + make + `,"variables":{"key":"k","input":{"state":"AJAR"}}}`:                                            "AJAR",
		`{` + make + `,"variables":{"key":"k","input":{"state":"OPEN","cuont":2}}}`:                                  "unknown field",
		`{` + make + `,"variables":{"key":"k","input":{"count":2}}}`:                                                 "state must be defined",
		`{` + make + `,"variables":{"input":{"state":"OPEN"}}}`:                                                      "key must be defined",
		`{` + make + `,"variables":{"key":"k","more":1,"input":{"state":"OPEN"}}}`:                                   "$more is sent",
		`{"query":"{ thing(id: 1) { name } }"}`:                                                                      `Cannot query field "name"`,
		`{"query":"{ thing { id } }"}`:                                                                               "is required",
		`{"query":"{ thing(id: 1) { more } }"}`:                                                                      "must have a selection",
		`{"query":"{ node { id } } query B { node { id } }"}`:                                                        "anonymous",
		`{"query":"{ node { id "}`:                                                                                   "Expected Name",
		`{"query":`:                                                                                                  "no JSON",
	} {
		_, err := g.Request([]byte(body))
		if wrong == "" {
			assert.NoError(t, err, body)
		} else {
			assert.ErrorContains(t, err, wrong, body)
		}
	}
}

func TestASchemaTellsGoodAnswersOfGraphQLFromBad(t *testing.T) {
	g := smallSchema(t)
	op, err := g.Request([]byte(`{"query":"{ thing(id: 1) { id state price count other: more { id } } node { id ... on Thing { state } } }"}`))
	require.NoError(t, err)
	thing := func(id, state, price, count, more string) string {
		return `{"data":{"node":null,"thing":{"id":` + id + `,"state":` + state + `,"price":` + price + `,"count":` + count + `,"other":` + more + `}}}`
	}
	gid, ok := `"gid://shopify/Thing/1"`, `"OPEN"`
	for body, wrong := range map[string]string{
		thing(gid, ok, `"1.50"`, `3`, `[{"id":"gid://shopify/Thing/2"}]`):                "",
		thing(gid, ok, `null`, `null`, `[]`):                                             "",
		`{"data":{"thing":null,"node":{"id":"gid://shopify/Thing/1"}}}`:                  "",
		`{"data":{"thing":null,"node":{"id":"gid://shopify/Thing/1","state":"CLOSED"}}}`: "",
		`{"errors":[{"message":"no"}]}`:                                                  "",
		`{"data":{"thing":null,"node":{"id":"gid://shopify/Thing/1","state":"AJAR"}}}`:   "data.node.state: AJAR is no State",
		`{"data":{"thing":null,"node":{"state":"CLOSED"}}}`:                              "data.node.id: is missing",
		`{"data":{"thing":null,"node":null,"more":1}}`:                                   "data.more: wasn't asked for",
		`{"data":{"thing":null}}`:                                                        "data.node: is missing",
		`{"data":null}`:                                                                  "data: is no object",
		`{"errors":[{}]}`:                                                                "without a message",
		`[]`:                                                                             "no JSON of GraphQL's",
		thing(`7`, ok, `null`, `null`, `[]`):                                             "data.thing.id",
		thing(`"7"`, ok, `null`, `null`, `[]`):                                           "data.thing.id",
		thing(gid, `null`, `null`, `null`, `[]`):                                         "data.thing.state: is null, and is a State!",
		thing(gid, ok, `1.5`, `null`, `[]`):                                              "data.thing.price",
		thing(gid, ok, `"1,5"`, `null`, `[]`):                                            "data.thing.price",
		thing(gid, ok, `null`, `"3"`, `[]`):                                              "data.thing.count",
		thing(gid, ok, `null`, `2.5`, `[]`):                                              "data.thing.count",
		thing(gid, ok, `null`, `null`, `{}`):                                             "data.thing.other: is no list",
		thing(gid, ok, `null`, `null`, `[null]`):                                         "data.thing.other[0]: is null",
	} {
		err := g.Response(op, []byte(body))
		if wrong == "" {
			assert.NoError(t, err, body)
		} else {
			assert.ErrorContains(t, err, wrong, body)
		}
	}
}

func TestAFileWithoutASchemaIsAnError(t *testing.T) {
	for _, text := range []string{`{}`, `{"data":{}}`, `[]`, strings.ReplaceAll(small, `"possibleTypes":[{"name":"Thing"`, `"possibleTypes":[{"name":"Nothing"`)} {
		_, err := readSchema(strings.NewReader(text))
		assert.Error(t, err)
	}
}

func TestShopifysSchemaIsRead(t *testing.T) {
	shopify := Shopify(t)
	_, err := shopify.Document(`mutation M($i: RefundInput!) { refundCreate(input: $i) @idempotent(key: "k") { refund { id } } }`)
	assert.NoError(t, err)
	_, err = shopify.Document(`{ order(id: 1) { number nmae } }`)
	assert.ErrorContains(t, err, "nmae")
}
