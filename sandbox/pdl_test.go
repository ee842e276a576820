package sandbox_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox"
)

func (w world) enrich(query url.Values, key string) answer {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.URL+"/pdl/v5/company/enrich?"+query.Encode(), nil)
	require.NoError(w.t, err)
	if key != "" {
		r.Header.Set("X-Api-Key", key)
	}
	return w.send(r)
}

func TestACompanyIsFoundByItsWebsiteOrName(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for _, c := range []struct {
		query      url.Values
		likelihood float64
	}{
		{url.Values{"website": {"https://www.bergwerk-automation.example/kontakt"}}, 10},
		{url.Values{"website": {"BERGWERK-AUTOMATION.example"}, "name": {"whatever"}}, 10},
		{url.Values{"name": {"Bergwerk Automation"}}, 6},
		{url.Values{"name": {"bergwerk automation GmbH & Co. KG"}, "country": {"DE"}}, 8},
		{url.Values{"name": {"Bergwerk-Automation"}, "country": {"Germany"}}, 8},
		{url.Values{"name": {"Bergwerk Automation"}, "country": {"france"}}, 2},
	} {
		a := w.enrich(c.query, sandbox.DefaultPDLKey)
		require.Equal(t, http.StatusOK, a.Status, "%v", c.query)
		company := a.JSON(t)
		require.Equal(t, "bergwerk automation gmbh", company["name"], "%v", c.query)
		require.Equal(t, c.likelihood, company["likelihood"], "%v", c.query)
		require.Equal(t, "germany", company["location"].(object)["country"])
		require.Equal(t, "201-500", company["size"])
		require.EqualValues(t, 220, company["employee_count"])
	}
}

func TestACompanyThatIsNotKnownWellEnoughIsA404(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for _, query := range []url.Values{
		{"website": {"nobody.example"}}, {"name": {"Nobody Inc"}},
		{"name": {"Bergwerk Automation"}, "country": {"FR"}, "min_likelihood": {"6"}},
	} {
		a := w.enrich(query, sandbox.DefaultPDLKey)
		require.Equal(t, http.StatusNotFound, a.Status)
		require.Equal(t, "not_found", a.JSON(t)["error"].(object)["type"])
	}
	require.Equal(t, http.StatusBadRequest, w.enrich(url.Values{}, sandbox.DefaultPDLKey).Status)
	require.Equal(t, http.StatusBadRequest, w.enrich(url.Values{"name": {"x"}, "min_likelihood": {"11"}}, sandbox.DefaultPDLKey).Status)
	require.Equal(t, http.StatusUnauthorized, w.enrich(url.Values{"name": {"x"}}, "").Status)
	require.Equal(t, http.StatusUnauthorized, w.enrich(url.Values{"name": {"x"}}, "other").Status)
}
