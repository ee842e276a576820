// Package policy answers workflows' questions about the operator's handbook: the rules that a case starts under, who is in
// a pool, who somebody's manager is. The plain types are here, below the workflows; package config reads them from the file.
//
// A case keeps the policy that it started under, since its first step records it in history. People are looked up when they
// are needed, so that a change of staff takes effect at once.
package policy

import (
	"fmt"
	"time"

	"github.com/throughline-dev/throughline/activities/calendar"
)

// Duration is a length of time that reads as people write it ("48h0m0s") in configuration, JSON and Temporal's history.
type Duration struct{ time.Duration }

// Hours makes a Duration of so many hours.
func Hours(n int) Duration { return Duration{time.Duration(n) * time.Hour} }

// MarshalText writes the duration as time.Duration does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [time.ParseDuration] reads: "90s", "15m", "48h", "1h30m". There is no unit above the hour, since
// a day's length depends on whose day it is.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("%q is not a duration: write it like 90s, 15m or 48h", b)
	}
	d.Duration = v
	return nil
}

// Person is somebody who takes part: a rep, a manager, an operator.
type Person struct {
	// ID is the person's handle in the handbook: lower-case letters, digits, dots and hyphens. It stands in search attributes.
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	// Slack is the person's Slack user ID ("U024BE7LH"); empty where they have no Slack and get e-mail instead.
	Slack string `json:"slack,omitempty"`
	// CRMOwner is the person's owner ID in the CRM; empty where they own no records.
	CRMOwner string `json:"crm_owner,omitempty"`
	// Manager is the ID of the person whom this one's tasks escalate to; empty at the top.
	Manager string `json:"manager,omitempty"`
	// Calendar is the name of the calendar with the person's working hours; empty where their pool's counts, if it has one.
	Calendar string `json:"calendar,omitempty"`
	// Away are the times at which the person isn't there, none overlapping.
	Away []Absence `json:"away,omitempty"`
}

// Absence is a time at which somebody isn't there, and who stands in.
type Absence struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"` // the first moment at which they are back
	// Cover is the ID of the person who takes over meanwhile; "" for nobody.
	Cover string `json:"cover,omitempty"`
}

// AbsentAt finds the absence that a time falls into; ok is false where the person is there.
func (p Person) AbsentAt(t time.Time) (a Absence, ok bool) {
	for _, a := range p.Away {
		if !t.Before(a.From) && t.Before(a.To) {
			return a, true
		}
	}
	return Absence{}, false
}

// Member is a person's place in a pool.
type Member struct {
	Person Person `json:"person"`
	// Weight is the member's share of the pool's turns, relative to the others'; at least 1.
	Weight int `json:"weight"`
	// DailyCap is how many of the pool's cases the member takes a day at most; 0 for no limit. Whose day it is: see
	// [Attendance].
	DailyCap int `json:"daily_cap,omitempty"`
}

// Pool is a group of people who take turns.
type Pool struct {
	Name    string   `json:"name"`
	Members []Member `json:"members"`
	// Calendar is the name of the calendar with the working hours of those members who have none of their own; empty where
	// they work at any time.
	Calendar string `json:"calendar,omitempty"`
}

// Role is a duty that one or more people hold, any one of whom may act ("operations").
type Role struct {
	Name string `json:"name"`
	// Channel is the Slack channel ID where the role's tasks are shown; empty to show them to each holder directly.
	Channel string   `json:"channel,omitempty"`
	People  []Person `json:"people"`
}

// Move is what happens when a waiting task reaches a rung of its ladder.
type Move string

// The moves.
const (
	// Remind tells whoever holds the task, again.
	Remind Move = "remind"
	// Reassign takes the task from its holder and gives it to the next candidate, never to one who had it.
	Reassign Move = "reassign"
	// Escalate gives the task to the holder's manager as well, with the whole story; whoever held it may still answer. Done
	// again, it goes to that manager's manager, and so on; at the top it is a reminder that says so.
	Escalate Move = "escalate"
	// Act answers the task with the rung's Action, in the policy's name.
	Act Move = "act"
)

// Wall is the clock that never stops. Any other clock is the working hours of the calendar of that name.
const Wall = "wall"

// Rung is one step of a ladder.
type Rung struct {
	// After is counted from the moment the task opened, on the rung's clock. While the task is paused no clock runs.
	After Duration `json:"after"`
	// Clock is [Wall] (which "" means too) or the name of a calendar.
	Clock string `json:"clock,omitempty"`
	Do    Move   `json:"do"`
	// Every repeats the rung after each such time on its clock, until the task is answered; 0 for once.
	Every Duration `json:"every,omitzero"`
	// Times bounds the repetitions, the first time included; 0 for no bound.
	Times int `json:"times,omitempty"`
	// Action is the answer that [Act] gives.
	Action string `json:"action,omitempty"`
}

// Ladder is what happens to a task that nobody answers, in order of time. An empty ladder waits in silence.
type Ladder []Rung

// Territory is one rule of lead routing.
type Territory struct {
	Name string `json:"name"`
	// When is an expr-lang expression over lead and company (see [LeadFacts] and [CompanyFacts]) that is true or false.
	When string `json:"when"`
	// Pool is the name of the pool that takes the lead.
	Pool string `json:"pool"`
}

// OutOfHours is what happens to a lead while nobody of its pool is at work: all are out of their working hours, away, or at
// their daily cap.
type OutOfHours string

// What can happen then.
const (
	// Hold waits until the first of the pool is at work, or until the policy's MaxHold has passed; then whose turn it is gets
	// the lead, at work or not.
	Hold OutOfHours = "hold"
	// ToManager gives the lead to the manager of the pool's first member, who may hand it over.
	ToManager OutOfHours = "manager"
	// Anyway gives it at once to whose turn it is, at work or not.
	Anyway OutOfHours = "anyway"
)

// LeadShape is today's shape of the lead's workflow; see [Lead.Shape]. The second has claims, owners and hours.
const LeadShape = 2

// Lead is everything in the handbook that decides how a lead is handled.
type Lead struct {
	// Handbook is the digest of the configuration that this policy was read from, so that a case can be traced to it.
	Handbook string `json:"handbook"`
	// Shape is the shape of the workflow that a lead goes through: [LeadShape] when it began. A lead that was on its way when
	// a new shape was deployed keeps the steps that it began with; 0 is the first shape.
	Shape int `json:"shape,omitempty"`
	// EnrichmentWait is the longest a lead waits for company data before it goes on without.
	EnrichmentWait Duration `json:"enrichment_wait"`
	// OwnerWait is the longest a lead waits for the CRM to say who owns its contact or account; 0 for not at all.
	OwnerWait Duration `json:"owner_wait,omitzero"`
	// OutOfHours is what happens while nobody of the pool is at work, and MaxHold the longest that a lead is held then.
	OutOfHours OutOfHours `json:"out_of_hours,omitempty"`
	MaxHold    Duration   `json:"max_hold,omitzero"`
	// Territories are tried in order; the first that is true wins.
	Territories []Territory `json:"territories"`
	// DefaultPool takes what no territory did.
	DefaultPool string `json:"default_pool"`
	// OutreachTemplate names the e-mail that the lead gets.
	OutreachTemplate string `json:"outreach_template"`
	// Contact is the ladder of the rep's task to make contact; MaxPause and MaxExtension bound how long that task may be paused
	// and by how much its deadline may be moved, 0 for not at all.
	Contact      Ladder   `json:"contact"`
	MaxPause     Duration `json:"max_pause,omitzero"`
	MaxExtension Duration `json:"max_extension,omitzero"`
	// Operations is the ladder of the tasks that operations get when a step fails for good.
	Operations Ladder `json:"operations"`
	// Calendars are those that the ladders' rungs name, by name.
	Calendars map[string]calendar.Calendar `json:"calendars,omitempty"`
	// Company is our own company's name, as it stands under an e-mail.
	Company string `json:"company"`
}

// LeadFacts is what a territory's condition knows as lead.
type LeadFacts struct {
	Country   string            `json:"country" expr:"country"`     // ISO 3166-1 alpha-2, upper case; "" where not known
	Region    string            `json:"region" expr:"region"`       // as it was given: a state, a province
	Employees int               `json:"employees" expr:"employees"` // as the lead said; 0 where not known
	Company   string            `json:"company" expr:"company"`     // the company's name, as the lead wrote it
	Domain    string            `json:"domain" expr:"domain"`       // the e-mail address's domain, lower case
	UTM       map[string]string `json:"utm,omitempty" expr:"utm"`   // source, medium, campaign, term, content
}

// CompanyFacts is what a territory's condition knows as company: what enrichment found, else what the lead said.
type CompanyFacts struct {
	Known     bool   `json:"known" expr:"known"` // whether enrichment found it
	Name      string `json:"name" expr:"name"`
	Domain    string `json:"domain" expr:"domain"`
	Country   string `json:"country" expr:"country"` // ISO 3166-1 alpha-2, upper case
	Industry  string `json:"industry" expr:"industry"`
	Employees int    `json:"employees" expr:"employees"`
}

// RouteRequest asks which pool takes a lead. The rules come from the case's pinned policy, not from today's handbook.
type RouteRequest struct {
	Territories []Territory  `json:"territories"`
	DefaultPool string       `json:"default_pool"`
	Lead        LeadFacts    `json:"lead"`
	Company     CompanyFacts `json:"company"`
}

// Route is where a lead goes, and why.
type Route struct {
	// Territory is the name of the rule that won; "" where none did and the default pool takes the lead.
	Territory string `json:"territory"`
	// Pool is the pool with the members that it has today.
	Pool Pool `json:"pool"`
	// Considered are the rules in the order they were tried, the winner last.
	Considered []Considered `json:"considered"`
}

// Considered is one rule that was tried for a lead.
type Considered struct {
	Territory string `json:"territory"`
	Matched   bool   `json:"matched"`
	// Because says it for a person, with the values that decided:
	// `company.employees >= 500 is false: company.employees is 40`.
	Because string `json:"because"`
}

// Why says in one sentence why the lead went where it did.
func (r Route) Why() string {
	for _, c := range r.Considered {
		if c.Matched {
			return fmt.Sprintf("territory %q: %s", c.Territory, c.Because)
		}
	}
	return fmt.Sprintf("no territory took it, so the default pool %q", r.Pool.Name)
}

// PeopleRequest asks for people by their IDs and for the holders of roles.
type PeopleRequest struct {
	// People are IDs; one that the handbook no longer has is left out of the answer.
	People []string `json:"people,omitempty"`
	// Email is an address by which somebody of the handbook is found, too, in whatever case; "" for none.
	Email string `json:"email,omitempty"`
	// Role is a role's name; "" for none.
	Role string `json:"role,omitempty"`
}

// People answers a [PeopleRequest].
type People struct {
	People []Person `json:"people,omitempty"`
	Role   Role     `json:"role,omitzero"`
}

// AvailabilityRequest asks which members of a pool are at work.
type AvailabilityRequest struct {
	Pool string `json:"pool"`
}

// Availability answers an [AvailabilityRequest].
type Availability struct {
	// At is the instant that it is true of.
	At time.Time `json:"at"`
	// Members are those whom the pool has today, in the handbook's order; none where the handbook has no such pool any more.
	Members []Attendance `json:"members"`
}

// Attendance says whether a member of a pool is at work, else when they will be. Whose hours count is the person's calendar,
// else the pool's; without either they work at any time.
type Attendance struct {
	Member
	// Day is the date where the member is ("2026-08-03"), by the zone of that calendar, else UTC: what a daily cap is counted by.
	Day string `json:"day"`
	// Away is whether the member is absent, whatever the hour.
	Away bool `json:"away,omitempty"`
	// Working is whether they are there, and within their working hours.
	Working bool `json:"working,omitempty"`
	// Next is when they are at work next: the time asked at where they are now. Zero where that is beyond the calendar's last
	// year.
	Next time.Time `json:"next,omitzero"`
	// NextDay is when they are at work next on a later date than Day, when their cap counts anew; zero as Next is.
	NextDay time.Time `json:"next_day,omitzero"`
}

// OwnerRequest asks who acts for an owner in the CRM.
type OwnerRequest struct {
	CRMOwner string `json:"crm_owner"` // the CRM's owner ID
}

// Owner answers an [OwnerRequest].
type Owner struct {
	// Of is who owns the record; the zero Person where the handbook has nobody with that owner ID.
	Of Person `json:"of,omitzero"`
	// Person acts: the owner where they are there, else who covers for them; the zero Person where nobody can.
	Person Person `json:"person,omitzero"`
}

// StandInRequest asks who acts for people who are away, or who have left.
type StandInRequest struct {
	// For are IDs, each of whom is asked for.
	For []string `json:"for"`
	// Excluded are IDs of people who must not act, also not for somebody else.
	Excluded []string `json:"excluded,omitempty"`
}

// StandIns answers a [StandInRequest], in the order it asked.
type StandIns struct {
	StandIns []StandIn `json:"stand_ins"`
}

// StandIn is who acts for one person.
type StandIn struct {
	For string `json:"for"`
	// Gone is whether the handbook no longer has the person who was asked for.
	Gone bool `json:"gone,omitempty"`
	// Person acts: the one who was asked for where they are there, else the first of their chain of cover who is. The zero
	// Person where nobody can.
	Person Person `json:"person,omitzero"`
	// Via are the IDs of the chain between the two, for the story.
	Via []string `json:"via,omitempty"`
}

// ManagerRequest asks whom somebody's tasks escalate to.
type ManagerRequest struct {
	// Of is whose manager is asked for, and Manager the ID that was known for it: it is used where Of has left.
	Of      string `json:"of"`
	Manager string `json:"manager,omitempty"`
	// Excluded are IDs of people who must not be asked.
	Excluded []string `json:"excluded,omitempty"`
}

// Manager answers a [ManagerRequest].
type Manager struct {
	// Person is the manager, or whoever stands in for them; the zero Person at the top.
	Person Person `json:"person,omitzero"`
}

// Book is the operator's handbook as the workflows' questions need it: checked, complete and never changed once made. A new
// version of the configuration is a new Book.
type Book struct {
	Digest string
	People map[string]Person
	Pools  map[string]Pool
	Roles  map[string]Role
	Lead   Lead
	// Proposal is how proposals are handled; the zero value where the handbook doesn't say.
	Proposal Proposal
	// Return is how returns are handled; the zero value where the handbook doesn't say.
	Return Return
	// Calendars are all of the handbook's, by name.
	Calendars map[string]Calendar
}

// Calendar is a calendar of the handbook, to be reckoned with.
type Calendar struct {
	*calendar.Clock
	Zone *time.Location
}
