package config

import (
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"
)

//go:embed config.yaml
var defaultYAML []byte

//go:embed demo.yaml
var demoYAML []byte

// The names of the files that are built in.
const (
	// Default is the commented handbook of a fictional company.
	Default = "default"
	// Demo is an overlay over it that makes two days a minute.
	Demo = "demo"
)

// machinery are the settings that say nothing about a company: a file of one's own may leave them out.
var machinery = []string{"documents", "systems", "starter", "workers", "temporal"}

// Load reads, merges and checks the configuration.
//
// Without a file it is the built-in [Default]. The first file replaces that: it says everything about the company; where it
// says nothing about documents, systems, starter, workers or temporal, those keep the default's settings. Further files are laid
// over the first: a setting in a later one wins, a list replaces the whole list. The names "default" and "demo" mean the built-in
// files; "demo" alone is laid over "default".
//
// A single value that is not in a list can be set by the environment too, which wins over the files: starter.public_url is
// THROUGHLINE_STARTER_PUBLIC_URL. Secrets come from the environment only: see [SecretName].
//
// The error is of type [Mistakes] and has all of them.
func Load(files ...string) (*Config, error) {
	layers, err := readFiles(files)
	if err != nil {
		return nil, err
	}
	return load(layers, environ())
}

func readFiles(files []string) ([]layer, error) {
	if len(files) == 0 {
		files = []string{Default}
	} else if files[0] == Demo {
		files = slices.Insert(slices.Clone(files), 0, Default)
	}
	var layers []layer
	f := &findings{where: map[string]position{}}
	for _, name := range files {
		data, err := readFile(name)
		if err != nil {
			f.addAt(position{layer: len(layers), source: name}, "", "can't be read: %s (the built-in ones are %q and %q)", cause(err), Default, Demo)
		}
		layers = append(layers, layer{len(layers) + 1, name, data})
	}
	return layers, f.err()
}

func readFile(name string) ([]byte, error) {
	switch name {
	case Default:
		return defaultYAML, nil
	case Demo:
		return demoYAML, nil
	}
	return os.ReadFile(name)
}

// load is [Load] without the outside world.
func load(layers []layer, env environment) (*Config, error) {
	f := &findings{where: map[string]position{}}
	v := viper.New()
	base, readable := f.read(layer{0, Default, defaultYAML})
	maps.DeleteFunc(base, func(key string, _ any) bool { return !slices.Contains(machinery, key) })
	maps.DeleteFunc(f.where, func(key string, _ position) bool {
		root, _, _ := strings.Cut(key, ".")
		return !slices.Contains(machinery, root)
	})
	merge := []map[string]any{base}
	for _, l := range layers {
		m, ok := f.read(l)
		readable = readable && ok
		merge = append(merge, m)
	}
	for _, m := range merge {
		if err := v.MergeConfigMap(m); err != nil {
			return nil, fmt.Errorf("configuration: %w", err)
		}
	}
	f.override(len(layers)+1, env, v.Set)
	secrets := f.secrets(len(layers)+1, env)
	if !readable {
		return nil, f.err()
	}
	c := &Config{secrets: secrets}
	if err := v.Unmarshal(c, asJSON); err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	calendars := f.check(c)
	if err := f.err(); err != nil {
		return nil, err
	}
	c.Digest = digest(c)
	c.Book = book(c, calendars)
	return c, nil
}

// asJSON makes viper decode by the names that the fields have in JSON.
func asJSON(d *mapstructure.DecoderConfig) {
	d.TagName = "json"
	d.DecodeHook = mapstructure.TextUnmarshallerHookFunc()
}

// digest identifies a configuration. It takes what [Config] marshals as JSON, which leaves secrets out.
func digest(c *Config) string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // texts, numbers and lists of them always marshal
	}
	return fmt.Sprintf("%x", sha256.Sum256(b))[:16]
}

// absolute makes a path that was written in a file one that doesn't depend on where the program runs: it is relative to the
// file that it stands in, or to the working directory where a variable sets it.
func absolute(path string, at position) (string, error) {
	if path == "" || filepath.IsAbs(path) {
		return path, nil
	}
	if at.line > 0 {
		path = filepath.Join(filepath.Dir(at.source), path)
	}
	return filepath.Abs(path)
}
