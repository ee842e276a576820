// Package faults has the vendors fail on order.
package faults

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/journal"
)

// The systems that can be told to fail.
var Systems = []string{"slack", "sendgrid", "hubspot", "pdl", "dropboxsign", "asana", "stripe", "shopify"}

// Kinds are the faults that can be ordered.
var Kinds = []string{client.Throttled, client.Broken, client.Unauthorized, client.Timeout, client.LostReply, client.Garbage, client.Slow}

// DefaultWait is how long a caller is kept waiting where an order doesn't say.
const DefaultWait = 30 * time.Second

// Orders are the faults on order. They are safe for concurrent use.
type Orders struct {
	mu    sync.Mutex
	table *journal.Table[client.Fault]
	last  int
	paths map[string]*regexp.Regexp // by the order's ID
	any   atomic.Bool               // whether there is one at all: requests needn't be looked into otherwise
}

// Open makes the orders, with those that the journal has.
func Open(j *journal.Journal) (*Orders, error) {
	table, err := journal.NewTable[client.Fault](j, "faults")
	if err != nil {
		return nil, err
	}
	o := &Orders{table: table, paths: map[string]*regexp.Regexp{}}
	for id, f := range table.All() {
		o.paths[id] = pattern(f.Path)
		n, _ := strconv.Atoi(id)
		o.last = max(o.last, n)
	}
	o.any.Store(table.Len() > 0)
	return o, nil
}

// Order takes an order and gives it an ID. The error names the field that is wrong.
func (o *Orders) Order(f client.Fault) (client.Fault, error) {
	if err := check(f); err != nil {
		return f, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last++
	f.ID, f.Hits = strconv.Itoa(o.last), 0
	if err := o.table.Put(f.ID, f); err != nil {
		return f, err
	}
	o.paths[f.ID] = pattern(f.Path)
	o.any.Store(true)
	return f, nil
}

func check(f client.Fault) error {
	if f.System != "" && !slices.Contains(Systems, f.System) {
		return fmt.Errorf("system: %q is none of %s", f.System, strings.Join(Systems, ", "))
	}
	if !slices.Contains(Kinds, f.Kind) {
		return fmt.Errorf("kind: %q is none of %s", f.Kind, strings.Join(Kinds, ", "))
	}
	if f.Kind == client.Slow && f.For == "" {
		return errors.New("for: say how slow, for instance 2s")
	}
	if d, err := time.ParseDuration(f.For); f.For != "" && (err != nil || d < 0) {
		return fmt.Errorf("for: %q is not a duration: write it like 500ms or 10s", f.For)
	}
	if f.Count < 0 || f.RetryAfter < 0 {
		return errors.New("count and retry_after can't be negative")
	}
	return nil
}

// List are the orders, oldest first.
func (o *Orders) List() []client.Fault {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := []client.Fault{}
	for _, f := range o.table.All() {
		list = append(list, f)
	}
	return list
}

// Clear takes an order back; "" takes all of them back. It is no error where there is none.
func (o *Orders) Clear(id string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	ids := []string{id}
	if id == "" {
		ids = nil
		for k := range o.table.All() {
			ids = append(ids, k)
		}
	}
	for _, k := range ids {
		if err := o.remove(k); err != nil {
			return err
		}
	}
	return nil
}

func (o *Orders) remove(id string) error {
	if err := o.table.Delete(id); err != nil {
		return err
	}
	delete(o.paths, id)
	o.any.Store(o.table.Len() > 0)
	return nil
}

// take finds the oldest order that a request meets, and counts it.
func (o *Orders) take(system, path, content string) (client.Fault, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for id, f := range o.table.All() {
		if f.System != "" && f.System != system || !o.paths[id].MatchString(path) || !strings.Contains(content, f.Match) {
			continue
		}
		f.Hits++
		if f.Count == 1 {
			_ = o.remove(id) // when the disk is full, the fault strikes once more; there are other worries then
			return f, true
		}
		f.Count = max(f.Count-1, 0)
		_ = o.table.Put(id, f)
		return f, true
	}
	return client.Fault{}, false
}

// pattern reads a path with stars: one for anything within a segment, two for anything.
func pattern(path string) *regexp.Regexp {
	if path == "" {
		path = "**"
	}
	expr := regexp.QuoteMeta(strings.Trim(path, "/"))
	expr = strings.ReplaceAll(expr, `\*\*`, `.*`)
	expr = strings.ReplaceAll(expr, `\*`, `[^/]*`)
	return regexp.MustCompile(`^` + expr + `$`)
}
