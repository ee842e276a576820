package e2e

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workers/process"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

func TestWithoutTemporalTheDoorTakesNothingAndLosesNothing(t *testing.T) {
	t.Parallel()
	options := stack.TemporalOptions{File: filepath.Join(t.TempDir(), "temporal.db"), SearchAttributes: visibility.All}
	temporal, err := stack.StartTemporal(within(t, patience), options)
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(temporal.Address())
	require.NoError(t, err)
	s := start(t, stack.Options{Address: temporal.Address(), Namespace: temporal.Namespace()})
	before := fields{"name": "Ada Brandt", "email": "ada@before.example", "company": "Before", "country": "DE"}
	during := fields{"name": "Ben Cole", "email": "ben@during.example", "company": "During", "country": "GB", "submission_id": "during"}
	first := s.send(t, before)
	card := s.card(t, first)

	require.NoError(t, temporal.Stop())
	res, err := http.Post(s.Door+"/leads", "application/x-www-form-urlencoded", nil)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusUnprocessableEntity, res.StatusCode, "what is wrong with a lead is said all the same")
	status, id, err := s.post(during)
	require.NoError(t, err)
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Empty(t, id)
	res, err = http.Get(s.Health + "/readyz")
	require.NoError(t, err)
	why, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
	require.Contains(t, string(why), "the door: ")
	require.Equal(t, http.StatusOK, statusOf(t, s.Health+"/healthz"), "the process is alive")
	clicked, err := s.world.Click(t.Context(), sandbox.Click{
		User: s.rep(t, card).Slack, Channel: card.Channel, TS: card.TS, ActionID: card.Buttons[0].ActionID,
	})
	require.NoError(t, err)
	require.False(t, clicked.OK, "a click that isn't kept is not taken")

	options.Port, err = strconv.Atoi(port)
	require.NoError(t, err)
	temporal, err = stack.StartTemporal(within(t, patience), options)
	require.NoError(t, err)
	var second string
	eventually(t, "the door to take leads again", func() bool {
		status, second, err = s.post(during)
		require.NoError(t, err)
		return status == http.StatusAccepted
	})
	s.contact(t, card)
	s.contact(t, s.card(t, second))
	for _, id := range []string{first, second} {
		require.Equal(t, lead.Contacted, s.result(t, id).Ending)
		s.requireWhole(t, id)
	}
	require.NoError(t, s.Stop())
	require.NoError(t, temporal.Stop())
}

func statusOf(t *testing.T, url string) int {
	t.Helper()
	res, err := http.Get(url)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return res.StatusCode
}

func TestWithoutWorkersLeadsAndClicksAreKept(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{NoWorkers: true})
	stop := s.work(t)
	clicked := s.send(t, fields{"name": "Ada Brandt", "email": "ada@clicked.example", "company": "Clicked", "country": "DE"})
	card := s.card(t, clicked)
	stop()

	s.contact(t, card)
	s.contact(t, card) // in vain, as the rep thinks
	sent := s.send(t, fields{"name": "Ben Cole", "email": "ben@sent.example", "company": "Sent", "country": "GB"})
	now, err := s.world.Messages(t.Context(), sandbox.MessageFilter{Case: clicked})
	require.NoError(t, err)
	require.Equal(t, card.Buttons, now[0].Buttons, "nobody was there to do anything about it")

	stop = s.work(t)
	result := s.result(t, clicked)
	require.Equal(t, lead.Contacted, result.Ending)
	require.Equal(t, s.rep(t, card).ID, result.Contact.By.ID)
	s.requireWhole(t, clicked)
	s.contact(t, s.card(t, sent))
	require.Equal(t, lead.Contacted, s.result(t, sent).Ending)
	s.requireWhole(t, sent)
	stop()
	require.NoError(t, s.Stop())
}

// work starts workers; stop stops them, and returns once they have stopped.
func (s system) work(t *testing.T) (stop func()) {
	t.Helper()
	p, err := process.New(process.Options{
		Client: s.Client, Namespace: s.Namespace, Live: config.NewLive(s.Config), Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	return func() {
		cancel()
		require.NoError(t, <-ended)
	}
}
