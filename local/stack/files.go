package stack

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
)

// The names in the folder. Deleting by these names, and by no wider pattern, keeps --fresh from what isn't ours.
const (
	temporalFile = "temporal.db"
	sandboxDir   = "sandbox"
	sandboxFile  = "world.jsonl"
	documentsDir = "documents"
	logName      = "throughline.log"
)

// logLimit is the size above which a start puts the log aside.
const logLimit = 10 << 20

// files are where the parts keep what they have; "" is in memory. Documents are always in a folder: a system that keeps nothing has
// one of its own, until it stops.
type files struct {
	temporal, sandbox string
	log               io.Writer
}

func (s *Stack) openFiles(o Options) (files, error) {
	f := files{log: o.Log}
	if o.Dir != "" {
		h, err := openHome(o.Dir)
		if err != nil {
			return f, err
		}
		s.onStop(h.close)
		if o.Fresh {
			if err := h.clear(); err != nil {
				return f, err
			}
		}
		f.temporal, f.sandbox, s.documents = h.path(temporalFile), h.path(sandboxDir), h.path(documentsDir)
		if f.log == nil {
			log, err := h.openLog()
			if err != nil {
				return f, err
			}
			s.onStop(log.Close)
			f.log = log
		}
	}
	if f.log == nil {
		f.log = io.Discard
	}
	if s.documents == "" {
		dir, err := os.MkdirTemp("", "throughline-documents-")
		if err != nil {
			return f, err
		}
		s.onStop(func() error { return os.RemoveAll(dir) })
		s.documents = dir
	}
	return f, nil
}

// clear deletes what stacks have left in the folder.
func (h *home) clear() error {
	for _, name := range []string{
		temporalFile, temporalFile + "-wal", temporalFile + "-shm", temporalFile + "-journal",
		filepath.Join(sandboxDir, sandboxFile),
		logName, logName + ".1",
	} {
		if err := os.Remove(h.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return unwritable(h.dir, err)
		}
	}
	return h.clearDocuments()
}

// keptDocument is what a document is called, below the folder of documents.
var keptDocument = regexp.MustCompile(`^[0-9a-f]{2}/[0-9a-f]{64}\.(pdf|html)$`)

func (h *home) clearDocuments() error {
	root := os.DirFS(h.path(documentsDir))
	kept, err := fs.Glob(root, "*/*")
	if err != nil {
		return err
	}
	for _, name := range kept {
		if !keptDocument.MatchString(name) {
			continue
		}
		if err := os.Remove(filepath.Join(h.path(documentsDir), filepath.FromSlash(name))); err != nil {
			return unwritable(h.dir, err)
		}
	}
	return nil
}

func (h *home) openLog() (*os.File, error) {
	path := h.path(logName)
	if info, err := os.Stat(path); err == nil && info.Size() > logLimit {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, unwritable(h.dir, err)
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, unwritable(h.dir, err)
	}
	return f, nil
}

// listeners are the ports that are opened before anything starts.
type listeners struct{ door, sandbox, health net.Listener }

func (s *Stack) listen(p Ports) (l listeners, err error) {
	for _, one := range []struct {
		l          *net.Listener
		what, flag string
		port       int
		url        *string
	}{
		{&l.door, "the door", "port-door", p.Door, &s.Door},
		{&l.sandbox, "the sandbox", "port-sandbox", p.Sandbox, &s.Sandbox},
		{&l.health, "health and metrics", "port-health", p.Health, &s.Health},
	} {
		if *one.l, err = listen(one.what, one.flag, one.port); err != nil {
			return l, err
		}
		s.onStop(func() error {
			if err := (*one.l).Close(); !errors.Is(err, net.ErrClosed) {
				return err
			}
			return nil
		})
		*one.url = "http://" + (*one.l).Addr().String()
	}
	return l, nil
}
