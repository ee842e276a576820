package crm_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/crm"
)

func TestSetupCreatesWhatIsMissingAndNothingElse(t *testing.T) {
	h, o := open(t, nil)
	for _, p := range []string{"companies/throughline_domain", "companies/throughline_key", "notes/throughline_key"} {
		delete(h.definitions, p)
	}
	_, err := crm.New(o).RecordLead(t.Context(), key, lead)
	require.Error(t, err, "without its properties nothing can be recorded")

	created, err := crm.Setup(t.Context(), o)
	require.NoError(t, err)
	assert.Equal(t, []string{"companies.throughline_domain", "companies.throughline_key", "notes.throughline_key"}, created)
	for path, group := range map[string]string{
		"companies/throughline_domain": "companyinformation", "companies/throughline_key": "companyinformation",
		"notes/throughline_key": "engagement",
	} {
		assert.Equal(t, true, h.definitions[path]["hasUniqueValue"], path)
		assert.Equal(t, group, h.definitions[path]["groupName"], path)
	}
	_, err = crm.New(o).RecordLead(t.Context(), key, lead)
	require.NoError(t, err)

	created, err = crm.Setup(t.Context(), o)
	require.NoError(t, err)
	assert.Empty(t, created, "a second time there is nothing to do")
}

func TestSetupRefusesAPropertyThatIsNotUnique(t *testing.T) {
	h, o := open(t, nil)
	h.define("notes/throughline_key", "engagement", false)
	_, err := crm.Setup(t.Context(), o)
	assert.ErrorContains(t, err, "notes.throughline_key")
	assert.ErrorContains(t, err, "not unique")
}

func TestSetupSaysWhichPropertyItFailedAt(t *testing.T) {
	h, o := open(t, nil)
	h.fail = func(w http.ResponseWriter, _ string, _ bool) bool { w.WriteHeader(http.StatusForbidden); return true }
	_, err := crm.Setup(t.Context(), o)
	assert.ErrorContains(t, err, "companies.throughline_domain: hubspot answered 403")
}
