// Package outside stands in for all activities in the tests of the workflows: it has their names, remembers what the outside
// world received, and fails on order. Only tests import it.
package outside

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/throughline-dev/throughline/activities/assignment"
	"github.com/throughline-dev/throughline/activities/calendar"
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
	// Company is what enrichment finds.
	Company enrich.Company
	// Fail, where not nil, is asked before each call, by activity name; an error fails that call.
	Fail func(activity string, key effect.Key) error

	mu      sync.Mutex
	calls   map[string]int
	Cards   []Sent[slack.Card]
	Updates []Sent[slack.CardUpdate]
	Replies []Sent[slack.Reply]
	Private []Sent[slack.PrivateAnswer]
	Mails   []Sent[email.Message]
	Leads   []Sent[crm.Lead]
	Ended   []Sent[crm.Outcome]
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

// TakeTurn stands in for assignment.Activities: the first member is always next.
func (w *World) TakeTurn(_ context.Context, key effect.Key, req assignment.Request) (assignment.Turn, error) {
	return assignment.Turn{Member: req.Members[0].ID}, receive(w, "TakeTurn", key, nil, req)
}

// RecordLead stands in for crm.Activities.
func (w *World) RecordLead(_ context.Context, key effect.Key, lead crm.Lead) (crm.Recorded, error) {
	err := receive(w, "RecordLead", key, &w.Leads, lead)
	return crm.Recorded{Contact: "101", Company: "201", Note: "301", URL: "https://crm.example/contact/101"}, err
}

// RecordOutcome stands in for crm.Activities.
func (w *World) RecordOutcome(_ context.Context, key effect.Key, outcome crm.Outcome) (effect.None, error) {
	return effect.None{}, receive(w, "RecordOutcome", key, &w.Ended, outcome)
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
