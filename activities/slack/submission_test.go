package slack_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/slack"
)

// sent is a dialog that somebody has sent, as Slack sends it on.
const sent = `{"type":"view_submission","team":{"id":"T0001","domain":"contoso"},"user":{"id":"U024BE7LH","username":"maria"},
	"api_app_id":"A1","token":"x","trigger_id":"56.78.def","view":{"id":"V0001","team_id":"T0001","type":"modal",
	"blocks":[{"type":"context","block_id":"q","elements":[]},
	{"type":"input","block_id":"to","optional":false,"element":{"type":"static_select","action_id":"value"}},
	{"type":"input","block_id":"days","optional":true,"element":{"type":"plain_text_input","action_id":"value"}},
	{"type":"input","block_id":"comment","optional":false,"element":{"type":"plain_text_input","action_id":"value"}}],
	"private_metadata":"{\"w\":\"lead-4k7q2m9x\",\"t\":\"contact\",\"v\":\"2\",\"a\":\"hand-over\",\"m\":{\"channel\":\"C024BE7LH\",\"ts\":\"1700000000.000100\"}}",
	"callback_id":"throughline:answer","hash":"1.a","state":{"values":{
	"to":{"value":{"type":"static_select","selected_option":{"text":{"type":"plain_text","text":"Sam"},"value":"sam"}}},
	"days":{"value":{"type":"plain_text_input","value":null}},
	"comment":{"value":{"type":"plain_text_input","value":"  they & we\nspoke "}}}}},"response_urls":[]}`

func TestADialogThatWasSentIsAClickWithItsFields(t *testing.T) {
	got, err := slack.ParseClick([]byte(sent))
	require.NoError(t, err)
	assert.Equal(t, slack.Click{
		ID: "V0001", User: "U024BE7LH", Message: slack.Posted{Channel: "C024BE7LH", TS: "1700000000.000100"},
		Action: "hand-over", Task: slack.TaskRef{Workflow: "lead-4k7q2m9x", Task: "contact", Version: "2"},
		Form: &slack.Form{
			Values: map[string]string{"to": "sam", "comment": "  they & we\nspoke "}, Fields: []string{"to", "days", "comment"},
		},
	}, got)
}

func TestADialogLeadsBackToTheClickThatOpenedIt(t *testing.T) {
	click := clickOn(t, handOver)
	_, view := opened(t, click)
	var payload struct {
		Type string          `json:"type"`
		User map[string]any  `json:"user"`
		View json.RawMessage `json:"view"`
	}
	payload.Type, payload.User = "view_submission", map[string]any{"id": "U024BE7LH"}
	payload.View = json.RawMessage(`{"id":"V7","state":{"values":{"comment":{"value":{"value":"x"}}}},` + view[1:])
	text, err := json.Marshal(payload)
	require.NoError(t, err)
	got, err := slack.ParseClick(text)
	require.NoError(t, err)
	assert.Equal(t, "V7", got.ID)
	assert.Equal(t, &slack.Form{
		Values: map[string]string{"comment": "x"}, Fields: []string{"to", "days", "comment"}, Missing: []string{"to"},
	}, got.Form, "what is required is known from the dialog itself")
	click.ID, click.Dialog, click.Trigger, click.ResponseURL, click.Form = got.ID, nil, "", "", got.Form
	assert.Equal(t, click, got)
}

func TestARequiredFieldOfWhiteSpaceIsMissing(t *testing.T) {
	got, err := slack.ParseClick([]byte(strings.Replace(sent, `  they & we\nspoke `, ` \n`, 1)))
	require.NoError(t, err)
	assert.Equal(t, []string{"comment"}, got.Form.Missing)
	assert.Equal(t, map[string]string{"to": "sam"}, got.Form.Values)
}

func TestADialogOfSomebodyElseIsNotOurs(t *testing.T) {
	for _, payload := range []string{
		strings.Replace(sent, "throughline:answer", "theirs", 1), strings.Replace(sent, "view_submission", "view_closed", 1),
	} {
		_, err := slack.ParseClick([]byte(payload))
		assert.ErrorIs(t, err, slack.ErrNotOurs)
	}
}

func TestADialogThatCannotBeReadIsToldWithoutQuotingIt(t *testing.T) {
	for old, c := range map[string]struct{ new, wrong string }{
		`"id":"V0001"`:              {`"id":""`, "view.id"},
		`"U024BE7LH"`:               {`""`, "user.id"},
		`"{\"w\":\"lead-4k7q2m9x\"`: {`"{`, "private_metadata"},
		`\"lead-4k7q2m9x\"`:         {`\"\"`, "workflow"},
		`\"contact\"`:               {`\"\"`, "the task"},
		`\"hand-over\"`:             {`\"\"`, "action"},
		`\"C024BE7LH\"`:             {`\"\"`, "channel_id"},
		`"input"`:                   {`"section"`, "no field"},
		`"  they & we\nspoke "`:     {`{"they":1}`, "view.state.values"},
	} {
		require.Contains(t, sent, old)
		_, err := slack.ParseClick([]byte(strings.ReplaceAll(sent, old, c.new)))
		require.ErrorContains(t, err, c.wrong)
		require.NotErrorIs(t, err, slack.ErrNotOurs)
		assert.NotContains(t, err.Error(), "they")
		assert.NotContains(t, err.Error(), "lead-4k7q2m9x")
	}
}
