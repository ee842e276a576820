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
	// mostRefused is how many of those are kept that Temporal would never take: enough to find out what is wrong with them.
	mostRefused = 1000
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
	var err error
	if s.o.Codec != nil {
		if payloads, err = s.o.Codec.Encode(payloads); err != nil {
			return nil, err
		}
	}
	r := record{Line: e.Line, Kind: e.Kind, Mark: e.Mark, At: e.At}
	if r.Payload, err = proto.Marshal(payloads[0]); err != nil {
		return nil, err
	}
	return json.Marshal(r)
}

// decode reads a record with what is in it. The error may be one of package codec's.
func (s *Spool) decode(value []byte) (Entry, error) {
	var r record
	if err := json.Unmarshal(value, &r); err != nil {
		return Entry{}, errors.New("an entry isn't what was written")
	}
	e := Entry{Line: r.Line, Kind: r.Kind, Mark: r.Mark, At: r.At}
	p := &commonpb.Payload{}
	if err := proto.Unmarshal(r.Payload, p); err != nil {
		return e, errors.New("an entry isn't what was written")
	}
	if s.o.Codec != nil {
		opened, err := s.o.Codec.Decode([]*commonpb.Payload{p})
		if err != nil {
			return e, err
		}
		p = opened[0]
	}
	e.Content = p.GetData()
	return e, nil
}

// create makes the file, whole or not at all: a process that dies while it does so leaves no half of one.
func create(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Remove(path + ".new"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	db, err := open(path + ".new")
	if err != nil {
		return err
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
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
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

// load notes what is in the file.
func (s *Spool) load() error {
	return s.db.View(func(tx *bbolt.Tx) error {
		queue := tx.Bucket(queueBucket)
		if queue == nil {
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

// remove takes an entry out. Where why says that Temporal would never take it, it goes to those that are kept to be looked at.
func (s *Spool) remove(number uint64, why string) error {
	return s.db.Batch(func(tx *bbolt.Tx) error {
		queue := tx.Bucket(queueBucket)
		if why != "" {
			if err := refuse(tx.Bucket(refusedBucket), queue.Get(key(number)), why); err != nil {
				return err
			}
		}
		return queue.Delete(key(number))
	})
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
		if err := bucket.Delete(key(number - mostRefused)); err != nil {
			return err
		}
	}
	return bucket.Put(key(number), value)
}

// Look goes through all that a spool has, what waits first and then what Temporal would never take, with why it wouldn't.
func (s *Spool) Look(show func(e Entry, why string) error) error {
	return s.db.View(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{queueBucket, refusedBucket} {
			if err := tx.Bucket(name).ForEach(func(_, value []byte) error {
				e, err := s.decode(value)
				if err != nil {
					return err
				}
				var r record
				_ = json.Unmarshal(value, &r) // it was read above
				return show(e, r.Why)
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

func key(number uint64) []byte { return binary.BigEndian.AppendUint64(nil, number) }
