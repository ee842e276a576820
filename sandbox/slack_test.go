package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox/client"
)

func mark(key string) slackgo.MsgOption {
	return slackgo.MsgOptionMetadata(slackgo.SlackMetadata{EventType: "effect", EventPayload: map[string]any{"key": key}})
}

func text(s string) slackgo.MsgOption { return slackgo.MsgOptionText(s, false) }

// card are the blocks of a message with one button.
func card(title, action string) slackgo.MsgOption {
	button := slackgo.NewButtonBlockElement(action, "value of "+action, slackgo.NewTextBlockObject("plain_text", "Go on", true, false))
	button.Style = slackgo.StylePrimary
	button.Confirm = slackgo.NewConfirmationBlockObject(
		slackgo.NewTextBlockObject("plain_text", "Sure?", false, false), slackgo.NewTextBlockObject("mrkdwn", "Really?", false, false),
		slackgo.NewTextBlockObject("plain_text", "Yes", false, false), slackgo.NewTextBlockObject("plain_text", "No", false, false))
	return slackgo.MsgOptionBlocks(
		slackgo.NewHeaderBlock(slackgo.NewTextBlockObject("plain_text", title, true, false)),
		slackgo.NewActionBlock("answers", button))
}

func TestSlackRefusesATokenThatIsMissingOrWrong(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for token, want := range map[string]string{"": "not_authed", "xoxb-other": "invalid_auth"} {
		_, err := slackgo.New(token, slackgo.OptionAPIURL(w.URL+"/slack/api/")).AuthTestContext(t.Context())
		require.EqualError(t, err, want)
	}
	who, err := w.slack().AuthTestContext(t.Context())
	require.NoError(t, err)
	require.Equal(t, "Northwind Robotics", who.Team)

	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/slack/api/auth.test?token=xoxb-sandbox", nil)
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, "not_authed", w.send(r).JSON(t)["error"], "Slack takes no token from a query")
}

func TestSlackKnowsItsUsers(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	u, err := w.slack().GetUserInfoContext(t.Context(), maria)
	require.NoError(t, err)
	require.Equal(t, "Maria Lopez", u.RealName)
	u, err = w.slack().GetUserByEmailContext(t.Context(), "Grace.Chen@northwind-robotics.example")
	require.NoError(t, err)
	require.Equal(t, grace, u.ID)
	_, err = w.slack().GetUserInfoContext(t.Context(), "U0NOBODY")
	require.EqualError(t, err, "user_not_found")
	_, err = w.slack().GetUserByEmailContext(t.Context(), "nobody@example.com")
	require.EqualError(t, err, "users_not_found")
}

func TestADirectMessageNeedsAnOpenConversationOrAUser(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	api := w.slack()
	im, _, before, err := api.OpenConversationContext(t.Context(), &slackgo.OpenConversationParameters{Users: []string{maria}, ReturnIM: true})
	require.NoError(t, err)
	require.False(t, before)
	require.Equal(t, maria, im.User)
	channel, _, err := api.PostMessageContext(t.Context(), im.ID, text("hello"))
	require.NoError(t, err)
	require.Equal(t, im.ID, channel)
	again, _, before, err := api.OpenConversationContext(t.Context(), &slackgo.OpenConversationParameters{Users: []string{maria}})
	require.NoError(t, err)
	require.True(t, before)
	require.Equal(t, im.ID, again.ID)

	channel, _, err = api.PostMessageContext(t.Context(), grace, text("hello"))
	require.NoError(t, err)
	require.Regexp(t, "^D", channel)

	for _, unknown := range []string{"D0123456789", "C0123456789", "U0NOBODY", ""} {
		_, _, err = api.PostMessageContext(t.Context(), unknown, text("hello"))
		require.EqualError(t, err, "channel_not_found")
	}
	_, _, _, err = api.OpenConversationContext(t.Context(), &slackgo.OpenConversationParameters{Users: []string{"U0NOBODY"}})
	require.EqualError(t, err, "user_not_found")
}

func TestHistoryPagesBackwardsThroughTheMessagesAndShowsMetadataWhenAsked(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	api := w.slack()
	var stamps []string
	for i := range 7 {
		_, ts, err := api.PostMessageContext(t.Context(), opsDesk, text(fmt.Sprint(i)), mark(fmt.Sprintf("case-%d/step", i)))
		require.NoError(t, err)
		stamps = append(stamps, ts)
	}
	_, _, err := api.PostMessageContext(t.Context(), opsDesk, text("in a thread"), slackgo.MsgOptionTS(stamps[0]))
	require.NoError(t, err)

	var seen []string
	cursor := ""
	for page := 1; ; page++ {
		h, err := api.GetConversationHistoryContext(t.Context(), &slackgo.GetConversationHistoryParameters{
			ChannelID: opsDesk, Limit: 3, Cursor: cursor, IncludeAllMetadata: true,
		})
		require.NoError(t, err)
		for _, m := range h.Messages {
			seen = append(seen, m.Text+" "+m.Metadata.EventPayload["key"].(string))
		}
		require.Equal(t, page < 3, h.HasMore)
		if cursor = h.ResponseMetaData.NextCursor; cursor == "" {
			break
		}
	}
	require.Equal(t, "6 case-6/step,5 case-5/step,4 case-4/step,3 case-3/step,2 case-2/step,1 case-1/step,0 case-0/step", strings.Join(seen, ","))

	history := func(p slackgo.GetConversationHistoryParameters) (texts string) {
		p.ChannelID = opsDesk
		h, err := api.GetConversationHistoryContext(t.Context(), &p)
		require.NoError(t, err)
		for _, m := range h.Messages {
			require.Empty(t, m.Metadata.EventType)
			texts += m.Text
		}
		return texts
	}
	require.Equal(t, "654", history(slackgo.GetConversationHistoryParameters{Oldest: stamps[3]}))
	require.Equal(t, "6543", history(slackgo.GetConversationHistoryParameters{Oldest: stamps[3], Inclusive: true}))
	require.Equal(t, "210", history(slackgo.GetConversationHistoryParameters{Latest: stamps[3]}))
	require.Equal(t, "3", history(slackgo.GetConversationHistoryParameters{Latest: stamps[3], Oldest: stamps[3], Inclusive: true}))

	_, err = api.GetConversationHistoryContext(t.Context(), &slackgo.GetConversationHistoryParameters{ChannelID: opsDesk, Cursor: "x"})
	require.EqualError(t, err, "invalid_cursor")
	_, err = api.GetConversationHistoryContext(t.Context(), &slackgo.GetConversationHistoryParameters{ChannelID: "C0NOWHERE"})
	require.EqualError(t, err, "channel_not_found")
}

func TestAThreadHasItsParentFirstAndABroadcastReplyIsInTheChannelToo(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	api := w.slack()
	_, parent, err := api.PostMessageContext(t.Context(), opsDesk, text("parent"), mark("case-1/card"))
	require.NoError(t, err)
	_, first, err := api.PostMessageContext(t.Context(), opsDesk, text("quiet"), slackgo.MsgOptionTS(parent))
	require.NoError(t, err)
	_, _, err = api.PostMessageContext(t.Context(), opsDesk, text("loud"), slackgo.MsgOptionTS(first), slackgo.MsgOptionBroadcast())
	require.NoError(t, err)

	for _, ts := range []string{parent, first} {
		var texts []string
		cursor, more := "", true
		for more {
			var page []slackgo.Message
			page, more, cursor, err = api.GetConversationRepliesContext(t.Context(), &slackgo.GetConversationRepliesParameters{
				ChannelID: opsDesk, Timestamp: ts, Limit: 2, Cursor: cursor,
			})
			require.NoError(t, err)
			for _, m := range page {
				require.Equal(t, parent, m.ThreadTimestamp)
				texts = append(texts, m.Text)
			}
		}
		require.Equal(t, []string{"parent", "quiet", "loud"}, texts)
	}
	h, err := api.GetConversationHistoryContext(t.Context(), &slackgo.GetConversationHistoryParameters{ChannelID: opsDesk})
	require.NoError(t, err)
	require.Len(t, h.Messages, 2)
	require.Equal(t, "loud", h.Messages[0].Text)
	require.Equal(t, "thread_broadcast", h.Messages[0].SubType)
	require.Equal(t, 2, h.Messages[1].ReplyCount)

	_, _, _, err = api.GetConversationRepliesContext(t.Context(), &slackgo.GetConversationRepliesParameters{ChannelID: opsDesk, Timestamp: "1700000000.000000"})
	require.EqualError(t, err, "thread_not_found")
	_, _, m, err := postFull(t, api, opsDesk, text("late"), slackgo.MsgOptionTS("1700000000.000000"))
	require.NoError(t, err)
	require.Empty(t, m.ThreadTimestamp, "a reply to a message that is gone is posted outside of any thread")
}

func postFull(t *testing.T, api *slackgo.Client, channel string, o ...slackgo.MsgOption) (string, string, slackgo.Message, error) {
	return api.PostMessageWithResponseContext(t.Context(), channel, o...)
}

func TestAnUpdateChangesTheMessageAndIsNoNewOne(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	api := w.slack()
	channel, ts, err := api.PostMessageContext(t.Context(), maria, text("fallback"), card("Before", "go"), mark("case-1/card"))
	require.NoError(t, err)
	_, _, _, err = api.UpdateMessageContext(t.Context(), channel, ts, text("fallback"), card("After", "stop"))
	require.NoError(t, err)
	_, _, _, err = api.UpdateMessageContext(t.Context(), channel, ts, card("Later", "stop"), mark("case-1/update"))
	require.NoError(t, err)

	messages, err := w.Messages(t.Context(), client.MessageFilter{User: maria})
	require.NoError(t, err)
	require.Len(t, messages, 1)
	require.Equal(t, 2, messages[0].Edits)
	require.Contains(t, string(messages[0].Blocks), "Later")
	require.Equal(t, "stop", messages[0].Buttons[0].ActionID)
	effects, err := w.Effects(t.Context(), "case-1")
	require.NoError(t, err)
	at := []string{channel + "/" + ts}
	require.Equal(t, []client.Effect{
		{System: "slack", Operation: "message", Key: "case-1/card", Count: 1, Records: at},
		{System: "slack", Operation: "update", Key: "case-1/card", Count: 1, Repeatable: true, Records: at},
		{System: "slack", Operation: "update", Key: "case-1/update", Count: 1, Repeatable: true, Records: at},
	}, effects)

	_, _, _, err = api.UpdateMessageContext(t.Context(), channel, ts, text("words only"))
	require.NoError(t, err)
	messages, err = w.Messages(t.Context(), client.MessageFilter{User: maria})
	require.NoError(t, err)
	require.Equal(t, "words only", messages[0].Text)
	require.Empty(t, messages[0].Blocks, "a text without blocks takes the blocks away")
	require.Empty(t, messages[0].Buttons)

	_, _, _, err = api.UpdateMessageContext(t.Context(), channel, "1700000000.000000", text("x"))
	require.EqualError(t, err, "message_not_found")
}

func TestAnEphemeralMessageIsSeenByOnePersonOnly(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	_, err := w.slack().PostEphemeralContext(t.Context(), opsDesk, maria, text("psst"))
	require.NoError(t, err)
	for user, count := range map[string]int{maria: 1, grace: 0} {
		messages, err := w.Messages(t.Context(), client.MessageFilter{User: user})
		require.NoError(t, err)
		require.Len(t, messages, count)
	}
	channel, _, err := w.slack().PostMessageContext(t.Context(), maria, text("hello"))
	require.NoError(t, err)
	_, err = w.slack().PostEphemeralContext(t.Context(), channel, grace, text("psst"))
	require.EqualError(t, err, "user_not_in_channel")
	h, err := w.slack().GetConversationHistoryContext(t.Context(), &slackgo.GetConversationHistoryParameters{ChannelID: opsDesk})
	require.NoError(t, err)
	require.Empty(t, h.Messages, "the Web API doesn't know ephemeral messages")
}

func TestBlocksBeyondTheLimitsAreRefusedWithThePlace(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	long := func(n int) string { return strings.Repeat("x", n) }
	plain := func(s string) string { return `{"type":"plain_text","text":"` + s + `"}` }
	button := func(more string) string { return `{"type":"button","text":` + plain("b") + more + `}` }
	for _, c := range []struct{ name, blocks, wrong string }{
		{"header too long", `{"type":"header","text":` + plain(long(151)) + `}`, "must be less than 151 characters [json-pointer:/blocks/0/text/text]"},
		{"header in mrkdwn", `{"type":"header","text":{"type":"mrkdwn","text":"x"}}`, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"},
		{"empty section", `{"type":"section"}`, "missing required field [json-pointer:/blocks/0/text]"},
		{"empty text", `{"type":"section","text":` + plain("") + `}`, "must be more than 0 characters [json-pointer:/blocks/0/text/text]"},
		{"section too long", `{"type":"section","text":` + plain(long(3001)) + `}`, "must be less than 3001 characters"},
		{"too many fields", `{"type":"section","fields":[` + strings.Repeat(plain("f")+",", 10) + plain("f") + `]}`, "no more than 10 items allowed [json-pointer:/blocks/0/fields]"},
		{"too many buttons", `{"type":"actions","elements":[` + strings.Repeat(button("")+",", 25) + button("") + `]}`, "no more than 25 items allowed [json-pointer:/blocks/0/elements]"},
		{"no buttons", `{"type":"actions","elements":[]}`, "no less than 1 item allowed"},
		{"value too long", `{"type":"actions","elements":[` + button(`,"value":"`+long(2001)+`"`) + `]}`, "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"},
		{"unknown style", `{"type":"actions","elements":[` + button(`,"style":"blue"`) + `]}`, "must be a valid enum value"},
		{"two alike action IDs", `{"type":"actions","elements":[` + button(`,"action_id":"a"`) + `,` + button(`,"action_id":"a"`) + `]}`, "`a` already exists"},
		{"half a dialog", `{"type":"actions","elements":[` + button(`,"confirm":{"title":`+plain("t")+`}`) + `]}`, "missing required field [json-pointer:/blocks/0/elements/0/confirm/text]"},
		{"unknown block", `{"type":"banner"}`, "unsupported type: banner"},
		{"too many blocks", strings.Repeat(`{"type":"divider"},`, 50) + `{"type":"divider"}`, "no more than 50 items allowed [json-pointer:/blocks]"},
	} {
		a := w.slackCall("chat.postMessage", url.Values{"channel": {opsDesk}, "blocks": {"[" + c.blocks + "]"}})
		require.Equal(t, "invalid_blocks", a["error"], c.name)
		require.Contains(t, a["errors"].([]any)[0], c.wrong, c.name)
		require.Contains(t, a["response_metadata"].(map[string]any)["messages"].([]any)[0], "[ERROR] "+c.wrong, c.name)
	}
	for blocks, want := range map[string]string{
		`{"type":"divider"}`: "invalid_blocks_format", "[": "invalid_blocks_format",
		"[" + strings.Repeat(`{"type":"section","text":`+plain(long(3000))+`},`, 4) + `{"type":"section","text":` + plain(long(3000)) + `}]`: "msg_blocks_too_long",
	} {
		require.Equal(t, want, w.slackCall("chat.postMessage", url.Values{"channel": {opsDesk}, "blocks": {blocks}})["error"])
	}
	messages, err := w.Messages(t.Context(), client.MessageFilter{Channel: opsDesk})
	require.NoError(t, err)
	require.Empty(t, messages)
}

func TestSlackRefusesWhatCantBeAMessage(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for want, form := range map[string]url.Values{
		"no_text":                 {"channel": {opsDesk}},
		"msg_too_long":            {"channel": {opsDesk}, "text": {strings.Repeat("x", 40_001)}},
		"invalid_metadata_format": {"channel": {opsDesk}, "text": {"x"}, "metadata": {"nonsense"}},
		"invalid_metadata_schema": {"channel": {opsDesk}, "text": {"x"}, "metadata": {`{"event_type":"x"}`}},
	} {
		require.Equal(t, want, w.slackCall("chat.postMessage", form)["error"])
	}
	require.Equal(t, "unknown_method", w.slackCall("chat.shout", url.Values{})["error"])
	a := w.call(http.MethodPost, "/slack/api/chat.postMessage", "xoxb-sandbox", map[string]string{"channel": opsDesk, "text": "x"})
	require.Equal(t, "invalid_post_type", a.JSON(t)["error"])
}

// slackCall calls a method with a form, and returns the whole answer.
func (w world) slackCall(method string, form url.Values) (a map[string]any) {
	w.t.Helper()
	form.Set("token", "xoxb-sandbox")
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.URL+"/slack/api/"+method, strings.NewReader(form.Encode()))
	require.NoError(w.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got := w.send(r)
	require.Equal(w.t, http.StatusOK, got.Status)
	require.NoError(w.t, json.Unmarshal([]byte(got.Body), &a))
	return a
}
