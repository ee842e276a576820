package spool

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
)

// The buckets: what waits, by its number, and what Temporal would never take.
var (
	queueBucket   = []byte("queue")
	refusedBucket = []byte("refused")
)

const (
	// lockWait is how long another process may take to let go of the file: one that is just stopping.
	lockWait = time.Second
	// together is how long an entry waits for others, so that one sync does for all. A click has three seconds for everything.
	together = 2 * time.Millisecond
	// Of what Temporal would never take this many of the latest are kept, and all that came in this long ago or less: where a mistake has
	// Temporal refuse everything, all of it is there to be brought in again.
	mostRefused = 1000
	keepRefused = 30 * 24 * time.Hour
)

// record is an entry as it is on disk.
type record struct {
	Line string    `json:"line"`
	Kind string    `json:"kind"`
	Mark string    `json:"mark,omitempty"`
	At   time.Time `json:"at"`
	// Payload is one of Temporal's, marshalled: that is what the codec encrypts.
	Payload []byte `json:"payload"`
	// Why is why Temporal didn't take it, once that is so.
	Why string `json:"why,omitempty"`
}

func (s *Spool) encode(e Entry) ([]byte, error) {
	payloads := []*commonpb.Payload{{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingJSON)}, Data: e.Content,
	}}
	payloads, err := s.o.Codec.Encode(payloads)
	if err != nil {
		return nil, err
	}
	r := record{Line: e.Line, Kind: e.Kind, Mark: e.Mark, At: e.At}
	if r.Payload, err = proto.Marshal(payloads[0]); err != nil {
		return nil, err
	}
	return json.Marshal(r)
}

// unreadable is the error for what isn't as it was written, and never will be.
var unreadable = &RefusedError{"it can't be read"}

// decode reads a record with what is in it. The error may be one of package codec's, with which the rest of the entry is there.
func (s *Spool) decode(value []byte) (Entry, error) {
	var r record
	if err := json.Unmarshal(value, &r); err != nil {
		return Entry{}, unreadable
	}
	e := Entry{Line: r.Line, Kind: r.Kind, Mark: r.Mark, At: r.At}
	p := &commonpb.Payload{}
	if err := proto.Unmarshal(r.Payload, p); err != nil {
		return e, unreadable
	}
	opened, err := s.o.Codec.Decode([]*commonpb.Payload{p})
	if err != nil {
		return e, err
	}
	e.Content = opened[0].GetData()
	return e, nil
}

// create makes the file, whole or not at all: a process that dies while it does so leaves no half of one. Where two processes do so at
// once, neither puts its file in the other's place.
func create(path string) error {
	half := path + ".new"
	if here, err := exists(path); here || err != nil {
		return err
	}
	db, err := open(half)
	if err != nil && !errors.Is(err, bolterrors.ErrTimeout) { // what somebody left, who died; what somebody is just making is locked
		if err := os.Remove(half); err != nil {
			return err
		}
		db, err = open(half)
	}
	if err != nil {
		return err
	}
	here, err := exists(path) // by now, with the other's lock ours
	if here || err != nil {
		return errors.Join(err, db.Close(), gone(os.Remove(half)))
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{queueBucket, refusedBucket} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := gone(os.Rename(half, path)); err != nil { // the other may have renamed it while we waited
		return err
	}
	// The folder may be as new as what is in it.
	return errors.Join(syncDir(filepath.Dir(path)), syncDir(filepath.Dir(filepath.Dir(path))))
}

func exists(path string) (bool, error) {
	_, err := os.Stat(path)
	return err == nil, gone(err)
}

// gone is an error that isn't that a file isn't there.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) { // somebody else's, who gave us the folder in it
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// open opens the file by itself. Each transaction of bbolt's is whole and synced when it returns, or has never been, whatever becomes of
// the process in between.
func open(path string) (*bbolt.DB, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockWait})
	if err != nil {
		return nil, err
	}
	db.MaxBatchDelay = together
	return db, nil
}

// load notes what is in the file, instead of what was noted before.
func (s *Spool) load() error {
	s.lines, s.here, s.aged, s.size = map[string][]spot{}, map[uint64]struct{}{}, nil, 0
	return s.db.View(func(tx *bbolt.Tx) error {
		queue := tx.Bucket(queueBucket)
		if queue == nil || tx.Bucket(refusedBucket) == nil {
			return errors.New("it is some other program's")
		}
		return queue.ForEach(func(key, value []byte) error {
			var r record
			if err := json.Unmarshal(value, &r); err != nil || len(key) != 8 {
				return fmt.Errorf("entry %x isn't what was written", key)
			}
			s.size += int64(len(value))
			s.enter(r.Line, spot{binary.BigEndian.Uint64(key), int64(len(value)), r.At, r.Kind, r.Mark})
			return nil
		})
	})
}

// write puts a record at the end.
func (s *Spool) write(value []byte) (number uint64, err error) {
	err = s.db.Batch(func(tx *bbolt.Tx) error {
		queue := tx.Bucket(queueBucket)
		var err error
		if number, err = queue.NextSequence(); err != nil {
			return err
		}
		return queue.Put(key(number), value)
	})
	return number, err
}

func (s *Spool) read(number uint64) (e Entry, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		value := tx.Bucket(queueBucket).Get(key(number))
		if value == nil {
			return errors.New("an entry is gone")
		}
		e, err = s.decode(value)
		return err
	})
	return e, err
}

// remove takes an entry out. Where why says that Temporal would never take it, it goes to those that are kept to be looked at. It may be
// out already: a sync that fails may have been enough.
func (s *Spool) remove(number uint64, why string) error {
	return s.db.Batch(func(tx *bbolt.Tx) error { return remove(tx, number, why) })
}

func remove(tx *bbolt.Tx, number uint64, why string) error {
	queue := tx.Bucket(queueBucket)
	if value := queue.Get(key(number)); value != nil && why != "" {
		if err := refuse(tx.Bucket(refusedBucket), value, why); err != nil {
			return err
		}
	}
	return queue.Delete(key(number))
}

func refuse(bucket *bbolt.Bucket, value []byte, why string) error {
	var r record
	if err := json.Unmarshal(value, &r); err != nil {
		return err
	}
	r.Why = why
	value, err := json.Marshal(r)
	if err != nil {
		return err
	}
	number, err := bucket.NextSequence()
	if err != nil {
		return err
	}
	if number > mostRefused {
		if err := forget(bucket, number-mostRefused, time.Now().Add(-keepRefused)); err != nil {
			return err
		}
	}
	return bucket.Put(key(number), value)
}

// forget drops those up to a number that came in before a time, from the first to one that is younger.
func forget(bucket *bbolt.Bucket, last uint64, before time.Time) error {
	c := bucket.Cursor()
	for number, value := c.First(); number != nil && binary.BigEndian.Uint64(number) <= last; number, value = c.First() {
		var r record
		if err := json.Unmarshal(value, &r); err != nil {
			return err
		}
		if r.At.After(before) {
			return nil
		}
		if err := c.Delete(); err != nil {
			return err
		}
	}
	return nil
}

func key(number uint64) []byte { return binary.BigEndian.AppendUint64(nil, number) }
