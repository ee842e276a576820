package slack_test

import (
	"bytes"
	"maps"
	"os"
	"reflect"
	"slices"
	"testing"

	sdk "github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/throughline-dev/throughline/activities/slack"
)

// scopes are what a bot needs for the methods, from each method's page at docs.slack.dev/reference/methods. The histories are
// those of the kinds of conversations that cards are shown in: public and private channels, and direct messages.
var scopes = map[string][]string{
	"conversations.open":    {"im:write"},
	"conversations.history": {"channels:history", "groups:history", "im:history"},
	"conversations.replies": {"channels:history", "groups:history", "im:history"},
	"chat.postMessage":      {"chat:write"},
	"chat.update":           {"chat:write"},
	"chat.postEphemeral":    {"chat:write"},
	"views.open":            {},
	"views.update":          {},
}

func TestTheManifestsAskForExactlyTheScopesThatAreUsed(t *testing.T) {
	ws, o := workspaceAt(t, nil)
	a, d, ctx := slack.New(o), slack.NewDialogs(o), t.Context()
	direct := card
	direct.To = "U024BE7LH"
	at, err := a.PostCard(ctx, again, direct)
	require.NoError(t, err)
	for _, call := range []func() error{
		func() error { _, err := a.UpdateCard(ctx, key, slack.CardUpdate{At: at, Card: direct}); return err },
		func() error { _, err := a.ReplyInThread(ctx, again, slack.Reply{At: at, Text: "x"}); return err },
		func() error {
			_, err := a.AnswerPrivately(ctx, key, slack.PrivateAnswer{Channel: at.Channel, User: "U024BE7LH", Text: "x"})
			return err
		},
		func() error { return d.Open(ctx, clickOn(t, handOver)) },
		func() error { return d.Fill(ctx, begun(t, d), clickOn(t, change), inFull, "") },
		func() error { return d.Fail(ctx, begun(t, d), clickOn(t, change), "x") },
	} {
		require.NoError(t, call())
	}
	require.Equal(t, 8, reflect.TypeOf(a).NumMethod()+reflect.TypeOf(d).NumMethod(), "call each one above")

	used := map[string]bool{"commands": true} // the door's slash command
	for _, c := range ws.calls {
		needed, known := scopes[c.method]
		require.True(t, known, c.method)
		for _, s := range needed {
			used[s] = true
		}
	}
	for file, http := range map[string]bool{"slack-manifest.yaml": true, "slack-manifest-socket.yaml": false} {
		raw, err := os.ReadFile("../../docs/" + file)
		require.NoError(t, err)
		var m sdk.Manifest
		strict := yaml.NewDecoder(bytes.NewReader(raw))
		strict.KnownFields(true)
		require.NoError(t, strict.Decode(&m), file)
		assert.ElementsMatch(t, slices.Collect(maps.Keys(used)), m.OAuthConfig.Scopes.Bot, file)
		assert.Empty(t, m.OAuthConfig.Scopes.User, file)
		assert.True(t, m.Settings.Interactivity.IsEnabled, file)
		assert.Equal(t, !http, m.Settings.SocketModeEnabled, file)
		require.Len(t, m.Features.SlashCommands, 1, file)
		assert.Equal(t, "/throughline", m.Features.SlashCommands[0].Command, file)
		if http {
			assert.Equal(t, "https://YOUR-STARTER/slack/commands", m.Features.SlashCommands[0].Url)
			assert.Equal(t, "https://YOUR-STARTER/slack/interactions", m.Settings.Interactivity.RequestUrl)
		} else {
			assert.NotContains(t, string(raw), "YOUR-STARTER")
		}
	}
}
