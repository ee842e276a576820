package humantask

import (
	"errors"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/step"
)

func (s *TaskSuite) TestWhatNobodyMayPutRightIsLookedAtForMonths() {
	const days = 24 * time.Hour
	s.env.SetTestTimeout(time.Minute)
	operations := s.world.Book.Roles["operations"]
	s.world.Book.Roles["operations"] = policy.Role{Name: "operations"}
	s.at(100*days, func() { s.world.Book.Roles["operations"] = operations })
	timers := 0
	s.env.SetOnTimerScheduledListener(func(string, time.Duration) { timers++ })
	var verdict step.Verdict
	var at time.Time
	s.during = func(ctx workflow.Context, d *Desk) {
		f := fault.Final("shop", "NO", "no")
		verdict, _ = d.Rescue(func() (policy.Ladder, map[string]calendar.Calendar) { return nil, nil })(ctx, step.Failure{
			Spec: step.Spec{Name: "pay", System: "shop", Summary: "Pay"}, Fault: f, Err: errors.New("no"),
		})
		at = workflow.Now(ctx)
	}
	s.click(100*days+2*time.Hour, Decision{ID: "1", Task: "pay-failed-1", Action: "retry", By: Actor{Slack: nina.Slack}})
	s.click(101*days, by("UMARIA"))
	s.run()
	s.Equal(step.Retry, verdict, "who is there again is asked within the hour")
	s.WithinDuration(s.begun.Add(100*days+2*time.Hour), at, time.Minute)
	s.Less(timers, 100*24+20, "of some six events each")
}
