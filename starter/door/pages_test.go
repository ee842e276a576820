package door

import (
	"fmt"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.temporal.io/sdk/mocks"
)

func TestPagesStandBesideTheLeadsAndTheirAddressesStayOutOfTheLog(t *testing.T) {
	mux := http.NewServeMux()
	for _, path := range []string{"/tasks/{token}", "/documents/{token}"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprint(w, r.Method, " ", r.PathValue("token"))
		})
	}
	logs := &lockedBuffer{}
	d := opened(t, mocks.NewClient(t), func(o *Options) {
		o.Pages, o.LeadsSecrets, o.Logger = mux, []string{leadsSecret}, slog.New(slog.NewJSONHandler(logs, nil))
	})
	assert.Equal(t, "GET geheim", send(d, "GET", "/tasks/geheim", "", "").Body.String())
	assert.Equal(t, "POST geheim", send(d, "POST", "/tasks/geheim", mediaForm, "").Body.String(), "the rules for leads are for leads")
	assert.Equal(t, "GET geheim", send(d, "GET", "/documents/geheim", "", "").Body.String())
	assert.Contains(t, logs.String(), `"route":"/tasks/{token}"`)
	assert.NotContains(t, logs.String(), "geheim")

	d = opened(t, mocks.NewClient(t))
	assert.Equal(t, http.StatusNotFound, send(d, "GET", "/tasks/geheim", "", "").Code, "where there are none")
}
