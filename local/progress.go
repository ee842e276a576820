package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"time"
)

// progress counts what the go command does, and shows it from time to time. A build that takes less than a second isn't
// worth a word.
type progress struct {
	mu      sync.Mutex
	state   state
	started time.Time
	end     chan struct{}
	ended   sync.WaitGroup
}

// state is how far a build is. Its lines fit a terminal of 80 columns, which is what writing over a line takes.
type state struct {
	downloads int
	compiled  int  // packages whose compilation has begun
	last      bool // the program's own is among them, which needs all others
	known     bool // whether there is a total
	total     int  // packages that needed compiling when the build began, more or less, the program's own aside
}

func newProgress(t *terminal) *progress {
	p := &progress{started: time.Now(), end: make(chan struct{})}
	p.ended.Go(func() {
		defer t.clear()
		wait := time.After(time.Second)
		for {
			select {
			case <-p.end:
				return
			case <-wait:
				t.show(p.String())
				wait = time.After(t.every)
			}
		}
	})
	return p
}

func (p *progress) downloading() { p.update(func(s *state) { s.downloads++ }) }

// compiling counts one more package, which may be the last one, and returns how many that are.
func (p *progress) compiling(last bool) (n int) {
	p.update(func(s *state) { s.compiled++; s.last = last; n = s.compiled })
	return n
}

// toCompile says how many packages were left at the moment when the first had begun.
func (p *progress) toCompile(n int) { p.update(func(s *state) { s.total = n }) }

func (p *progress) update(change func(*state)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.state)
}

// done ends the display.
func (p *progress) done() {
	close(p.end)
	p.ended.Wait()
}

func (p *progress) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.String() + ", " + time.Since(p.started).Round(time.Second).String()
}

// many is the number of packages above which it must be Temporal's that are built.
const many = 200

func (s state) String() string {
	switch {
	case s.compiled == 0 && s.downloads == 0:
		return "getting the program ready"
	case s.compiled == 0:
		return fmt.Sprintf("downloading modules: %s so far (first time only)", thousands(s.downloads))
	case s.last, s.known && s.total < many && s.compiled >= s.total:
		return "linking the program"
	case !s.known:
		return fmt.Sprintf("building: package %s", thousands(s.compiled))
	case s.total < many:
		return fmt.Sprintf("building: package %d of %d", s.compiled, s.total)
	}
	return fmt.Sprintf("building Temporal's server (first time only): %s of %s packages",
		thousands(min(s.compiled, s.total)), thousands(s.total))
}

// thousands writes a count that has at most six digits as people do: 1,630.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

// terminal shows one line at a time: over the one before where a person watches, and below it, less often, in a log.
type terminal struct {
	w     io.Writer
	every time.Duration
	over  bool
}

func newTerminal(f *os.File) *terminal {
	if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb" {
		return &terminal{w: f, every: 100 * time.Millisecond, over: true}
	}
	return &terminal{w: f, every: 5 * time.Second}
}

func (t *terminal) show(line string) {
	if t.over {
		fmt.Fprintf(t.w, "\r\x1b[K%s", line)
	} else {
		fmt.Fprintln(t.w, line)
	}
}

func (t *terminal) clear() {
	if t.over {
		fmt.Fprint(t.w, "\r\x1b[K")
	}
}
