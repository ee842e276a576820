package crm_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

var (
	openKey   = effect.Key{ID: "return-aaaaaaaaaaaaaaaa/open-ticket"}
	ticketKey = effect.Key{ID: "return-aaaaaaaaaaaaaaaa/ticket-approved"}
	newTicket = crm.NewTicket{
		Number: "R-7QX4M2KD", Subject: "Return R-7QX4M2KD of order 1042", Text: "2 x LAMP-1\n<broken>",
		Email: "Ada@contoso.com", Name: "Ada Winter",
	}
	update = crm.TicketUpdate{
		Ticket: "7", Stage: "3", Note: "Approved <by rule>.", Number: "R-7QX4M2KD", At: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
	}
)

// desk is a HubSpot account with two pipelines of tickets, which it shows in an order of its own.
func desk(t *testing.T, check func(http.Handler) http.Handler) (*hub, crm.Options) {
	h, o := open(t, check)
	stage := func(id, label, state string, order int) map[string]any {
		return map[string]any{"id": id, "label": label, "displayOrder": order, "metadata": map[string]any{"ticketState": state}}
	}
	h.pipelines = []map[string]any{
		{"id": "9", "label": "Repairs", "displayOrder": 1, "stages": []any{stage("91", "New", "OPEN", 0)}},
		{"id": "0", "label": "Support", "displayOrder": 0, "stages": []any{
			stage("4", "Closed", "CLOSED", 3), stage("5", "Spam", "CLOSED", 3), stage("3", "Waiting on us", "OPEN", 2),
			stage("1", "New", "OPEN", 0), stage("2", "Waiting on contact", "OPEN", 1),
		}},
	}
	return h, o
}

// described holds what goes to and fro against HubSpot's descriptions, but for pipelines, of which there is none.
func described(t *testing.T) func(http.Handler) http.Handler {
	checked := contract.Hubspot(t).Handler
	return func(h http.Handler) http.Handler {
		c := checked(h)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/crm/v3/pipelines/") {
				h.ServeHTTP(w, r)
				return
			}
			c.ServeHTTP(w, r)
		})
	}
}

func (h *hub) ticket(values map[string]string) *row {
	r := &row{"tickets", "7", map[string]string{
		"subject": "My lamp", "content": "It is broken.", "hs_pipeline": "0", "hs_pipeline_stage": "1", "createdate": when,
	}}
	for k, v := range values {
		r.values[k] = v
	}
	h.rows = append(h.rows, r)
	return r
}

func TestATicketIsReadWithItsContact(t *testing.T) {
	h, o := desk(t, described(t))
	h.ticket(map[string]string{"return_order": "#1042", "return_items": "1 x LAMP-1, damaged", "return_wish": "refund"})
	h.rows = append(h.rows,
		&row{"contacts", "201", map[string]string{"email": "ada@contoso.com", "firstname": "Ada", "lastname": "Winter"}},
		&row{"contacts", "202", map[string]string{"email": "eve@contoso.com"}})
	h.associations["tickets/7 contacts/201"], h.associations["tickets/7 contacts/202"] = true, true
	got, err := crm.New(o).ReadTicket(t.Context(), ticketKey, crm.TicketQuery{Ticket: "7"})
	require.NoError(t, err)
	opened, _ := time.Parse(time.RFC3339, when)
	assert.Equal(t, crm.Ticket{
		ID: "7", Subject: "My lamp", Text: "It is broken.", Email: "ada@contoso.com", Name: "Ada Winter", Stage: "1",
		Order: "#1042", Items: "1 x LAMP-1, damaged", Wish: "refund", Opened: opened,
		URL: "https://app.hubspot.com/contacts/4711/record/0-5/7",
	}, got)
}

func TestATicketOfNobodyIsReadAllTheSame(t *testing.T) {
	h, o := desk(t, nil)
	h.ticket(nil)
	got, err := crm.New(o).ReadTicket(t.Context(), ticketKey, crm.TicketQuery{Ticket: "7"})
	require.NoError(t, err)
	assert.Empty(t, got.Email+got.Name)
	assert.Equal(t, "My lamp", got.Subject)
}

func TestATicketSaysWhichCaseHasOpenedIt(t *testing.T) {
	_, o := desk(t, nil)
	a := crm.New(o)
	made, err := a.OpenTicket(t.Context(), openKey, newTicket)
	require.NoError(t, err)
	got, err := a.ReadTicket(t.Context(), ticketKey, crm.TicketQuery{Ticket: made.Ticket})
	require.NoError(t, err)
	assert.Equal(t, "return-aaaaaaaaaaaaaaaa", got.Case)
}

func TestADeletedTicketIsReadAsNone(t *testing.T) {
	_, o := desk(t, nil)
	got, err := crm.New(o).ReadTicket(t.Context(), ticketKey, crm.TicketQuery{Ticket: "7"})
	require.NoError(t, err)
	assert.Zero(t, got)
}

func TestAMergedTicketIsReadAsWhatItBecame(t *testing.T) {
	h, o := desk(t, nil)
	h.ticket(nil)
	h.merged["tickets/6"] = "7"
	a := crm.New(o)
	got, err := a.ReadTicket(t.Context(), ticketKey, crm.TicketQuery{Ticket: "6"})
	require.NoError(t, err)
	assert.Equal(t, "7", got.ID)
	merged := update
	merged.Ticket = "6"
	done, err := a.UpdateTicket(t.Context(), ticketKey, merged)
	require.NoError(t, err)
	assert.Equal(t, crm.TicketUpdated{Ticket: "7"}, done)
	assert.Equal(t, "3", h.row("tickets", "7").values["hs_pipeline_stage"])
}

func requireOpened(t *testing.T, h *hub) {
	t.Helper()
	assert.Equal(t, []map[string]string{{
		"subject": "Return R-7QX4M2KD of order 1042", "content": "2 x LAMP-1\n<broken>", "hs_pipeline": "0", "hs_pipeline_stage": "1",
		"throughline_number": "R-7QX4M2KD", "throughline_key": openKey.ID,
	}}, h.of("tickets"))
	assert.Equal(t, []map[string]string{{"email": "ada@contoso.com", "firstname": "Ada", "lastname": "Winter"}}, h.of("contacts"))
	assert.Len(t, h.associations, 1)
}

func TestATicketIsOpenedOnceHoweverOftenItRuns(t *testing.T) {
	h, o := desk(t, described(t))
	for range 2 {
		made, err := crm.New(o).OpenTicket(t.Context(), openKey, newTicket)
		require.NoError(t, err)
		assert.NotNil(t, h.row("tickets", made.Ticket))
		requireOpened(t, h)
	}
}

func TestATicketThatBrokeOffAnywhereIsCompletedByTheNextAttempt(t *testing.T) {
	for n := range 6 {
		for _, done := range []bool{false, true} {
			h, o := desk(t, nil)
			h.breakAt(n+1, done)
			a := crm.New(o)
			_, err := a.OpenTicket(t.Context(), openKey, newTicket)
			assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class, "request %d", n+1)
			_, err = a.OpenTicket(t.Context(), openKey, newTicket)
			require.NoError(t, err)
			requireOpened(t, h)
		}
	}
}

func TestARepeatLeavesATicketAsPeopleHaveMadeIt(t *testing.T) {
	h, o := desk(t, nil)
	a := crm.New(o)
	made, err := a.OpenTicket(t.Context(), openKey, newTicket)
	require.NoError(t, err)
	values := h.row("tickets", made.Ticket).values
	values["subject"], values["hs_pipeline_stage"] = "Lamps again", "4"
	again, err := a.OpenTicket(t.Context(), openKey, newTicket)
	require.NoError(t, err)
	assert.Equal(t, made, again)
	assert.Equal(t, "Lamps again", values["subject"])
	assert.Equal(t, "4", values["hs_pipeline_stage"])
}

func TestATicketTakesTheContactThatIsThereAsItIs(t *testing.T) {
	h, o := desk(t, nil)
	h.rows = append(h.rows, &row{"contacts", "201", map[string]string{"email": "ada@contoso.com", "firstname": "Augusta"}})
	made, err := crm.New(o).OpenTicket(t.Context(), openKey, newTicket)
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"email": "ada@contoso.com", "firstname": "Augusta"}, h.row("contacts", "201").values)
	assert.True(t, h.associations["tickets/"+made.Ticket+" contacts/201"])
}

func TestATicketBeginsWhereItIsToldTo(t *testing.T) {
	for _, c := range []struct{ pipeline, stage, wantPipeline, wantStage string }{
		{"", "", "0", "1"}, {"9", "", "9", "91"}, {"", "2", "0", "2"}, {"0", "3", "0", "3"}, {"", "91", "9", "91"},
	} {
		h, o := desk(t, nil)
		n := newTicket
		n.Pipeline, n.Stage = c.pipeline, c.stage
		made, err := crm.New(o).OpenTicket(t.Context(), openKey, n)
		require.NoError(t, err)
		values := h.row("tickets", made.Ticket).values
		assert.Equal(t, []string{c.wantPipeline, c.wantStage}, []string{values["hs_pipeline"], values["hs_pipeline_stage"]})
	}
}

func TestALongTextLosesItsEndVisibly(t *testing.T) {
	h, o := desk(t, nil)
	n := newTicket
	n.Text = strings.Repeat("я", 70_000)
	_, err := crm.New(o).OpenTicket(t.Context(), openKey, n)
	require.NoError(t, err)
	text := h.of("tickets")[0]["content"]
	assert.Len(t, []rune(text), 60_000)
	assert.True(t, strings.HasSuffix(text, "я…"))
}
