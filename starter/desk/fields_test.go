package desk

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/workflows/humantask"
)

// Whoever is at a command line doesn't see the dialog, and its labels are no flags.
func TestWhatAnAnswerNeedsIsSaidByTheNamesOfTheFlags(t *testing.T) {
	for want, choice := range map[string]Choice{
		"--comment is missing\n\"disqualified\" takes:\n  --comment: Why it is no lead":          {Action: "disqualified"},
		"--field reason: there is no such field":                                                 {Action: "disqualified", Comment: "spam", Fields: map[string]string{"reason": "spam"}},
		"--field to is missing\n\"hand-over\" takes:\n  --field to: To. One of ben (Ben Carter)": {Action: "hand-over"},
		`--field to: "vivian" is none of its choices`:                                            {Action: "hand-over", Fields: map[string]string{"to": "vivian"}},
		"--field del: there is no such field\n\"contacted\" takes:\n  --field deal: Deal; may be left out": {
			Action: "contacted", Fields: map[string]string{"del": "7"},
		},
	} {
		c, update := deciding(t, humantask.Answer{Accepted: true}, nil, contact(time.Hour))
		choice.Workflow, choice.Task, choice.As = "lead-a", "contact", "maria"
		_, err := Decide(t.Context(), c, choice)
		assert.ErrorContains(t, err, want)
		assert.Empty(t, update.UpdateName, "nothing is sent")
	}
	c, _ := deciding(t, humantask.Answer{}, temporal.NewApplicationError("Deal: there is none.", "Refused"), contact(time.Hour))
	answer, err := Decide(t.Context(), c, Choice{Workflow: "lead-a", Action: "contacted", As: "maria", Fields: map[string]string{"deal": "7"}})
	require.NoError(t, err)
	assert.Equal(t, "Deal: there is none.\n\"contacted\" takes:\n  --field deal: Deal; may be left out", answer.Text)
	for _, choice := range []Choice{
		{Action: "disqualified", Comment: "spam"},
		{Action: "disqualified", Fields: map[string]string{"comment": "spam"}},
		{Action: "hand-over", Fields: map[string]string{"to": "ben"}},
		{Action: "contacted"},
	} {
		c, _ := deciding(t, humantask.Answer{Accepted: true}, nil, contact(time.Hour))
		choice.Workflow, choice.As = "lead-a", "maria"
		_, err := Decide(t.Context(), c, choice)
		require.NoError(t, err)
	}
}
