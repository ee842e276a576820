package e2e

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// The worker is a process of its own, which is killed while each of these leads is somewhere else on its way: most of them in
// the middle of a call that the sandbox never answers, so that nobody knows whether it had its effect. The next process finds
// out, and in the end the outside world has of each lead what it has of one for which nothing went wrong.
func TestAKilledWorkerChangesNothingInWhatTheWorldReceives(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{NoWorkers: true})

	// The first process dies in the middle of a reminder. No other lead has a card yet, so only a reminder is in a thread.
	first := s.spawn(t, orders{Config: []string{config.Default, config.Demo, "testdata/prodding.yaml"}})
	s.order(t, sandbox.Fault{System: "slack", Path: "chat.postMessage", Match: "thread_ts=", Kind: sandbox.LostReply})
	reminded := s.send(t, ada("reminded"))
	s.struck(t)
	first.kill(t)
	require.NoError(t, s.world.Clear(t.Context(), ""))

	// The second one dies with one lead at every other point.
	second := s.spawn(t, orders{Config: patient, Hold: []string{
		lead.Submission{Email: "ada@claimed.example"}.Subject(), // it was given its claim
		`"pool":"us-west"`,    // it was given its turn
		`And one more thing.`, // it was added to another one
	}})
	waiting, ending, joined := s.send(t, ada("waiting")), s.send(t, ada("ending")), s.send(t, ada("joined"))
	for _, id := range []string{waiting, ending, joined} {
		s.card(t, id)
	}
	var contacts []sandbox.Record
	eventually(t, "the CRM to have the contact", func() bool {
		var err error
		contacts, err = s.world.Records(t.Context(), "contacts", sandbox.RecordFilter{Email: "ada@ending.example"})
		require.NoError(t, err)
		return len(contacts) == 1
	})
	for _, f := range []sandbox.Fault{
		{System: "pdl", Match: "enriched.example", Kind: sandbox.Timeout},
		{System: "hubspot", Path: "crm/v3/objects/contacts/batch/upsert", Match: "ada@recorded.example", Kind: sandbox.LostReply},
		{System: "hubspot", Path: "crm/v3/objects/notes/batch/upsert", Match: "Noted, please", Kind: sandbox.LostReply},
		{System: "sendgrid", Path: "v3/mail/send", Match: "ada@mailed.example", Kind: sandbox.LostReply},
		{System: "slack", Path: "chat.postMessage", Match: "ada@uncarded.example", Kind: sandbox.Timeout}, // recorded by then
		{System: "slack", Path: "chat.postMessage", Match: "ada@carded.example", Kind: sandbox.LostReply},
		{System: "hubspot", Path: "crm/v3/objects/contacts/" + contacts[0].ID, Match: "CONNECTED", Kind: sandbox.LostReply},
	} {
		s.order(t, f)
	}
	stopped := map[string]string{}
	for _, name := range []string{"claimed", "enriched", "turned", "recorded", "noted", "mailed", "uncarded", "carded"} {
		f := ada(name)
		switch name {
		case "noted":
			f["message"] = "Noted, please."
		case "turned": // no other lead has a turn of the American West's pool
			f["country"], f["region"] = "US", "California"
		}
		stopped[name] = s.send(t, f)
	}
	more := ada("joined")
	more["message"] = "And one more thing."
	joining := s.send(t, more)
	s.contact(t, s.card(t, ending))
	second.awaitHeld(t)
	s.struck(t)
	second.kill(t)
	require.NoError(t, s.world.Clear(t.Context(), ""))
	s.contact(t, s.card(t, waiting)) // there is no worker at this moment

	// The third one finishes all of them.
	s.spawn(t, orders{Config: patient})
	for _, id := range append(slices.Collect(maps.Values(stopped)), joined, reminded) {
		s.contact(t, s.card(t, id))
	}
	for _, id := range append(slices.Collect(maps.Values(stopped)), waiting, ending, joined, reminded) {
		require.Equal(t, lead.Contacted, s.result(t, id).Ending)
		requireReplay(t, s.history(t, id, ""), "")
		if id == joined || id == reminded {
			s.requireOnce(t, id)
			cards, err := s.world.Messages(t.Context(), sandbox.MessageFilter{Case: id})
			require.NoError(t, err)
			require.Len(t, cards, 1)
			require.Len(t, cards[0].Replies, 1, "the reminder, or what was added")
		} else {
			s.requireWhole(t, id)
		}
	}
	into := s.result(t, joining)
	require.Equal(t, lead.Joined, into.Ending)
	require.Equal(t, joined, into.Into)
	require.Len(t, s.result(t, joined).Additions, 1)
	effects, err := s.world.Effects(t.Context(), joining)
	require.NoError(t, err)
	require.Empty(t, effects, "what has joined another is nobody's business any more")
	rotation := assignment.WorkflowID(s.result(t, stopped["turned"]).Route.Pool.Name)
	require.Equal(t, 1, s.turns(t, rotation), "the turn that was given stays given, and no second one is taken")
	require.NoError(t, s.Stop())
}

// ada is a lead from a company of that name.
func ada(company string) fields {
	return fields{"name": "Ada Brandt", "email": "ada@" + company + ".example", "company": company, "country": "DE"}
}

// order has the sandbox fail, until it is told to stop.
func (s system) order(t *testing.T, f sandbox.Fault) sandbox.Fault {
	t.Helper()
	f, err := s.world.Order(t.Context(), f)
	require.NoError(t, err)
	return f
}

// struck waits until each of the faults on order has struck.
func (s system) struck(t *testing.T) {
	t.Helper()
	eventually(t, "all faults to strike", func() bool {
		faults, err := s.world.Faults(t.Context())
		require.NoError(t, err)
		for _, f := range faults {
			if f.Hits == 0 {
				return false
			}
		}
		return true
	})
}

// turns counts the turns that a rotation has given in its latest run.
func (s system) turns(t *testing.T, rotation string) (given int) {
	t.Helper()
	for _, e := range s.history(t, rotation, "").GetEvents() {
		if e.GetEventType() == enums.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED {
			given++
		}
	}
	return given
}
