package lead

import (
	"time"

	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/enrich"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/workflows/humantask"
	"github.com/throughline-dev/throughline/workflows/step"
)

// The names by which the outside knows this workflow.
const (
	// WorkflowName is the workflow's type.
	WorkflowName = "lead"
	// TaskQueue is where its workers listen.
	TaskQueue = "lead"
	// ContactTask is the ID of the rep's task, and the stage while it is open. In StageHeld the lead waits for somebody to be at work.
	ContactTask = "contact"
	StageHeld   = "held"
	// ActionContacted and ActionDisqualified are the answers to it.
	ActionContacted    = "contacted"
	ActionDisqualified = "disqualified"
)

// Submission is a lead as it came in through a door.
type Submission struct {
	Name    string `json:"name"`
	Email   string `json:"email"`
	Company string `json:"company,omitempty"`
	Phone   string `json:"phone,omitempty"`
	// Country is an ISO 3166-1 alpha-2 code, upper case; "" where it wasn't given.
	Country   string `json:"country,omitempty"`
	Region    string `json:"region,omitempty"`
	Employees int    `json:"employees,omitempty"`
	Message   string `json:"message,omitempty"`
	// UTM are the campaign's fields without their prefix: source, medium, campaign, term, content.
	UTM map[string]string `json:"utm,omitempty"`
	// Other are the form's further fields, as they came.
	Other map[string]any `json:"other,omitempty"`
	// Domain is the company's, taken from the e-mail address by [Submission.Normalize]; "" for a free-mail provider's. It is
	// kept here, and not worked out in the workflow, since the list of free-mail providers grows from build to build.
	Domain string `json:"domain,omitempty"`
	// Received is when the door took it.
	Received time.Time `json:"received"`
}

// Ending is how a lead ended.
type Ending string

// The endings.
const (
	// Contacted: somebody has made contact.
	Contacted Ending = "contacted"
	// Disqualified: somebody looked, and it is no lead.
	Disqualified Ending = "disqualified"
	// Aborted: operations gave the case up.
	Aborted Ending = "aborted"
	// Joined: whoever wrote had an open lead already, and this one was added to it.
	Joined Ending = "joined"
)

// Result is what happened to a lead. It is the workflow's result, and what the query "lead" answers meanwhile.
type Result struct {
	Ending Ending `json:"ending"`
	// Into is the ID of the lead that this one was added to; "" unless it ended as [Joined].
	Into string `json:"into,omitempty"`
	// Rep is who the lead was given to: by the rotation, or as the owner that the CRM had.
	Rep policy.Person `json:"rep"`
	// Owner is who owned the contact or the account in the CRM when the lead came in, as far as it is somebody of ours.
	Owner policy.Owner `json:"owner,omitzero"`
	// Held is how long the lead waited until somebody was at work.
	Held policy.Duration `json:"held,omitzero"`
	// Route says which territory, and why.
	Route   policy.Route   `json:"route"`
	Company enrich.Company `json:"company"`
	Known   crm.Known      `json:"known,omitzero"`
	Records crm.Recorded   `json:"records"`
	// RecordGone is whether somebody has deleted the contact in the CRM meanwhile.
	RecordGone bool `json:"record_gone,omitempty"`
	// Additions are what the same customer sent while the lead was open.
	Additions []claims.Addition `json:"additions,omitempty"`
	// Undelivered is what became of e-mail to the lead that didn't arrive.
	Undelivered []Undelivered `json:"undelivered,omitempty"`
	// Contact is how the rep's task ended: by whom, when, and what the ladder did until then.
	Contact humantask.Outcome `json:"contact,omitzero"`
	// Escalated is whether the manager had to be told.
	Escalated bool `json:"escalated"`
	// Policy is the digest of the handbook that the lead started under.
	Policy string `json:"policy"`
	// Steps says what the systems did and how long each part took.
	Steps []step.Done `json:"steps"`
	// Received, Finished and Took are the whole of it.
	Received time.Time       `json:"received"`
	Finished time.Time       `json:"finished,omitzero"`
	Took     policy.Duration `json:"took"`
}
