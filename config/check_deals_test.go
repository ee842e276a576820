package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const fromDeals = "proposal:\n  deal_stage: presentationscheduled\n  deal_currency: EUR\n  deal_valid_days: 14\n"

func TestADealsStageStartsProposals(t *testing.T) {
	c, err := try(t, nil, "lead:\n", fromDeals+"lead:\n")
	require.NoError(t, err)
	assert.Equal(t, Proposal{DealStage: "presentationscheduled", DealCurrency: "EUR", DealValidDays: 14}, c.Proposal)

	_, err = try(t, nil)
	assert.NoError(t, err, "a handbook may have nothing about proposals")
}

func TestAMistakeAboutDealsNamesTheFix(t *testing.T) {
	for problem, change := range map[string][2]string{
		"proposal.deal_stage: \"Presentation Scheduled\" is no stage's internal ID": {"presentationscheduled", "Presentation Scheduled"},
		"proposal.deal_currency: \"eur\" is no currency":                            {"EUR", "eur"},
		"proposal.deal_valid_days: 0 is no number of days":                          {"14", "0"},
		"proposal.deal_valid_days: -1 is no number of days":                         {"14", "-1"},
	} {
		_, err := try(t, nil, "lead:\n", fromDeals+"lead:\n", change[0], change[1])
		assert.ErrorContains(t, err, problem)
	}
}
