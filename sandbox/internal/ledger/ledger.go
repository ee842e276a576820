// Package ledger finds things by the key of the effect that made them, and by the case that the key belongs to.
package ledger

import (
	"iter"
	"strings"
)

// CaseOf is the case that a key belongs to: what stands before its first slash, which in Throughline's keys is the
// workflow's ID.
func CaseOf(key string) string {
	id, _, _ := strings.Cut(key, "/")
	return id
}

// Ledger is an index of things by key. The zero value is empty and ready; it is not safe for concurrent use.
type Ledger[T any] struct {
	things map[string][]T
	keys   []string            // in the order in which they first appeared
	cases  map[string][]string // the keys of a case, likewise
}

// Add enters a thing. One without a key is left out.
func (l *Ledger[T]) Add(key string, thing T) {
	if key == "" {
		return
	}
	if l.things == nil {
		l.things, l.cases = map[string][]T{}, map[string][]string{}
	}
	if _, known := l.things[key]; !known {
		l.keys = append(l.keys, key)
		l.cases[CaseOf(key)] = append(l.cases[CaseOf(key)], key)
	}
	l.things[key] = append(l.things[key], thing)
}

// Of are the things under a key, in the order in which they were added.
func (l *Ledger[T]) Of(key string) []T { return l.things[key] }

// All yields each key with its things: a case's, or with "" everything.
func (l *Ledger[T]) All(caseID string) iter.Seq2[string, []T] {
	keys := l.keys
	if caseID != "" {
		keys = l.cases[caseID]
	}
	return func(yield func(string, []T) bool) {
		for _, k := range keys {
			if !yield(k, l.things[k]) {
				return
			}
		}
	}
}
