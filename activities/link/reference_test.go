package link

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAReferenceIsReadAsItWasWritten(t *testing.T) {
	for _, name := range []string{"P-7QX4M2KD-v2.pdf", "100 % für Köln/Bonn?.pdf"} {
		d := Document{Kind: "pdf", Digest: "00ff", Name: name}
		read, ok := ParseReference(d.Reference())
		assert.True(t, ok, name)
		assert.Equal(t, d, read)
	}
	for _, other := range []string{"", "https://example.com/pdf/00ff/x.pdf", "document:pdf/00ff", "document:pdf//x.pdf", "document:/00ff/x.pdf", "document:pdf/00ff/", "document:pdf/00ff/%zz"} {
		_, ok := ParseReference(other)
		assert.False(t, ok, other)
	}
}
