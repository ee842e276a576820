package config

import (
	"cmp"

	"github.com/throughline-dev/throughline/activities/policy"
)

// book makes the handbook that the policy activities answer from. The configuration has been checked: every name is known.
func book(c *Config, calendars map[string]policy.Calendar) *policy.Book {
	b := &policy.Book{
		Digest:    c.Digest,
		People:    map[string]policy.Person{},
		Pools:     map[string]policy.Pool{},
		Roles:     map[string]policy.Role{},
		Calendars: calendars,
		Lead: policy.Lead{
			Handbook:         c.Digest,
			Shape:            policy.LeadShape,
			OwnerWait:        c.Lead.OwnerWait,
			OutOfHours:       cmp.Or(c.Lead.OutOfHours, policy.Anyway),
			MaxHold:          c.Lead.MaxHold,
			EnrichmentWait:   c.Lead.EnrichmentWait,
			Territories:      c.Lead.Territories,
			DefaultPool:      c.Lead.DefaultPool,
			OutreachTemplate: c.Lead.OutreachTemplate,
			Contact:          c.Lead.Contact,
			MaxPause:         c.Lead.MaxPause,
			MaxExtension:     c.Lead.MaxExtension,
			Operations:       c.Lead.Operations,
			Calendars:        named(c.Calendars, c.Lead.Contact, c.Lead.Operations),
			Company:          c.Company.Name,
		},
		Proposal: proposalPolicy(c),
		Return:   returnPolicy(c),
	}
	for _, p := range c.People {
		b.People[p.ID] = p
	}
	for _, p := range c.Pools {
		pool := policy.Pool{Name: p.Name, Calendar: p.Calendar}
		for _, m := range p.Members {
			pool.Members = append(pool.Members, policy.Member{Person: b.People[m.Person], Weight: m.Weight, DailyCap: m.DailyCap})
		}
		b.Pools[p.Name] = pool
	}
	for _, r := range c.Roles {
		role := policy.Role{Name: r.Name, Channel: r.Channel}
		for _, id := range r.People {
			role.People = append(role.People, b.People[id])
		}
		b.Roles[r.Name] = role
	}
	return b
}
