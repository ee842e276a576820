package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// statusSlackError is a status that Slack's description doesn't name, so that its default answer, the error, is meant.
const statusSlackError = http.StatusTeapot

// loadSlack reads Slack's Swagger 2 description of 2021. It is right about methods and arguments, and is read differently where
// it is no valid Swagger, or Slack has moved on since:
//
//   - a tuple as items ("one of these") becomes anyOf, null among the types becomes nullable;
//   - the token is taken from the Authorization header or from the form, as Slack documents it, not from a header "token";
//   - a method described as GET may be called by POST with a form, too, which is what slack-go does;
//   - the methods for views take JSON, which is how slack-go sends it; a view is an object then, not a text;
//   - flags may be 1 and 0 as well as true and false; the arguments of message metadata (2022) are known;
//   - answers may have fields and error codes that came later, and a channel may have no messages.
var loadSlack = sync.OnceValues(func() (description, error) {
	d := description{vendor: "slack", also: slackForm, path: func(p string) string {
		return p[max(strings.LastIndex(p, "/"), 0):] // the description's paths are below /api
	}}
	raw, err := os.ReadFile(filepath.Join(os.Getenv(Env), "slack", "web_api_swagger2.json"))
	if err != nil {
		return d, err
	}
	var tree map[string]any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return d, err
	}
	modernise(tree)
	for path, item := range tree["paths"].(map[string]any) {
		moderniseMethod(path, item.(map[string]any))
	}
	if raw, err = json.Marshal(tree); err != nil {
		return d, err
	}
	var old openapi2.T
	if err := json.Unmarshal(raw, &old); err != nil {
		return d, err
	}
	doc, err := openapi2conv.ToV3(&old)
	if err != nil {
		return d, err
	}
	return d, d.add(doc)
})

// modernise rewrites the schemas.
func modernise(node any) {
	switch n := node.(type) {
	case []any:
		for _, v := range n {
			modernise(v)
		}
	case map[string]any:
		if tuple, ok := n["items"].([]any); ok {
			some := slices.DeleteFunc(tuple, isNull)
			if n["type"] == "array" {
				n["items"] = map[string]any{"anyOf": some}
			} else {
				delete(n, "items")
				n["anyOf"], n["x-nullable"] = some, len(some) < len(tuple)
			}
		}
		if n["type"] == "null" {
			delete(n, "type")
			n["x-nullable"] = true
		}
		if types, ok := n["type"].([]any); ok {
			n["x-nullable"] = slices.Contains(types, any("null"))
			n["type"] = slices.DeleteFunc(types, func(v any) bool { return v == "null" })[0]
		}
		if n["additionalProperties"] == false {
			delete(n, "additionalProperties")
		}
		if p, ok := n["properties"].(map[string]any); ok {
			if e, ok := p["error"].(map[string]any); ok {
				delete(e, "enum")
			}
		}
		for _, v := range n {
			modernise(v)
		}
	}
}

func isNull(v any) bool {
	m, ok := v.(map[string]any)
	return ok && m["type"] == "null"
}

// moderniseMethod rewrites one method's arguments, and the answers that the description has wrong.
func moderniseMethod(path string, item map[string]any) {
	for verb, op := range item {
		op := op.(map[string]any)
		var form []any
		for _, p := range op["parameters"].([]any) {
			p := p.(map[string]any)
			if p["name"] == "token" {
				continue
			}
			if p["type"] == "boolean" {
				p["type"], p["enum"] = "string", []any{"true", "false", "1", "0"}
			}
			p["in"] = "formData"
			form = append(form, p)
		}
		add := func(name string) {
			form = append(form, map[string]any{"name": name, "in": "formData", "type": "string"})
		}
		add("token")
		switch path {
		case "/chat.postMessage", "/chat.update":
			add("metadata")
		case "/conversations.history", "/conversations.replies":
			add("include_all_metadata")
		}
		op["parameters"], op["consumes"] = form, []any{"application/x-www-form-urlencoded"}
		if strings.HasPrefix(path, "/views.") {
			op["parameters"], op["consumes"] = []any{inJSON(form)}, []any{"application/json"}
		}
		delete(op, "security")
		delete(item, verb)
		item["post"] = op
		moderniseAnswer(path, op)
	}
}

// inJSON makes a method's arguments the properties of a JSON body.
func inJSON(form []any) map[string]any {
	properties, required := map[string]any{}, []any{}
	for _, p := range form {
		p := p.(map[string]any)
		properties[p["name"].(string)] = map[string]any{"type": p["type"]}
		if p["required"] == true {
			required = append(required, p["name"])
		}
	}
	properties["view"] = map[string]any{"type": "object"}
	schema := map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
	return map[string]any{"name": "body", "in": "body", "required": true, "schema": schema}
}

func moderniseAnswer(path string, op map[string]any) {
	answer := func() map[string]any {
		return op["responses"].(map[string]any)["200"].(map[string]any)["schema"].(map[string]any)["properties"].(map[string]any)
	}
	switch path {
	case "/conversations.history": // a channel may have none
		delete(answer()["messages"].(map[string]any), "minItems")
	case "/conversations.replies": // a message without a thread yet is a message like any other
		answer()["messages"].(map[string]any)["items"] = map[string]any{"$ref": "#/definitions/objs_message"}
	case "/chat.update": // described as an object, though it is a list
		message := answer()["message"].(map[string]any)["properties"].(map[string]any)
		message["blocks"] = map[string]any{"$ref": "#/definitions/blocks"}
	}
}

// slackForm holds a request to what the description can't say, or the form's decoder lets pass: where the token is, that every
// argument is one of the method's, that arguments in JSON are JSON, and that there is something to post.
func slackForm(in *openapi3filter.RequestValidationInput, body []byte) error {
	if in.Route.Operation.RequestBody.Value.Content.Get("application/json") != nil {
		return bearer(in, body)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return err
	}
	if form.Get("token") == "" && bearer(in, body) != nil {
		return errors.New("has no token")
	}
	known := in.Route.Operation.RequestBody.Value.Content.Get("application/x-www-form-urlencoded").Schema.Value.Properties
	for name := range form {
		if known[name] == nil {
			return fmt.Errorf("has no argument %q", name)
		}
	}
	for _, name := range []string{"blocks", "attachments", "metadata"} {
		if v := form.Get(name); v != "" && !json.Valid([]byte(v)) {
			return fmt.Errorf("%s is not JSON", name)
		}
	}
	if strings.HasPrefix(in.Route.Path, "/chat.post") && form.Get("text") == "" && form.Get("blocks") == "" {
		return errors.New("has neither text nor blocks")
	}
	if m := form.Get("metadata"); m != "" {
		var metadata struct {
			EventType    string         `json:"event_type"`
			EventPayload map[string]any `json:"event_payload"`
		}
		if json.Unmarshal([]byte(m), &metadata) != nil || metadata.EventType == "" || metadata.EventPayload == nil {
			return errors.New("metadata has no event_type or no event_payload")
		}
	}
	return nil
}
