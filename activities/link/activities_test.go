package link

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/effect"
)

func TestALinkOpensItsDocumentForAsLongAsItIsGood(t *testing.T) {
	signer, err := NewSigner("https://door.example", strings.Repeat("s", MinSecret))
	require.NoError(t, err)
	now := time.Date(2026, 8, 3, 10, 0, 0, 0, time.UTC)
	signer.now = func() time.Time { return now }
	doc := Document{Digest: "d1", Kind: "pdf", Name: "P-1-v1.pdf"}
	linked, err := (&Activities{signer}).LinkDocument(t.Context(), effect.Key{}, DocumentRequest{Document: doc, Days: 1})
	require.NoError(t, err)
	assert.Equal(t, now.Add(24*time.Hour), linked.Until)
	token, ok := strings.CutPrefix(linked.URL, "https://door.example/documents/")
	require.True(t, ok, linked.URL)

	now = now.Add(24*time.Hour - time.Second)
	opened, err := signer.OpenDocument(token)
	require.NoError(t, err)
	assert.Equal(t, doc, opened)
	now = now.Add(time.Second)
	_, err = signer.OpenDocument(token)
	assert.ErrorIs(t, err, ErrExpired)
}

func TestWithoutASecretThereIsNoLink(t *testing.T) {
	_, err := new(Activities).LinkDocument(t.Context(), effect.Key{}, DocumentRequest{})
	assert.ErrorContains(t, err, "links refused: NO_SECRET")
}
