package config

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/throughline-dev/throughline/activities/policy/nearest"
)

// layer is one file of the configuration.
type layer struct {
	number int
	name   string // for people: a path, or "default"
	data   []byte
}

// read makes of a YAML file the map that viper merges. It takes only what the Config type has, and notes where each setting
// stands. What is wrong is left out, so that the rest can still be checked; ok is false where nothing could be read.
func (f *findings) read(l layer) (m map[string]any, ok bool) {
	var doc, second yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(l.data))
	err := dec.Decode(&doc)
	if err == nil {
		err = dec.Decode(&second)
		if err == nil {
			f.addAt(position{l.number, l.name, second.Line}, "", "a second YAML document begins here: put all in one")
			return nil, false
		}
	}
	if !errors.Is(err, io.EOF) {
		line, what := yamlError(err)
		f.addAt(position{l.number, l.name, line}, "", "is not YAML: %s", what)
		return nil, false
	}
	if doc.Kind == 0 || doc.Content[0].ShortTag() == "!!null" { // nothing in it, or nothing but comments
		return map[string]any{}, true
	}
	v, ok := f.value(l, doc.Content[0], reflect.TypeFor[Config](), "")
	m, _ = v.(map[string]any)
	return m, ok
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

// yamlError takes the line out of the parser's message.
func yamlError(err error) (line int, what string) {
	what = err.Error()
	if m := yamlLine.FindStringSubmatch(what); m != nil {
		line, _ = strconv.Atoi(m[1])
		what = what[len(m[0]):]
	}
	return line, strings.ReplaceAll(strings.TrimPrefix(what, "yaml: "), "\n", " ")
}

// value reads a node as the type that belongs there; ok is false where it is empty or wrong.
func (f *findings) value(l layer, n *yaml.Node, t reflect.Type, key string) (v any, ok bool) {
	at := position{l.number, l.name, n.Line}
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		f.addAt(at, key, "anchors (&) and aliases (*) are not read here: write the value out")
		return nil, false
	}
	if n.ShortTag() == "!!null" {
		return nil, false
	}
	want, kind := "a single value", yaml.ScalarNode
	switch {
	case isText(t):
	case t.Kind() == reflect.Struct:
		want, kind = "settings, each with its own key", yaml.MappingNode
	case t.Kind() == reflect.Slice:
		want, kind = "a list, each item after a hyphen", yaml.SequenceNode
	}
	if n.Kind != kind {
		if key == "" {
			key = "the file"
		}
		f.addAt(at, key, "must be %s", want)
		return nil, false
	}
	switch kind {
	case yaml.MappingNode:
		return f.mapping(l, n, t, key), true
	case yaml.SequenceNode:
		return f.list(l, n, t, key), true
	}
	v, err := nodeScalar(n, t)
	if err != nil {
		f.addAt(at, key, "%s", err)
	}
	return v, err == nil
}

func (f *findings) mapping(l layer, n *yaml.Node, t reflect.Type, key string) map[string]any {
	fields := settingsOf(t)
	m, lines := map[string]any{}, map[string]int{}
	for i := 0; i < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		at, full := position{l.number, l.name, k.Line}, join(key, k.Value)
		field, known := fields.find(k.Value)
		switch {
		case k.Kind != yaml.ScalarNode:
			f.addAt(at, key, "has a key that is no name")
		case !known && secretKey.MatchString(k.Value):
			f.addAt(at, full, "is a secret, and secrets don't belong in this file: take it out and set %s", setSecret(secretsOf(full)...))
		case !known:
			f.addAt(at, full, "is no setting%s", nearest.Hint(k.Value, fields.names()))
		case lines[k.Value] != 0:
			f.addAt(at, full, "is set twice, on line %d too: keep one", lines[k.Value])
		case v.ShortTag() == "!!null": // a key without a value says nothing, so what an earlier layer said stands
		default:
			if field.Type.Kind() == reflect.Slice {
				f.forget(full)
			}
			f.where[full] = at
			lines[k.Value] = k.Line
			if value, ok := f.value(l, v, field.Type, full); ok {
				m[k.Value] = value
			}
		}
	}
	return m
}

func (f *findings) list(l layer, n *yaml.Node, t reflect.Type, key string) []any {
	items := make([]any, 0, len(n.Content))
	for i, c := range n.Content {
		item := fmt.Sprintf("%s[%d]", key, i)
		f.where[item] = position{l.number, l.name, c.Line}
		v, ok := f.value(l, c, t.Elem(), item)
		if !ok { // keep its place, so that the items after it keep their numbers
			v = nil
		}
		items = append(items, v)
	}
	return items
}

// forget drops what is known about a list's items, since a later layer's list replaces the whole of it.
func (f *findings) forget(key string) {
	for k := range f.where {
		if strings.HasPrefix(k, key+"[") {
			delete(f.where, k)
		}
	}
}

func join(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}

// settings are the fields of a struct that a file can set.
type settings []reflect.StructField

func settingsOf(t reflect.Type) settings {
	var s settings
	for _, field := range reflect.VisibleFields(t) {
		if name := jsonName(field); name != "" && name != "-" {
			s = append(s, field)
		}
	}
	return s
}

func (s settings) find(name string) (reflect.StructField, bool) {
	for _, field := range s {
		if jsonName(field) == name {
			return field, true
		}
	}
	return reflect.StructField{}, false
}

func (s settings) names() []string {
	var names []string
	for _, field := range s {
		names = append(names, jsonName(field))
	}
	return names
}

func jsonName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

// isText reports whether a type is written as text although it is a struct in Go, as a duration is.
func isText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// nodeScalar reads a single value. A text that YAML takes for something else (1001, true, 2026-01-01) has to be quoted,
// since it might not come back as it was written: 007 is a seven.
func nodeScalar(n *yaml.Node, t reflect.Type) (any, error) {
	if t.Kind() == reflect.String && n.ShortTag() != "!!str" {
		return nil, fmt.Errorf(`%s is not a text to YAML: write it in quotes, "%[1]s"`, n.Value)
	}
	return scalar(n.Value, t)
}

// scalar reads what a person wrote for a single value.
func scalar(text string, t reflect.Type) (any, error) {
	if name, ok := leaked(text); ok {
		return nil, fmt.Errorf("looks like a secret, and secrets don't belong here: take it out and set %s", setSecret(name))
	}
	switch {
	case isText(t):
		return text, reflect.New(t).Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
	case t.Kind() == reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("%q is no whole number", text)
		}
		return n, nil
	case t.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return nil, fmt.Errorf("%q is neither true nor false", text)
		}
		return b, nil
	}
	return text, nil
}
