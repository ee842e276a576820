package proposal

import (
	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/document"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/esign"
	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/projects"
	"github.com/throughline-dev/throughline/activities/slack"
)

// The activities, by their registered names; the receivers are never used here.
var (
	policyActivities     *policy.Activities
	assignmentActivities *assignment.Activities
	calendarActivities   *calendar.Activities
	documentActivities   *document.Activities
	linkActivities       *link.Activities
	esignActivities      *esign.Activities
	projectsActivities   *projects.Activities
	billingActivities    *billing.Activities
	crmActivities        *crm.Activities
	emailActivities      *email.Activities
	slackActivities      *slack.Activities
)

// The stages, as the search attribute of that name has them; at its end a proposal has its [Ending].
const (
	StageDraft     = "draft"
	StageReview    = "review"
	StageApproval  = "approval"
	StageSignature = "signature"
	StageKickoff   = "kickoff"
)
