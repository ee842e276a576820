package stack

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
)

// The names in the folder. Deleting by these names, and by no wider pattern, keeps --fresh from what isn't ours.
const (
	temporalFile = "temporal.db"
	sandboxDir   = "sandbox"
	sandboxFile  = "world.jsonl"
	logName      = "throughline.log"
)

// logLimit is the size above which a start puts the log aside.
const logLimit = 10 << 20

// files are where the parts keep what they have; "" is in memory.
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
		f.temporal, f.sandbox = h.path(temporalFile), h.path(sandboxDir)
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
		{&l.health, "the workers' health", "port-health", p.Health, &s.Health},
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
