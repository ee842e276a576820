package config

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMistakesInTheStartersSpoolAndSingleSignOn(t *testing.T) {
	for name, c := range map[string]struct{ starter, want string }{
		"no room":     {"spool: {max_size: 1000}", `spool.max_size: 1000 is too little: a proposal may have a megabyte, so make it at least 4194304 bytes (4 MiB)`},
		"no time":     {"spool: {max_age: 0s}", `spool.max_age: 0s is not more than nothing`},
		"no client":   {"sso: {issuer: 'https://login.example.com'}", `sso.issuer: "https://login.example.com" is alone: set starter.sso.client_id too, what the provider knows the door by`},
		"no issuer":   {"sso: {client_id: throughline}", `sso.client_id: "throughline" is alone: set starter.sso.issuer too, which knows the door by it`},
		"half":        {"sso: {issuer: login.example.com, client_id: a}", `sso.issuer: "login.example.com" is no whole address: it is like https://api.example.com`},
		"no https":    {"sso: {issuer: 'http://login.example.com', client_id: a}", `sso.issuer: "http://login.example.com" has no https, so that nobody can sign in safely (starter.sso)`},
		"an open way": {"public_url: 'http://door.example.com', sso: {issuer: 'https://login.example.com', client_id: a}", `public_url: "http://door.example.com" has no https, so that nobody can sign in safely (starter.sso)`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load([]layer{{1, "handbook.yaml", []byte(handbook + "starter: {" + c.starter + "}")}}, nil)
			require.Error(t, err)
			assert.Equal(t, "starter."+c.want, strings.TrimPrefix(err.Error(), "handbook.yaml:40: "))
		})
	}
}

func TestTheSpoolIsOffUnlessAFolderIsNamed(t *testing.T) {
	c, err := load([]layer{{1, "handbook.yaml", []byte(handbook)}}, nil)
	require.NoError(t, err)
	assert.Empty(t, c.Starter.Spool.Dir)
	c, err = load([]layer{{1, "handbook.yaml", []byte(handbook)}}, environment{"THROUGHLINE_STARTER_SPOOL_DIR": "kept"})
	require.NoError(t, err)
	assert.True(t, filepath.IsAbs(c.Starter.Spool.Dir), c.Starter.Spool.Dir)
	assert.Equal(t, "kept", filepath.Base(c.Starter.Spool.Dir))
}
