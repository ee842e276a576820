package crm_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

func TestWhoeverIsKnownIsFoundWithTheirOwner(t *testing.T) {
	contact := func(values ...string) *row {
		return &row{"contacts", "1", pairs("email", "jane@contoso.com", values...)}
	}
	company := func(id string, values ...string) *row {
		return &row{"companies", id, pairs("name", "Contoso", values...)}
	}
	asked := crm.Query{Email: " Jane@Contoso.com", Domain: "Contoso.com "}
	tests := map[string]struct {
		there []*row
		query crm.Query
		want  crm.Known
	}{
		"nobody":                  {nil, asked, crm.Known{}},
		"a contact with an owner": {[]*row{contact("hubspot_owner_id", "7")}, asked, crm.Known{Contact: "1", Owner: "7"}},
		"by another address": {[]*row{contact("hubspot_owner_id", "7", "hs_additional_emails", "j@x.example;roe@contoso.com")},
			crm.Query{Email: "roe@contoso.com"}, crm.Known{Contact: "1", Owner: "7"}},
		"a contact before their company": {
			[]*row{contact("hubspot_owner_id", "7", "associatedcompanyid", "2"), company("2", "hubspot_owner_id", "8")},
			asked, crm.Known{Contact: "1", Company: "2", Owner: "7", AccountOwner: "8"}},
		"a contact and their company with one owner": {
			[]*row{contact("hubspot_owner_id", "7", "associatedcompanyid", "2"), company("2", "hubspot_owner_id", "7")},
			asked, crm.Known{Contact: "1", Company: "2", Owner: "7"}},
		"a contact's company": {
			[]*row{contact("associatedcompanyid", "2"), company("3", "domain", "contoso.com", "hubspot_owner_id", "9"), company("2", "hubspot_owner_id", "8")},
			asked, crm.Known{Contact: "1", Company: "2", Owner: "8", Account: true}},
		"a contact's company that is no more, so the one with the domain": {
			[]*row{contact("associatedcompanyid", "2"), company("3", "domain", "contoso.com", "hubspot_owner_id", "9")},
			asked, crm.Known{Contact: "1", Company: "3", Owner: "9", Account: true}},
		"a company with the domain, the oldest": {
			[]*row{company("2", "domain", "contoso.com", "hubspot_owner_id", "8"), company("3", "domain", "contoso.com", "hubspot_owner_id", "9")},
			asked, crm.Known{Company: "2", Owner: "8", Account: true}},
		"records that are nobody's": {[]*row{contact(), company("2", "domain", "contoso.com")}, asked, crm.Known{Contact: "1", Company: "2"}},
		"a free-mail address":       {[]*row{company("2", "hubspot_owner_id", "8")}, crm.Query{Email: "jane@gmail.com"}, crm.Known{}},
		"a domain alone": {[]*row{company("2", "domain", "contoso.com", "hubspot_owner_id", "8")}, crm.Query{Domain: "contoso.com"},
			crm.Known{Company: "2", Owner: "8", Account: true}},
		"nothing asked": {[]*row{contact(), company("2")}, crm.Query{}, crm.Known{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h, o := open(t, nil)
			h.rows = test.there
			known, err := crm.New(o).FindKnown(t.Context(), effect.Key{ID: "lead-1/known"}, test.query)
			require.NoError(t, err)
			assert.Equal(t, test.want, known)
			for _, c := range h.calls {
				assert.True(t, strings.HasPrefix(c, "GET ") || strings.HasSuffix(c, "/search"), "%s is no reading", c)
			}
		})
	}
}

// pairs makes a record's values of names and values.
func pairs(name, value string, more ...string) map[string]string {
	values := map[string]string{name: value}
	for i := 0; i < len(more); i += 2 {
		values[more[i]] = more[i+1]
	}
	return values
}

func TestNobodyIsUnknownBecauseHubSpotCouldNotBeAsked(t *testing.T) {
	for _, test := range []struct {
		path, body string
		status     int
		class      string
	}{
		{"/contacts/jane@contoso.com", "", http.StatusBadGateway, fault.ClassUnavailable},
		{"/companies/search", "", http.StatusTooManyRequests, fault.ClassThrottled},
		{"/contacts/jane@contoso.com", "<html>no such page", http.StatusNotFound, fault.ClassFinal}, // not HubSpot's own 404
	} {
		h, o := open(t, nil)
		h.fail = func(w http.ResponseWriter, call string, _ bool) bool {
			if strings.HasSuffix(call, test.path) {
				w.WriteHeader(test.status)
				_, err := w.Write([]byte(test.body))
				assert.NoError(t, err)
				return true
			}
			return false
		}
		_, err := crm.New(o).FindKnown(t.Context(), effect.Key{ID: "lead-1/known"}, crm.Query{Email: "jane@contoso.com", Domain: "contoso.com"})
		assert.Equal(t, test.class, faultOf(t, err).Class)
	}
}
