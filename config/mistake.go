package config

import (
	"cmp"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Mistake is one thing that is wrong in the configuration.
type Mistake struct {
	// Where is the line of the file ("handbook.yaml:31") or the environment variable that it is in; "" where that isn't known.
	Where string `json:"where,omitempty"`
	// Key is the setting: "people[3].manager".
	Key string `json:"key,omitempty"`
	// Problem names the value and the fix: `"graec" is nobody in people; did you mean "grace"?`
	Problem string `json:"problem"`
}

// String is the mistake on one line.
func (m Mistake) String() string {
	var parts []string
	for _, p := range []string{m.Where, m.Key, m.Problem} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ": ")
}

// Mistakes are all that is wrong with a configuration, in the order of the files and their lines; the error of [Load].
type Mistakes []Mistake

// Error has one mistake a line.
func (m Mistakes) Error() string {
	if len(m) == 1 {
		return m[0].String()
	}
	lines := []string{fmt.Sprintf("%d mistakes in the configuration:", len(m))}
	for _, one := range m {
		lines = append(lines, one.String())
	}
	return strings.Join(lines, "\n")
}

var quoted = regexp.MustCompile(`"(\\.|[^"\\])*"`)

// LogValue is what slog writes: where the mistakes are and what they are, without the values that they quote, since those can be
// people's names and addresses.
func (m Mistakes) LogValue() slog.Value {
	texts := make([]string, len(m))
	for i, one := range m {
		one.Problem = quoted.ReplaceAllString(one.Problem, `"…"`)
		texts[i] = one.String()
	}
	return slog.AnyValue(texts)
}

// position is where a setting was read from. The zero value is nowhere.
type position struct {
	layer  int    // later layers override earlier ones
	source string // a file or an environment variable
	line   int    // 0 for a variable
}

func (p position) String() string {
	if p.line == 0 {
		return p.source
	}
	return fmt.Sprintf("%s:%d", p.source, p.line)
}

// findings collects mistakes and knows where each setting was read.
type findings struct {
	where    map[string]position
	mistakes []found
}

type found struct {
	at position
	Mistake
}

// add notes a mistake about a setting. One about a setting that is known to be wrong already, or about a part of it, adds
// nothing: what follows from a mistake is no other mistake.
func (f *findings) add(key, format string, args ...any) {
	for _, m := range f.mistakes {
		if m.Key == key || m.Key != "" && (strings.HasPrefix(key, m.Key+".") || strings.HasPrefix(key, m.Key+"[")) {
			return
		}
	}
	f.addAt(f.position(key), key, format, args...)
}

// addAt notes a mistake at a place that is known.
func (f *findings) addAt(at position, key, format string, args ...any) {
	f.mistakes = append(f.mistakes, found{at, Mistake{at.String(), oneLine(key), oneLine(fmt.Sprintf(format, args...))}})
}

// oneLine keeps what a file may hold from breaking the line that it is quoted in.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// position is where a setting was read, or else what it would be a part of.
func (f *findings) position(key string) position {
	for key != "" {
		if p, ok := f.where[key]; ok {
			return p
		}
		key = key[:max(strings.LastIndexAny(key, ".["), 0)]
	}
	return position{}
}

// err is nil where nothing is wrong.
func (f *findings) err() error {
	if len(f.mistakes) == 0 {
		return nil
	}
	slices.SortStableFunc(f.mistakes, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.at.layer, b.at.layer), cmp.Compare(a.at.line, b.at.line))
	})
	all := make(Mistakes, len(f.mistakes))
	for i, m := range f.mistakes {
		all[i] = m.Mistake
	}
	return all
}
