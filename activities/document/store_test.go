package document

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func store(t testing.TB) (*Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "documents")
	s, err := NewStore(dir)
	require.NoError(t, err)
	return s, dir
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			all = append(all, path)
		}
		return err
	}))
	return all
}

func TestWhatIsKeptIsFoundByItsDigestAlsoByAnotherProcess(t *testing.T) {
	s, dir := store(t)
	pdf, err := s.Put([]byte("a"), PDF)
	require.NoError(t, err)
	assert.Equal(t, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb", pdf.Digest)
	html, err := s.Put([]byte("<p>"), HTML)
	require.NoError(t, err)
	other, err := NewStore(dir)
	require.NoError(t, err)
	for digest, want := range map[string]struct {
		content string
		format  Format
	}{pdf.Digest: {"a", PDF}, html.Digest: {"<p>", HTML}} {
		content, format, err := other.Open(digest)
		alone, _ := ReadStore(other.dir).Bytes(digest)
		require.Equal(t, content, alone)
		require.NoError(t, err)
		assert.Equal(t, want.content, string(content))
		assert.Equal(t, want.format, format)
	}
	assert.FileExists(t, filepath.Join(dir, "ca", pdf.Digest+".pdf"))
}

func TestKeepingTheSameAgainIsKeepingItOnce(t *testing.T) {
	s, dir := store(t)
	first, err := s.Put([]byte("a"), PDF)
	require.NoError(t, err)
	past := time.Date(2026, 5, 13, 9, 0, 0, 0, time.UTC)
	require.NoError(t, os.Chtimes(s.path(first.Digest, PDF), past, past))
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			again, err := s.Put([]byte("a"), PDF)
			assert.NoError(t, err)
			assert.Equal(t, Kept{first.Digest, past}, again)
			_, err = s.Put([]byte("b"), PDF) // all of them at once, for the first time
			assert.NoError(t, err)
		})
	}
	wait.Wait()
	assert.Len(t, files(t, dir), 2, "and no file that was only half-way there stays")
}

func TestADamagedFileIsNeverHandedOutAndIsReplaced(t *testing.T) {
	s, _ := store(t)
	kept, err := s.Put([]byte("the offer"), PDF)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(s.path(kept.Digest, PDF), []byte("another offer"), 0o600))
	_, _, err = s.Open(kept.Digest)
	assert.ErrorIs(t, err, ErrDamaged)
	_, err = s.Put([]byte("the offer"), PDF)
	require.NoError(t, err)
	content, _, err := s.Open(kept.Digest)
	require.NoError(t, err)
	assert.Equal(t, "the offer", string(content))
}

func TestWhatIsNoDigestIsNotFound(t *testing.T) {
	s, dir := store(t)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(dir), "secret.pdf"), []byte("s"), 0o600))
	for _, digest := range []string{"", "ab", "../secret", strings.Repeat("a", 64), strings.Repeat("A", 64), "aa/" + strings.Repeat("a", 61), strings.Repeat("a", 64) + "\n"} {
		_, _, err := s.Open(digest)
		assert.ErrorIs(t, err, fs.ErrNotExist, "%q", digest)
	}
}

func TestAFileThatIsTooLargeIsNotKept(t *testing.T) {
	s, dir := store(t)
	_, err := s.Put(make([]byte, MaxFile+1), PDF)
	assert.ErrorContains(t, err, "can have at most")
	assert.Empty(t, files(t, dir))
}

func TestADirectoryThatCannotBeUsedIsFoundAtTheStart(t *testing.T) {
	_, err := NewStore("")
	assert.ErrorContains(t, err, "isn't set")
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = NewStore(filepath.Join(file, "documents"))
	assert.ErrorContains(t, err, "can't be made")
}
