package config

import (
	"time"

	"github.com/throughline-dev/throughline/activities/policy"
)

// longestRate is the longest stretch of time that a rate may be for. A worker process counts in memory, and begins anew with each
// start.
const longestRate = time.Hour

// rates checks how many requests systems get.
func (f *findings) rates(s *Systems) {
	for key, r := range s.Rates() {
		key = "systems." + key
		switch {
		case r.Requests < 0:
			f.add(key+".requests", "%d is less than nothing: 0 is no limit", r.Requests)
		case r.Requests > 0 && (r.Per.Duration <= 0 || r.Per.Duration > longestRate):
			f.add(key+".per", "%s is not between nothing and %s: a hundred in ten seconds are requests: 100, per: 10s", short(r.Per), short(policy.Duration{Duration: longestRate}))
		}
	}
}

// HubSpotSearchRate is the key of [HubSpot.SearchRate] among [Systems.Rates].
const HubSpotSearchRate = "hubspot.search_rate"

// Rates are the systems' rates, by their keys in the file, below "systems": "slack.rate". They can be changed there.
func (s *Systems) Rates() map[string]*Rate {
	return map[string]*Rate{
		"slack.rate": &s.Slack.Rate, "sendgrid.rate": &s.SendGrid.Rate, "hubspot.rate": &s.HubSpot.Rate, HubSpotSearchRate: &s.HubSpot.SearchRate,
		"peopledatalabs.rate": &s.PeopleDataLabs.Rate, "dropboxsign.rate": &s.DropboxSign.Rate, "asana.rate": &s.Asana.Rate,
		"stripe.rate": &s.Stripe.Rate,
	}
}
