// Package journal keeps typed tables in one append-only file of JSON lines, so that what was acknowledged survives a kill of
// the process at any point.
//
// A line is a row as it is from then on, {"t":"slack.message","k":"C1/1.2","v":{…}}, or, without "v", its deletion. The file is
// read, and rewritten with the live rows only, when it is opened. A last line that a kill has torn is dropped: nobody has
// been told that it happened. Lines are handed to the operating system one by one and are not synced, so that a power cut,
// unlike a kill, may lose the last of them.
package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// Journal is the file. It is safe for concurrent use by its tables.
type Journal struct {
	mu     sync.Mutex
	file   *os.File // nil where the tables live in memory only
	size   int64    // of what is whole in the file
	writes atomic.Int64
	loaded map[string]*rows
}

// rows are a table's rows as the file has them, in the order in which their keys first appeared.
type rows struct {
	keys   []string
	values map[string]json.RawMessage
}

type line struct {
	Table string          `json:"t"`
	Key   string          `json:"k"`
	Value json.RawMessage `json:"v,omitempty"`
}

// Open opens the file at path, or makes it. An empty path is a journal that keeps nothing.
func Open(path string) (*Journal, error) {
	j := &Journal{loaded: map[string]*rows{}}
	if path == "" {
		return j, nil
	}
	if err := j.load(path); err != nil {
		return nil, err
	}
	if err := j.compact(path); err != nil {
		return nil, fmt.Errorf("rewriting %s: %w", path, err)
	}
	return j, nil
}

// Close closes the file. Tables can be read afterwards, but not be written.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return nil
	}
	return j.file.Close()
}

// Writes is how often something was written since the journal was opened. What was read before a table changed is out of date
// when this has grown.
func (j *Journal) Writes() int64 { return j.writes.Load() }

func (j *Journal) load(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	for n := 1; ; n++ {
		text, err := r.ReadBytes('\n')
		if err == io.EOF {
			return nil // what is left without a line feed was torn by a kill
		}
		if err != nil {
			return err
		}
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return fmt.Errorf("%s line %d can't be read: %w; move the file away to begin anew", path, n, err)
		}
		j.apply(l)
	}
}

func (j *Journal) apply(l line) {
	t := j.loaded[l.Table]
	if t == nil {
		t = &rows{values: map[string]json.RawMessage{}}
		j.loaded[l.Table] = t
	}
	if l.Value == nil {
		delete(t.values, l.Key)
		return
	}
	if _, known := t.values[l.Key]; !known {
		t.keys = append(t.keys, l.Key)
	}
	t.values[l.Key] = l.Value
}

// each yields the live rows, once each. A key that was deleted and came back stands where it came back.
func (t *rows) each(yield func(key string, value json.RawMessage) error) error {
	last := make(map[string]int, len(t.keys))
	for i, k := range t.keys {
		last[k] = i
	}
	for i, k := range t.keys {
		if v, live := t.values[k]; live && last[k] == i {
			if err := yield(k, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// compact writes the live rows to a new file, puts it in the old one's place in one move, and keeps it open for more.
func (j *Journal) compact(path string) (err error) {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	w := bufio.NewWriter(f)
	for name, t := range j.loaded {
		err = t.each(func(key string, value json.RawMessage) error {
			text, err := encode(line{name, key, value})
			if err == nil {
				j.size += int64(len(text))
				_, err = w.Write(text)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if err = w.Flush(); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	j.file = f
	syncDir(filepath.Dir(path))
	return nil
}

// syncDir makes a rename last over a power cut, where the system can do that; a kill needs no such help.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// write appends a line, all of it or nothing.
func (j *Journal) write(table, key string, value any) error {
	defer j.writes.Add(1)
	if j.file == nil {
		return nil
	}
	l := line{Table: table, Key: key}
	if value != nil {
		v, err := json.Marshal(value)
		if err != nil {
			return err
		}
		l.Value = v
	}
	text, err := encode(l)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.file.Write(text); err != nil {
		return errors.Join(err, j.file.Truncate(j.size)) // a full disk must not leave half a line for the next one to join
	}
	j.size += int64(len(text))
	return nil
}

func encode(l line) ([]byte, error) {
	var b bytes.Buffer
	err := json.NewEncoder(&b).Encode(l)
	return b.Bytes(), err
}
