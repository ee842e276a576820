package nearest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHintFindsWhatWasProbablyMeant(t *testing.T) {
	known := []string{"grace", "maria", "omar", "us-west", "us-east", "ben"}
	for given, want := range map[string]string{
		"graec":                  `; did you mean "grace"?`, // neighbours exchanged
		"gracie":                 `; did you mean "grace"?`, // one too many
		"mria":                   `; did you mean "maria"?`, // one too few
		"us_wset":                `; did you mean "us-west"?`,
		"Omar":                   `; did you mean "omar"?`,
		"bne":                    `; did you mean "ben"?`,
		"tom":                    "", // three letters, two of them wrong
		"henrik":                 "",
		"grace":                  "", // no mistake at all
		"":                       "",
		strings.Repeat("a", 1e6): "",
	} {
		assert.Equal(t, want, Hint(given, known), "%.20s", given)
	}
}
