package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/policy/nearest"
)

// Operations is the role that must exist: it gets the tasks that no system can do.
const operations = "operations"

const (
	nobody = "nobody in people"
	noPool = "no pool in pools"
)

// check finds what is wrong with the values of a configuration whose shape is right, and puts in what may be left out. It
// answers with the calendars, ready to be reckoned with.
func (f *findings) check(c *Config) map[string]policy.Calendar {
	f.name("company.name", c.Company.Name)
	f.name("company.sender.name", c.Company.Sender.Name)
	f.email("company.sender.email", c.Company.Sender.Email)
	calendars, ready := f.calendars(c)
	people := f.people(c, calendars, ready)
	roles := f.roles(c, people)
	pools := f.pools(c, people, calendars)
	f.lead(c, pools, calendars)
	f.proposal(c, people, pools, roles, calendars)
	f.deals(c.Proposal)
	f.returns(c, roles, calendars)
	f.templates(c)
	f.documents(&c.Documents)
	f.systems(c)
	f.programs(c)
	return ready
}

// names are what other settings can refer to, and the key of each.
type names map[string]string

// sorted is for a hint that is the same each time.
func (n names) sorted() []string { return slices.Sorted(maps.Keys(n)) }

// define notes a name that has to be its list's only one; what says what the name is in messages.
func (f *findings) define(defined names, key, what, name string) {
	first, taken := defined[name]
	switch {
	case name == "":
		f.add(key, "is missing: give it %s", what)
	case !idForm.MatchString(name):
		f.add(key, "%q can't be %s: use lower-case letters, digits, dots and hyphens, such as %q", name, what, idLike(name))
	case taken:
		f.add(key, "%q is taken by %s: every one needs its own", name, first)
	}
	if !taken && name != "" {
		defined[name] = key
	}
}

// refer checks that a setting names something that exists; not says so ("nobody in people"). Where nothing of the kind
// exists, that has been said already.
func (f *findings) refer(known names, key, not, name string) {
	_, ok := known[name]
	switch {
	case ok || len(known) == 0:
	case name == "":
		f.add(key, "is missing")
	default:
		f.add(key, "%q is %s%s", name, not, nearest.Hint(name, known.sorted()))
	}
}

// unique checks that a value stands only once in its list, or among all people.
func (f *findings) unique(seen names, key, value string) {
	if value == "" {
		return
	}
	if first, taken := seen[value]; taken {
		f.add(key, "%q stands in %s too: once is enough", value, first)
		return
	}
	seen[value] = key
}

func (f *findings) roles(c *Config, people names) names {
	known := names{}
	for i, r := range c.Roles {
		key := item("roles", i)
		f.define(known, key+".name", "a role's name", r.Name)
		if r.Channel != "" && !slackRoom.MatchString(r.Channel) {
			f.add(key+".channel", "%q is no Slack channel ID: it is like C024BE91L (in Slack: the channel's details, at the bottom)", r.Channel)
		}
		f.group(people, key+".people", r.People)
	}
	if _, ok := known[operations]; !ok {
		f.add("roles", "has no %q, the role that gets what a system refused: add it%s", operations, nearest.Hint(operations, known.sorted()))
	}
	return known
}

// group checks a list of IDs.
func (f *findings) group(people names, key string, ids []string) {
	if len(ids) == 0 {
		f.add(key, "is empty: name at least one of people")
	}
	seen := names{}
	for i, id := range ids {
		f.refer(people, item(key, i), nobody, id)
		f.unique(seen, item(key, i), id)
	}
}

func (f *findings) pools(c *Config, people, calendars names) names {
	known := names{}
	if len(c.Pools) == 0 {
		f.add("pools", "is empty: list at least one pool, for lead.default_pool")
	}
	owner := map[string]string{}
	for _, p := range c.Staff {
		owner[p.ID] = p.CRMOwner
	}
	for i := range c.Pools {
		p, key := &c.Pools[i], item("pools", i)
		f.define(known, key+".name", "a pool's name", p.Name)
		f.calendar(calendars, key+".calendar", p.Calendar)
		if len(p.Members) == 0 {
			f.add(key+".members", "is empty: a pool needs at least one person")
		}
		seen := names{}
		for j := range p.Members {
			m, key := &p.Members[j], item(key+".members", j)
			f.refer(people, key+".person", nobody, m.Person)
			f.unique(seen, key+".person", m.Person)
			if _, said := f.where[key+".weight"]; !said {
				m.Weight = 1
			}
			if m.Weight < 1 {
				f.add(key+".weight", "%d is no weight: it is at least 1; who gets no turns is left out", m.Weight)
			}
			if _, said := f.where[key+".daily_cap"]; said && m.DailyCap < 1 {
				f.add(key+".daily_cap", "%d is no cap: it is at least 1; leave it out for no limit", m.DailyCap)
			}
			if at, ok := people[m.Person]; ok && owner[m.Person] == "" {
				f.add(strings.TrimSuffix(at, ".id")+".crm_owner", "is missing: %q is in a pool (%s), so HubSpot must know who owns the leads; find the owner ID in HubSpot's settings, under Users", m.Person, key)
			}
		}
	}
	return known
}
