package slack

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox/internal/journal"
)

func TestATriggerLivesThreeSeconds(t *testing.T) {
	t.Parallel()
	j, err := journal.Open("")
	require.NoError(t, err)
	s, err := New(Options{Users: []User{{ID: "U1"}}, Journal: j})
	require.NoError(t, err)
	open := func(age time.Duration) error {
		_, err := s.viewsOpen(url.Values{
			"trigger_id": {s.newTrigger("U1", time.Now().Add(-age))},
			"view":       {`{"type":"modal","title":{"type":"plain_text","text":"T"},"blocks":[]}`},
		})
		return err
	}
	require.NoError(t, open(2*time.Second))
	require.EqualError(t, open(3*time.Second), "expired_trigger_id")
	require.Error(t, open(2*time.Minute))
	require.NoError(t, open(0))
	require.Len(t, s.triggers, 3, "one that is long over is forgotten")
}
