package journal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox/internal/journal"
)

type cat struct{ Name string }

func open(t *testing.T, path string) (*journal.Journal, *journal.Table[cat]) {
	t.Helper()
	j, err := journal.Open(path)
	require.NoError(t, err)
	cats, err := journal.NewTable[cat](j, "cats")
	require.NoError(t, err)
	return j, cats
}

func all(cats *journal.Table[cat]) (list []string) {
	for k, v := range cats.All() {
		list = append(list, k+"="+v.Name)
	}
	return list
}

func TestRowsSurviveAKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.jsonl")
	_, cats := open(t, path)
	for _, k := range []string{"a", "b", "c"} {
		require.NoError(t, cats.Put(k, cat{"old " + k}))
	}
	require.NoError(t, cats.Put("a", cat{"new a"}))
	require.NoError(t, cats.Delete("b"))
	require.NoError(t, cats.Delete("never there"))

	_, again := open(t, path) // without a Close, as after a kill
	require.Equal(t, []string{"a=new a", "c=old c"}, all(again))
	v, ok := again.Get("a")
	require.True(t, ok)
	require.Equal(t, "new a", v.Name)
	_, ok = again.Get("b")
	require.False(t, ok)
	require.Equal(t, 2, again.Len())
}

func TestARowThatCameBackIsLastAndThereOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.jsonl")
	_, cats := open(t, path)
	require.NoError(t, cats.Put("a", cat{"1"}))
	require.NoError(t, cats.Put("b", cat{"2"}))
	require.NoError(t, cats.Delete("a"))
	require.NoError(t, cats.Put("a", cat{"3"}))
	require.Equal(t, []string{"b=2", "a=3"}, all(cats))

	_, again := open(t, path)
	require.Equal(t, []string{"b=2", "a=3"}, all(again))
}

func TestATornLastLineIsDroppedAndTheNextOneIsWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.jsonl")
	_, cats := open(t, path)
	require.NoError(t, cats.Put("a", cat{"whole"}))
	require.NoError(t, cats.Put("b", cat{"torn"}))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, text[:len(text)-5], 0o600))

	_, again := open(t, path)
	require.Equal(t, []string{"a=whole"}, all(again))
	require.NoError(t, again.Put("c", cat{"next"}))

	_, third := open(t, path)
	require.Equal(t, []string{"a=whole", "c=next"}, all(third))
}

func TestAnUnreadableLineIsNamedAndNothingIsLost(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.jsonl")
	text := `{"t":"cats","k":"a","v":{"Name":"x"}}` + "\nnonsense\n"
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	_, err := journal.Open(path)
	require.ErrorContains(t, err, "state.jsonl line 2 can't be read")
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, text, string(after))
}

func TestARowOfAnotherShapeIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(`{"t":"cats","k":"tom","v":[1]}`+"\n"), 0o600))
	j, err := journal.Open(path)
	require.NoError(t, err)
	_, err = journal.NewTable[cat](j, "cats")
	require.ErrorContains(t, err, `cats "tom"`)
}

func TestOpeningCompactsTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.jsonl")
	j, cats := open(t, path)
	for i := range 100 {
		require.NoError(t, cats.Put("a", cat{fmt.Sprint(i)}))
	}
	require.NoError(t, j.Close())
	j, _ = open(t, path)
	require.NoError(t, j.Close())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, `{"t":"cats","k":"a","v":{"Name":"99"}}`+"\n", string(text))
}

func TestTablesWriteToOneFileAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.jsonl")
	j, err := journal.Open(path)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for n := range 4 {
		table, err := journal.NewTable[cat](j, fmt.Sprint("t", n))
		require.NoError(t, err)
		wg.Go(func() {
			for i := range 50 {
				if err := table.Put(fmt.Sprint(i), cat{strings.Repeat("x", i)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, j.Close())
	j, err = journal.Open(path)
	require.NoError(t, err)
	for n := range 4 {
		table, err := journal.NewTable[cat](j, fmt.Sprint("t", n))
		require.NoError(t, err)
		require.Equal(t, 50, table.Len())
	}
}

func TestWithoutAPathNothingIsKept(t *testing.T) {
	j, cats := open(t, "")
	require.NoError(t, cats.Put("a", cat{"x"}))
	require.Equal(t, []string{"a=x"}, all(cats))
	require.NoError(t, j.Close())
}

func TestWritingToAClosedJournalFailsAndKeepsTheRowAsItWas(t *testing.T) {
	j, cats := open(t, filepath.Join(t.TempDir(), "state.jsonl"))
	require.NoError(t, cats.Put("a", cat{"before"}))
	require.NoError(t, j.Close())
	require.Error(t, cats.Put("a", cat{"after"}))
	require.Error(t, cats.Delete("a"))
	require.Equal(t, []string{"a=before"}, all(cats))
}
