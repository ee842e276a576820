package journal

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
)

// Table is a named set of rows in a journal, in the order in which they were first put. It is not safe for concurrent use:
// whoever owns it guards it together with what else must stay in step with it.
type Table[V any] struct {
	journal *Journal
	name    string
	keys    []string
	rows    map[string]V
}

// NewTable makes a journal's table of that name, with the rows that the file has. It fails where a row is not a V.
func NewTable[V any](j *Journal, name string) (*Table[V], error) {
	t := &Table[V]{journal: j, name: name, rows: map[string]V{}}
	loaded := j.loaded[name]
	if loaded == nil {
		return t, nil
	}
	delete(j.loaded, name) // the table has them now
	return t, loaded.each(func(key string, value json.RawMessage) error {
		var v V
		if err := json.Unmarshal(value, &v); err != nil {
			return fmt.Errorf("journal: %s %q can't be read: %w", name, key, err)
		}
		t.keys = append(t.keys, key)
		t.rows[key] = v
		return nil
	})
}

// Put sets a row. When it fails, the row is as it was before.
func (t *Table[V]) Put(key string, v V) error {
	if err := t.journal.write(t.name, key, v); err != nil {
		return err
	}
	if _, known := t.rows[key]; !known {
		t.keys = append(t.keys, key)
	}
	t.rows[key] = v
	return nil
}

// Delete removes a row, if it is there. When it fails, the row still is.
func (t *Table[V]) Delete(key string) error {
	if _, known := t.rows[key]; !known {
		return nil
	}
	if err := t.journal.write(t.name, key, nil); err != nil {
		return err
	}
	delete(t.rows, key)
	i := slices.Index(t.keys, key)
	t.keys = slices.Delete(t.keys, i, i+1)
	return nil
}

// Get is the row with that key.
func (t *Table[V]) Get(key string) (v V, ok bool) {
	v, ok = t.rows[key]
	return v, ok
}

// Len is the number of rows.
func (t *Table[V]) Len() int { return len(t.keys) }

// All yields the rows, oldest first.
func (t *Table[V]) All() iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, k := range t.keys {
			if !yield(k, t.rows[k]) {
				return
			}
		}
	}
}
