package config

import (
	"regexp"

	"github.com/throughline-dev/throughline/activities/money"
)

// stageID is the internal ID of a deal's stage in HubSpot.
var stageID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)

// deals checks what starts a proposal out of the CRM.
func (f *findings) deals(p Proposal) {
	if p.DealStage != "" && !stageID.MatchString(p.DealStage) {
		f.add("proposal.deal_stage", "%q is no stage's internal ID: it is like presentationscheduled or 1204817, and stands in HubSpot beside the stage, behind </>", p.DealStage)
	}
	if p.DealCurrency != "" {
		if _, err := money.Digits(p.DealCurrency); err != nil {
			f.add("proposal.deal_currency", "%s", err)
		}
	}
	if p.DealValidDays < 0 || p.DealStage != "" && p.DealValidDays == 0 {
		f.add("proposal.deal_valid_days", "%d is no number of days: it is 1 or more", p.DealValidDays)
	}
}
