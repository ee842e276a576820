//go:build unix

package spool

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	ossignal "os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
)

// envChild makes this binary a process that uses a spool, instead of the tests: its value is the folder. envLimit is the longest file
// that it may write at first.
const (
	envChild = "SPOOL_CHILD"
	envLimit = "SPOOL_LIMIT"
	drained  = "drained" // instead of a limit: see beDrained
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(envChild); dir != "" {
		if err := beChild(dir, os.Getenv(envLimit)); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// beChild keeps one thing after the other, and says of each that it was kept once that is so, until it is killed or can't go on. With a
// limit, it says why it can't, and goes on without the limit for three more.
func beChild(dir, limit string) error {
	s, err := Open(Options{Dir: dir})
	if err != nil {
		return err
	}
	content := []byte(`"` + strings.Repeat("x", 2000) + `"`)
	if limit == "" {
		for i := 0; ; i++ {
			if err := s.Keep(Entry{Line: fmt.Sprint("lead-", i%5), Kind: "test", Mark: fmt.Sprint(i), Content: content}); err != nil {
				return err
			}
			fmt.Println("kept", i)
		}
	}
	if limit == drained {
		return beDrained(s, limitFiles)
	}
	var most uint64
	if _, err := fmt.Sscan(limit, &most); err != nil {
		return err
	}
	restore, err := limitFiles(most)
	if err != nil {
		return err
	}
	kept, after, limited := 0, 0, true
	for after < 3 {
		err := s.Keep(Entry{Line: "lead", Kind: "test", Content: content})
		switch {
		case err == nil && kept > 1000:
			return fmt.Errorf("there is no limit")
		case err == nil && limited:
			kept++
		case err == nil:
			after++
		default:
			fmt.Println("full:", s.Full())
			limited = false
			if err := restore(); err != nil {
				return err
			}
		}
	}
	fmt.Println("kept", kept+after)
	return s.Full()
}

// limitFiles has the disk be full for this process once a file is so long.
func limitFiles(bytes uint64) (restore func() error, err error) {
	ossignal.Ignore(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		return nil, err
	}
	low := before
	low.Cur = bytes
	return func() error { return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before) }, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &low)
}

// child starts a process that uses a spool.
func child(t *testing.T, dir, limit string) (cmd *exec.Cmd, said *bufio.Scanner) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envChild+"="+dir, envLimit+"="+limit)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, bufio.NewScanner(out)
}

func TestWhatWasSaidToBeKeptIsThereAfterAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want := 0
	for _, before := range []int{1, 7, 40} {
		cmd, said := child(t, dir, "")
		heard := 0
		for said.Scan() {
			require.Contains(t, said.Text(), "kept")
			if heard++; heard == before { // it is in the middle of the next by now
				require.NoError(t, cmd.Process.Kill())
			}
		}
		_ = cmd.Wait()
		want += heard
		s, err := Open(Options{Dir: dir})
		require.NoError(t, err)
		found := s.Stats().Entries
		assert.GreaterOrEqual(t, found, want)
		for line, entries := range s.lines {
			last := -1
			for _, at := range entries {
				var i int
				_, err := fmt.Sscan(at.mark, &i)
				require.NoError(t, err)
				if i > last || i < 5 { // another process has begun anew
					last = i
					continue
				}
				assert.Fail(t, "out of order", "%s: %d after %d", line, i, last)
			}
		}
		require.NoError(t, s.Close())
		want = found
	}
}

func TestAFullDiskIsAnErrorUntilThereIsRoomAgainAndCostsNothingThatWasKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd, said := child(t, dir, "100000")
	var full, kept string
	for said.Scan() {
		switch text := said.Text(); {
		case strings.HasPrefix(text, "full: "):
			full = text
		case strings.HasPrefix(text, "kept "):
			kept = text
		default:
			require.Fail(t, text)
		}
	}
	require.NoError(t, cmd.Wait())
	assert.Contains(t, full, "the spool can't be written")
	assert.Contains(t, full, "file too large")
	s := opened(t, Options{Dir: dir})
	assert.Equal(t, kept, fmt.Sprint("kept ", s.Stats().Entries))
}

func TestAWriteThatWasTornIsAsIfItHadNeverBeen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	s := opened(t, Options{Dir: dir})
	keep(t, s, "lead-a", `1`)
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	keep(t, s, "lead-a", `2`)
	require.NoError(t, s.Close())
	after, err := os.ReadFile(path)
	require.NoError(t, err)

	// A transaction is over once one of the two first pages says so. That is what the power fails in.
	page := os.Getpagesize()
	torn := 0
	for i := range 2 {
		if at := i * page; !bytes.Equal(before[at:at+page], after[at:at+page]) {
			copy(after[at+40:at+60], bytes.Repeat([]byte{0xff}, 20))
			torn++
		}
	}
	require.Equal(t, 1, torn)
	require.NoError(t, os.WriteFile(path, after, 0o600))
	s = opened(t, Options{Dir: dir})
	assert.Equal(t, map[string][]string{"lead-a": {"1"}}, all(t, s))
	keep(t, s, "lead-a", `3`)
	assert.Equal(t, map[string][]string{"lead-a": {"1", "3"}}, all(t, s))
}

func TestAProcessThatDiedWhileItMadeTheFileLeftNoHalfOfOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, FileName+".new"), []byte("half"), 0o600))
	s := opened(t, Options{Dir: dir})
	keep(t, s, "lead-a", `1`)
	assert.True(t, s.Waiting("lead-a"))
}

func TestWhatTemporalHasGotIsNotHandedOverAgainWhereItCannotBeTakenOut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, said := child(t, dir, drained)
	var heard []string
	for said.Scan() {
		heard = append(heard, said.Text())
	}
	// Of each case one, and that one once.
	assert.Equal(t, []string{"on a full disk: 7 handed over, 20 here", "with room again: 20 handed over, 0 here"}, heard)
}

// beDrained hands over what it keeps while no file may be written, and then on a disk that has room again.
func beDrained(s *Spool, limit func(bytes uint64) (restore func() error, err error)) error {
	for i := range 20 {
		if err := s.Keep(Entry{Line: fmt.Sprint("lead-", i%7), Kind: "test", Content: []byte(`1`)}); err != nil {
			return err
		}
	}
	restore, err := limit(1)
	if err != nil {
		return err
	}
	var handed atomic.Int64
	h := newHandover(s, nil, map[string]Deliver{"test": func(context.Context, client.Client, Entry) error {
		handed.Add(1)
		return nil
	}})
	for range 10 {
		h.round(context.Background())
	}
	fmt.Printf("on a full disk: %d handed over, %d here\n", handed.Load(), s.Stats().Entries)
	if err := restore(); err != nil {
		return err
	}
	h.round(context.Background())
	fmt.Printf("with room again: %d handed over, %d here\n", handed.Load(), s.Stats().Entries)
	return nil
}
