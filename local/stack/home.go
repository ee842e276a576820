package stack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// home is the folder that everything is kept in, locked for as long as a stack uses it.
type home struct {
	dir  string
	lock *os.File
}

// openHome makes the folder where it isn't there, and locks it, so that no two stacks write the same files.
func openHome(dir string) (*home, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, unwritable(dir, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, unwritable(dir, err)
	}
	if err := lockFile(f); err != nil {
		defer f.Close()
		if errors.Is(err, errLocked) {
			return nil, fmt.Errorf("another Throughline%s runs in the folder %s: stop that one, or choose another folder with --dir", holder(f), dir)
		}
		return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
	}
	// Who holds it is only a help for people: the lock itself is the system's, and gone when the process is.
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	}
	if err != nil {
		f.Close()
		return nil, unwritable(dir, err)
	}
	return &home{dir: dir, lock: f}, nil
}

func unwritable(dir string, err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	}
	return fmt.Errorf("can't write to the folder %s (%w): choose another with --dir", dir, err)
}

// holder says which process holds a lock, as far as it can be read.
func holder(lock *os.File) string {
	b := make([]byte, 20)
	n, _ := lock.ReadAt(b, 0)
	if pid := strings.TrimSpace(string(b[:n])); pid != "" {
		return " (process " + pid + ")"
	}
	return ""
}

func (h *home) path(name string) string { return filepath.Join(h.dir, name) }

// close unlocks the folder.
func (h *home) close() error { return h.lock.Close() }
