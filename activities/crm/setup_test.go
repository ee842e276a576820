package crm_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/activities/crm"
)

func TestSetupCreatesWhatIsMissingAndNothingElse(t *testing.T) {
	groups := map[string]string{
		"companies/throughline_domain": "companyinformation", "companies/throughline_key": "companyinformation",
		"notes/throughline_key": "engagement", "tickets/throughline_key": "ticketinformation", "tickets/throughline_number": "ticketinformation",
		"tickets/return_order": "ticketinformation", "tickets/return_items": "ticketinformation", "tickets/return_wish": "ticketinformation",
	}
	for _, described := range []bool{false, true} {
		t.Run(fmt.Sprintf("described by HubSpot %t", described), func(t *testing.T) {
			var check func(http.Handler) http.Handler
			if described {
				check = contract.Hubspot(t).Handler
			}
			h, o := open(t, check)
			for path := range groups {
				delete(h.definitions, path)
			}
			_, err := crm.New(o).RecordLead(t.Context(), key, lead)
			require.Error(t, err, "without its properties nothing can be recorded")

			created, err := crm.Setup(t.Context(), o)
			require.NoError(t, err)
			assert.Equal(t, []string{
				"companies.throughline_domain", "companies.throughline_key", "notes.throughline_key", "tickets.throughline_key",
				"tickets.throughline_number", "tickets.return_order", "tickets.return_items", "tickets.return_wish",
			}, created)
			for path, group := range groups {
				unique := strings.HasSuffix(path, "_key") || strings.HasSuffix(path, "_domain")
				assert.Equal(t, unique, h.definitions[path]["hasUniqueValue"], path)
				assert.Equal(t, group, h.definitions[path]["groupName"], path)
			}
			assert.Equal(t, "textarea", h.definitions["tickets/return_items"]["fieldType"])
			assert.Equal(t, true, h.definitions["tickets/return_items"]["formField"])
			_, err = crm.New(o).RecordLead(t.Context(), key, lead)
			require.NoError(t, err)

			created, err = crm.Setup(t.Context(), o)
			require.NoError(t, err)
			assert.Empty(t, created, "a second time there is nothing to do")
		})
	}
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
