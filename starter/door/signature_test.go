package door

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/workflows/lead"
)

const leadsSecret, nextSecret = "the-secret-of-our-own-web-server-1", "the-secret-of-our-own-web-server-2"

func secured(secrets ...string) func(*Options) { return func(o *Options) { o.LeadsSecrets = secrets } }

// v1 is the digest that a server makes.
func v1(seconds int64, body, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strconv.FormatInt(seconds, 10) + "." + body))
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

func signature(at time.Time, body, secret string) string {
	return fmt.Sprintf("t=%d,%s", at.Unix(), v1(at.Unix(), body, secret))
}

func TestASignedLeadIsTaken(t *testing.T) {
	at := time.Now().Unix()
	good := v1(at, goodJSON, leadsSecret)
	for name, c := range map[string]struct {
		signature string
		secrets   []string
	}{
		"signed":              {fmt.Sprintf("t=%d,%s", at, good), []string{leadsSecret}},
		"the other way round": {fmt.Sprintf("%s, t=%d", good, at), []string{leadsSecret}},
		"in capitals":         {fmt.Sprintf("t=%d,v1=%s", at, strings.ToUpper(good[3:])), []string{leadsSecret}},
		"a later version too": {fmt.Sprintf("t=%d,v2=whatever,%s", at, good), []string{leadsSecret}},
		"two by the sender":   {fmt.Sprintf("t=%d,%s,%s", at, v1(at, goodJSON, nextSecret), good), []string{leadsSecret}},
		"two at the door":     {fmt.Sprintf("t=%d,%s", at, good), []string{nextSecret, leadsSecret}},
		"a while ago":         {signature(time.Now().Add(-4*time.Minute), goodJSON, leadsSecret), []string{leadsSecret}},
		"a clock before ours": {signature(time.Now().Add(4*time.Minute), goodJSON, leadsSecret), []string{leadsSecret}},
	} {
		t.Run(name, func(t *testing.T) {
			w := send(opened(t, taking(t, 1, nil), secured(c.secrets...)), "POST", "/leads", mediaJSON, goodJSON, signatureHeader, c.signature)
			assert.Equal(t, http.StatusAccepted, w.Code, w.Body.String())
		})
	}
}

func TestAWrongSignatureIsRefusedAndSaysWhichPartIsWrong(t *testing.T) {
	now := time.Now()
	at := now.Unix()
	good := v1(at, goodJSON, leadsSecret)
	one, both := []string{leadsSecret}, []string{leadsSecret, nextSecret}
	for name, c := range map[string]struct {
		signature string
		secrets   []string
		want      string
	}{
		"empty":              {"", one, signatureForm},
		"no time":            {good, one, signatureForm},
		"an empty time":      {"t=," + good, one, signatureForm},
		"two times":          {fmt.Sprintf("t=%d,t=%d,%s", at, at, good), one, signatureForm},
		"a date":             {"t=2026-03-01T12:00:00Z," + good, one, signatureForm},
		"too large a time":   {"t=99999999999999999999," + good, one, signatureForm},
		"no digest":          {fmt.Sprintf("t=%d", at), one, signatureForm},
		"half a digest":      {fmt.Sprintf("t=%d,%s", at, good[:40]), one, signatureForm},
		"no hexadecimal":     {fmt.Sprintf("t=%d,v1=%s", at, strings.Repeat("z", 64)), one, signatureForm},
		"another version":    {fmt.Sprintf("t=%d,v0=%s", at, good[3:]), one, signatureForm},
		"too old":            {signature(now.Add(-6*time.Minute), goodJSON, leadsSecret), one, signatureTime},
		"from the future":    {signature(now.Add(6*time.Minute), goodJSON, leadsSecret), one, signatureTime},
		"milliseconds":       {fmt.Sprintf("t=%d,%s", now.UnixMilli(), v1(now.UnixMilli(), goodJSON, leadsSecret)), one, signatureTime},
		"the latest time":    {"t=9223372036854775807," + good, one, signatureTime},
		"before 1970":        {"t=-1," + good, one, signatureForm},
		"a plus":             {fmt.Sprintf("t=+%d,%s", at, good), one, signatureForm},
		"another secret":     {signature(now, goodJSON, nextSecret), one, signatureDigest},
		"no secret":          {signature(now, goodJSON, ""), both, signatureDigest},
		"all secrets as one": {signature(now, goodJSON, strings.Join(both, ",")), both, signatureDigest},
		"another body":       {signature(now, goodJSON+" ", leadsSecret), one, signatureDigest},
		"another time":       {fmt.Sprintf("t=%d,%s", at-1, good), one, signatureDigest},
		"not set up":         {signature(now, goodJSON, leadsSecret), nil, signatureNoKey},
	} {
		t.Run(name, func(t *testing.T) {
			w := send(opened(t, mocks.NewClient(t), secured(c.secrets...)), "POST", "/leads", mediaJSON, goodJSON, signatureHeader, c.signature)
			assert.Equal(t, http.StatusUnauthorized, w.Code)
			assert.Equal(t, signatureHeader, w.Header().Get("WWW-Authenticate"))
			assert.Equal(t, c.want, problemIn(t, w).Detail)
			for _, secret := range []string{leadsSecret, nextSecret, good[3:]} {
				assert.NotContains(t, w.Body.String(), secret)
			}
		})
	}
}

func TestASignatureIsGoodForFiveMinutes(t *testing.T) {
	at := time.Unix(1_772_366_400, 0)
	header := signature(at, "body", leadsSecret)
	for age, good := range map[time.Duration]bool{
		0: true, signedWithin: true, -signedWithin: true, signedWithin + time.Nanosecond: false, -signedWithin - time.Nanosecond: false,
	} {
		signed, p := checkSignature(header, []byte("body"), []string{leadsSecret}, at.Add(age))
		assert.Equal(t, good, p == nil, age)
		assert.Equal(t, good, signed.Equal(at), age)
	}
}

func TestWhereThereIsASecretOnlyPagesNeedNotSign(t *testing.T) {
	d := opened(t, taking(t, 1, nil), secured(leadsSecret), listed)
	w := send(d, "POST", "/leads", mediaJSON, goodJSON)
	assert.Equal(t, http.StatusUnauthorized, w.Code)
	assert.Equal(t, signatureMissing, problemIn(t, w).Detail)
	assert.Equal(t, http.StatusAccepted, send(d, "POST", "/leads", mediaJSON, goodJSON, "Origin", site).Code)
	w = send(d, "POST", "/leads", mediaJSON, goodJSON, "Origin", site, signatureHeader, "t=1,v1="+strings.Repeat("0", 64))
	assert.Equal(t, http.StatusUnauthorized, w.Code, "what is signed is always checked")
}

func TestASignedLeadThatIsSentAgainIsTheSameLead(t *testing.T) {
	header := signature(time.Now(), goodJSON, leadsSecret)
	post := func(answer error) (a accepted) {
		w := send(opened(t, taking(t, 1, answer), secured(leadsSecret)), "POST", "/leads", mediaJSON, goodJSON, signatureHeader, header)
		require.Equal(t, http.StatusAccepted, w.Code)
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &a))
		return a
	}
	first, again := post(nil), post(serviceerror.NewWorkflowExecutionAlreadyStarted("started", "", ""))
	assert.Equal(t, first.ID, again.ID)
	assert.True(t, again.Duplicate)
}

func TestASignedLeadCannotBeMadeManyByAnotherKey(t *testing.T) {
	post := func(c *mocks.Client, body string) *httptest.ResponseRecorder {
		return send(opened(t, c, secured(leadsSecret)), "POST", "/leads", mediaJSON, body, keyHeader, "overheard-1",
			signatureHeader, signature(time.Now(), body, leadsSecret))
	}
	w := post(mocks.NewClient(t), goodJSON)
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Equal(t, lead.Mistakes{{Field: intake.KeyField, Problem: signatureKey}}, problemIn(t, w).Errors)
	named := strings.Replace(goodJSON, "{", `{"submission_id":"order-1",`, 1)
	assert.Equal(t, http.StatusAccepted, post(taking(t, 1, nil), named).Code, "what its body says goes before the header")
}

func TestSignedLeadsAreNotCounted(t *testing.T) {
	d := opened(t, taking(t, 6, nil), secured(leadsSecret), ruled(config.Leads{PerMinute: 1, Origins: []string{site}}))
	for range 5 {
		assert.Equal(t, http.StatusAccepted, send(d, "POST", "/leads", mediaJSON, goodJSON, signatureHeader, signature(time.Now(), goodJSON, leadsSecret)).Code)
	}
	assert.Equal(t, http.StatusAccepted, send(d, "POST", "/leads", mediaJSON, goodJSON, "Origin", site).Code)
	assert.Equal(t, http.StatusTooManyRequests, send(d, "POST", "/leads", mediaJSON, goodJSON, "Origin", site).Code)
}

// Whatever the header holds, what is accepted was made with the secret, for this body and a time near now.
func FuzzSignature(f *testing.F) {
	now := time.Unix(1_772_366_400, 0)
	good := signature(now, goodJSON, leadsSecret)
	for _, header := range []string{
		good, " " + strings.ReplaceAll(good, ",", " , ") + " ", good + "," + good, "t=1772366400,v1=", "t=,v1=00", "v1", "t", "=,=", ",,,", "t=-1,v1=ff",
		"t=+1772366400," + v1(1_772_366_400, goodJSON, leadsSecret), "t=01772366400," + v1(1_772_366_400, goodJSON, leadsSecret),
		"t=1772366400,v1=" + strings.Repeat("0", 64), "t=9223372036854775807,v1=" + strings.Repeat("0", 64), "T=1772366400;V1=00",
	} {
		f.Add(header, goodJSON)
	}
	f.Add("", "")
	f.Fuzz(func(t *testing.T, header, body string) {
		_, p := checkSignature(header, []byte(body), []string{nextSecret, leadsSecret}, now)
		if p != nil {
			if p.Status != http.StatusUnauthorized || p.Detail == "" || p.why == "" {
				t.Fatalf("%+v", p)
			}
			return
		}
		made := false
		for age := -signedWithin; age <= signedWithin && !made; age += time.Second {
			at := now.Add(age).Unix()
			made = strings.Contains(strings.ToLower(header), v1(at, body, leadsSecret)) || strings.Contains(strings.ToLower(header), v1(at, body, nextSecret))
		}
		if !made {
			t.Fatalf("accepted %q", header)
		}
	})
}
