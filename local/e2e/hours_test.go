package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/stack"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// scarce are the files of a handbook with a pool of jonas and lena, who take one lead a day each, and further ones laid over it.
func scarce(t *testing.T, over ...string) []string {
	t.Helper()
	return append(slices.Clone(patient), append([]string{"testdata/scarce.yaml", midday(t)}, over...)...)
}

// midday is the file of an overlay that moves everybody to where it is about noon, so that no day ends while a test runs.
func midday(t *testing.T) string {
	t.Helper()
	handbook, err := config.Load(patient...)
	require.NoError(t, err)
	calendars := slices.Clone(handbook.Calendars)
	for i := range calendars {
		calendars[i].Zone = fmt.Sprintf("Etc/GMT%+d", time.Now().UTC().Hour()-12) // which are counted to the west
	}
	return overlay(t, map[string]any{"calendars": calendars})
}

// overlay makes a configuration file.
func overlay(t *testing.T, settings map[string]any) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "overlay.yaml")
	write(t, file, settings)
	return file
}

func write(t *testing.T, file string, settings map[string]any) {
	t.Helper()
	text, err := json.Marshal(settings) // which is YAML too
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, text, 0o600))
}

// away is the file of an overlay in which some people are away until a time.
func away(t *testing.T, until time.Time, ids ...string) string {
	t.Helper()
	handbook, err := config.Load(patient...)
	require.NoError(t, err)
	moment := func(at time.Time) (m config.Moment) {
		require.NoError(t, m.UnmarshalText([]byte(at.Format(time.RFC3339))))
		return m
	}
	staff := slices.Clone(handbook.Staff)
	for i := range staff {
		if slices.Contains(ids, staff[i].ID) {
			staff[i].Away = []config.Absence{{From: moment(until.AddDate(0, 0, -1)), To: moment(until)}}
		}
	}
	return overlay(t, map[string]any{"people": staff})
}

// stage is what Temporal's visibility says of where a lead stands.
func (s system) stage(t *testing.T, id, stage string) bool {
	t.Helper()
	page, err := s.Client.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{
		Query: fmt.Sprintf(`WorkflowType = "lead" AND Stage = %q`, stage),
	})
	require.NoError(t, err)
	for _, run := range page.GetExecutions() {
		if run.GetExecution().GetWorkflowId() == id {
			return true
		}
	}
	return false
}

func TestALeadIsHeldUntilTheFirstIsBack(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{NoWorkers: true})
	back := time.Now().Add(12 * time.Second).Truncate(time.Second)
	s.spawn(t, orders{Config: scarce(t, away(t, back, "jonas", "lena"))})
	id := s.send(t, ada("night"))

	eventually(t, "everybody to see that it is held", func() bool { return s.stage(t, id, "held") })
	contact := s.contactOf(t, "ada@night.example")
	require.Empty(t, contact.Properties["hubspot_owner_id"], "the CRM has it, and it is nobody's yet")
	require.Empty(t, s.messages(t, id))
	require.Empty(t, s.tasks(t, id))
	mails, err := s.world.Emails(t.Context(), "ada@night.example", "")
	require.NoError(t, err)
	require.Empty(t, mails)

	card := s.card(t, id)
	rep := s.rep(t, card)
	require.False(t, card.Posted.Before(back), "nobody is disturbed before")
	s.contact(t, card)
	result := s.result(t, id)
	require.Equal(t, lead.Contacted, result.Ending)
	require.Equal(t, rep.ID, result.Rep.ID)
	require.Positive(t, result.Held.Duration)
	require.False(t, result.Contact.Opened.Before(back), "the ladder begins when the rep has it")
	contact = s.contactOf(t, "ada@night.example")
	require.Equal(t, rep.CRMOwner, contact.Properties["hubspot_owner_id"])
	require.Len(t, contact.Associated["notes"], 2, "that it came in, and to whom it was given")
	s.requireOnce(t, id)
	requireReplay(t, s.history(t, id, ""), "lead/2-held")
	require.NoError(t, s.Stop())
}

func TestALeadAboveAllCapsIsHeldForSoLongAndNoLonger(t *testing.T) {
	t.Parallel()
	s := start(t, stack.Options{Config: scarce(t, overlay(t, map[string]any{"lead": map[string]any{"max_hold": "3s"}}))})
	var reps []string
	for _, company := range []string{"firstofday", "secondofday", "thirdofday"} {
		id := s.send(t, ada(company))
		s.contact(t, s.card(t, id))
		result := s.result(t, id)
		require.Equal(t, lead.Contacted, result.Ending)
		reps = append(reps, result.Rep.ID)
		if company == "thirdofday" {
			require.GreaterOrEqual(t, result.Held.Duration, 3*time.Second)
		} else {
			require.Zero(t, result.Held.Duration)
		}
		s.requireOnce(t, id)
		requireReplay(t, s.history(t, id, ""), "")
	}
	require.ElementsMatch(t, []string{"jonas", "lena"}, reps[:2])
	require.Contains(t, []string{"jonas", "lena"}, reps[2], "somebody has to take it then")
	require.NoError(t, s.Stop())
}

// The first lead is left lying, and goes to the second of two who take one a day each. The first one can take one again: the
// next lead; and the one after that is the manager's.
func TestAReassignedLeadGivesItsTurnBackAndHasAnotherOwner(t *testing.T) {
	t.Parallel()
	ladder := func(after string) map[string]any {
		return map[string]any{"lead": map[string]any{"out_of_hours": "manager", "contact": []any{
			map[string]any{"after": after, "clock": "wall", "do": "reassign"},
			map[string]any{"after": "48h", "clock": "wall", "do": "escalate"},
		}}}
	}
	handbook, log := overlay(t, ladder("2s")), &journal{}
	s := start(t, stack.Options{Config: scarce(t, handbook), Log: log})
	id := s.send(t, ada("leftlying"))
	var task humantask.View
	eventually(t, "it to be given to somebody else", func() bool {
		task = s.task(t, id, lead.ContactTask)
		return slices.ContainsFunc(task.Story, func(h humantask.Happening) bool { return h.What == humantask.Reassigned })
	})
	first, second := task.Story[0].From, task.Holder
	require.ElementsMatch(t, []string{"jonas", "lena"}, []string{first.ID, second.ID})
	eventually(t, "the CRM to know whose it is", func() bool {
		return s.contactOf(t, "ada@leftlying.example").Properties["hubspot_owner_id"] == second.CRMOwner
	})

	// From now on, leads stay with whoever has them. The one that is under way keeps its ladder.
	write(t, handbook, ladder("24h"))
	eventually(t, "the new handbook to be in force", func() bool { return log.has("A changed configuration is in force.") })
	next := s.send(t, ada("nextone"))
	require.Equal(t, first.ID, s.task(t, next, lead.ContactTask).Holder.ID, "the turn that was given back is theirs again")
	surplus := s.send(t, ada("onetoomany"))
	manager := s.person(t, second.Manager)
	require.Equal(t, manager.ID, s.task(t, surplus, lead.ContactTask).Holder.ID)
	eventually(t, "the CRM to know that it is the manager's", func() bool {
		return s.contactOf(t, "ada@onetoomany.example").Properties["hubspot_owner_id"] == manager.CRMOwner
	})

	for id, name := range map[string]string{id: "lead/2-reassigned", next: "", surplus: "lead/2-manager"} {
		s.reply(t, id, "", "I am here.")
		require.Equal(t, lead.Contacted, s.result(t, id).Ending)
		s.requireOnce(t, id)
		requireReplay(t, s.history(t, id, ""), name)
	}
	notes := s.contactOf(t, "ada@leftlying.example").Associated["notes"]
	require.Len(t, notes, 3, "that it came in, that it was given to somebody else, and the reply")
	require.NoError(t, s.Stop())
}

// journal is a log that can be read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) has(what string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Contains(j.text.String(), what)
}
