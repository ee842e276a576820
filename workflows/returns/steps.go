package returns

import (
	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/slack"
)

// The activities, by their registered names; the receivers are never used here. Those that aren't there yet are in stubs.go.
var (
	calendarActivities *calendar.Activities
	claimsActivities   *claims.Activities
	emailActivities    *email.Activities
	slackActivities    *slack.Activities
)
