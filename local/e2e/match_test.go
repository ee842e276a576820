package e2e

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/lead"
)

func TestTwentyFormsOfOneCustomerAtOnceAreOneLead(t *testing.T) {
	t.Parallel()
	s := shared(t)
	const forms, address = 20, "ada@twentyfold.example"
	message := func(i int) string { return fmt.Sprintf("This is form (%d).", i) }
	ctx := within(t, patience)
	ids := make([]string, forms)
	var sending errgroup.Group
	for i := range ids {
		sending.Go(func() (err error) {
			f := ada("twentyfold")
			f["message"] = message(i)
			ids[i], err = s.take(ctx, f)
			return err
		})
	}
	require.NoError(t, sending.Wait())

	var open string
	eventually(t, "one of them to be the customer's lead", func() bool {
		open = s.holder(t, lead.Submission{Email: address}.Subject())
		return open != ""
	})
	require.Contains(t, ids, open)
	for _, id := range ids {
		if id == open {
			continue
		}
		result := s.result(t, id)
		require.Equal(t, lead.Joined, result.Ending)
		require.Equal(t, open, result.Into)
		effects, err := s.world.Effects(t.Context(), id)
		require.NoError(t, err)
		require.Empty(t, effects, "what has joined another is nobody's business any more")
		requireReplay(t, s.history(t, id, ""), "")
	}

	s.card(t, open)
	eventually(t, "the rep to hear of all the others", func() bool { return len(s.messages(t, open)[0].Replies) == forms-1 })
	card := s.messages(t, open)[0]
	told := card.Text + string(card.Blocks)
	for _, reply := range card.Replies {
		told += reply.Text
	}
	for i := range forms {
		require.Contains(t, told, message(i))
	}
	s.contact(t, card)
	result := s.result(t, open)
	require.Equal(t, lead.Contacted, result.Ending)
	require.Len(t, result.Additions, forms-1)
	s.requireOnce(t, open)
	require.Len(t, s.messages(t, open), 1)
	mails, err := s.world.Emails(t.Context(), address, "")
	require.NoError(t, err)
	require.Len(t, mails, 1)
	contact := s.contactOf(t, address)
	require.Equal(t, string(crm.StatusConnected), contact.Properties["hs_lead_status"])
	require.Len(t, contact.Associated["companies"], 1)
	require.Len(t, contact.Associated["notes"], forms)
	requireReplay(t, s.history(t, open, ""), "")
}

// Somebody writes from a second address, a colleague of ours finds the two contacts and merges them, and then they write from
// the first one again.
func TestACustomerWhoseContactsWereMergedHasOneOpenLead(t *testing.T) {
	t.Parallel()
	s := shared(t)
	first := s.send(t, ada("oldaddress"))
	s.contact(t, s.card(t, first))
	require.Equal(t, lead.Contacted, s.result(t, first).Ending)
	second := s.send(t, ada("newaddress"))
	s.card(t, second)
	before := []sandbox.Record{s.contactOf(t, "ada@oldaddress.example"), s.contactOf(t, "ada@newaddress.example")}
	require.Equal(t, second, s.holder(t, lead.ContactSubject(before[1].ID)), "whoever has the card hears of its contact")

	merged, err := s.world.Merge(t.Context(), before[0].ID, before[1].ID)
	require.NoError(t, err)
	eventually(t, "the lead to hear of the merged contact", func() bool {
		return s.holder(t, lead.ContactSubject(merged.ID)) == second
	})
	third := s.send(t, fields{"name": "Ada Brandt", "email": "ada@oldaddress.example", "message": "Are you still there?"})
	joined := s.result(t, third)
	require.Equal(t, lead.Joined, joined.Ending)
	require.Equal(t, second, joined.Into)

	_, err = s.world.Log(t.Context(), sandbox.Activity{Contact: merged.ID, Kind: "meeting"})
	require.NoError(t, err)
	result := s.result(t, second)
	require.Equal(t, lead.Contacted, result.Ending)
	require.Equal(t, "crm", result.Contact.By.ID)
	require.Equal(t, merged.ID, result.Records.Contact)
	require.Equal(t, merged.ID, s.contactOf(t, "ada@newaddress.example").ID)
	for id, name := range map[string]string{first: "", second: "lead/2-merged", third: "lead/2-joined"} {
		if id != third {
			s.requireOnce(t, id)
		}
		requireReplay(t, s.history(t, id, ""), name)
	}
}

func TestALeadThatWasTerminatedKeepsNobodyFromHavingAnother(t *testing.T) {
	t.Parallel()
	s := shared(t)
	first := s.send(t, ada("terminated"))
	s.card(t, first)
	require.NoError(t, s.Client.TerminateWorkflow(t.Context(), first, "", "somebody has pressed the wrong button"))

	again := ada("terminated")
	again["message"] = "Nobody has called me."
	second := s.send(t, again)
	s.contact(t, s.card(t, second))
	result := s.result(t, second)
	require.Equal(t, lead.Contacted, result.Ending)
	require.Empty(t, result.Into)
	require.Empty(t, result.Additions)
	eventually(t, "the next one's turn", func() bool {
		return s.holder(t, lead.Submission{Email: "ada@terminated.example"}.Subject()) == ""
	})
	s.requireOnce(t, second)
}

// While no worker runs, nobody can say whose claim it is: what comes is kept, and joins once they are back.
func TestACustomersClaimOutlivesTheWorkers(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{NoWorkers: true})
	stop := s.work(t)
	first := s.send(t, ada("patient"))
	card := s.card(t, first)
	stop()

	var later []string
	for i := range 2 {
		f := ada("patient")
		f["message"] = fmt.Sprintf("Reminder number %d.", i)
		later = append(later, s.send(t, f))
	}
	stop = s.work(t)
	for _, id := range later {
		result := s.result(t, id)
		require.Equal(t, lead.Joined, result.Ending)
		require.Equal(t, first, result.Into)
	}
	eventually(t, "the rep to hear of both", func() bool { return len(s.messages(t, first)[0].Replies) == 2 })
	s.contact(t, card)
	require.Len(t, s.result(t, first).Additions, 2)
	s.requireOnce(t, first)
	require.Len(t, s.contactOf(t, "ada@patient.example").Associated["notes"], 3)
	stop()
	require.NoError(t, s.Stop())
}

// messages are the cards of a lead.
func (s system) messages(t *testing.T, id string) []sandbox.Message {
	t.Helper()
	cards, err := s.world.Messages(t.Context(), sandbox.MessageFilter{Case: id})
	require.NoError(t, err)
	return cards
}

// contactOf waits until the CRM has a contact with the address, and only one.
func (s system) contactOf(t *testing.T, address string) (contact sandbox.Record) {
	t.Helper()
	eventually(t, "the CRM to have "+address, func() bool {
		contacts, err := s.world.Records(t.Context(), "contacts", sandbox.RecordFilter{Email: address})
		require.NoError(t, err)
		require.LessOrEqual(t, len(contacts), 1)
		if len(contacts) > 0 {
			contact = contacts[0]
		}
		return len(contacts) > 0
	})
	return contact
}
