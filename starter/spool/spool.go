// Package spool keeps on disk what people, servers and vendors have brought while Temporal is away, and hands it over once Temporal is
// back: in order for each case, and everything else side by side.
//
// The doors ask Temporal first, by a [Client]. Only where it can't be reached, or doesn't answer in time (see [Away]), is something kept;
// whoever brought it is then answered as if Temporal had it, since it is on disk: synced, before anybody is told. Once something of a
// case is here, whatever comes after it for the same case goes behind it, even if Temporal is back.
//
// What is kept may have reached Temporal all the same, whose answer got lost; and a spool that dies while it hands something over does so
// again. So everything in it has to be harmless when it is done twice: the start of a workflow, by the workflow's ID, and signals, by the
// ID that is in their content. What needs an answer from a workflow can't be kept.
package spool

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/throughline-dev/throughline/config/codec"
)

// The limits where the options have none.
const (
	// DefaultMaxSize holds some hundred thousand leads, or two hundred of the longest proposals.
	DefaultMaxSize = 256 << 20
	// DefaultMaxAge is shorter than Temporal remembers a case that has ended: 7 days or more where it is set up as docs/operations.md
	// says. Until then Temporal knows a case that it has had already.
	DefaultMaxAge = 72 * time.Hour
)

// Options say what a spool is like.
type Options struct {
	// Dir is the folder, which is made where it isn't there. It is for one process at a time. Required.
	Dir string
	// MaxSize is the most that is kept, in bytes; 0 for [DefaultMaxSize].
	MaxSize int64
	// MaxAge is how old the oldest may be before nothing more is taken; 0 for [DefaultMaxAge]. Nothing is ever dropped for its age.
	MaxAge time.Duration
	// Codec encrypts what is on disk; nil encrypts nothing.
	Codec *codec.Codec
	// Logger is told when Temporal is away and back, and what is dropped, without personal data; nil for slog.Default().
	Logger *slog.Logger
}

// Entry is something that is kept.
type Entry struct {
	// Line is what has to stay in order: the case's ID, or else what it is about. It stands on disk in clear.
	Line string
	// Kind says how it is handed over.
	Kind string
	// Mark tells two entries of the same kind and line apart, for who asks by [Spool.Kept]; it stands on disk in clear.
	Mark string
	// Content is JSON.
	Content []byte
	// At is when it was kept.
	At time.Time
}

// Spool keeps entries. It may be used by several goroutines at once. A nil one is off: nothing waits in it, and it keeps nothing.
type Spool struct {
	o   Options
	log *slog.Logger
	db  *bbolt.DB

	mu    sync.Mutex
	lines map[string][]spot   // each in the order in which it is handed over
	here  map[uint64]struct{} // the numbers of all that is in lines
	aged  []spot              // by age; those that aren't here any more are dropped when they are come upon
	size  int64               // of all that is in lines, and of what is just being written
	// broken is why the latest write failed, at a time; nil where it didn't.
	broken   error
	brokenAt time.Time

	more                  chan struct{} // something was kept
	kept, handed, refused atomic.Int64
}

// spot is where an entry is, and what is known of it without reading it.
type spot struct {
	number     uint64 // in the order in which they came
	size       int64
	at         time.Time
	kind, mark string
}

// FileName is the file's in the folder.
const FileName = "spool.db"

// Open opens a spool with what is still in it. The error says what is wrong with the folder or the file, and what to do.
func Open(o Options) (*Spool, error) {
	o.MaxSize, o.MaxAge = cmp.Or(o.MaxSize, DefaultMaxSize), cmp.Or(o.MaxAge, DefaultMaxAge)
	s := &Spool{o: o, log: cmp.Or(o.Logger, slog.Default()), more: make(chan struct{}, 1)}
	if o.Codec == nil { // one without keys still knows what it can't read
		var err error
		if s.o.Codec, err = codec.New(); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("the spool's folder %q can't be used: %w", o.Dir, cause(err))
	}
	path := filepath.Join(o.Dir, FileName)
	err := create(path)
	if err != nil && !errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("the spool can't be written to %q: %w", o.Dir, cause(err))
	}
	if err == nil {
		s.db, err = open(path)
	}
	broken := slices.ContainsFunc([]error{bolterrors.ErrInvalid, bolterrors.ErrVersionMismatch, bolterrors.ErrChecksum}, func(is error) bool { return errors.Is(err, is) })
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("the spool in %q is in use by another process: stop that one, or give each starter a folder of its own", o.Dir)
	case broken:
		return nil, fmt.Errorf("the spool %q can't be read: %w (%s)", path, err, putAside)
	case err != nil:
		return nil, fmt.Errorf("the spool %q can't be opened: %w", path, cause(err))
	}
	if err := s.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("the spool %q can't be read: %w (%s)", path, err, putAside), s.db.Close())
	}
	return s, nil
}

// putAside is what to do about a file that can't be read.
const putAside = "put it aside to begin with an empty one, and keep it: what was accepted is in it"

// Close ends the spool. What is in it is there when it is opened again.
func (s *Spool) Close() error {
	if s == nil {
		return nil
	}
	return s.db.Close()
}

// FullError is the error where there is no room for more.
type FullError struct{ Why string }

func (e *FullError) Error() string { return "the spool is full: " + e.Why }

// ErrOff is the error where there is no spool to keep anything in.
var ErrOff = errors.New("there is no spool (starter.spool.dir)")

// Keep keeps an entry behind all others of its line. It is on disk when it returns. The error is a [FullError] where there is no room,
// [ErrOff] where there is no spool, or else why it couldn't be written: nothing was kept then, as far as anybody knows.
func (s *Spool) Keep(e Entry) error {
	if s == nil {
		return ErrOff
	}
	e.At = time.Now().UTC()
	value, err := s.encode(e)
	if err != nil {
		return err
	}
	size := int64(len(value))
	if err := s.reserve(size, e.At); err != nil {
		return err
	}
	number, err := s.write(value)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.size -= size
		s.broken, s.brokenAt = fmt.Errorf("the spool can't be written: %w", cause(err)), time.Now()
		return s.broken
	}
	s.broken = nil
	s.enter(e.Line, spot{number, size, e.At, e.Kind, e.Mark})
	s.kept.Add(1)
	select {
	case s.more <- struct{}{}:
	default:
	}
	return nil
}

// enter notes where an entry is.
func (s *Spool) enter(line string, at spot) {
	// Of those that were written together any may be first here.
	i, _ := slices.BinarySearchFunc(s.lines[line], at.number, func(o spot, n uint64) int { return cmp.Compare(o.number, n) })
	s.lines[line] = slices.Insert(s.lines[line], i, at)
	s.here[at.number] = struct{}{}
	s.aged = append(s.aged, at)
}

// leave forgets an entry.
func (s *Spool) leave(line string, gone spot) {
	rest := slices.DeleteFunc(s.lines[line], func(o spot) bool { return o.number == gone.number })
	if s.lines[line] = rest; len(rest) == 0 {
		delete(s.lines, line)
	}
	delete(s.here, gone.number)
	s.size -= gone.size
}

// reserve takes room for an entry, if there is some.
func (s *Spool) reserve(size int64, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.full(size, now); err != nil {
		return err
	}
	s.size += size
	return nil
}

func (s *Spool) full(size int64, now time.Time) error {
	if s.size+size > s.o.MaxSize {
		return &FullError{fmt.Sprintf("%d bytes are in it, and %d may be (starter.spool.max_size)", s.size, s.o.MaxSize)}
	}
	if oldest := s.oldest(); !oldest.IsZero() && now.Sub(oldest) > s.o.MaxAge {
		return &FullError{fmt.Sprintf("the oldest in it has waited since %s, and more than %s is too long (starter.spool.max_age)",
			oldest.Format(time.RFC3339), s.o.MaxAge)}
	}
	return nil
}

// worthIt is the least room with which a spool isn't full, in bytes: that for a lead.
const worthIt = 64 << 10

// doubt is for how long a write that has failed says that the next one would, too: a disk that was full may have room again.
const doubt = 30 * time.Second

// Full says why nothing more can be kept; nil where there is room for a lead at least, as far as is known without writing.
func (s *Spool) Full() error {
	if s == nil {
		return ErrOff
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil && time.Since(s.brokenAt) < doubt {
		return s.broken
	}
	return s.full(worthIt, time.Now())
}

// Waiting reports whether something of a line is kept, so that whatever comes has to go behind it.
func (s *Spool) Waiting(line string) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.lines[line]) > 0
}

// Kept is what is known of a line's first entry of a kind; ok is false where none is kept.
func (s *Spool) Kept(line, kind string) (mark string, at time.Time, ok bool) {
	if s == nil {
		return "", time.Time{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.lines[line], func(o spot) bool { return o.kind == kind })
	if i < 0 {
		return "", time.Time{}, false
	}
	found := s.lines[line][i]
	return found.mark, found.at, true
}

// Stats are what operations look at.
type Stats struct {
	// Entries are kept now, Bytes in all. Oldest is when the oldest was kept; the zero time where none is.
	Entries int
	Bytes   int64
	Oldest  time.Time
	// Kept, HandedOver and Refused count since the spool was opened: Refused is what Temporal would never take.
	Kept, HandedOver, Refused int64
}

// Stats says how things stand.
func (s *Spool) Stats() Stats {
	if s == nil {
		return Stats{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{Entries: len(s.here), Bytes: s.size, Oldest: s.oldest(), Kept: s.kept.Load(), HandedOver: s.handed.Load(), Refused: s.refused.Load()}
}

// oldest is when the oldest entry was kept; the zero time where none is.
func (s *Spool) oldest() time.Time {
	for len(s.aged) > 0 {
		if _, here := s.here[s.aged[0].number]; here {
			return s.aged[0].at
		}
		s.aged = s.aged[1:]
	}
	return time.Time{}
}

// cause is a file's error without the operation and the path.
func cause(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}
