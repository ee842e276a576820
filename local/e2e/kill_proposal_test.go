package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/workflows/proposal"
)

// propose sends a proposal that is too small for anybody's approval, to a client of that name.
func (s system) propose(t *testing.T, client string) (id string) {
	t.Helper()
	id, err := s.offer(client)
	require.NoError(t, err)
	return id
}

func (s system) offer(client string) (id string, err error) {
	body, err := json.Marshal(map[string]any{
		"submission_id": client, "title": "Two arms for " + client, "currency": "EUR", "valid_until": "2030-12-31",
		"client": map[string]string{"company": client, "name": "Ada Brandt", "email": "ada@" + client + ".example", "country": "DE"},
		"notes":  "Goals: " + client + " wants two arms.",
		"lines":  []map[string]string{{"description": "Robot arm", "quantity": "2", "price": "6400.00"}},
	})
	if err != nil {
		return "", err
	}
	res, err := http.Post(s.Door+"/proposals", "application/json", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusAccepted {
		return "", statusError(res.Status)
	}
	var taken struct{ ID string }
	err = json.NewDecoder(res.Body).Decode(&taken)
	return taken.ID, err
}

// The worker dies while nobody knows whether Dropbox Sign has the request, Asana the project or one of its tasks, and Stripe the
// invoice or its end. The next one finds out, and each client has one of everything.
func TestAKilledWorkerLeavesOneProjectAndOneInvoice(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{NoWorkers: true})
	first := s.spawn(t, orders{Config: patient})
	requested := s.propose(t, "requested")
	var signed []string
	for _, client := range []string{"projected", "tasked", "invoiced", "finished"} {
		id := s.propose(t, client)
		s.contact(t, s.card(t, id)) // the strategist approves
		signed = append(signed, id)
	}
	toSign := s.card(t, requested)
	var waiting []sandbox.Signature
	for _, id := range signed {
		eventually(t, "the client to be asked for the signature", func() bool {
			asked, err := s.world.Signatures(t.Context(), id)
			require.NoError(t, err)
			if len(asked) == 1 {
				waiting = append(waiting, asked[0])
			}
			return len(asked) == 1
		})
	}
	for _, f := range []sandbox.Fault{
		{System: "dropboxsign", Path: "v3/signature_request/send", Match: requested, Kind: sandbox.LostReply},
		{System: "asana", Match: signed[0], Kind: sandbox.LostReply}, // what names it first is the project
		{System: "asana", Path: "api/1.0/tasks", Match: signed[1], Kind: sandbox.LostReply},
		{System: "stripe", Path: "v1/invoices", Match: signed[2], Kind: sandbox.LostReply},
		{System: "stripe", Path: "v1/customers", Match: "finished.example", Kind: sandbox.LostReply},
	} {
		s.order(t, f)
	}
	s.contact(t, toSign)
	for _, asked := range waiting {
		_, err := s.world.Act(t.Context(), asked.ID, sandbox.SignatureAct{Do: sandbox.SignatureSign})
		require.NoError(t, err)
	}
	s.struck(t)
	first.kill(t)
	require.NoError(t, s.world.Clear(t.Context(), ""))

	s.spawn(t, orders{Config: patient})
	s.signed(t, requested)
	for _, id := range append(signed, requested) {
		require.Equal(t, proposal.Signed, s.carried(t, id).Ending)
		projects, err := s.world.Projects(t.Context(), id)
		require.NoError(t, err)
		require.Len(t, projects, 1)
		invoices, err := s.world.Invoices(t.Context(), id)
		require.NoError(t, err)
		require.Len(t, invoices, 1)
		require.EqualValues(t, 12_800_00, invoices[0].Total)
		asked, err := s.world.Signatures(t.Context(), id)
		require.NoError(t, err)
		require.Len(t, asked, 1)
		s.requireOnce(t, id)
		requireReplay(t, s.history(t, id, ""), "")
	}
	require.NoError(t, s.Stop())
}
