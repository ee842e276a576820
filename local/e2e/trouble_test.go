package e2e

import (
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/stack"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/starter/desk"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/lead"
	"github.com/throughline-dev/throughline/workflows/step"
)

// Slack takes nothing as long as the lead lives: first it is down, and then it refuses the token, so that the test needn't wait
// the two minutes after which a message goes by e-mail while Slack is only down.
func TestALeadIsCarriedToItsEndWithoutSlack(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{Config: []string{config.Default, config.Demo, "testdata/brisk.yaml"}})
	down := s.order(t, sandbox.Fault{System: "slack", Kind: sandbox.Broken})
	id := s.send(t, ada("offline"))

	rep := s.task(t, id, lead.ContactTask).Holder
	eventually(t, "the mail to the lead, from its rep", func() bool {
		mails, err := s.world.Emails(t.Context(), "ada@offline.example", id)
		require.NoError(t, err)
		return len(mails) == 1 && mails[0].From.Email == rep.Email
	})
	eventually(t, "the CRM to have the lead, with its note", func() bool {
		contacts, err := s.world.Records(t.Context(), "contacts", sandbox.RecordFilter{Email: "ada@offline.example"})
		require.NoError(t, err)
		notes, err := s.world.Records(t.Context(), "notes", sandbox.RecordFilter{Case: id})
		require.NoError(t, err)
		return len(contacts) == 1 && contacts[0].Properties["hubspot_owner_id"] == rep.CRMOwner && len(notes) > 0
	})
	s.order(t, sandbox.Fault{System: "slack", Kind: sandbox.Unauthorized})
	require.NoError(t, s.world.Clear(t.Context(), down.ID))

	manager := s.person(t, rep.Manager)
	for _, p := range []policy.Person{rep, manager} {
		eventually(t, "an e-mail to "+p.ID, func() bool {
			mails, err := s.world.Emails(t.Context(), p.Email, id)
			require.NoError(t, err)
			return len(mails) > 0
		})
	}
	s.decide(t, desk.Choice{Workflow: id, Task: lead.ContactTask, Action: lead.ActionContacted, As: manager.ID})

	result := s.result(t, id)
	require.Equal(t, lead.Contacted, result.Ending)
	require.Equal(t, rep.ID, result.Rep.ID)
	require.Equal(t, manager.ID, result.Contact.By.ID)
	require.True(t, result.Escalated)
	contacts, err := s.world.Records(t.Context(), "contacts", sandbox.RecordFilter{Email: "ada@offline.example"})
	require.NoError(t, err)
	require.Len(t, contacts, 1)
	require.Equal(t, string(crm.StatusConnected), contacts[0].Properties["hs_lead_status"])
	said, err := s.world.Messages(t.Context(), sandbox.MessageFilter{})
	require.NoError(t, err)
	require.Empty(t, said, "Slack was never there")
	s.requireOnce(t, id)
	requireReplay(t, s.history(t, id, ""), "")
	require.NoError(t, s.Stop())
}

// The key to the CRM is revoked while leads come in. Every other rep has made contact before it is put right.
func TestARevokedKeyIsOneTaskForEachLeadAndFailsNone(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{})
	s.order(t, sandbox.Fault{System: "hubspot", Kind: sandbox.Unauthorized})
	var ids []string
	for i := range 4 {
		ids = append(ids, s.send(t, ada("locked"+strconv.Itoa(i))))
	}
	contacted := func(id string) {
		s.decide(t, desk.Choice{
			Workflow: id, Task: lead.ContactTask, Action: lead.ActionContacted, As: s.task(t, id, lead.ContactTask).Holder.ID,
		})
	}
	for i, id := range ids {
		eventually(t, "operations to be asked about "+id, func() bool { return len(s.rescues(t, id)) > 0 })
		if i%2 == 0 {
			contacted(id)
		}
	}

	require.NoError(t, s.world.Clear(t.Context(), ""))
	for _, id := range ids {
		tasks := s.rescues(t, id)
		require.Len(t, tasks, 1)
		require.Nil(t, tasks[0].Outcome)
		s.decide(t, desk.Choice{Workflow: id, Task: tasks[0].ID, Action: string(step.Retry), As: tasks[0].Candidates[0].ID})
	}
	for i, id := range ids {
		if i%2 == 1 {
			contacted(id)
		}
		require.Equal(t, lead.Contacted, s.result(t, id).Ending)
		require.Len(t, s.rescues(t, id), 1, "no second step had to be put right")
		s.requireOnce(t, id)
		cards, err := s.world.Messages(t.Context(), sandbox.MessageFilter{Case: id})
		require.NoError(t, err)
		require.Len(t, cards, 2, "the rep's and operations'")
		contacts, err := s.world.Records(t.Context(), "contacts", sandbox.RecordFilter{Case: id})
		require.NoError(t, err)
		require.Len(t, contacts, 1)
		require.Equal(t, string(crm.StatusConnected), contacts[0].Properties["hs_lead_status"])
		requireReplay(t, s.history(t, id, ""), "")
	}
	require.NoError(t, s.Stop())
}

// tasks are a workflow's human tasks so far, the open ones and those that have ended.
func (s system) tasks(t *testing.T, id string) (tasks []humantask.View) {
	t.Helper()
	answer, err := s.Client.QueryWorkflow(within(t, patience), id, "", humantask.QueryTasks)
	require.NoError(t, err)
	require.NoError(t, answer.Get(&tasks))
	return tasks
}

// task waits for a task to be asked.
func (s system) task(t *testing.T, id, name string) (task humantask.View) {
	t.Helper()
	eventually(t, "the task "+name+" of "+id, func() bool {
		tasks := s.tasks(t, id)
		i := slices.IndexFunc(tasks, func(v humantask.View) bool { return v.ID == name })
		if i >= 0 {
			task = tasks[i]
		}
		return i >= 0
	})
	return task
}

// rescues are the tasks by which operations were asked about a step of a lead.
func (s system) rescues(t *testing.T, id string) []humantask.View {
	t.Helper()
	return slices.DeleteFunc(s.tasks(t, id), func(v humantask.View) bool { return v.ID == lead.ContactTask })
}

// decide gives an answer that must count.
func (s system) decide(t *testing.T, c desk.Choice) {
	t.Helper()
	answer, err := desk.Decide(within(t, patience), s.Client, c)
	require.NoError(t, err)
	require.True(t, answer.Accepted, answer.Text)
}
