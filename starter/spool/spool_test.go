package spool

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/mocks"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/config/codec"
)

// opened is a spool in a folder, which is closed when the test ends.
func opened(t testing.TB, o Options) *Spool {
	t.Helper()
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s, err := Open(o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func keep(t testing.TB, s *Spool, line, content string) {
	t.Helper()
	require.NoError(t, s.Keep(Entry{Line: line, Kind: "test", Content: []byte(content)}))
}

// all is what a spool has, by line.
func all(t testing.TB, s *Spool) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	require.NoError(t, s.Look(func(l Looked) error {
		if l.Refused == "" {
			found[l.Line] = append(found[l.Line], string(l.Content))
		}
		return nil
	}))
	return found
}

func keys(t *testing.T, ids ...string) *codec.Codec {
	t.Helper()
	var parsed []codec.Key
	for _, id := range ids {
		secret := bytes.Repeat([]byte(id[:1]), 32)
		some, err := codec.ParseKeys(id + "=" + base64.StdEncoding.EncodeToString(secret))
		require.NoError(t, err)
		parsed = append(parsed, some...)
	}
	c, err := codec.New(parsed...)
	require.NoError(t, err)
	return c
}

func TestWhatIsKeptIsThereWhenTheSpoolIsOpenedAgainInItsOrder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	s := opened(t, Options{Dir: dir})
	keep(t, s, "lead-a", `1`)
	keep(t, s, "lead-b", `2`)
	keep(t, s, "lead-a", `3`)
	before := s.Stats()
	require.NoError(t, s.Close())

	s = opened(t, Options{Dir: dir})
	assert.True(t, s.Waiting("lead-a"))
	assert.False(t, s.Waiting("lead-c"))
	assert.Equal(t, map[string][]string{"lead-a": {"1", "3"}, "lead-b": {"2"}}, all(t, s))
	after := s.Stats()
	assert.Equal(t, 3, after.Entries)
	assert.Equal(t, before.Bytes, after.Bytes)
	assert.True(t, before.Oldest.Equal(after.Oldest))
	keep(t, s, "lead-a", `4`)
	assert.Equal(t, []string{"1", "3", "4"}, all(t, s)["lead-a"], "what comes after a restart goes behind what came before")
	info, err := os.Stat(filepath.Join(dir, FileName))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestWhatIsOnDiskIsEncryptedByTheCodecsKeys(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, Options{Dir: dir, Codec: keys(t, "old")})
	keep(t, s, "lead-a", `{"name":"Ada Brandt"}`)
	require.NoError(t, s.Close())
	onDisk, err := os.ReadFile(filepath.Join(dir, FileName))
	require.NoError(t, err)
	for _, form := range []string{"Ada Brandt", base64.StdEncoding.EncodeToString([]byte("Ada Brandt"))[:10]} {
		assert.NotContains(t, string(onDisk), form)
	}

	s = opened(t, Options{Dir: dir, Codec: keys(t, "new", "old")})
	assert.Equal(t, map[string][]string{"lead-a": {`{"name":"Ada Brandt"}`}}, all(t, s), "keys are rotated")
	require.NoError(t, s.Close())

	s = opened(t, Options{Dir: dir, Codec: keys(t, "new")})
	c := answering(t, nil, nil)
	stop := running(s, c, nil)
	keep(t, s, "lead-b", `2`)
	// Nothing is lost for want of a key.
	require.Eventually(t, func() bool { return s.Stats().HandedOver == 0 && s.Stats().Entries == 2 }, time.Second, time.Millisecond)
	stop()
	_, err = s.read(1)
	assert.ErrorContains(t, err, `the key "old"`)
}

func TestThereIsRoomForSoMuchAndNoMore(t *testing.T) {
	s := opened(t, Options{Dir: t.TempDir(), MaxSize: 1000})
	keep(t, s, "lead-a", strings.Repeat("1", 400))
	err := s.Keep(Entry{Line: "lead-b", Kind: "test", Content: []byte(strings.Repeat("2", 400))})
	var full *FullError
	require.ErrorAs(t, err, &full)
	assert.ErrorContains(t, err, "starter.spool.max_size")
	assert.ErrorAs(t, s.Full(), &full)
	keep(t, s, "lead-b", `2`)
	assert.Equal(t, 2, s.Stats().Entries, "what is small enough is taken all the same")
	assert.NoError(t, opened(t, Options{Dir: t.TempDir()}).Full())
}

func TestNothingIsTakenOnceTheOldestIsTooOldAndNothingIsDroppedForIt(t *testing.T) {
	s := opened(t, Options{Dir: t.TempDir(), MaxAge: time.Nanosecond})
	keep(t, s, "lead-a", `1`)
	err := s.Keep(Entry{Line: "lead-b", Kind: "test", Content: []byte(`2`)})
	assert.ErrorContains(t, err, "starter.spool.max_age")
	assert.ErrorContains(t, s.Full(), "starter.spool.max_age")
	assert.Equal(t, 1, s.Stats().Entries)
}

func TestAFolderIsForOneProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	opened(t, Options{Dir: dir})
	_, err := Open(Options{Dir: dir})
	assert.ErrorContains(t, err, "in use by another process")
}

func TestWhatIsWrongWithTheFolderIsSaid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := Open(Options{Dir: filepath.Join(file, "below")})
	assert.ErrorContains(t, err, "not a directory")

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, FileName), bytes.Repeat([]byte("no spool"), 4096), 0o600))
	_, err = Open(Options{Dir: dir})
	assert.ErrorContains(t, err, "put it aside")
}

func TestASpoolThatIsOffKeepsNothing(t *testing.T) {
	var s *Spool
	assert.ErrorIs(t, s.Keep(Entry{}), ErrOff)
	assert.ErrorIs(t, s.Full(), ErrOff)
	assert.False(t, s.Waiting("lead-a"))
	assert.Zero(t, s.Stats())
	assert.NoError(t, s.Close())
	s.Run(t.Context(), nil, nil)
	away := serviceerror.NewUnavailable("down")
	assert.Equal(t, away, s.KeepAs(Entry{}, 1, away))
}

func TestManyAtOnceAreAllKept(t *testing.T) {
	s := opened(t, Options{Dir: t.TempDir()})
	var group sync.WaitGroup
	for i := range 200 {
		group.Go(func() { keep(t, s, fmt.Sprint("lead-", i%7), fmt.Sprint(i)) })
	}
	group.Wait()
	assert.Equal(t, 200, s.Stats().Entries)
	var numbers []uint64
	for _, line := range s.lines {
		assert.True(t, slices.IsSortedFunc(line, func(a, b spot) int { return int(a.number) - int(b.number) }))
		for _, at := range line {
			numbers = append(numbers, at.number)
		}
	}
	slices.Sort(numbers)
	assert.Len(t, slices.Compact(numbers), 200)
}

// answering is a Temporal that is reached or not, and answers to signals.
func answering(t *testing.T, health, signal error) *mocks.Client {
	c := mocks.NewClient(t)
	c.On("CheckHealth", mock.Anything, mock.Anything).Return(&client.CheckHealthResponse{}, health).Maybe()
	c.On("SignalWorkflow", mock.Anything, mock.Anything, "", mock.Anything, mock.Anything).Return(signal).Maybe()
	return c
}

// running hands over until stop is called.
func running(s *Spool, c client.Client, how map[string]Deliver) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { s.Run(ctx, c, how) })
	return func() { cancel(); done.Wait() }
}

func TestEachCasesEntriesAreHandedOverInOrderAndOnce(t *testing.T) {
	s := opened(t, Options{Dir: t.TempDir()})
	s.db.NoSync, s.db.MaxBatchDelay = true, 0
	rapid.Check(t, func(r *rapid.T) {
		before := s.Stats()
		entries := rapid.SliceOfN(rapid.IntRange(0, 3), 0, 12).Draw(r, "lines")
		// The first tries fail as often as said, some entries for good.
		fails := rapid.MapOf(rapid.IntRange(0, 11), rapid.IntRange(1, 2)).Draw(r, "fails")
		poison := rapid.MapOf(rapid.IntRange(0, 11), rapid.Just(true)).Draw(r, "poison")
		want, refused := map[string][]string{}, int64(0)
		for i, line := range entries {
			if name := fmt.Sprint("case-", line); poison[i] {
				refused++
			} else {
				want[name] = append(want[name], fmt.Sprint(i))
			}
			require.NoError(t, s.Keep(Entry{Line: fmt.Sprint("case-", line), Kind: "test", Content: []byte(fmt.Sprint(i))}))
		}
		var mu sync.Mutex
		got := map[string][]string{}
		h := newHandover(s, nil, map[string]Deliver{"test": func(_ context.Context, _ client.Client, e Entry) error {
			mu.Lock()
			defer mu.Unlock()
			var i int
			_, err := fmt.Sscan(string(e.Content), &i)
			require.NoError(t, err)
			switch {
			case fails[i] > 0:
				fails[i]--
				return serviceerror.NewUnavailable("not now")
			case poison[i]:
				return &RefusedError{"no"}
			}
			got[e.Line] = append(got[e.Line], string(e.Content))
			return nil
		}})
		for s.Stats().Entries > 0 {
			h.round(t.Context())
		}
		assert.Equal(t, want, got)
		after := s.Stats()
		assert.Equal(t, refused, after.Refused-before.Refused)
		assert.Equal(t, int64(len(entries))-refused, after.HandedOver-before.HandedOver)
		assert.Zero(t, after.Bytes)
		assert.Zero(t, after.Oldest)
	})
}

func TestACaseThatCannotGoOnHoldsUpNoOther(t *testing.T) {
	s := opened(t, Options{Dir: t.TempDir()})
	for i := range 3 * atOnce {
		keep(t, s, fmt.Sprint("stuck-", i), `1`)
	}
	keep(t, s, "free", `1`)
	stop := running(s, answering(t, nil, nil), map[string]Deliver{"test": func(_ context.Context, _ client.Client, e Entry) error {
		if e.Line == "free" {
			return nil
		}
		return serviceerror.NewInternal("this one is broken")
	}})
	defer stop()
	require.Eventually(t, func() bool { return !s.Waiting("free") }, 5*time.Second, time.Millisecond)
	assert.Equal(t, 3*atOnce, s.Stats().Entries)
}

func TestWhatTemporalNeverTakesIsPutAsideWithTheReasonAndNothingOfItIsLogged(t *testing.T) {
	var logs bytes.Buffer
	dir := t.TempDir()
	s := opened(t, Options{Dir: dir, Logger: slog.New(slog.NewJSONHandler(&logs, nil))})
	c := &Client{answering(t, nil, serviceerror.NewNotFound("ended")), s}
	require.NoError(t, s.KeepAs(Entry{Line: "lead-a", Kind: KindSignal}, signal{"decide", []byte(`{"comment":"Ada Brandt"}`)}, nil))
	stop := running(s, c.Client, nil)
	require.Eventually(t, func() bool { return s.Stats().Refused == 1 }, 5*time.Second, time.Millisecond)
	stop()
	assert.Zero(t, s.Stats().Entries)
	assert.Contains(t, logs.String(), "its case has ended")
	assert.NotContains(t, logs.String(), "Ada")
	require.NoError(t, s.Close())

	s = opened(t, Options{Dir: dir})
	assert.Zero(t, s.Stats().Entries)
	var why string
	require.NoError(t, s.Look(func(l Looked) error {
		why = l.Refused
		assert.Contains(t, string(l.Content), "Ada Brandt", "it is there to be looked at")
		return nil
	}))
	assert.Equal(t, "its case has ended", why)
}

func TestWhatANewerVersionKeptStays(t *testing.T) {
	s := opened(t, Options{Dir: t.TempDir()})
	keep(t, s, "lead-a", `1`)
	h := newHandover(s, nil, nil)
	assert.False(t, h.round(t.Context()))
	assert.True(t, s.Waiting("lead-a"))
}

func TestATemporalThatIsAwayOrDoesNotLetUsInIsWaitedFor(t *testing.T) {
	for _, err := range []error{
		context.DeadlineExceeded, serviceerror.NewUnavailable("x"), serviceerror.NewDeadlineExceeded("x"), serviceerror.NewInternal("x"),
		serviceerror.NewResourceExhausted(0, "x"), fmt.Errorf("failed reaching server: %w", serviceerror.NewUnavailable("x")),
		serviceerror.NewPermissionDenied("x", ""), serviceerror.FromStatus(status.New(codes.Unauthenticated, "x")),
		serviceerror.NewInvalidArgument("Namespace x has no mapping defined for search attribute Stage"),
	} {
		assert.True(t, Away(err), "%T", err)
	}
	for _, err := range []error{
		nil, serviceerror.NewInvalidArgument("x"), serviceerror.NewNotFound("x"), serviceerror.NewNamespaceNotFound("x"),
		serviceerror.NewWorkflowExecutionAlreadyStarted("x", "", ""),
		serviceerror.NewFailedPrecondition("x"), serviceerror.NewUnimplemented("x"), errors.New("x"),
	} {
		assert.False(t, Away(err), "%T", err)
	}
}

func TestASignalIsKeptWhileTemporalIsAwayAndWhatComesAfterGoesBehindIt(t *testing.T) {
	s := opened(t, Options{Dir: t.TempDir()})
	away := &Client{answering(t, nil, serviceerror.NewUnavailable("down")), s}
	require.NoError(t, away.SignalWorkflow(t.Context(), "lead-a", "", "decide", "first"))

	back := mocks.NewClient(t) // which would fail the test if it were asked
	behind := &Client{back, s}
	require.NoError(t, behind.SignalWorkflow(t.Context(), "lead-a", "", "decide", "second"))
	_, err := behind.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{WorkflowID: "lead-a"})
	assert.True(t, Away(err), "what needs an answer can't overtake it")
	back.On("SignalWorkflow", mock.Anything, "lead-b", "", "decide", "other").Return(nil).Once()
	require.NoError(t, behind.SignalWorkflow(t.Context(), "lead-b", "", "decide", "other"), "another case doesn't wait")
	assert.False(t, s.Waiting("lead-b"))

	var order []string
	c := mocks.NewClient(t)
	c.On("CheckHealth", mock.Anything, mock.Anything).Return(&client.CheckHealthResponse{}, nil)
	c.On("SignalWorkflow", mock.Anything, "lead-a", "", "decide", mock.Anything).Run(func(args mock.Arguments) {
		order = append(order, fmt.Sprintf("%s", args.Get(4)))
	}).Return(nil)
	stop := running(s, c, nil)
	require.Eventually(t, func() bool { return !s.Waiting("lead-a") }, 5*time.Second, time.Millisecond)
	stop()
	assert.Equal(t, []string{`"first"`, `"second"`}, order)
}

func TestARefusalIsNotKept(t *testing.T) {
	s := opened(t, Options{Dir: t.TempDir()})
	ended := serviceerror.NewNotFound("ended")
	c := &Client{answering(t, nil, ended), s}
	assert.Equal(t, ended, c.SignalWorkflow(t.Context(), "lead-a", "", "decide", 1))
	assert.Zero(t, s.Stats().Entries)
}

func TestAFullSpoolSaysSoBesideWhyItWasNeeded(t *testing.T) {
	s := opened(t, Options{Dir: t.TempDir(), MaxSize: 1})
	c := &Client{answering(t, nil, serviceerror.NewUnavailable("down")), s}
	err := c.SignalWorkflow(t.Context(), "lead-a", "", "decide", 1)
	assert.ErrorContains(t, err, "down; and it can't be kept: the spool is full")
	assert.True(t, Away(err))
}

func BenchmarkKeep(b *testing.B) {
	s := opened(b, Options{Dir: b.TempDir(), MaxSize: 1 << 40})
	content := []byte(`"` + rand.Text() + strings.Repeat("x", 1000) + `"`)
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			keep(b, s, rand.Text(), string(content))
		}
	})
}
