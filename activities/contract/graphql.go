package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// ShopifyEnv is the environment variable that names the file with the schema of Shopify's Admin GraphQL API, as introspection
// answers it: JSON, or that by gzip (".gz"). The npm package @shopify/dev-mcp has it, for each version of the API.
const ShopifyEnv = "THROUGHLINE_SHOPIFY_SCHEMA"

// GraphQL checks the requests and answers of a GraphQL API against its schema.
type GraphQL struct {
	t      testing.TB
	Schema *ast.Schema
}

var loadShopify = sync.OnceValues(func() (*ast.Schema, error) { return introspected(os.Getenv(ShopifyEnv)) })

// Shopify checks against the schema of Shopify's Admin API. Where it isn't there the test skips, and says so.
func Shopify(t testing.TB) *GraphQL {
	t.Helper()
	if os.Getenv(ShopifyEnv) == "" {
		t.Skipf("set %s to the file of Shopify's schema to run this test", ShopifyEnv)
	}
	schema, err := loadShopify()
	if err != nil {
		t.Fatalf("load Shopify's schema: %v", err)
	}
	return &GraphQL{t: t, Schema: schema}
}

// Operation is a request that fits the schema: what it asks, and the variables as the schema has them.
type Operation struct {
	*ast.OperationDefinition
	Variables map[string]any
}

// Document says what is wrong with a document of one operation, whose variables are still to come.
func (g *GraphQL) Document(text string) (Operation, error) {
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return Operation{}, err
	}
	if errs := validator.ValidateWithRules(g.Schema, doc, rules.NewDefaultRules()); len(errs) > 0 {
		return Operation{}, errs
	}
	if len(doc.Operations) != 1 {
		return Operation{}, fmt.Errorf("the document has %d operations, and not one", len(doc.Operations))
	}
	return Operation{OperationDefinition: doc.Operations[0]}, nil
}

// Request says what is wrong with the body of a request, {"query": …, "variables": …}.
func (g *GraphQL) Request(body []byte) (Operation, error) {
	var sent struct {
		Query     string         `json:"query"`
		Variables map[string]any `json:"variables"`
	}
	read := json.NewDecoder(bytes.NewReader(body))
	read.UseNumber()
	if err := read.Decode(&sent); err != nil {
		return Operation{}, fmt.Errorf("the request is no JSON: %w", err)
	}
	op, err := g.Document(sent.Query)
	if err != nil {
		return Operation{}, err
	}
	for name := range sent.Variables {
		if op.VariableDefinitions.ForName(name) == nil {
			return Operation{}, fmt.Errorf("$%s is sent, and not declared", name)
		}
	}
	op.Variables, err = validator.VariableValues(g.Schema, op.OperationDefinition, sent.Variables)
	return op, err
}

// Handler reports what is wrong with each request to next, and with each of its answers, as an error of the test. Only what
// was answered with status 200 is looked at.
func (g *GraphQL) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			g.t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		op, err := g.Request(body)
		if err != nil {
			g.t.Errorf("request %s: %v", body, err)
		}
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		if rec.Code == http.StatusOK && err == nil {
			if err := g.Response(op, rec.Body.Bytes()); err != nil {
				g.t.Errorf("answer to %s: %v", op.Name, err)
			}
		}
		for k, values := range rec.Header() {
			w.Header()[k] = values
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	})
}
