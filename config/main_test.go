package config

import (
	"os"
	"strings"
	"testing"
)

// TestMain takes away what the developer's own environment sets, since Load and Dial read it.
func TestMain(m *testing.M) {
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, envPrefix) || strings.HasPrefix(name, "TEMPORAL_") {
			os.Unsetenv(name)
		}
	}
	os.Exit(m.Run())
}
