package config

import (
	"errors"
	"io/fs"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"

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
	for name := range env {
		if near := nearest.Of(name, known); near != "" && !slices.Contains(known, name) {
			f.addAt(position{number, name, 0}, "", "is no setting; did you mean %s?", near)
		}
	}
}

// secrets reads the secrets that the environment has.
func (f *findings) secrets(number int, env environment) map[SecretName]Secret {
	secrets := map[SecretName]Secret{}
	for _, name := range secretNames {
		value, direct := env[string(name)]
		path, byFile := env[name.file()]
		at := position{layer: number, source: string(name)}
		switch {
		case direct && byFile:
			f.addAt(at, "", "is set, and so is %s: keep one", name.file())
			continue
		case byFile:
			at.source = name.file()
			b, err := os.ReadFile(path)
			if err != nil {
				f.addAt(at, "", "can't read %q: %s", path, cause(err))
				continue
			}
			if value = strings.TrimRight(string(b), "\r\n"); value == "" {
				f.addAt(at, "", "%q is empty: the secret goes there, on one line", path)
				continue
			}
		}
		if strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
			f.addAt(at, "", "has a space, a line break or another character in it that no secret has: was it copied whole?")
			continue
		}
		secrets[name] = NewSecret(value)
	}
	return secrets
}

// cause is a file error without the operation and the path.
func cause(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}

var (
	secretKey   = regexp.MustCompile(`(?i)(token|secret|password|passwd|credential|api_?key|^key$|_key$)`)
	secretValue = regexp.MustCompile(`^(xox[a-z]-|xapp-|SG\.|pat-(na|eu|ap)\d)`)
)

// secretsFor says which variables hold the secrets of the system that a key belongs to.
func secretsFor(key string) string {
	var names []string
	for _, name := range secretNames {
		for _, word := range strings.FieldsFunc(strings.ToUpper(key), func(r rune) bool { return r == '.' || r == '_' }) {
			if strings.HasPrefix(string(name), envPrefix+word+"_") {
				names = append(names, string(name))
				break
			}
		}
	}
	if names == nil {
		for _, name := range secretNames {
			names = append(names, string(name))
		}
	}
	return strings.Join(names, " or ") + " in the environment, or a file's path in the variable with _FILE appended"
}
