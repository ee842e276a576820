// Package outside stands in for all activities in the tests of the workflows: it has their names, remembers what the outside
// world received, and fails on order. Only tests import it.
package outside

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/claims"
	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/email"
	"github.com/throughline-dev/throughline/activities/enrich"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
)

// World is the outside world of one test.
type World struct {
	// Book answers the policy's questions; its activities are the real ones.
	Book *policy.Book
	// Now is the time by which its people are there or away; nil for the machine's.
	Now func() time.Time
	// Company is what enrichment finds, and Known what the CRM knows of whoever wrote.
	Company enrich.Company
	Known   crm.Known
	// Recorded is what the CRM answers when a lead is recorded, and Updated when it is brought up to date; the zero values are
	// a new contact and one that is as it was.
	Recorded crm.Recorded
	Updated  crm.Updated
	// Holders are who holds which subject; a subject that isn't there is free. Open are the cases that can be joined.
	Holders map[string]string
	Open    map[string]bool
	// Capped are the IDs of those who have had all their turns.
	Capped []string
	// Fail, where not nil, is asked before each call, by activity name; an error fails that call.
	Fail func(activity string, key effect.Key) error

	Proposals
	Returns
	Payments

	mu      sync.Mutex
	calls   map[string]int
	Cards   []Sent[slack.Card]
	Updates []Sent[slack.CardUpdate]
	Replies []Sent[slack.Reply]
	Private []Sent[slack.PrivateAnswer]
	Mails   []Sent[email.Message]
	Leads   []Sent[crm.Lead]
	Ended   []Sent[crm.Outcome]
	Owners  []Sent[crm.Ownership]
	Stages  []Sent[crm.Stage]
	Notes   []Sent[crm.Note]
	Turns   []Sent[assignment.Request]
	Backs   []Sent[assignment.Return]
	Joins   []Sent[claims.Join]
}

// Sent is something that the outside world received.
type Sent[T any] struct {
	Key effect.Key
	It  T
}

// Calls is how often an activity was called, failed calls included. It is no method, since those are activities.
func Calls(w *World, activity string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[activity]
}

func receive[T any](w *World, activity string, key effect.Key, list *[]Sent[T], it T) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.calls == nil {
		w.calls = map[string]int{}
	}
	w.calls[activity]++
	if w.Fail != nil {
		if err := w.Fail(activity, key); err != nil {
			return err
		}
	}
	if list != nil {
		*list = append(*list, Sent[T]{key, it})
	}
	return nil
}

// LeadPolicy stands in for policy.Activities.
func (w *World) LeadPolicy(ctx context.Context, key effect.Key, req effect.None) (policy.Lead, error) {
	if err := receive(w, "LeadPolicy", key, nil, req); err != nil {
		return policy.Lead{}, err
	}
	return w.policy().LeadPolicy(ctx, key, req)
}

// RouteLead stands in for policy.Activities.
func (w *World) RouteLead(ctx context.Context, key effect.Key, req policy.RouteRequest) (policy.Route, error) {
	if err := receive(w, "RouteLead", key, nil, req); err != nil {
		return policy.Route{}, err
	}
	return w.policy().RouteLead(ctx, key, req)
}

// FindPeople stands in for policy.Activities.
func (w *World) FindPeople(ctx context.Context, key effect.Key, req policy.PeopleRequest) (policy.People, error) {
	if err := receive(w, "FindPeople", key, nil, req); err != nil {
		return policy.People{}, err
	}
	return w.policy().FindPeople(ctx, key, req)
}

// FindStandIns stands in for policy.Activities.
func (w *World) FindStandIns(ctx context.Context, key effect.Key, req policy.StandInRequest) (policy.StandIns, error) {
	if err := receive(w, "FindStandIns", key, nil, req); err != nil {
		return policy.StandIns{}, err
	}
	return w.policy().FindStandIns(ctx, key, req)
}

// FindManager stands in for policy.Activities.
func (w *World) FindManager(ctx context.Context, key effect.Key, req policy.ManagerRequest) (policy.Manager, error) {
	if err := receive(w, "FindManager", key, nil, req); err != nil {
		return policy.Manager{}, err
	}
	return w.policy().FindManager(ctx, key, req)
}

// FindAvailable stands in for policy.Activities.
func (w *World) FindAvailable(
	ctx context.Context, key effect.Key, req policy.AvailabilityRequest,
) (policy.Availability, error) {
	if err := receive(w, "FindAvailable", key, nil, req); err != nil {
		return policy.Availability{}, err
	}
	return w.policy().FindAvailable(ctx, key, req)
}

// FindOwner stands in for policy.Activities.
func (w *World) FindOwner(ctx context.Context, key effect.Key, req policy.OwnerRequest) (policy.Owner, error) {
	if err := receive(w, "FindOwner", key, nil, req); err != nil {
		return policy.Owner{}, err
	}
	return w.policy().FindOwner(ctx, key, req)
}

// ReckonDeadlines stands in for calendar.Activities.
func (w *World) ReckonDeadlines(
	ctx context.Context, key effect.Key, req calendar.DeadlinesRequest,
) (calendar.Deadlines, error) {
	if err := receive(w, "ReckonDeadlines", key, nil, req); err != nil {
		return calendar.Deadlines{}, err
	}
	return new(calendar.Activities).ReckonDeadlines(ctx, key, req)
}

// ReckonWorkingTime stands in for calendar.Activities.
func (w *World) ReckonWorkingTime(
	ctx context.Context, key effect.Key, req calendar.WorkingTimeRequest,
) (calendar.WorkingTime, error) {
	if err := receive(w, "ReckonWorkingTime", key, nil, req); err != nil {
		return calendar.WorkingTime{}, err
	}
	return new(calendar.Activities).ReckonWorkingTime(ctx, key, req)
}

func (w *World) policy() *policy.Activities {
	return &policy.Activities{Current: func() *policy.Book { return w.Book }, Now: w.Now}
}

// EnrichCompany stands in for enrich.Activities.
func (w *World) EnrichCompany(_ context.Context, key effect.Key, q enrich.Query) (enrich.Company, error) {
	return w.Company, receive(w, "EnrichCompany", key, nil, q)
}

// TakeTurn stands in for assignment.Activities: the first member who can be is next.
func (w *World) TakeTurn(_ context.Context, key effect.Key, req assignment.Request) (assignment.Turn, error) {
	if err := receive(w, "TakeTurn", key, &w.Turns, req); err != nil {
		return assignment.Turn{}, err
	}
	var turn assignment.Turn
	for _, m := range req.Members {
		switch {
		case slices.Contains(w.Capped, m.ID):
			turn.Capped = append(turn.Capped, m.ID)
		case turn.Member == "" && (req.Anyone || !m.Off):
			turn.Member = m.ID
		}
	}
	if turn.Member == "" && req.Anyone {
		turn.Member = req.Members[0].ID
	}
	return turn, nil
}

// GiveBack stands in for assignment.Activities.
func (w *World) GiveBack(_ context.Context, key effect.Key, req assignment.Return) (effect.None, error) {
	return effect.None{}, receive(w, "GiveBack", key, &w.Backs, req)
}

// Claim stands in for claims.Activities.
func (w *World) Claim(_ context.Context, key effect.Key, req claims.Request) (claims.Claim, error) {
	if err := receive(w, "Claim", key, nil, req); err != nil {
		return claims.Claim{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.Holders == nil {
		w.Holders = map[string]string{}
	}
	if holder := w.Holders[req.Subject]; holder == "" || holder == req.Instead {
		w.Holders[req.Subject] = req.Case
	}
	holder := w.Holders[req.Subject]
	return claims.Claim{Holder: holder, Mine: holder == req.Case}, nil
}

// ReleaseClaims stands in for claims.Activities.
func (w *World) ReleaseClaims(_ context.Context, key effect.Key, req claims.Release) (effect.None, error) {
	err := receive(w, "ReleaseClaims", key, nil, req)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, subject := range req.Subjects {
		if err == nil && w.Holders[subject] == req.Case {
			delete(w.Holders, subject)
		}
	}
	return effect.None{}, err
}

// JoinCase stands in for claims.Activities.
func (w *World) JoinCase(_ context.Context, key effect.Key, req claims.Join) (claims.Joined, error) {
	return claims.Joined{Accepted: w.Open[req.Holder]}, receive(w, "JoinCase", key, &w.Joins, req)
}

// FindKnown stands in for crm.Activities.
func (w *World) FindKnown(_ context.Context, key effect.Key, q crm.Query) (crm.Known, error) {
	return w.Known, receive(w, "FindKnown", key, nil, q)
}

// RecordLead stands in for crm.Activities.
func (w *World) RecordLead(_ context.Context, key effect.Key, lead crm.Lead) (crm.Recorded, error) {
	err := receive(w, "RecordLead", key, &w.Leads, lead)
	if w.Recorded.Contact != "" {
		return w.Recorded, err
	}
	return crm.Recorded{Contact: "101", Company: "201", Note: "301", URL: "https://crm.example/contact/101"}, err
}

// RecordOutcome stands in for crm.Activities.
func (w *World) RecordOutcome(_ context.Context, key effect.Key, outcome crm.Outcome) (crm.Updated, error) {
	return w.updated(outcome.Contact), receive(w, "RecordOutcome", key, &w.Ended, outcome)
}

// RecordOwner stands in for crm.Activities.
func (w *World) RecordOwner(_ context.Context, key effect.Key, o crm.Ownership) (crm.Updated, error) {
	return w.updated(o.Contact), receive(w, "RecordOwner", key, &w.Owners, o)
}

// RecordStage stands in for crm.Activities.
func (w *World) RecordStage(_ context.Context, key effect.Key, s crm.Stage) (crm.Updated, error) {
	return w.updated(s.Contact), receive(w, "RecordStage", key, &w.Stages, s)
}

// RecordNote stands in for crm.Activities.
func (w *World) RecordNote(_ context.Context, key effect.Key, n crm.Note) (crm.Updated, error) {
	return w.updated(n.Contact), receive(w, "RecordNote", key, &w.Notes, n)
}

func (w *World) updated(contact string) crm.Updated {
	if w.Updated != (crm.Updated{}) {
		return w.Updated
	}
	return crm.Updated{Contact: contact}
}

// SendEmail stands in for email.Activities.
func (w *World) SendEmail(_ context.Context, key effect.Key, m email.Message) (email.Sent, error) {
	return email.Sent{MessageID: key.ID}, receive(w, "SendEmail", key, &w.Mails, m)
}

// PostCard stands in for slack.Activities.
func (w *World) PostCard(_ context.Context, key effect.Key, card slack.Card) (slack.Posted, error) {
	err := receive(w, "PostCard", key, &w.Cards, card)
	return slack.Posted{Channel: "D-" + card.To, TS: fmt.Sprintf("%d.0", Calls(w, "PostCard"))}, err
}

// UpdateCard stands in for slack.Activities.
func (w *World) UpdateCard(_ context.Context, key effect.Key, update slack.CardUpdate) (slack.Posted, error) {
	return update.At, receive(w, "UpdateCard", key, &w.Updates, update)
}

// ReplyInThread stands in for slack.Activities.
func (w *World) ReplyInThread(_ context.Context, key effect.Key, reply slack.Reply) (slack.Posted, error) {
	return reply.At, receive(w, "ReplyInThread", key, &w.Replies, reply)
}

// AnswerPrivately stands in for slack.Activities.
func (w *World) AnswerPrivately(_ context.Context, key effect.Key, answer slack.PrivateAnswer) (effect.None, error) {
	return effect.None{}, receive(w, "AnswerPrivately", key, &w.Private, answer)
}
