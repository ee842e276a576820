package main

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	namespacepb "go.temporal.io/api/namespace/v1"
)

// Whoever misspells "rollback" in the night has to learn that nothing was rolled back.
func TestACommandThatIsNoneFails(t *testing.T) {
	for _, args := range [][]string{{"nonsense"}, {"deploy", "rolback", "v2"}, {"deploy", "rolback"}, {"config", "chek"}} {
		assert.ErrorContains(t, runs(t, nil, "", args...).failed, "unknown command", "%v", args)
	}
	for _, args := range [][]string{{}, {"deploy"}, {"config"}} {
		r := runs(t, nil, "", args...)
		assert.NoError(t, r.failed)
		assert.Contains(t, r.out, "Available Commands:")
	}
}

func TestWhoeverCallsACommandWronglyIsToldHowItIsCalled(t *testing.T) {
	for want, args := range map[string][]string{
		"call it as starter decide <workflow> [task] <action> --as <person>":   {"decide", "--as", "maria"},
		"call it as starter recall <proposal> --as <person> [--reason <text>]": {"recall", "--as", "maria"},
		"call it as starter deploy move <build ID>":                            {"deploy", "move"},
		"unknown flag: --wats-on; starter tasks --help has the flags":          {"tasks", "--wats-on", "maria"},
	} {
		assert.ErrorContains(t, runs(t, nil, "", args...).failed, want)
	}
}

func TestServeSaysWhichAddressItCannotListenAt(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	at := taken.Addr().String()
	for want, args := range map[string][]string{
		"--listen: listen tcp: address garbage: missing port": {"--listen", "garbage"},
		"--listen: listen tcp " + at:                          {"--listen", at},
		"--operations-listen: listen tcp " + at:               {"--listen", "127.0.0.1:0", "--operations-listen", at},
	} {
		assert.ErrorContains(t, runs(t, reached(t), "", append([]string{"serve"}, args...)...).failed, want)
	}
	t.Setenv("THROUGHLINE_STARTER_OPERATIONS_LISTEN", at)
	assert.ErrorContains(t, runs(t, reached(t), "", "serve", "--listen", "127.0.0.1:0").failed, "starter.operations_listen: listen tcp "+at)
}

func TestSetupSaysWhereCasesAreForgottenBeforeTheSpoolIsEmpty(t *testing.T) {
	t.Setenv("THROUGHLINE_STARTER_SPOOL_DIR", t.TempDir())
	n := &namespaces{there: map[string]*namespacepb.NamespaceConfig{}}
	r := runs(t, empty(t, n, &operator{}), "", "setup")
	require.NoError(t, r.failed)
	assert.Empty(t, r.err)
	r = runs(t, empty(t, n, &operator{}), "", "setup", "--retention", "48h")
	require.NoError(t, r.failed)
	assert.Contains(t, r.err, "Temporal forgets a closed case after 2 days, and the spool may hand one over that is 3 days old")
	assert.ErrorContains(t, runs(t, nil, "", "setup", "--retention", "-24h").failed, "--retention: -24h0m0s is too short")
}
