// Package humantask is one thing a workflow needs a person for: who may do it, what they may answer, by when, and what
// happens then. It can be used on its own in any Temporal project.
//
// A workflow opens one [Desk], which owns the signal and the update "decide" and the query "tasks", and asks it:
//
//	desk, err := humantask.NewDesk(ctx, humantask.Options{})
//	outcome, err := desk.Ask(ctx, humantask.Task{
//		ID: "contact", Title: "Contact Contoso", Candidates: []policy.Person{maria},
//		Actions: []humantask.Action{{Name: "contacted", Label: "I've made contact", Done: "Contact made"}},
//		Ladder:  policy.Ladder{{After: policy.Hours(24), Do: policy.Remind}, {After: policy.Hours(48), Do: policy.Escalate}},
//	})
//	defer desk.Close(ctx)
//
// Ask returns when somebody who may has answered. Meanwhile the task stands on a card in Slack (or in an e-mail, where Slack
// can't be reached), in Temporal Web's live details and in the search attributes WaitsOn, Due and Breached, and climbs its
// ladder.
//
// # What counts as a decision
//
// One decision counts: the first one, by a candidate, on the version that the task has. Every other one is refused with the
// reason: privately in Slack for a click, in the update's answer for a caller. The same click delivered twice is one
// decision. A decision for a task that isn't open is refused and never kept for a later one. A malformed signal is dropped,
// and logged by the SDK.
//
// # Talk never blocks
//
// Cards, reminders and e-mails go out beside the ladder, in order for each task, and none of them fails or delays a decision.
package humantask
