package contract

import (
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

var loadAsana = sync.OnceValues(func() (description, error) {
	d := description{vendor: "asana", path: func(path string) string { return strings.TrimPrefix(path, "/api/1.0") }, also: bearer}
	doc, err := loadV3("asana/openapi.yaml")
	if err != nil {
		return d, err
	}
	writable(doc, "TaskBase", "memberships")
	writable(doc, "ProjectCompact", "name")
	return d, d.add(doc)
})

// writable takes the mark readOnly off a property that Asana says in words can be set when the thing is created.
func writable(doc *openapi3.T, schema, property string) {
	ref := doc.Components.Schemas[schema]
	if ref == nil {
		return
	}
	for _, part := range append([]*openapi3.SchemaRef{ref}, ref.Value.AllOf...) {
		if p := part.Value.Properties[property]; p != nil {
			p.Value.ReadOnly = false
		}
	}
}
