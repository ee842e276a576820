package returns

import (
	"github.com/throughline-dev/throughline/activities/billing"
	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/refund"
)

// The activities, by their registered names; the receivers are never used here.
var (
	policyActivities   *policy.Activities
	commerceActivities *commerce.Activities
	refundActivities   *refund.Activities
	billingActivities  *billing.Activities
	crmActivities      *crm.Activities
	claimsActivities   *claims.Activities
	emailActivities    *email.Activities
)
