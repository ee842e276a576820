package e2e

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/starter/desk"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/lead"
)

func TestAnOperatorListsTasksAndAnswersOne(t *testing.T) {
	t.Parallel()
	s := shared(t)
	id := s.send(t, fields{"name": "Ada Brandt", "email": "ada@desk.example", "company": "Desk", "country": "DE"})
	card := s.card(t, id)
	rep := s.rep(t, card)

	var item desk.Item
	eventually(t, "the task to be listed", func() bool {
		items, err := desk.List(t.Context(), s.Client, desk.Filter{WaitsOn: rep.ID})
		require.NoError(t, err)
		i := slices.IndexFunc(items, func(i desk.Item) bool { return i.Workflow == id })
		if i >= 0 {
			item = items[i]
		}
		return i >= 0 && !item.Guessed
	})
	require.Equal(t, lead.WorkflowName, item.Kind)
	require.Equal(t, lead.ContactTask, item.Task)
	require.Equal(t, []string{rep.ID}, item.WaitsOn)
	require.Contains(t, item.Actions, lead.ActionContacted)
	require.Equal(t, policy.Remind, item.Next.Do)
	require.WithinDuration(t, item.Since.Add(s.Config.Lead.Contact[1].After.Duration), item.Due, time.Second)
	late, err := desk.List(t.Context(), s.Client, desk.Filter{WaitsOn: rep.ID, Late: true})
	require.NoError(t, err)
	require.False(t, slices.ContainsFunc(late, func(i desk.Item) bool { return i.Workflow == id }))

	decide := func(action, as string) (humantask.Answer, error) {
		return desk.Decide(t.Context(), s.Client, desk.Choice{Workflow: id, Action: action, As: as})
	}
	_, err = decide("conquered", rep.ID)
	require.ErrorContains(t, err, lead.ActionContacted, "it says what there is to choose from")
	refused, err := decide(lead.ActionContacted, "omar")
	require.NoError(t, err)
	require.False(t, refused.Accepted)
	require.Contains(t, refused.Text, rep.Name)
	taken, err := decide(lead.ActionContacted, rep.ID)
	require.NoError(t, err)
	require.True(t, taken.Accepted, taken.Text)
	require.Equal(t, rep.ID, s.result(t, id).Contact.By.ID)
	s.requireWhole(t, id)
	refused, err = desk.Decide(t.Context(), s.Client, desk.Choice{Workflow: id, Task: lead.ContactTask, Action: lead.ActionContacted, As: rep.ID})
	require.True(t, err != nil || !refused.Accepted, "it is decided")
}

var filter = regexp.MustCompile(`(?m)^WorkflowType = .*$`)

func TestTheFiltersOfTheLeadsHandbookFindLeads(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/workflows/lead.md")
	require.NoError(t, err)
	filters := filter.FindAllString(string(page), -1)
	require.NotEmpty(t, filters)

	s := shared(t)
	id := s.send(t, fields{"name": "Ada Brandt", "email": "ada@filters.example", "company": "Filters", "country": "DE"})
	card := s.card(t, id)
	rep := s.rep(t, card)
	found := func(query string) bool {
		page, err := s.Client.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: query})
		require.NoError(t, err, query)
		for _, run := range page.GetExecutions() {
			if run.GetExecution().GetWorkflowId() == id {
				return true
			}
		}
		return false
	}
	// As the page has them, but for whom and when: for our lead's rep, and before a time at which it is late.
	ours := strings.NewReplacer(`"maria"`, `"`+rep.ID+`"`, `"2026-12-01T00:00:00Z"`, time.Now().AddDate(0, 1, 0).UTC().Format(`"`+time.RFC3339+`"`))
	for _, f := range filters {
		if strings.Contains(f, "Breached = true") {
			require.False(t, found(f), "it isn't late")
			f = strings.ReplaceAll(f, "Breached = true", "Breached IS NULL")
		}
		eventually(t, f, func() bool { return found(ours.Replace(f)) })
	}
	eventually(t, "the stage", func() bool { return found(`Stage = "contact"`) })
	s.contact(t, card)
	s.result(t, id)
	eventually(t, "the ending", func() bool { return found(`WorkflowType = "lead" AND Stage = "contacted" AND WaitsOn IS NULL`) })
}
