package document

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// MaxFile is how large a file in a [Store] can be. A proposal of 200 KB of notes has half a megabyte.
const MaxFile = 32 << 20

// Format is what a file in a [Store] is, and the end of its name.
type Format string

// The formats.
const (
	PDF  Format = "pdf"
	HTML Format = "html"
)

// ErrDamaged is what [Store.Open] finds where a file's bytes are no longer those that were kept.
var ErrDamaged = errors.New("the kept document is damaged: its bytes don't have the digest that it is known by")

// Store keeps documents by what is in them: a file's name is the SHA-256 of its bytes,
//
//	<directory>/ab/abcdef….pdf
//
// so that nothing is ever overwritten and keeping the same twice is keeping it once. Any number of processes can share a
// directory, on one machine or on a volume that several mount. A file appears whole or not at all, and is on the disk when Put
// returns. Nothing is ever taken out: backing up is copying, and deleting what nobody needs any more is the operator's
// business.
type Store struct{ dir string }

// NewStore uses a directory, which is made where there is none, and checks that it can be written to.
func NewStore(dir string) (*Store, error) {
	if dir == "" {
		return nil, errors.New("the documents' directory isn't set")
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("the documents' directory can't be made: %w", err)
	}
	probe, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return nil, fmt.Errorf("the documents' directory can't be written to: %w", err)
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return nil, fmt.Errorf("the documents' directory can't be written to: %w", err)
	}
	return &Store{dir}, nil
}

// ReadStore uses a directory to read from, and looks at nothing before: it may be there later, and needn't be one to write to.
func ReadStore(dir string) *Store { return &Store{dir} }

// Kept is a file in the store.
type Kept struct {
	// Digest is the SHA-256 of its bytes, in lower-case hexadecimal.
	Digest string
	// At is when it was first kept.
	At time.Time
}

// Put keeps a file and says by which digest. Where it is there already, nothing is written, and At is when it was. A damaged
// one is replaced.
func (s *Store) Put(content []byte, format Format) (Kept, error) {
	if len(content) > MaxFile {
		return Kept{}, fmt.Errorf("the document has %d bytes, and can have at most %d", len(content), MaxFile)
	}
	digest := digestOf(content)
	path := s.path(digest, format)
	if _, err := s.read(path, digest); err != nil {
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrDamaged) {
			return Kept{}, err
		}
		if err := write(path, content); err != nil {
			return Kept{}, fmt.Errorf("the document can't be kept: %w", err)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		return Kept{}, fmt.Errorf("the document can't be kept: %w", err)
	}
	return Kept{digest, info.ModTime().UTC().Truncate(time.Second)}, nil
}

// write puts a file in its place at once: under another name first, and over to its own when all of it is on the disk.
func write(path string, content []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // it is gone where all went well
	_, err = temp.Write(content)
	if err = errors.Join(err, temp.Chmod(0o640), temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return err
	}
	return errors.Join(settle(dir), settle(filepath.Dir(dir)))
}

// settle makes the names in a directory last.
func settle(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

var digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Open reads the file with a digest, and says what it is. The error is fs.ErrNotExist where there is none, which includes
// whatever isn't a digest, and [ErrDamaged] where its bytes have changed since.
func (s *Store) Open(digest string) ([]byte, Format, error) {
	if !digestForm.MatchString(digest) {
		return nil, "", fmt.Errorf("a document without a digest: %w", fs.ErrNotExist)
	}
	var err error
	for _, format := range []Format{PDF, HTML} {
		var content []byte
		if content, err = s.read(s.path(digest, format), digest); err == nil {
			return content, format, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return nil, "", err
}

// Bytes is [Store.Open] for whoever knows what the file is.
func (s *Store) Bytes(digest string) ([]byte, error) {
	content, _, err := s.Open(digest)
	return content, err
}

func (s *Store) read(path, digest string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // it was only read
	content, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return nil, err
	}
	if digestOf(content) != digest {
		return nil, ErrDamaged
	}
	return content, nil
}

func (s *Store) path(digest string, format Format) string {
	return filepath.Join(s.dir, digest[:2], digest+"."+string(format))
}

func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
