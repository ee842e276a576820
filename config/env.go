package config

import (
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/policy/nearest"
)

const envPrefix = "THROUGHLINE_"

// environment is the process's environment: variables and their values. One that is empty counts as not set, since that is
// how container tools pass on what they don't have.
type environment map[string]string

func environ() environment {
	env := environment{}
	for _, kv := range os.Environ() {
		if name, value, _ := strings.Cut(kv, "="); strings.HasPrefix(name, envPrefix) && value != "" {
			env[name] = value
		}
	}
	return env
}

// override is a setting that a variable can set: a single value that is not in a list.
type override struct {
	key string
	typ reflect.Type
}

func (o override) variable() string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(o.key, ".", "_"))
}

func overrides(t reflect.Type, key string) []override {
	var all []override
	for _, field := range settingsOf(t) {
		name := join(key, jsonName(field))
		switch {
		case field.Type.Kind() == reflect.Slice:
		case field.Type.Kind() == reflect.Struct && !isText(field.Type):
			all = append(all, overrides(field.Type, name)...)
		default:
			all = append(all, override{name, field.Type})
		}
	}
	return all
}

// override calls set for each setting that the environment has a value for.
func (f *findings) override(number int, env environment, set func(key string, value any)) {
	var known []string
	for _, o := range overrides(reflect.TypeFor[Config](), "") {
		known = append(known, o.variable())
		text, ok := env[o.variable()]
		if !ok {
			continue
		}
		at := position{layer: number, source: o.variable()}
		v, err := scalar(text, o.typ)
		if err != nil {
			f.addAt(at, o.key, "%s", err)
			continue
		}
		f.where[o.key] = at
		set(o.key, v)
	}
	for _, name := range secretNames {
		known = append(known, string(name), name.file())
	}
	// Only a name that is nearly one of ours is a mistake: others may use the prefix too, as Kubernetes does for a service
	// that is called throughline.
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if near := nearest.Of(name, known); near != "" && !slices.Contains(known, name) {
			f.addAt(position{number, name, 0}, "", "is no setting; did you mean %s?", near)
		}
	}
}
