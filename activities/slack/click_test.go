package slack_test

import (
	"encoding/json"
	"strings"
	"testing"

	sdk "github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/slack"
)

// clicked is a click as Slack sends it.
const clicked = `{"type":"block_actions","team":{"id":"T0001","domain":"contoso"},
	"user":{"id":"U024BE7LH","username":"maria","name":"maria","team_id":"T0001"},"api_app_id":"A1","token":"x",
	"container":{"type":"message","message_ts":"1700000000.000100","channel_id":"C024BE7LH","is_ephemeral":false},
	"trigger_id":"12.34.abc","channel":{"id":"C024BE7LH","name":"sales"},
	"message":{"type":"message","user":"U0BOT","ts":"1700000000.000100","text":"Contact Contoso","blocks":[{"type":"new_in_2030","x":{}}]},
	"state":{"values":{}},"response_url":"https://hooks.slack.com/actions/T0001/1/x",
	"actions":[{"type":"button","block_id":"b","action_id":"throughline:contacted","text":{"type":"plain_text","text":"I've made contact"},
	"value":"{\"w\":\"lead-4k7q2m9x\",\"t\":\"contact\",\"v\":\"2\"}","style":"primary","action_ts":"1700000042.123456"}]}`

func TestAClickIsReadFromSlacksPayload(t *testing.T) {
	got, err := slack.ParseClick([]byte(clicked))
	require.NoError(t, err)
	assert.Equal(t, slack.Click{
		ID: "U024BE7LH-1700000042.123456", User: "U024BE7LH", Message: slack.Posted{Channel: "C024BE7LH", TS: "1700000000.000100"},
		Action: "contacted", Task: slack.TaskRef{Workflow: "lead-4k7q2m9x", Task: "contact", Version: "2"},
		ResponseURL: "https://hooks.slack.com/actions/T0001/1/x",
	}, got)
}

func TestAClickOnAButtonThatWasPostedLeadsBackToItsTask(t *testing.T) {
	blocks, _ := drawn(t, card)
	button := blocks[len(blocks)-2].Elements[0]
	payload, err := json.Marshal(&sdk.InteractionCallback{
		Type: sdk.InteractionTypeBlockActions, User: sdk.User{ID: "U024BE7LH"},
		Container: sdk.Container{ChannelID: "C024BE7LH", MessageTs: "1700000000.000100", AttachmentID: "0"},
		ActionCallback: sdk.ActionCallbacks{BlockActions: []*sdk.BlockAction{
			{BlockID: "b", ActionID: "somebody:elses", Value: "x", ActionTs: "1700000042.123456"},
			{BlockID: "b", ActionID: button.ActionID, Value: button.Value, ActionTs: "1700000042.123456"},
		}},
	})
	require.NoError(t, err)
	got, err := slack.ParseClick(payload)
	require.NoError(t, err)
	assert.Equal(t, card.Task, got.Task)
	assert.Equal(t, "contacted", got.Action)
}

func TestAnInteractionThatIsNotOursIsToldFromABrokenOne(t *testing.T) {
	replace := func(old, new string) string {
		require.Contains(t, clicked, old)
		return strings.ReplaceAll(clicked, old, new)
	}
	for name, payload := range map[string]string{
		"another kind":       `{"type":"view_submission","view":{"id":"V1"}}`,
		"no kind":            `{}`,
		"somebody's button":  replace(`throughline:contacted`, `other:contacted`),
		"no button":          `{"type":"block_actions","actions":[]}`,
		"an overflow choice": `{"type":"block_actions","actions":[{"action_id":"x","selected_option":{"value":"y"}}]}`,
	} {
		_, err := slack.ParseClick([]byte(payload))
		assert.ErrorIs(t, err, slack.ErrNotOurs, name)
	}
	for payload, wrong := range map[string]string{
		"":                               "can't be read",
		"[]":                             "can't be read",
		clicked[:100]:                    "can't be read",
		replace(`"U024BE7LH"`, `""`):     "user.id",
		replace(`1700000042.123456`, ``): "action_ts",
		replace(`throughline:contacted`, `throughline:`): "action",
		replace(`C024BE7LH`, ``):                         "channel_id",
		replace(`1700000000.000100`, ``):                 "message_ts",
		replace(`lead-4k7q2m9x`, ``):                     "workflow",
		replace(`\"t\":\"contact\"`, `\"t\":\"\"`):       "the task",
		replace(`{\"w\"`, `\"w\"`):                       "value names no task",
	} {
		_, err := slack.ParseClick([]byte(payload))
		require.ErrorContains(t, err, wrong)
		require.NotErrorIs(t, err, slack.ErrNotOurs)
		assert.NotContains(t, err.Error(), "lead-4k7q2m9x")
	}
}

func FuzzParseClick(f *testing.F) {
	f.Add([]byte(clicked))
	f.Add([]byte(sent))
	f.Add([]byte(strings.Replace(clicked, `{\"w\"`, `{\"d\":{\"fields\":[]},\"w\"`, 1)))
	f.Add([]byte(`{"type":"block_actions","actions":[{"action_id":"throughline:a","value":"{}"}]}`))
	f.Add([]byte(`{"type":"block_actions","trigger_id":"1.2.3","actions":[{"action_id":"throughline:a","value":"zq1YqV7JSUMpJTMxRquUCAA"}]}`))
	f.Add([]byte(`{"type":"view_submission","view":{"callback_id":"throughline:answer","private_metadata":"{}","blocks":[{}]}}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := slack.ParseClick(payload)
		if err != nil {
			assert.Zero(t, c)
			return
		}
		for _, part := range []string{c.ID, c.User, c.Message.Channel, c.Message.TS, c.Action, c.Task.Workflow, c.Task.Task} {
			assert.NotEmpty(t, part, "a click is complete, or an error")
		}
		assert.False(t, c.Dialog != nil && c.Form != nil, "a click is of one kind")
		assert.Equal(t, c.Dialog != nil, c.Trigger != "", "what has to be asked can be asked")
		if c.Form != nil {
			assert.NotEmpty(t, c.Form.Fields)
			assert.Subset(t, c.Form.Fields, c.Form.Missing)
			for name, value := range c.Form.Values {
				assert.Contains(t, c.Form.Fields, name)
				assert.NotEmpty(t, strings.TrimSpace(value))
			}
		}
		twice, err := slack.ParseClick(payload)
		require.NoError(t, err)
		assert.Equal(t, c, twice, "the same payload is the same click")
	})
}
