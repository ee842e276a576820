package contract

import (
	"errors"
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
	if err := memberships(doc); err != nil {
		return d, err
	}
	return d, d.add(doc)
})

// memberships lets a new task say where it belongs. Asana's description says in words that this can be set when a task is made, and
// the examples do it by IDs; its schema has read-only objects there, which is how they are answered.
func memberships(doc *openapi3.T) error {
	task := doc.Components.Schemas["TaskBase"]
	if task == nil {
		return errors.New("the description has no TaskBase")
	}
	for _, part := range task.Value.AllOf {
		if m := part.Value.Properties["memberships"]; m != nil {
			m.Value.ReadOnly = false
			for name, p := range m.Value.Items.Value.Properties {
				either := openapi3.NewSchema()
				either.AnyOf = openapi3.SchemaRefs{p, openapi3.NewSchemaRef("", openapi3.NewStringSchema())}
				m.Value.Items.Value.Properties[name] = openapi3.NewSchemaRef("", either)
			}
			return nil
		}
	}
	return errors.New("the description's TaskBase has no memberships")
}
