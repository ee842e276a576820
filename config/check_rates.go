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
	for system, r := range s.Rates() {
		key := "systems." + system + ".rate"
		switch {
		case r.Requests < 0:
			f.add(key+".requests", "%d is less than nothing: 0 is no limit", r.Requests)
		case r.Requests > 0 && (r.Per.Duration <= 0 || r.Per.Duration > longestRate):
			f.add(key+".per", "%s is not between nothing and %s: a hundred in ten seconds are requests: 100, per: 10s", short(r.Per), short(policy.Duration{Duration: longestRate}))
		}
	}
}

// Rates are the systems' rates, by the key of the system in the file. They can be changed there.
func (s *Systems) Rates() map[string]*Rate {
	return map[string]*Rate{
		"slack": &s.Slack.Rate, "sendgrid": &s.SendGrid.Rate, "hubspot": &s.HubSpot.Rate, "peopledatalabs": &s.PeopleDataLabs.Rate,
		"dropboxsign": &s.DropboxSign.Rate, "asana": &s.Asana.Rate, "stripe": &s.Stripe.Rate,
	}
}
