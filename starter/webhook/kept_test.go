package webhook

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"github.com/throughline-dev/throughline/starter/spool"
	"github.com/throughline-dev/throughline/workflows/lead"
)

func TestWhileTemporalIsAwayAVendorsNewsIsKeptAndTaken(t *testing.T) {
	s, err := spool.Open(spool.Options{Dir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	away := true
	var c *spool.Client
	w := opened(t, func(string) error {
		if away {
			return serviceerror.NewUnavailable("connection refused")
		}
		return nil
	}, func(o *Options) {
		c = &spool.Client{Client: o.Client, Spool: s}
		o.Client = c
	})
	w.holders["crm-contact/51"] = "down"
	bounce := `[{"event":"bounce","sg_event_id":"e1","timestamp":1700000000,"throughline_key":"` + leadA + `/outreach"}]`
	assert.Equal(t, http.StatusOK, w.mailEvents(bounce))
	assert.Equal(t, http.StatusOK, w.hubSpot(`[{"subscriptionType":"contact.propertyChange","objectId":51,"propertyName":"notes_last_contacted","propertyValue":"1700000000000"}]`))
	assert.Equal(t, 1, w.counts()["told"])
	assert.Empty(t, w.told())
	assert.True(t, s.Waiting(leadA))
	assert.True(t, s.Waiting("crm-contact/51"), "nobody can say yet whose this is")

	away = false
	w.holders["crm-contact/51"] = leadA
	var news spool.Entry
	require.NoError(t, s.Look(func(e spool.Looked) error {
		if e.Kind == KindNews {
			news = e.Entry
		}
		return nil
	}))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, Deliver(ctx, c, news))
	assert.Empty(t, w.told(), "it goes behind what is kept of the case that it turns out to be for")
	var behind []string
	require.NoError(t, s.Look(func(e spool.Looked) error {
		if e.Line == leadA {
			behind = append(behind, e.Kind)
		}
		return nil
	}))
	assert.Equal(t, []string{spool.KindSignal, spool.KindSignal}, behind)

	w.holders["crm-contact/51"] = leadB
	require.NoError(t, Deliver(ctx, c, news))
	require.Len(t, w.told(), 1)
	assert.Equal(t, leadB, w.told()[0].Lead)
	assert.Equal(t, lead.SignalContact, w.told()[0].Name)

	w.holders["crm-contact/51"] = ""
	assert.NoError(t, Deliver(ctx, c, news), "nobody is interested any more")
	w.holders["crm-contact/51"] = "down"
	assert.True(t, spool.Away(Deliver(ctx, c, news)))
}
