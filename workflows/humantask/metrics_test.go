package humantask

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/telemetry"
)

// measured runs the workflow, and answers with what Prometheus gets of it: the lines of Throughline's own metrics, but for buckets.
func (s *TaskSuite) measured(arrange func()) []string {
	seen, err := telemetry.Start(s.T().Context(), "test", nil)
	s.Require().NoError(err)
	defer seen.Finish(slog.Default())
	s.SetMetricsHandler(seen.Metrics())
	defer s.SetMetricsHandler(nil)
	s.SetupTest()
	arrange()
	s.run()
	w := httptest.NewRecorder()
	seen.Handler(nil).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	var lines []string
	for line := range strings.Lines(w.Body.String()) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "throughline_") && !strings.Contains(line, "_bucket{") &&
			!strings.HasPrefix(line, "throughline_step") && !strings.HasPrefix(line, "throughline_build_info") {
			lines = append(lines, line)
		}
	}
	return lines
}

func (s *TaskSuite) TestATaskIsMeasuredByWhatBecameOfIt() {
	lines := s.measured(func() {
		s.during = func(_ workflow.Context, d *Desk) { d.Stage("contact") }
		s.click(time.Hour, Decision{ID: "1", Action: "contacted", By: Actor{Slack: "UNINA"}})
		s.click(2*time.Hour, Decision{ID: "2", Action: "ada@contoso.com", By: Actor{Slack: "UMARIA"}})
		s.click(3*time.Hour, Decision{ID: "3", Task: "ada", Action: "contacted", By: Actor{Slack: "UMARIA"}})
		s.click(50*time.Hour, by("UGRACE"))
		s.click(50*time.Hour, by("UGRACE"))
	})
	s.Subset(lines, []string{
		`throughline_tasks_opened_total{task="contact"} 1`,
		`throughline_tasks_breached_total{task="contact"} 1`,
		`throughline_task_events_total{task="contact",what="reminded"} 1`,
		`throughline_task_events_total{task="contact",what="escalated"} 1`,
		`throughline_tasks_ended_total{action="contacted",task="contact"} 1`,
		`throughline_task_wait_seconds_sum{rung="escalate",task="contact"} 180000`,
		`throughline_task_wait_seconds_count{rung="escalate",task="contact"} 1`,
		`throughline_decisions_total{action="contacted",result="refused",task="contact"} 1`,
		`throughline_decisions_total{action="unknown",result="refused",task="contact"} 1`,
		`throughline_decisions_total{action="unknown",result="refused",task="unknown"} 1`,
		`throughline_decisions_total{action="contacted",result="counted",task="contact"} 1`,
		`throughline_decisions_total{action="contacted",result="repeated",task="contact"} 1`,
		`throughline_case_stage_seconds_count{stage="received"} 1`,
		`throughline_cases_ended_total{ending="contact"} 1`,
	})
	for _, line := range lines {
		s.NotContains(line, "ada")
		s.NotContains(line, "maria")
	}
}

func (s *TaskSuite) TestATaskThatIsAnsweredInTimeHasNoRung() {
	lines := s.measured(func() { s.click(time.Hour, by("UMARIA")) })
	s.Contains(lines, `throughline_task_wait_seconds_count{rung="none",task="contact"} 1`)
	s.NotContains(strings.Join(lines, "\n"), "breached")
}

func (s *TaskSuite) TestATaskThatNobodyAnsweredIsWithdrawn() {
	lines := s.measured(func() {
		s.task.ID, s.task.Ladder = "approve-2-anna", policy.Ladder{}
		s.at(time.Hour, s.env.CancelWorkflow)
	})
	s.Contains(lines, `throughline_tasks_ended_total{action="withdrawn",task="approve"} 1`)
	s.NotContains(strings.Join(lines, "\n"), "wait_seconds")
}

func (s *TaskSuite) TestARefusalByTheUpdateIsCountedToo() {
	lines := s.measured(func() {
		s.at(time.Hour, func() {
			s.env.UpdateWorkflow(UpdateDecide, "u1", ignored{}, Decision{Task: "contact", Action: "contacted", By: Actor{Slack: "UNINA"}})
		})
		s.click(2*time.Hour, by("UMARIA"))
	})
	s.Contains(lines, `throughline_decisions_total{action="contacted",result="refused",task="contact"} 1`)
}

// ignored doesn't look at what becomes of an update.
type ignored struct{}

func (ignored) Accept()             {}
func (ignored) Reject(error)        {}
func (ignored) Complete(any, error) {}
