package stack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/stack"
	"github.com/throughline-dev/throughline/workflows/lead"
)

func TestAChangedHandbookIsForLeadsToComeAndAWrongOneForNone(t *testing.T) {
	t.Parallel()
	ctx := within(t, time.Minute)
	dir := t.TempDir()
	handbook := filepath.Join(t.TempDir(), "handbook.yaml")
	put := func(text string) { require.NoError(t, os.WriteFile(handbook, []byte(text), 0o600)) }
	logged := func(what string) {
		eventually(t, ctx, func() bool {
			log, err := os.ReadFile(filepath.Join(dir, "throughline.log"))
			require.NoError(t, err)
			return bytes.Contains(log, []byte(what))
		})
	}
	put("lead: {max_pause: 24h}\n")
	s := start(t, ctx, stack.Options{Dir: dir, Config: []string{config.Default, handbook}})

	first := policyOf(t, ctx, s, 1)
	require.Equal(t, s.Config.Digest, first)
	put("lead: {max_pause: 25h}\n")
	logged("A changed configuration is in force.")
	second := policyOf(t, ctx, s, 2)
	require.NotEqual(t, first, second)
	put("lead: {max_pause: soon}\n")
	logged("The changed configuration is refused")
	require.Equal(t, second, policyOf(t, ctx, s, 3))
	require.Equal(t, first, policyOf(t, ctx, s, 1), "it keeps the policy that it began with")

	const trap = `name="homepage"`
	require.NotContains(t, formOf(t, s), trap)
	put("starter: {leads: {honeypot: homepage, origins: [https://elsewhere.example], per_minute: 1}}\n")
	eventually(t, ctx, func() bool { return strings.Contains(formOf(t, s), trap) })
	policyOf(t, ctx, s, 4)
	policyOf(t, ctx, s, 5) // however many a minute, as before
	require.NoError(t, s.Stop())
}

// formOf is the page of the door that leads can be filled in on.
func formOf(t *testing.T, s *stack.Stack) string {
	t.Helper()
	res, err := http.Get(s.Door + "/leads")
	require.NoError(t, err)
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return string(page)
}

// policyOf sends a lead, unless it was sent before, and tells the handbook that it goes by.
func policyOf(t *testing.T, ctx context.Context, s *stack.Stack, n int) (digest string) {
	t.Helper()
	body := fmt.Sprintf(`{"submission_id":"%d","name":"Ada Brandt","email":"ada.brandt@contoso.example","company":"Contoso"}`, n)
	res, err := http.Post(s.Door+"/leads", "application/json", bytes.NewReader([]byte(body)))
	require.NoError(t, err)
	defer res.Body.Close()
	var taken struct{ ID string }
	require.NoError(t, json.NewDecoder(res.Body).Decode(&taken))
	eventually(t, ctx, func() bool {
		var state lead.Result
		value, err := s.Client.QueryWorkflow(ctx, taken.ID, "", lead.QueryLead)
		require.NoError(t, err)
		require.NoError(t, value.Get(&state))
		digest = state.Policy
		return digest != ""
	})
	return digest
}
