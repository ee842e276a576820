package config

import (
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/activities/policy"
)

// people checks everybody, and works out when they are away.
func (f *findings) people(c *Config, calendars names, hours map[string]policy.Calendar) names {
	known, slack, emails := names{}, names{}, names{}
	if len(c.Staff) == 0 {
		f.add("people", "is empty: list everybody who takes part")
	}
	for i, p := range c.Staff {
		key := item("people", i)
		f.define(known, key+".id", "an ID", p.ID)
		f.name(key+".name", p.Name)
		f.email(key+".email", p.Email)
		f.unique(emails, key+".email", strings.ToLower(p.Email))
		if p.Slack != "" && !slackUser.MatchString(p.Slack) {
			f.add(key+".slack", "%q is no Slack user ID: it is like U024BE7LH (in Slack: profile, \"Copy member ID\")", p.Slack)
		}
		f.unique(slack, key+".slack", p.Slack)
		if p.CRMOwner != "" && !digits.MatchString(p.CRMOwner) {
			f.add(key+".crm_owner", "%q is no owner ID of HubSpot: it is a number, such as \"1011\"", p.CRMOwner)
		}
		f.calendar(calendars, key+".calendar", p.Calendar)
		c.People = append(c.People, person(p, hours[p.Calendar].Zone))
	}
	managers := map[string]string{}
	for i, p := range c.Staff {
		key := item("people", i)
		f.absences(known, key, p)
		if p.Manager == "" {
			continue
		}
		f.refer(known, key+".manager", nobody, p.Manager)
		if known[p.ID] == key+".id" { // and not a second one of that name
			managers[p.ID] = p.Manager
		}
	}
	for _, circle := range circles(c.People, managers) {
		f.add(item("people", circle.first)+".manager", "goes round in a circle (%s): leave it out for whoever is at the top", circle)
	}
	f.overlaps(c)
	f.covers(c)
	return known
}

// person is somebody as the workflows know them. Dates are those of the zone, or of UTC where it is nil.
func person(p Person, zone *time.Location) policy.Person {
	if zone == nil {
		zone = time.UTC
	}
	one := policy.Person{
		ID: p.ID, Name: p.Name, Email: p.Email, Slack: p.Slack, CRMOwner: p.CRMOwner, Manager: p.Manager, Calendar: p.Calendar,
	}
	for _, a := range p.Away {
		one.Away = append(one.Away, policy.Absence{From: a.From.start(zone), To: a.To.end(zone), Cover: a.Cover})
	}
	return one
}

// absences checks a person's, each by itself.
func (f *findings) absences(people names, key string, p Person) {
	for i, a := range p.Away {
		key := item(key+".away", i)
		if a.From == (Moment{}) {
			f.add(key+".from", "is missing: write a date like 2026-08-03, the first one away")
		}
		if a.To == (Moment{}) {
			f.add(key+".to", "is missing: write a date like 2026-08-14, the last one away")
		}
		switch {
		case a.Cover == "":
		case a.Cover == p.ID:
			f.add(key+".cover", "%q can't stand in for themselves: name somebody else, or leave it out", a.Cover)
		default:
			f.refer(people, key+".cover", nobody, a.Cover)
		}
	}
}

// overlaps checks that absences end after they begin, and that no two of a person's are at the same time.
func (f *findings) overlaps(c *Config) {
	for i, p := range c.People {
		for j, a := range p.Away {
			written, key := c.Staff[i].Away, item(item("people", i)+".away", j)
			if !a.From.Before(a.To) {
				f.add(key+".to", "%s is not after %s, when the absence begins", written[j].To, written[j].From)
				continue
			}
			other := slices.IndexFunc(p.Away[:j], func(b policy.Absence) bool { return a.From.Before(b.To) && b.From.Before(a.To) })
			if other >= 0 {
				f.add(key, "overlaps with away[%d], from %s to %s: join them, or make one shorter", other, written[other].From, written[other].To)
			}
		}
	}
}

// covers checks that nobody's cover is somebody whom they cover themselves at the same time. A circle of covers begins when
// the last of its people goes away, so these are the times to look at.
func (f *findings) covers(c *Config) {
	var times []time.Time
	for _, p := range c.People {
		for _, a := range p.Away {
			times = append(times, a.From)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	for _, t := range slices.CompactFunc(times, time.Time.Equal) {
		covers := map[string]string{}
		for _, p := range c.People {
			if a, away := p.AbsentAt(t); away && a.Cover != p.ID {
				covers[p.ID] = a.Cover
			}
		}
		for _, circle := range circles(c.People, covers) {
			p := c.People[circle.first]
			a, _ := p.AbsentAt(t)
			key := item(item("people", circle.first)+".away", slices.Index(p.Away, a))
			f.add(key+".cover", "goes round in a circle (%s), since all of them are away on %s: name somebody who is there", circle, t.Format(time.DateOnly))
		}
	}
}

// circle is some people of whom each leads to the next, and the last to the first.
type circle struct {
	first int // place among all
	ids   []string
}

func (c circle) String() string { return strings.Join(append(c.ids, c.ids[0]), " → ") }

// circles finds those who come back to themselves by what next says. Each circle is found once, from the first of its people.
func circles(people []policy.Person, next map[string]string) []circle {
	var found []circle
	done := map[string]bool{}
	for i, p := range people {
		var chain []string
		id := p.ID
		for id != "" && !done[id] && !slices.Contains(chain, id) {
			chain = append(chain, id)
			id = next[id]
		}
		if len(chain) == 0 || id != p.ID {
			continue // it leads to nobody, or into a circle that this one isn't part of
		}
		found = append(found, circle{i, chain})
		for _, id := range chain {
			done[id] = true
		}
	}
	return found
}
