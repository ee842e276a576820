package e2e

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/local/auto"
	"github.com/throughline-dev/throughline/local/stack"
)

// recorded are the cases whose histories are kept for the replay tests, and the names that they are kept under: the workflow's, then
// the number of its shape. Those of earlier shapes stay as they are.
var recorded = map[string]string{
	"The rep makes contact":                "lead/2-contacted",
	"Nobody but the manager makes contact": "lead/2-escalated",
	"It is no lead, says the rep":          "lead/2-disqualified",
	"Operations put the CRM right":         "lead/2-operations",
	"Operations give the case up":          "lead/2-aborted",
	"CRM, mail and Slack ask to wait":      "lead/2-throttled",
	"A second form joins the open lead":    "lead/2-added",
	"The lead replies":                     "lead/2-replied",
	"A call is logged in the CRM":          "lead/2-called",
	"The e-mail to the lead bounces":       "lead/2-bounced",
	"The rep hands the lead over":          "lead/2-handed-over",

	"A small proposal is approved by rule":                    "proposal/1-signed",
	"Two partners approve the largest":                        "proposal/1-two-partners",
	"Finance and a partner approve a discount":                "proposal/2-at-once",
	"Rejected, changed and approved":                          "proposal/1-rejected",
	"Changed while the partner is looking":                    "proposal/1-amended",
	"Slack refuses the partners' cards, who answer by e-mail": "proposal/1-by-mail",
	"The strategist drops it":                                 "proposal/1-dropped",
	"The client declines":                                     "proposal/1-declined",
	"The client's address takes no mail":                      "proposal/1-sent-elsewhere",
	"Stripe refuses, until operations have put it right":      "proposal/1-operations",

	"A lamp comes back, approved by rule":                  "return/1-by-rule",
	"Rejected, until the customer writes":                  "return/1-again",
	"Broken, and a photo has to be asked for":              "return/1-asked",
	"Somebody else's order":                                "return/1-refused",
	"Too little to be sent back":                           "return/1-kept",
	"Store credit":                                         "return/1-credited",
	"Exchanged for something cheaper":                      "return/1-exchanged",
	"In two parcels":                                       "return/1-two-parcels",
	"Something else is in the parcel":                      "return/1-wrong-item",
	"Nothing ever comes":                                   "return/1-expired",
	"So much that two of finance have to agree":            "return/1-two-of-finance",
	"The bank sends the refund back, and it is paid again": "return/1-paid-again",
	"A ticket that doesn't say all is completed":           "return/1-ticket",
	"Operations give the return up":                        "return/1-aborted",
	"An e-mail to the customer bounces":                    "return/1-bounced",
}

func TestEachCaseEndsAsExpectedWithEachEffectOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, stack.Options{Config: append(slices.Clone(demo), "testdata/unhurried.yaml"), Dir: dir, Codec: keyed(t, autumn)}) // nothing of it depends on that
	results, err := auto.Run(t.Context(), auto.Options{
		Door: s.Door, Sandbox: s.Sandbox, Handbook: s.Config, Progress: t.Output(),
	})
	require.NoError(t, err)
	require.NotEmpty(t, results)
	kept := 0
	require.Empty(t, auto.Failed(results))
	for _, r := range results {
		requireReplay(t, s.history(t, r.ID, ""), recorded[r.Case])
		for _, id := range r.Others {
			requireReplay(t, s.history(t, id, ""), "")
		}
		if recorded[r.Case] != "" {
			kept++
		}
	}
	require.Equal(t, len(recorded), kept, "each of the cases that are recorded must still be there")
	var ids []string
	for _, r := range results {
		ids = append(append(ids, r.ID), r.Others...)
	}
	private := s.said(t, slices.DeleteFunc(ids, func(id string) bool { return id == "" })...)
	requireSaid(t, private, wroteInCases...)
	private = append(private, s.people(t)...)
	require.NoError(t, s.Stop())
	require.Empty(t, found(t, dir, private), "Temporal's database has something private in it")
}
