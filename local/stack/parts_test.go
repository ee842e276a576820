package stack

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAPartThatBreaksEndsTheWait(t *testing.T) {
	t.Parallel()
	s := &Stack{broken: make(chan error, 1)}
	s.run("steady", func(ctx context.Context) error { <-ctx.Done(); return nil })
	s.run("door", func(context.Context) error { return errors.New("off its hinges") })
	require.EqualError(t, s.Wait(context.Background()), "door: off its hinges")
	require.NoError(t, s.Stop(), "it has been said")
}

func TestWhatGoesWrongInStoppingIsSaid(t *testing.T) {
	t.Parallel()
	s := &Stack{broken: make(chan error, 1)}
	s.run("door", func(ctx context.Context) error { <-ctx.Done(); return errors.New("off its hinges") })
	s.run("steady", func(ctx context.Context) error { <-ctx.Done(); return nil })
	require.EqualError(t, s.Stop(), "door: off its hinges")
}

func TestPartsAreStoppedInTheReverseOrder(t *testing.T) {
	t.Parallel()
	s := &Stack{broken: make(chan error, 1)}
	var order []string
	for _, name := range []string{"Temporal", "workers", "door"} {
		s.run(name, func(ctx context.Context) error {
			<-ctx.Done()
			order = append(order, name) // Stop waits for each, so that no two are here at once
			return nil
		})
	}
	require.NoError(t, s.Stop())
	require.Equal(t, []string{"door", "workers", "Temporal"}, order)
}

func TestAStartThatFailsLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	const nobody = loopback + ":1"
	port, err := reserve("test", "", 0)
	require.NoError(t, err)
	o := Options{Dir: t.TempDir(), Ports: Ports{Door: port}, Address: nobody}
	for range 2 { // the second finds the folder and the port free again
		_, err := Start(context.Background(), o)
		require.ErrorContains(t, err, "Temporal at "+nobody+" (as told), without TLS, can't be reached")
	}
}

func TestFreshDeletesOnlyWhatAStackHasMade(t *testing.T) {
	t.Parallel()
	h, err := openHome(t.TempDir())
	require.NoError(t, err)
	kept := "ab/" + strings.Repeat("ab", 32)
	ours := []string{"temporal.db", "temporal.db-wal", "temporal.db-shm", "sandbox/world.jsonl", "throughline.log", "throughline.log.1", "documents/" + kept + ".pdf", "documents/" + kept + ".html"}
	others := []string{"documents/ab/mine.pdf", "documents/" + kept + ".pdf.bak", "notes.txt", "temporal.db.backup", "sandbox/castle.txt", "bin/throughline-local", "lock"}
	require.NoError(t, os.Mkdir(h.path("sandbox"), 0o755))
	require.NoError(t, os.Mkdir(h.path("bin"), 0o755))
	require.NoError(t, os.MkdirAll(h.path("documents/ab"), 0o755))
	for _, name := range append(ours, others...) {
		require.NoError(t, os.WriteFile(h.path(filepath.FromSlash(name)), []byte("x"), 0o644))
	}
	require.NoError(t, h.clear())
	for _, name := range ours {
		require.NoFileExists(t, h.path(name))
	}
	for _, name := range others {
		require.FileExists(t, h.path(name))
	}
	require.NoError(t, h.clear(), "there need be nothing to delete")
	require.NoError(t, h.close())
}

func TestALogThatHasGrownIsPutAside(t *testing.T) {
	t.Parallel()
	h, err := openHome(t.TempDir())
	require.NoError(t, err)
	for _, size := range []int64{10, logLimit + 1} {
		require.NoError(t, os.WriteFile(h.path(logName), nil, 0o600))
		require.NoError(t, os.Truncate(h.path(logName), size))
		log, err := h.openLog()
		require.NoError(t, err)
		_, err = log.WriteString("x")
		require.NoError(t, err)
		require.NoError(t, log.Close())
		info, err := os.Stat(h.path(logName))
		require.NoError(t, err)
		if size < logLimit {
			require.Equal(t, size+1, info.Size())
			require.NoFileExists(t, h.path(logName+".1"))
		} else {
			require.EqualValues(t, 1, info.Size())
			require.FileExists(t, h.path(logName+".1"))
		}
	}
	require.NoError(t, h.close())
}
