package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mostEvents is how long the history of a lead may be for which nothing goes wrong: what it costs Temporal, and how long a
// worker takes to bring it back. On a quiet machine it is 40 at most, which the benchmark measures; here others work at the same
// time, and what would end in one workflow task ends in two or three, of three events each.
const mostEvents = 46

func TestAnUneventfulLeadHasAShortHistory(t *testing.T) {
	t.Parallel()
	s := shared(t)
	id := s.send(t, fields{
		"name": "Ada Brandt", "email": "ada.brandt@quietworks.example", "company": "Quiet Works", "country": "DE",
		"message": "Two robots, please.",
	})
	s.contact(t, s.card(t, id))
	s.result(t, id)
	s.requireWhole(t, id)
	events := s.history(t, id, "").GetEvents()
	var list strings.Builder
	for _, e := range events {
		fmt.Fprintf(&list, "%3d %s\n", e.GetEventId(), e.GetEventType())
	}
	t.Logf("%d events", len(events))
	require.LessOrEqual(t, len(events), mostEvents, list.String())
}
