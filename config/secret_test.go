package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/link"
)

func TestASecretIsNeverSeen(t *testing.T) {
	c, err := try(t, environment{"THROUGHLINE_HUBSPOT_TOKEN": "geheim"})
	require.NoError(t, err)
	secret := c.Secret(HubSpotToken)
	require.Equal(t, "geheim", secret.Reveal())

	var out bytes.Buffer
	for _, v := range []any{secret, &secret, []Secret{secret}, map[string]Secret{"a": secret}, struct{ s Secret }{secret}, struct{ S Secret }{secret}, c, *c} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		b, err := json.Marshal(v)
		require.NoError(t, err)
		out.Write(b)
		slog.New(slog.NewTextHandler(&out, nil)).Info("text", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "v", v)
	}
	assert.NotContains(t, out.String(), "geheim")
	assert.NotContains(t, out.String(), fmt.Sprintf("%x", "geheim"))

	assert.Equal(t, "[redacted]", fmt.Sprint(secret))
	assert.Equal(t, "[not set]", fmt.Sprint(c.Secret(SlackToken)))
	assert.Empty(t, c.Secret(SlackToken).Reveal())
}

func TestASecretCanComeFromAFile(t *testing.T) {
	path := write(t, "token", "xoxb-from-file\n")
	c, err := try(t, environment{"THROUGHLINE_SLACK_TOKEN_FILE": path})
	require.NoError(t, err)
	assert.Equal(t, "xoxb-from-file", c.Secret(SlackToken).Reveal())
}

func TestMistakesWithSecretsNameTheVariableAndNotTheSecret(t *testing.T) {
	path, empty := write(t, "token", "xoxb-1"), write(t, "empty", "\n")
	long := strings.Repeat("x", 32)
	const tooShort = "THROUGHLINE_LEADS_SECRET: must have at least 32 characters, and so must each one of several with commas between them: make one with `openssl rand -hex 32`"
	for _, c := range []struct {
		env  environment
		want string
	}{
		{environment{"THROUGHLINE_SLACK_TOKEN": "xoxb-1", "THROUGHLINE_SLACK_TOKEN_FILE": path}, `THROUGHLINE_SLACK_TOKEN: is set, and so is THROUGHLINE_SLACK_TOKEN_FILE: keep one`},
		{environment{"THROUGHLINE_SENDGRID_KEY_FILE": "/no/such"}, `THROUGHLINE_SENDGRID_KEY_FILE: can't read "/no/such": no such file or directory`},
		{environment{"THROUGHLINE_SENDGRID_KEY_FILE": empty}, `THROUGHLINE_SENDGRID_KEY_FILE: "` + empty + `" is empty: the secret goes there, on one line`},
		{environment{"THROUGHLINE_SENDGRID_KEY": "SG.a b"}, `THROUGHLINE_SENDGRID_KEY: has a space, a line break or another character in it that no secret has: was it copied whole?`},
		{environment{"THROUGHLINE_LEADS_SECRET": "geheim"}, tooShort},
		{environment{"THROUGHLINE_LEADS_SECRET": long + ",geheim"}, tooShort},
		{environment{"THROUGHLINE_LEADS_SECRET": long + ","}, tooShort},
		{environment{"THROUGHLINE_LINK_SECRET": "geheim"}, strings.Replace(tooShort, "LEADS", "LINK", 1)},
		{environment{"THROUGHLINE_HUBSPOT_TOKN": "geheim"}, `THROUGHLINE_HUBSPOT_TOKN: is no setting; did you mean THROUGHLINE_HUBSPOT_TOKEN?`},
	} {
		_, err := try(t, c.env)
		assert.EqualError(t, err, c.want)
	}
}

func TestOneSecretForLeadsCanTakeAnothersPlace(t *testing.T) {
	a, b := strings.Repeat("a", 32), strings.Repeat("b", 64)
	for value, want := range map[string][]string{"": {}, a: {a}, a + "," + b: {a, b}} {
		c, err := try(t, environment{"THROUGHLINE_LEADS_SECRET": value})
		require.NoError(t, err)
		assert.Equal(t, want, c.LeadsSecrets())
	}
}

func TestLinksAreSignedWhereThereIsASecretForThem(t *testing.T) {
	c, err := try(t, nil)
	require.NoError(t, err)
	links, err := c.Links()
	require.NoError(t, err)
	assert.Nil(t, links)

	c, err = try(t, environment{"THROUGHLINE_LINK_SECRET": strings.Repeat("a", 32), "THROUGHLINE_STARTER_PUBLIC_URL": "https://door.example"})
	require.NoError(t, err)
	links, err = c.Links()
	require.NoError(t, err)
	address, err := links.Task(link.Task{Task: "contact"}, time.Now().Add(time.Hour))
	require.NoError(t, err)
	assert.Contains(t, address, "https://door.example/tasks/")
}

func TestRequireSecretsNamesEachVariableToSet(t *testing.T) {
	c, err := try(t, environment{"THROUGHLINE_SLACK_TOKEN": "xoxb-1"})
	require.NoError(t, err)
	assert.NoError(t, c.RequireSecrets(SlackToken))
	assert.EqualError(t, c.RequireSecrets(SlackToken, SendGridKey, HubSpotToken), `2 mistakes in the configuration:
THROUGHLINE_SENDGRID_KEY: is not set: set it, or THROUGHLINE_SENDGRID_KEY_FILE to the path of a file that holds the secret
THROUGHLINE_HUBSPOT_TOKEN: is not set: set it, or THROUGHLINE_HUBSPOT_TOKEN_FILE to the path of a file that holds the secret`)
}

func TestNoMistakeQuotesASecret(t *testing.T) {
	hex := strings.Repeat("a1", 16)
	for _, secret := range []string{"xoxb-2-geheim", "xapp-1-geheim", "SG.geheim.geheim", "pat-na1-geheim", "sk_live_geheim", "rk_test_geheim", "whsec_geheim", "shpat_geheim", "1/120002:" + hex, "2/120001/120002:" + hex} {
		for _, change := range []string{
			"systems: {slack: {token: %s}}\n",
			"systems: {hubspot: {portal: %s}}\n",
			"systems: {slack: {url: %s}}\n",
			"slack_token: %s\n",
			"secrets: {slack: %s}\n",
			"systems: {timeout: %s}\n",
			"starter: {max_body: %s}\n",
			"workers: {queues: [%s]}\n",
		} {
			_, err := load([]layer{{1, "handbook.yaml", fmt.Appendf([]byte(handbook), change, secret)}}, nil)
			require.Error(t, err, change)
			assert.NotContains(t, err.Error(), "geheim", change)
			assert.NotContains(t, err.Error(), hex, change)
		}
	}
}
