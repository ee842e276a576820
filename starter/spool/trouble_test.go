package spool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
)

func TestAnEntryThatCannotBeReadHidesNoOther(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, Options{Dir: dir, Codec: keys(t, "old")})
	keep(t, s, "lead-a", `1`)
	require.NoError(t, s.Close())
	s = opened(t, Options{Dir: dir, Codec: keys(t, "new")})
	keep(t, s, "lead-b", `2`)
	found := map[string]string{}
	require.NoError(t, s.Look(func(l Looked) error {
		found[l.Line] = string(l.Content)
		if l.Line == "lead-a" {
			assert.ErrorContains(t, l.Unreadable, `the key "old"`)
		}
		return nil
	}))
	assert.Equal(t, map[string]string{"lead-a": "", "lead-b": "2"}, found)
	require.NoError(t, s.Close())

	// Without any key it is no other: what is encrypted waits for one.
	s = opened(t, Options{Dir: dir})
	newHandover(s, nil, map[string]Deliver{"test": func(context.Context, client.Client, Entry) error {
		assert.Fail(t, "handed over")
		return nil
	}}).round(t.Context())
	assert.Equal(t, 2, s.Stats().Entries)
}

func TestWhatIsDamagedIsPutAsideSoThatItsCaseGoesOn(t *testing.T) {
	s := opened(t, Options{Dir: t.TempDir()})
	keep(t, s, "lead-a", `1`)
	keep(t, s, "lead-a", `2`)
	require.NoError(t, s.db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket(queueBucket).Put(key(1), []byte(`{"line":"lead-a","kind":"test","payload":"////"}`))
	}))
	var got []string
	newHandover(s, nil, map[string]Deliver{"test": func(_ context.Context, _ client.Client, e Entry) error {
		got = append(got, string(e.Content))
		return nil
	}}).round(t.Context())
	assert.Equal(t, []string{"2"}, got)
	assert.Equal(t, map[string][]string{"lead-a": {"it can't be read"}}, aside(t, s))
}

// aside is what was put aside, as the reasons by line.
func aside(t testing.TB, s *Spool) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	require.NoError(t, s.Look(func(l Looked) error {
		if l.Refused != "" {
			found[l.Line] = append(found[l.Line], l.Refused)
		}
		return nil
	}))
	return found
}

func TestCasesThatTemporalDoesNotAnswerHoldUpNothingThatComesNew(t *testing.T) {
	s := opened(t, Options{Dir: t.TempDir()})
	for i := range 5 * atOnce {
		keep(t, s, fmt.Sprint("slow-", i), `1`)
	}
	tried := make(chan string, 100)
	h := newHandover(s, nil, map[string]Deliver{"test": func(ctx context.Context, _ client.Client, e Entry) error {
		tried <- e.Line
		if strings.HasPrefix(e.Line, "slow-") {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}})
	h.patience, h.roundFor = 20*time.Millisecond, time.Millisecond
	assert.False(t, h.round(t.Context()))
	assert.LessOrEqual(t, len(tried), 2*atOnce, "a round ends before all have failed")
	keep(t, s, "new", `1`)
	assert.True(t, h.round(t.Context()))
	assert.False(t, s.Waiting("new"))
	for s.Stats().Entries == 5*atOnce && len(tried) < 7*atOnce {
		h.round(t.Context())
	}
	all := map[string]bool{}
	for len(tried) > 0 {
		all[<-tried] = true
	}
	assert.Len(t, all, 5*atOnce+1, "each gets its turn")
}

func TestACaseOfWhichMuchIsKeptHoldsUpNothingThatComesNew(t *testing.T) {
	s := opened(t, Options{Dir: t.TempDir()})
	s.db.NoSync, s.db.MaxBatchDelay = true, 0
	for range 100 {
		keep(t, s, "much", `1`)
	}
	h := newHandover(s, nil, map[string]Deliver{"test": func(context.Context, client.Client, Entry) error { return nil }})
	h.roundFor = time.Nanosecond
	assert.True(t, h.round(t.Context()))
	assert.True(t, s.Waiting("much"), "the next round is for all again")
	for h.round(t.Context()) {
	}
	assert.Zero(t, s.Stats().Entries)
}

// A Temporal that was set up anew without them calls each start wrong, and none of them is.
func TestMissingSearchAttributesAreNoReasonToPutAStartAside(t *testing.T) {
	for _, text := range []string{
		"Namespace default has no mapping defined for search attribute Stage",
		"search attribute Stage is not defined",
	} {
		err := Final(fmt.Errorf("temporal did not take it: %w", serviceerror.NewInvalidArgument(text)))
		_, refused := errors.AsType[*RefusedError](err)
		assert.False(t, refused, text)
	}
	_, refused := errors.AsType[*RefusedError](Final(serviceerror.NewInvalidArgument("Blob data size exceeds limit.")))
	assert.True(t, refused)
}

func TestWhatWasPutAsideIsThereForAMonthHoweverMuchItIs(t *testing.T) {
	s := opened(t, Options{Dir: t.TempDir()})
	s.db.NoSync, s.db.MaxBatchDelay = true, 0
	for i := range mostRefused + 3 {
		keep(t, s, "lead-a", fmt.Sprint(i))
		require.NoError(t, s.remove(uint64(i+1), "no"))
	}
	assert.Len(t, aside(t, s)["lead-a"], mostRefused+3, "all of it is young")

	require.NoError(t, s.db.Update(func(tx *bbolt.Tx) error { // and now it isn't
		refused := tx.Bucket(refusedBucket)
		for i := range mostRefused + 3 {
			value := fmt.Sprintf(`{"line":"lead-a","kind":"test","at":%q,"payload":"","why":"no"}`, time.Now().Add(-keepRefused-time.Hour).Format(time.RFC3339))
			if err := refused.Put(key(uint64(i+1)), []byte(value)); err != nil {
				return err
			}
		}
		return nil
	}))
	keep(t, s, "lead-b", `1`)
	require.NoError(t, s.remove(mostRefused+4, "no"))
	found := aside(t, s)
	assert.Len(t, found["lead-a"], mostRefused-1)
	assert.Len(t, found["lead-b"], 1)
}

func TestOfStartersThatMakeTheFileAtOnceOneHasIt(t *testing.T) {
	t.Parallel()
	begin := func(dir string, have *atomic.Int64) {
		s, err := Open(Options{Dir: dir})
		if err != nil {
			assert.ErrorContains(t, err, "in use by another process")
			return
		}
		t.Cleanup(func() { _ = s.Close() })
		have.Add(1)
		keep(t, s, "lead-a", `1`)
		// What it has kept is in the file that the next one opens.
		content, err := os.ReadFile(filepath.Join(dir, FileName))
		assert.NoError(t, err)
		assert.Contains(t, string(content), "lead-a")
	}
	var folders [30]atomic.Int64
	var all sync.WaitGroup
	for i := range folders {
		dir := filepath.Join(t.TempDir(), "spool")
		for range 3 {
			all.Go(func() { begin(dir, &folders[i]) })
		}
	}
	all.Wait()
	for i := range folders {
		assert.Equal(t, int64(1), folders[i].Load())
	}
}

func TestOnlyAFileThatIsBrokenIsToBePutAside(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, FileName), 0o700))
	_, err := Open(Options{Dir: dir})
	assert.ErrorContains(t, err, "is a directory")
	assert.NotContains(t, err.Error(), "put it aside")

	for name, spoil := range map[string]func(tx *bbolt.Tx) error{
		"an entry that is none": func(tx *bbolt.Tx) error { return tx.Bucket(queueBucket).Put(key(9), []byte("{")) },
		"another program's":     func(tx *bbolt.Tx) error { return tx.DeleteBucket(queueBucket) },
	} {
		dir := t.TempDir()
		s := opened(t, Options{Dir: dir})
		require.NoError(t, s.db.Update(spoil))
		require.NoError(t, s.Close())
		_, err = Open(Options{Dir: dir})
		assert.ErrorContains(t, err, "put it aside", name)
	}
}

func TestWhatWasPutAsideGoesBackBehindWhatWaits(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, Options{Dir: dir})
	for i := range 4 {
		keep(t, s, fmt.Sprint("lead-", i%2), fmt.Sprint(i))
	}
	require.NoError(t, s.Aside("lead-0"))
	assert.False(t, s.Waiting("lead-0"))
	assert.Equal(t, map[string][]string{"lead-1": {"1", "3"}}, all(t, s))
	assert.Equal(t, map[string][]string{"lead-0": {"by hand", "by hand"}}, aside(t, s))
	keep(t, s, "lead-0", `4`)
	require.NoError(t, s.Again("lead-0"))
	want := map[string][]string{"lead-0": {"4", "0", "2"}, "lead-1": {"1", "3"}}
	assert.Equal(t, want, all(t, s))
	assert.Empty(t, aside(t, s))
	before := s.Stats()
	require.NoError(t, s.Close())
	s = opened(t, Options{Dir: dir})
	assert.Equal(t, want, all(t, s))
	assert.Equal(t, before.Bytes, s.Stats().Bytes)

	assert.ErrorContains(t, s.Aside("lead-9"), `nothing of "lead-9" waits`)
	assert.ErrorContains(t, s.Again("lead-9"), `nothing of "lead-9" was put aside`)
}

// flapping is a Temporal that now and then can't be reached, and remembers what it was told.
type flapping struct {
	client.Client
	mu   sync.Mutex
	luck *rand.Rand
	told []string
}

func (f *flapping) CheckHealth(context.Context, *client.CheckHealthRequest) (*client.CheckHealthResponse, error) {
	return &client.CheckHealthResponse{}, nil
}

func (f *flapping) SignalWorkflow(_ context.Context, _, _, _ string, content any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.luck.IntN(16) == 0 {
		return serviceerror.NewUnavailable("down")
	}
	text, err := json.Marshal(content)
	f.told = append(f.told, string(text))
	return err
}

func TestWhatComesWhileACaseIsHandedOverStaysInOrder(t *testing.T) {
	t.Parallel()
	s := opened(t, Options{Dir: t.TempDir()})
	f := &flapping{luck: rand.New(rand.NewPCG(1, 2))}
	c := &Client{f, s}
	stop := running(s, f, nil)
	defer stop()
	var want []string
	for range 3 {
		for range 25 { // in the middle of which it is handed over
			require.NoError(t, c.SignalWorkflow(t.Context(), "lead-a", "", "decide", len(want)))
			want = append(want, fmt.Sprint(len(want)))
		}
		require.Eventually(t, func() bool { return !s.Waiting("lead-a") }, 10*time.Second, time.Millisecond)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	assert.Equal(t, want, f.told)
	assert.NotZero(t, s.Stats().HandedOver)
	assert.Less(t, s.Stats().HandedOver, int64(len(want)), "some got there by themselves")
}

func TestWhatIsUnderWayWhenTheStarterStopsIsHandedOverByTheNext(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, Options{Dir: dir})
	keep(t, s, "lead-a", `1`)
	under := make(chan struct{})
	stop := running(s, answering(t, nil, nil), map[string]Deliver{"test": func(ctx context.Context, _ client.Client, _ Entry) error {
		close(under)
		<-ctx.Done()
		return ctx.Err()
	}})
	<-under
	stop()
	require.NoError(t, s.Close())
	s = opened(t, Options{Dir: dir})
	stop = running(s, answering(t, nil, nil), map[string]Deliver{"test": func(context.Context, client.Client, Entry) error { return nil }})
	defer stop()
	require.Eventually(t, func() bool { return s.Stats().HandedOver == 1 && s.Stats().Entries == 0 }, 5*time.Second, time.Millisecond)
}
