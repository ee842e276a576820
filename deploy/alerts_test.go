package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// guide is where the operations guide is found by whoever gets an alert.
const guide = "https://github.com/throughline-dev/throughline/blob/main/docs/operations.md#"

// alertHeading is a heading of the operations guide that is about an alert.
var alertHeading = regexp.MustCompile(`(?m)^### (Throughline[A-Za-z]+)$`)

// That the alerts ask for what is measured is held by the module local, which has Prometheus's own parser.
func TestEachAlertSaysWhatToDoAndIsInTheGuide(t *testing.T) {
	files, err := filepath.Glob("prometheus/rules/*.yml")
	require.NoError(t, err)
	var alerts []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var all struct {
			Groups []struct {
				Rules []struct {
					Alert       string
					Labels      map[string]string
					Annotations map[string]string
				}
			}
		}
		require.NoError(t, yaml.Unmarshal(text, &all))
		for _, g := range all.Groups {
			for _, r := range g.Rules {
				assert.Contains(t, []string{"page", "ticket"}, r.Labels["severity"], r.Alert)
				assert.NotEmpty(t, r.Annotations["summary"], r.Alert)
				assert.Equal(t, guide+strings.ToLower(r.Alert), r.Annotations["runbook_url"])
				assert.NotContains(t, alerts, r.Alert)
				alerts = append(alerts, r.Alert)
			}
		}
	}
	text, err := os.ReadFile("../docs/operations.md")
	require.NoError(t, err)
	var described []string
	for _, m := range alertHeading.FindAllStringSubmatch(string(text), -1) {
		described = append(described, m[1])
	}
	slices.Sort(alerts)
	slices.Sort(described)
	require.NotEmpty(t, alerts)
	assert.Equal(t, alerts, described, "each alert has its page in the guide, and the other way round")
}
