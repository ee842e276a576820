package door_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/starter/door"
)

// sign makes the header Throughline-Signature for a body that is about to be sent.
func sign(secret, body string, now time.Time) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%d.%s", now.Unix(), body)
	return fmt.Sprintf("t=%d,v1=%x", now.Unix(), mac.Sum(nil))
}

// A server sends a lead to a door that has a secret. The door here stands before a Temporal that takes everything.
func Example_signedLead() {
	const secret = "what openssl rand -hex 32 makes"
	temporal := &mocks.Client{}
	temporal.On("ExecuteWorkflow", mock.Anything, mock.Anything, mock.Anything, mock.Anything).Return(nil, nil)
	d := httptest.NewServer(door.New(door.Options{Client: temporal, LeadsSecrets: []string{secret}, Logger: slog.New(slog.DiscardHandler)}))
	defer d.Close()

	body := `{"submission_id":"crm-4711","name":"Ada Winter","email":"ada@contoso.example","company":"Contoso","country":"DE"}`
	r, err := http.NewRequest(http.MethodPost, d.URL+"/leads", strings.NewReader(body))
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Throughline-Signature", sign(secret, body, time.Now()))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	fmt.Println(answer.Status)
	// Output: 202 Accepted
}
