package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

var loadDropboxSign = sync.OnceValues(func() (description, error) {
	d := description{
		vendor: "dropboxsign", path: func(path string) string { return strings.TrimPrefix(path, "/v3") }, also: basic,
	}
	doc, err := loadV3("dropboxsign/openapi.yaml")
	if err != nil {
		return d, err
	}
	send := doc.Components.Schemas["SignatureRequestSendRequest"]
	d.form = func(r *http.Request, body []byte) ([]byte, error) { return bracketed(r, body, send) }
	return d, d.add(doc)
})

// basic asks for the API key, which is the user's name of basic authorisation.
func basic(in *openapi3filter.RequestValidationInput, _ []byte) error {
	if key, password, ok := in.Request.BasicAuth(); !ok || key == "" || password != "" {
		return errors.New("has no API key as the user of basic authorisation")
	}
	return nil
}

// step is a part of a field's name: "signers[0][name]" has three.
var step = regexp.MustCompile(`[^\[\]]+`)

// bracketed reads a form whose fields are named like "signers[0][name]" as the JSON that its description is written for. A
// number, a truth ("1", "0", "true", "false") and a file become what the schema has there.
func bracketed(r *http.Request, body []byte, schema *openapi3.SchemaRef) ([]byte, error) {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	whole := map[string]any{}
	for parts := multipart.NewReader(bytes.NewReader(body), params["boundary"]); ; {
		part, err := parts.NextPart()
		if err == io.EOF {
			return json.Marshal(whole)
		}
		if err != nil {
			return nil, err
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			value = []byte("a file")
		}
		if err := put(whole, step.FindAllString(part.FormName(), -1), string(value), schema); err != nil {
			return nil, fmt.Errorf("%s: %w", part.FormName(), err)
		}
	}
}

// put puts a value where its name says, below what is an object by its schema.
func put(in map[string]any, path []string, value string, schema *openapi3.SchemaRef) error {
	var of *openapi3.SchemaRef
	if schema != nil {
		of = schema.Value.Properties[path[0]]
	}
	switch {
	case len(path) == 1:
		v, err := typed(value, of)
		in[path[0]] = v
		return err
	case of != nil && of.Value.Type.Is("array"):
		list, _ := in[path[0]].([]any)
		at, err := strconv.Atoi(path[1])
		if err != nil || at < 0 || at > len(list) {
			return errors.New("is no next place of a list")
		}
		if at == len(list) {
			list = append(list, map[string]any{})
		}
		if len(path) == 2 {
			list[at], err = typed(value, of.Value.Items)
		} else if item, ok := list[at].(map[string]any); ok {
			err = put(item, path[2:], value, of.Value.Items)
		}
		in[path[0]] = list
		return err
	}
	below, ok := in[path[0]].(map[string]any)
	if !ok {
		below = map[string]any{}
		in[path[0]] = below
	}
	return put(below, path[1:], value, of)
}

func typed(value string, schema *openapi3.SchemaRef) (any, error) {
	switch {
	case schema == nil || schema.Value.Type == nil:
		return value, nil
	case schema.Value.Type.Is("boolean"):
		return strconv.ParseBool(value)
	case schema.Value.Type.Is("integer"):
		return strconv.ParseInt(value, 10, 64)
	}
	return value, nil
}
