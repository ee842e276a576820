package door

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/starter/spool"
)

// gone is a Temporal that is away.
func gone(t *testing.T) *mocks.Client {
	c := mocks.NewClient(t)
	down := serviceerror.NewUnavailable("connection refused")
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, mock.Anything, mock.Anything).Return(nil, down).Maybe()
	c.On("SignalWorkflow", mock.Anything, mock.Anything, "", mock.Anything, mock.Anything).Return(down).Maybe()
	c.On("UpdateWorkflow", mock.Anything, mock.Anything).Return(nil, down).Maybe()
	c.On("DescribeWorkflowExecution", mock.Anything, mock.Anything, "").Return(nil, down).Maybe()
	c.On("CheckHealth", mock.Anything, mock.Anything).Return(nil, down).Maybe()
	return c
}

// keeping is a client with a spool that has room for so many bytes.
func keeping(t *testing.T, c client.Client, room int64) *spool.Client {
	t.Helper()
	s, err := spool.Open(spool.Options{Dir: t.TempDir(), MaxSize: room, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return &spool.Client{Client: c, Spool: s}
}

func TestALeadIsAcceptedOnceItIsOnDisk(t *testing.T) {
	c := keeping(t, gone(t), 1<<20)
	d := opened(t, c)
	w := send(d, "POST", "/leads", mediaJSON, goodJSON)
	require.Equal(t, http.StatusAccepted, w.Code, w.Body.String())
	var got accepted
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
	assert.True(t, c.Spool.Waiting(got.ID))

	status := send(d, "GET", got.Status, "", "")
	assert.Equal(t, http.StatusOK, status.Code)
	assert.Contains(t, status.Body.String(), `"state":"open"`)
	assert.NoError(t, d.Ready(t.Context()), "what comes can be taken")
}

func TestAFullSpoolIsAClearRefusal(t *testing.T) {
	c := keeping(t, gone(t), 1)
	logs := &lockedBuffer{}
	d := opened(t, c, logging(logs))
	w := send(d, "POST", "/leads", mediaJSON, goodJSON)
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Contains(t, problemIn(t, w).Detail, "will not count twice")
	assert.Equal(t, "5", w.Header().Get("Retry-After"))
	assert.Contains(t, logs.String(), "the spool is full: 0 bytes are in it, and 1 may be (starter.spool.max_size)")
	assert.ErrorContains(t, d.Ready(t.Context()), "connection refused; and the spool is full")
	assert.Equal(t, http.StatusServiceUnavailable, click(d, payload(aClick)).Code, "a click that isn't kept is not taken")
}

func TestWhoeverClicksIsToldThatItIsKept(t *testing.T) {
	f, listens := listening(http.StatusOK)
	c := keeping(t, gone(t), 1<<20)
	d := opened(t, c, listens)
	w := click(d, payload(aClick))
	assert.Equal(t, http.StatusOK, w.Code, "Slack doesn't mark the button")
	assert.Equal(t, clickKept, (<-f.messages)["text"])
	assert.True(t, c.Spool.Waiting("lead-abcdefghijklmnop"))

	w = click(d, payload(aForm))
	assert.Equal(t, http.StatusOK, w.Code)
	var said struct {
		Action string `json:"response_action"`
		View   struct {
			Blocks []struct{ Text struct{ Text string } }
		}
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &said))
	assert.Equal(t, "update", said.Action)
	assert.Equal(t, clickKept, said.View.Blocks[0].Text.Text)
	assert.Equal(t, 2, c.Spool.Stats().Entries)
}

func TestSlackIsAnsweredInTimeEvenWhereTemporalNeverAnswers(t *testing.T) {
	c := mocks.NewClient(t)
	c.On("SignalWorkflow", mock.Anything, mock.Anything, "", mock.Anything, mock.Anything).Return(func(ctx context.Context, _, _, _ string, _ any) error {
		<-ctx.Done()
		return ctx.Err()
	})
	with := keeping(t, c, 1<<20)
	d := opened(t, with, func(o *Options) { o.Timeout = 20 * time.Millisecond })
	began := time.Now()
	assert.Equal(t, http.StatusOK, click(d, payload(strings.Replace(aClick, `"response_url"`, `"other_url"`, 1))).Code)
	assert.Less(t, time.Since(began), 3*time.Second)
	assert.Equal(t, 1, with.Spool.Stats().Entries)
}
