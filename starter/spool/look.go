package spool

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
)

// Looked is an entry as who looks after a spool sees it.
type Looked struct {
	Entry
	// Refused is why it was put aside, since Temporal would never take it; "" while it waits.
	Refused string
	// Unreadable is why there is no content; nil where there is.
	Unreadable error
}

// Look goes through all that a spool has, what waits first and then what was put aside.
func (s *Spool) Look(show func(Looked) error) error {
	return s.db.View(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{queueBucket, refusedBucket} {
			if err := tx.Bucket(name).ForEach(func(_, value []byte) error {
				e, err := s.decode(value)
				var r record
				_ = json.Unmarshal(value, &r) // what can't be read of it says err
				return show(Looked{e, r.Why, err})
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// byHand is why something was put aside that nobody has refused.
const byHand = "by hand"

// Aside puts aside all that waits of a line, so that the spool is rid of what can't be handed over and isn't worth waiting for. It isn't
// for a spool that is being handed over.
func (s *Spool) Aside(line string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.lines[line]) == 0 {
		return fmt.Errorf("nothing of %q waits", line)
	}
	err := s.db.Update(func(tx *bbolt.Tx) error {
		for _, at := range s.lines[line] {
			if err := remove(tx, at.number, byHand); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = s.load()
	}
	return err
}

// Again puts what was put aside of a line back behind all that waits, so that it is tried once more: after what was wrong with it, or with
// Temporal, has been put right. It isn't for a spool that is being handed over.
func (s *Spool) Again(line string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.db.Update(func(tx *bbolt.Tx) error {
		queue, refused := tx.Bucket(queueBucket), tx.Bucket(refusedBucket)
		var numbers []uint64
		var records []record
		if err := refused.ForEach(func(number, value []byte) error {
			var r record
			if err := json.Unmarshal(value, &r); err != nil || r.Line != line {
				return err
			}
			r.Why = ""
			numbers, records = append(numbers, binary.BigEndian.Uint64(number)), append(records, r)
			return nil
		}); err != nil {
			return err
		}
		if len(records) == 0 {
			return fmt.Errorf("nothing of %q was put aside", line)
		}
		for i, r := range records {
			value, err := json.Marshal(r)
			if err != nil {
				return err
			}
			behind, err := queue.NextSequence()
			if err != nil {
				return err
			}
			if err := errors.Join(queue.Put(key(behind), value), refused.Delete(key(numbers[i]))); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = s.load()
	}
	return err
}
