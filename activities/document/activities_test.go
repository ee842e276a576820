package document

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

func activities(t *testing.T) (*Activities, string) {
	s, dir := store(t)
	tokyo := time.FixedZone("Tokyo", 9*60*60)
	return &Activities{Store: s, Templates: templates(t), Now: func() time.Time {
		return time.Date(2026, 5, 12, 20, 0, 0, 0, time.UTC).In(tokyo)
	}}, dir
}

var key = effect.Key{ID: "proposal-4k7q2m9x/draft"}

func TestADraftWithoutADateHasTodaysWhereTheProviderIs(t *testing.T) {
	a, _ := activities(t)
	req := request(t, "bullets")
	req.Issued = ""
	p, err := a.DraftProposal(t.Context(), key, req)
	require.NoError(t, err)
	assert.Equal(t, "2026-05-13", p.Issued, "it is tomorrow in Tokyo already")
	again, err := a.DraftProposal(t.Context(), key, req)
	require.NoError(t, err)
	assert.Equal(t, p, again)
}

func TestARenderedVersionIsKeptAndTheSameDocumentWhenMadeAgain(t *testing.T) {
	a, dir := activities(t)
	p := draft(t, "other-script")
	first, err := a.RenderProposal(t.Context(), key, p)
	require.NoError(t, err)
	second, err := a.RenderProposal(t.Context(), effect.Key{ID: key.ID, Again: true}, p)
	require.NoError(t, err)
	assert.Equal(t, first, second)
	assert.Len(t, files(t, dir), 2)
	pdf, format, err := a.Store.Open(first.Digest)
	require.NoError(t, err)
	assert.Equal(t, PDF, format)
	assert.Len(t, pdf, first.Size)
	_, format, err = a.Store.Open(first.HTMLDigest)
	require.NoError(t, err)
	assert.Equal(t, HTML, format)
	assert.Equal(t, "P-7QX4M2KD", first.Number)
	assert.Equal(t, 1, first.Version)
	assert.Equal(t, 2, first.Pages)
	assert.Contains(t, first.Unshown, "商")
	assert.WithinDuration(t, time.Now(), first.At, time.Minute)
}

func TestWhatIsWrongWithAProposalIsAFinalFault(t *testing.T) {
	a, _ := activities(t)
	_, err := a.DraftProposal(t.Context(), key, DraftRequest{Currency: "EUR"})
	f, ok := fault.From(err)
	require.True(t, ok)
	assert.Equal(t, fault.ClassFinal, f.Class)
	assert.Contains(t, f.Message, "client.company: it is missing")
	assert.NotContains(t, err.Error(), "client", "what was sent stays out of logs")
	_, err = a.RenderProposal(t.Context(), key, Proposal{})
	f, ok = fault.From(err)
	require.True(t, ok)
	assert.Equal(t, fault.ClassFinal, f.Class)
}

func TestAStoreThatCannotBeWrittenToIsTriedAgain(t *testing.T) {
	a, dir := activities(t)
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.WriteFile(dir, nil, 0o600))
	_, err := a.RenderProposal(t.Context(), key, draft(t, "bullets"))
	f, ok := fault.From(err)
	require.True(t, ok)
	assert.Equal(t, fault.ClassUnavailable, f.Class)
}
