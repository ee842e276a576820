package crm_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/fault"
)

func requireUpdated(t *testing.T, h *hub) {
	t.Helper()
	ticket := h.row("tickets", "7").values
	assert.Equal(t, "3", ticket["hs_pipeline_stage"])
	assert.Equal(t, "R-7QX4M2KD", ticket["throughline_number"])
	assert.Equal(t, ticketKey.ID, ticket["throughline_key"])
	assert.Equal(t, "My lamp", ticket["subject"])
	assert.Equal(t, []map[string]string{{
		"hs_note_body": "Approved &lt;by rule&gt;.", "hs_timestamp": "2026-03-04T05:06:07.000Z", "throughline_key": ticketKey.ID,
	}}, h.of("notes"))
	assert.Len(t, h.associations, 1)
}

func TestATicketIsTakenFurtherOnceHoweverOftenItRuns(t *testing.T) {
	h, o := desk(t, described(t))
	h.ticket(nil)
	for range 2 {
		done, err := crm.New(o).UpdateTicket(t.Context(), ticketKey, update)
		require.NoError(t, err)
		assert.Equal(t, crm.TicketUpdated{Ticket: "7"}, done)
		requireUpdated(t, h)
	}
}

func TestATicketsUpdateThatBrokeOffAnywhereIsCompletedByTheNextAttempt(t *testing.T) {
	for n := range 5 {
		for _, done := range []bool{false, true} {
			h, o := desk(t, nil)
			h.ticket(nil)
			h.breakAt(n+1, done)
			a := crm.New(o)
			_, err := a.UpdateTicket(t.Context(), ticketKey, update)
			assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class, "request %d", n+1)
			_, err = a.UpdateTicket(t.Context(), ticketKey, update)
			require.NoError(t, err)
			requireUpdated(t, h)
		}
	}
}

func TestWhatPeopleDidWithATicketComesFirst(t *testing.T) {
	for name, c := range map[string]struct {
		pipeline, stage, to string
		reopen              bool
		want                string
	}{
		"an open one goes on":                   {"0", "1", "2", false, "2"},
		"and back":                              {"0", "3", "2", false, "2"},
		"and is closed":                         {"0", "3", "4", false, "4"},
		"a closed one stays closed":             {"0", "4", "3", false, "4"},
		"in whatever stage":                     {"0", "5", "3", false, "5"},
		"and isn't closed another way":          {"0", "5", "4", true, "5"},
		"until it is opened again":              {"0", "4", "3", true, "3"},
		"one in another pipeline stays there":   {"9", "91", "3", true, "91"},
		"one whose stage was done away with is": {"0", "8", "3", false, "3"},
	} {
		t.Run(name, func(t *testing.T) {
			h, o := desk(t, nil)
			ticket := h.ticket(map[string]string{"hs_pipeline": c.pipeline, "hs_pipeline_stage": c.stage})
			u := update
			u.Stage, u.Reopen = c.to, c.reopen
			_, err := crm.New(o).UpdateTicket(t.Context(), ticketKey, u)
			require.NoError(t, err)
			assert.Equal(t, c.want, ticket.values["hs_pipeline_stage"])
			assert.Len(t, h.of("notes"), 1, "the note is there in any case")
		})
	}
}

func TestATicketOfAnotherCaseKeepsItsNumber(t *testing.T) {
	h, o := desk(t, nil)
	ticket := h.ticket(map[string]string{"throughline_number": "R-AAAAAAAA", "throughline_key": "return-bbbbbbbbbbbbbbbb/ticket-1"})
	_, err := crm.New(o).UpdateTicket(t.Context(), ticketKey, update)
	require.NoError(t, err)
	assert.Equal(t, "R-AAAAAAAA", ticket.values["throughline_number"])
	assert.Equal(t, "return-bbbbbbbbbbbbbbbb/ticket-1", ticket.values["throughline_key"])
	assert.Len(t, h.of("notes"), 1)
}

func TestATicketBelongsToTheCaseWhoseNumberItGetsFirst(t *testing.T) {
	h, o := desk(t, nil)
	h.ticket(map[string]string{"throughline_number": "R-AAAAAAAA"}) // it was copied from another
	a := crm.New(o)
	_, err := a.UpdateTicket(t.Context(), ticketKey, crm.TicketUpdate{Ticket: "7", Note: "no number"})
	require.NoError(t, err)
	got, err := a.ReadTicket(t.Context(), ticketKey, crm.TicketQuery{Ticket: "7"})
	require.NoError(t, err)
	assert.Empty(t, got.Case)
	_, err = a.UpdateTicket(t.Context(), ticketKey, update)
	require.NoError(t, err)
	got, err = a.ReadTicket(t.Context(), ticketKey, crm.TicketQuery{Ticket: "7"})
	require.NoError(t, err)
	assert.Equal(t, "return-aaaaaaaaaaaaaaaa", got.Case)
	assert.Equal(t, "R-7QX4M2KD", h.row("tickets", "7").values["throughline_number"])
}

func TestAnUpdateOfNothingWritesNothing(t *testing.T) {
	h, o := desk(t, nil)
	h.ticket(map[string]string{"hs_pipeline_stage": "3", "throughline_key": openKey.ID})
	u := update
	u.Note = " "
	_, err := crm.New(o).UpdateTicket(t.Context(), ticketKey, u)
	require.NoError(t, err)
	assert.Equal(t, []string{"GET /crm/v3/objects/tickets/7"}, h.calls)
}

func TestADeletedTicketIsNotMadeAnew(t *testing.T) {
	h, o := desk(t, nil)
	done, err := crm.New(o).UpdateTicket(t.Context(), ticketKey, update)
	require.NoError(t, err)
	assert.Equal(t, crm.TicketUpdated{Gone: true}, done)
	assert.Empty(t, h.rows)
}

func TestATicketThatIsDeletedInTheMiddleIsTriedAgain(t *testing.T) {
	h, o := desk(t, nil)
	h.ticket(nil)
	h.fail = func(_ http.ResponseWriter, call string, done bool) bool {
		if done && strings.HasPrefix(call, "GET /crm/v3/objects/tickets/") {
			h.remove("tickets", "7")
		}
		return false
	}
	a := crm.New(o)
	_, err := a.UpdateTicket(t.Context(), ticketKey, update)
	assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class)
	done, err := a.UpdateTicket(t.Context(), ticketKey, update)
	require.NoError(t, err)
	assert.True(t, done.Gone)
}

func TestStagesAreAskedForOnceUntilOneIsUnknown(t *testing.T) {
	h, o := desk(t, nil)
	ticket := h.ticket(nil)
	a := crm.New(o)
	pipelines := func() int {
		return len(slices.DeleteFunc(slices.Clone(h.calls), func(c string) bool { return c != "GET /crm/v3/pipelines/tickets" }))
	}
	for _, stage := range []string{"3", "2"} {
		u := update
		u.Stage = stage
		_, err := a.UpdateTicket(t.Context(), ticketKey, u)
		require.NoError(t, err)
	}
	assert.Equal(t, 1, pipelines())
	stages := h.pipelines[1]["stages"].([]any)
	h.pipelines[1]["stages"] = append(stages, map[string]any{
		"id": "6", "label": "Lost", "displayOrder": 9, "metadata": map[string]any{"ticketState": "CLOSED"},
	})
	ticket.values["hs_pipeline_stage"] = "6"
	_, err := a.UpdateTicket(t.Context(), ticketKey, update)
	require.NoError(t, err)
	assert.Equal(t, "6", ticket.values["hs_pipeline_stage"], "people have closed it, in a stage that wasn't there before")
	assert.Equal(t, 2, pipelines())
}

func TestWhatCannotBeDoneWithATicketIsForSomebodyToDecide(t *testing.T) {
	for name, do := range map[string]func(a *crm.Activities) error{
		"read: no ticket": func(a *crm.Activities) error {
			_, err := a.ReadTicket(t.Context(), ticketKey, crm.TicketQuery{})
			return err
		},
		"update: no ticket": func(a *crm.Activities) error {
			_, err := a.UpdateTicket(t.Context(), ticketKey, crm.TicketUpdate{Stage: "3"})
			return err
		},
		"update: no such stage": func(a *crm.Activities) error {
			_, err := a.UpdateTicket(t.Context(), ticketKey, crm.TicketUpdate{Ticket: "7", Stage: "Closed"})
			return err
		},
		"open: nobody's": func(a *crm.Activities) error {
			_, err := a.OpenTicket(t.Context(), openKey, crm.NewTicket{Subject: "x"})
			return err
		},
		"open: about nothing": func(a *crm.Activities) error {
			_, err := a.OpenTicket(t.Context(), openKey, crm.NewTicket{Email: "ada@contoso.com"})
			return err
		},
		"open: no such stage in the pipeline": func(a *crm.Activities) error {
			n := newTicket
			n.Pipeline, n.Stage = "9", "3"
			_, err := a.OpenTicket(t.Context(), openKey, n)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, o := desk(t, nil)
			h.ticket(nil)
			f := faultOf(t, do(crm.New(o)))
			assert.Equal(t, fault.ClassFinal, f.Class)
			assert.Len(t, h.of("tickets"), 1)
			assert.Empty(t, h.of("notes"))
		})
	}
}
