package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/sandbox/client"
)

// flickers is a ticket as the help desk's form makes one.
var flickers = client.TicketForm{
	Name: "Katrin Vogel", Email: "Katrin@bergwerk.example", Subject: "Return of a lamp", Text: "It <b>flickers</b>.\n\nKatrin",
	Order: "#1001", Items: "1 x LAMP-ARC-BLK, defective", Wish: "refund",
}

func (w world) ask(f client.TicketForm) client.Ticket {
	w.t.Helper()
	ticket, err := w.MakeTicket(w.t.Context(), f)
	require.NoError(w.t, err)
	return ticket
}

func of(step string) effect.Key { return effect.Key{ID: "return-1/" + step} }

func TestTheAdapterReadsATicketAsACustomerHasOpenedIt(t *testing.T) {
	t.Parallel()
	w := described(t, "/hubspot", contract.Hubspot(t))
	a := w.adapters()
	made := w.ask(flickers)
	read, err := a.crm.ReadTicket(t.Context(), of("read"), crm.TicketQuery{Ticket: made.ID})
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), read.Opened, time.Minute)
	read.Opened = time.Time{}
	require.Equal(t, crm.Ticket{
		ID: made.ID, Subject: "Return of a lamp", Text: "It <b>flickers</b>.\n\nKatrin", Email: "katrin@bergwerk.example", Name: "Katrin Vogel",
		Stage: "1", Order: "#1001", Items: "1 x LAMP-ARC-BLK, defective", Wish: "refund", URL: w.URL + "/contacts/4242/record/0-5/" + made.ID,
	}, read)
	require.Contains(t, w.page("/contacts/4242/record/0-5/"+made.ID).Body, "<h1>Return of a lamp</h1>", "the link leads to it")
}

func TestTheAdapterOpensATicketOnceAndCarriesItToItsEnd(t *testing.T) {
	t.Parallel()
	w := described(t, "/hubspot", contract.Hubspot(t))
	a, ctx := w.adapters(), t.Context()
	var id string
	for range 2 {
		made, err := a.crm.OpenTicket(ctx, of("ticket"), crm.NewTicket{
			Number: "R-7QX4M2KD", Subject: "Return R-7QX4M2KD of order 1001", Text: "1 x LAMP-ARC-BLK", Email: "katrin@bergwerk.example", Name: "Katrin Vogel",
		})
		require.NoError(t, err)
		id = made.Ticket
		for i, u := range []crm.TicketUpdate{{Stage: "2", Note: "Approved & told."}, {Stage: "4", Note: "Refunded."}} {
			u.Ticket, u.At = id, time.Now().Add(time.Duration(i)*time.Second)
			_, err := a.crm.UpdateTicket(ctx, of(fmt.Sprint("ticket-", i)), u)
			require.NoError(t, err)
		}
	}
	ticket, err := w.Ticket(ctx, id)
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2", "4"}, ticket.Stages, "a repeat of what came before leaves it closed")
	require.Equal(t, "R-7QX4M2KD", ticket.Number)
	require.Len(t, ticket.Associated["contacts"], 1)
	notes, err := w.TicketNotes(ctx, id)
	require.NoError(t, err)
	require.Len(t, notes, 2)
	require.Equal(t, "Approved &amp; told.", notes[0].Properties["hs_note_body"])

	effects, err := w.Effects(ctx, "return-1")
	require.NoError(t, err)
	counted := map[string]int{}
	for _, e := range effects {
		counted[e.Operation+" "+e.Key] += e.Count
	}
	require.Equal(t, map[string]int{
		"ticket return-1/ticket": 1, "note return-1/ticket-0": 1, "note return-1/ticket-1": 1, "contact katrin@bergwerk.example": 1,
	}, counted)
	mine, err := w.Tickets(ctx, "return-1")
	require.NoError(t, err)
	require.Len(t, mine, 1)
	others, err := w.Tickets(ctx, "return-2")
	require.NoError(t, err)
	require.Empty(t, others)
}

func TestAClosedTicketIsOpenedAgainOnPurposeAlone(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	a, ctx := w.adapters(), t.Context()
	id := w.ask(flickers).ID
	_, err := w.MoveTicket(ctx, id, "4")
	require.NoError(t, err)
	_, err = a.crm.UpdateTicket(ctx, of("a"), crm.TicketUpdate{Ticket: id, Stage: "3"})
	require.NoError(t, err)
	ticket, err := w.Ticket(ctx, id)
	require.NoError(t, err)
	require.Equal(t, "4", ticket.Stage)
	_, err = a.crm.UpdateTicket(ctx, of("b"), crm.TicketUpdate{Ticket: id, Stage: "3", Reopen: true})
	require.NoError(t, err)
	ticket, err = w.Ticket(ctx, id)
	require.NoError(t, err)
	require.Equal(t, []string{"1", "4", "3"}, ticket.Stages)
}

func TestAMergedTicketIsCarriedOnAndADeletedOneIsLeft(t *testing.T) {
	t.Parallel()
	w := described(t, "/hubspot", contract.Hubspot(t))
	a, ctx := w.adapters(), t.Context()
	first, second := w.ask(flickers), w.ask(client.TicketForm{Subject: "Lamp again", Email: flickers.Email})
	_, err := a.crm.UpdateTicket(ctx, of("ticket-1"), crm.TicketUpdate{Ticket: first.ID, Number: "R-7QX4M2KD", Note: "This is the return R-7QX4M2KD."})
	require.NoError(t, err)
	merged, err := w.MergeTicket(ctx, first.ID, second.ID)
	require.NoError(t, err)
	require.Equal(t, "Lamp again", merged.Subject)
	require.Equal(t, "R-7QX4M2KD", merged.Number, "what the primary one lacks it takes from the other")
	for _, old := range []string{first.ID, second.ID} {
		require.NotEqual(t, old, merged.ID)
		read, err := a.crm.ReadTicket(ctx, of("read"), crm.TicketQuery{Ticket: old})
		require.NoError(t, err)
		require.Equal(t, merged.ID, read.ID)
		require.Equal(t, "return-1", read.Case, "it is known whose it is, so that it starts no second return")
	}
	done, err := a.crm.UpdateTicket(ctx, of("ticket-2"), crm.TicketUpdate{Ticket: first.ID, Stage: "2", Note: "On its way."})
	require.NoError(t, err)
	require.Equal(t, crm.TicketUpdated{Ticket: merged.ID}, done)
	notes, err := w.TicketNotes(ctx, merged.ID)
	require.NoError(t, err)
	require.Len(t, notes, 2)

	require.NoError(t, w.DeleteTicket(ctx, merged.ID))
	done, err = a.crm.UpdateTicket(ctx, of("ticket-3"), crm.TicketUpdate{Ticket: first.ID, Note: "Too late."})
	require.NoError(t, err)
	require.Equal(t, crm.TicketUpdated{Gone: true}, done)
	read, err := a.crm.ReadTicket(ctx, of("read"), crm.TicketQuery{Ticket: merged.ID})
	require.NoError(t, err)
	require.Zero(t, read)
	require.ErrorContains(t, w.DeleteTicket(ctx, merged.ID), "404")
	_, err = w.MergeTicket(ctx, merged.ID, first.ID)
	require.ErrorContains(t, err, "404")
}

func TestTheAppIsToldOfATicketsStageAndOrder(t *testing.T) {
	t.Parallel()
	w, event := told(t, 0)
	a, ctx := w.adapters(), t.Context()
	expect := func(id, source string, want map[string]string) {
		t.Helper()
		got := map[string]string{}
		for range want {
			e := event()
			require.Equal(t, "ticket.propertyChange", e["subscriptionType"])
			require.Equal(t, id, fmt.Sprint(e["objectId"]))
			require.Equal(t, source, e["changeSource"])
			require.InDelta(t, float64(time.Now().UnixMilli()), e["occurredAt"], 60_000)
			got[e["propertyName"].(string)] = e["propertyValue"].(string)
		}
		require.Equal(t, want, got)
	}
	made := w.ask(flickers)
	expect(made.ID, "CRM_UI", map[string]string{"hs_pipeline_stage": "1", "return_order": "#1001"})
	_, err := w.MoveTicket(ctx, made.ID, "3")
	require.NoError(t, err)
	expect(made.ID, "CRM_UI", map[string]string{"hs_pipeline_stage": "3"})
	_, err = w.Edit(ctx, "tickets", made.ID, map[string]string{"subject": "Lamp", "return_order": "#1002"})
	require.NoError(t, err)
	expect(made.ID, "CRM_UI", map[string]string{"return_order": "#1002"})
	_, err = a.crm.UpdateTicket(ctx, of("a"), crm.TicketUpdate{Ticket: made.ID, Stage: "2"})
	require.NoError(t, err)
	expect(made.ID, "INTEGRATION", map[string]string{"hs_pipeline_stage": "2"})
	opened, err := a.crm.OpenTicket(ctx, of("open"), crm.NewTicket{Number: "R-7QX4M2KD", Subject: "Return", Email: "ada@contoso.example"})
	require.NoError(t, err)
	expect(opened.Ticket, "INTEGRATION", map[string]string{"hs_pipeline_stage": "1"})
	merged, err := w.MergeTicket(ctx, made.ID, opened.Ticket)
	require.NoError(t, err)
	expect(merged.ID, "CRM_UI", map[string]string{"hs_pipeline_stage": "1", "return_order": "#1002"})
}

func TestWhatIsWrongWithATicketIsSaidAndNothingIsMade(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	w.adapters() // sets the account up
	for want, change := range map[string]func(f *client.TicketForm){
		"subject: a ticket has to have one":               func(f *client.TicketForm) { f.Subject = " " },
		"hs_pipeline_stage: nowhere was not one of":       func(f *client.TicketForm) { f.Stage = "nowhere" },
		"return_wish: money was not one of the allowed":   func(f *client.TicketForm) { f.Wish = "money" },
		"contact.email: Email address ada is invalid":     func(f *client.TicketForm) { f.Email = "ada" },
		"content: content is limited to 65536 characters": func(f *client.TicketForm) { f.Text = strings.Repeat("x", 70_000) },
	} {
		f := flickers
		change(&f)
		_, err := w.MakeTicket(t.Context(), f)
		require.ErrorContains(t, err, want)
	}
	for _, kind := range []string{"tickets", "contacts"} {
		records, err := w.Records(t.Context(), kind, client.RecordFilter{})
		require.NoError(t, err)
		require.Empty(t, records, kind)
	}
	id := w.ask(flickers).ID
	_, err := w.MergeTicket(t.Context(), id, id)
	require.ErrorContains(t, err, "into: a ticket can't be merged with itself")
	_, err = w.MoveTicket(t.Context(), id, "1204817")
	require.ErrorContains(t, err, "Pipeline stage 1204817 is not valid for pipeline 0")
	moved, err := w.Edit(t.Context(), "tickets", id, map[string]string{"hs_pipeline": "1204816", "hs_pipeline_stage": "1204817"})
	require.NoError(t, err, "with its pipeline it is")
	require.Equal(t, "1204817", moved.Properties["hs_pipeline_stage"])
}

func TestAnAccountThatWasNotSetUpHasTicketsButNoReturns(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	w.ask(client.TicketForm{Subject: "Where is the data sheet?"})
	_, err := w.MakeTicket(t.Context(), flickers)
	require.ErrorContains(t, err, `Property "return_order" does not exist`)
}

func TestATicketThatHubSpotFailsAtIsOpenedOnceAllTheSame(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	a, ctx := w.adapters(), t.Context()
	n := crm.NewTicket{Number: "R-7QX4M2KD", Subject: "Return", Email: "ada@contoso.example"}
	w.order(client.Fault{System: "hubspot", Path: "crm/v3/objects/tickets/batch/upsert", Kind: client.LostReply, For: "0s", Count: 1})
	_, err := a.crm.OpenTicket(ctx, of("ticket"), n)
	f, ok := fault.From(err)
	require.True(t, ok)
	require.Equal(t, fault.ClassUnavailable, f.Class)
	opened, err := a.crm.OpenTicket(ctx, of("ticket"), n)
	require.NoError(t, err)
	all, err := w.Tickets(ctx, "")
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, opened.Ticket, all[0].ID)
}

func TestTheAPIDeletesATicket(t *testing.T) {
	t.Parallel()
	w := described(t, "/hubspot", contract.Hubspot(t))
	id := w.ask(client.TicketForm{Subject: "Data sheet"}).ID
	require.Equal(t, http.StatusNoContent, w.crm(http.MethodDelete, "v3/objects/tickets/"+id, nil).Status)
	require.Equal(t, http.StatusNotFound, w.crm(http.MethodGet, "v3/objects/tickets/"+id, nil).Status)
	require.Equal(t, http.StatusBadRequest, w.crm(http.MethodGet, "v3/pipelines/contacts", nil).Status)
}
