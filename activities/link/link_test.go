package link

import (
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	secret = "0123456789abcdef0123456789abcdef"
	older  = "fedcba9876543210fedcba9876543210"
)

var (
	now  = time.Date(2026, 8, 3, 10, 0, 0, 0, time.UTC)
	task = Task{Workflow: "proposal-abc", Task: "approve-2-partner-anna", Version: "2", Person: "anna"}
)

func signer(t *testing.T, secrets string) *Signer {
	t.Helper()
	s, err := NewSigner("https://throughline.example/", secrets)
	require.NoError(t, err)
	s.now = func() time.Time { return now }
	return s
}

func token(t *testing.T, address, path string) string {
	t.Helper()
	token, ok := strings.CutPrefix(address, "https://throughline.example"+path)
	require.True(t, ok, address)
	return token
}

func TestALinkSaysWhatItWasMadeFor(t *testing.T) {
	s := signer(t, secret)
	address, err := s.Task(task, now.Add(time.Hour))
	require.NoError(t, err)
	got, err := s.OpenTask(token(t, address, "/tasks/"))
	require.NoError(t, err)
	assert.Equal(t, task, got)

	document := Document{Digest: "ab12", Kind: "pdf", Name: "P-1-v2.pdf"}
	address, err = s.Document(document, now.Add(time.Hour))
	require.NoError(t, err)
	back, err := s.OpenDocument(token(t, address, "/documents/"))
	require.NoError(t, err)
	assert.Equal(t, document, back)
}

func TestALinkOpensNothingElse(t *testing.T) {
	s := signer(t, secret)
	address, err := s.Document(Document{Digest: "ab12"}, now.Add(time.Hour))
	require.NoError(t, err)
	_, err = s.OpenTask(token(t, address, "/documents/"))
	assert.ErrorIs(t, err, ErrInvalid)
}

func TestALinkExpires(t *testing.T) {
	s := signer(t, secret)
	address, err := s.Task(task, now)
	require.NoError(t, err)
	got, err := s.OpenTask(token(t, address, "/tasks/"))
	assert.ErrorIs(t, err, ErrExpired)
	assert.Equal(t, task, got, "what it was for is known all the same")
}

func TestALinkOfAnOlderSecretIsGoodWhileThatIsKept(t *testing.T) {
	address, err := signer(t, older).Task(task, now.Add(time.Hour))
	require.NoError(t, err)
	_, err = signer(t, secret).OpenTask(token(t, address, "/tasks/"))
	assert.ErrorIs(t, err, ErrInvalid)
	got, err := signer(t, secret+","+older).OpenTask(token(t, address, "/tasks/"))
	require.NoError(t, err)
	assert.Equal(t, task, got)
}

func TestAForgedLinkIsNone(t *testing.T) {
	s := signer(t, secret)
	address, err := s.Task(task, now.Add(time.Hour))
	require.NoError(t, err)
	good := token(t, address, "/tasks/")
	parts := strings.Split(good, ".")
	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, claims[Task]{
		RegisteredClaims: jwt.RegisteredClaims{Audience: jwt.ClaimStrings{"task"}, ExpiresAt: jwt.NewNumericDate(now.Add(time.Hour))}, Is: task,
	}).SignedString(jwt.UnsafeAllowNoneSignatureType)
	require.NoError(t, err)
	endless, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims[Task]{
		RegisteredClaims: jwt.RegisteredClaims{Audience: jwt.ClaimStrings{"task"}}, Is: task,
	}).SignedString(s.keys[0])
	require.NoError(t, err)
	for _, bad := range []string{
		"", "x", "a.b.c", good[:len(good)-2], good + "x", parts[0] + "." + parts[1] + ".", parts[0] + ".e30." + parts[2], unsigned, endless,
	} {
		_, err := s.OpenTask(bad)
		assert.ErrorIs(t, err, ErrInvalid, bad)
	}
}

func TestAShortSecretIsRefused(t *testing.T) {
	for _, secrets := range []string{"", "short", secret + ",", secret + ",short"} {
		_, err := NewSigner("https://throughline.example", secrets)
		assert.ErrorContains(t, err, "at least 32", secrets)
	}
}

func FuzzOpenTask(f *testing.F) {
	s, err := NewSigner("", secret)
	require.NoError(f, err)
	good, err := s.Task(task, time.Now().Add(time.Hour))
	require.NoError(f, err)
	f.Add(strings.TrimPrefix(good, "/tasks/"))
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, token string) {
		got, err := s.OpenTask(token)
		if err == nil {
			require.Equal(t, task, got, "nothing but what was signed is ever read")
		}
	})
}
