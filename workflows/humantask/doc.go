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
// # Who
//
// A candidate may answer; the first of them holds the task, or, where a channel shows it, nobody until somebody claims it.
// Whoever is away is replaced by their cover, followed through at most five people, when the task opens, when their absence
// begins and at each rung; somebody who has left, or is away without cover, by a colleague or the manager. The holder may
// hand over to a colleague. Nobody who is excluded can come by the task in any of these ways.
//
// # By when
//
// Each rung of the ladder counts on the wall clock or in the working hours of a calendar, from the moment the task opened. It
// reminds, reassigns to somebody who hasn't had the task, escalates to the manager (then theirs, up to the top, where it is a
// reminder that says so), or answers by itself, once or repeatedly. Rungs that were passed while nothing ran are all climbed,
// in order, with one message. While a task is paused no clock runs; its total is bounded, and so is by how much the deadline
// can be moved. An answer may ask somebody outside instead of ending the task ([Action.Pauses]): it is paused until the workflow
// has heard from them, which it says by [Desk.Resume].
//
// # What counts as a decision
//
// Answers, and whatever else can be done with a task (claim, release, hand-over, pause, resume, extend), come by one door.
// One answer counts: the first one, by a candidate, on the version that the task has. Every other one is refused with the
// reason: privately in Slack for a click, in the update's answer for a caller. The same click delivered twice is one
// decision. A decision for a task that isn't open is refused and never kept for a later one. A malformed signal is dropped,
// and logged by the SDK.
//
// # Talk never blocks
//
// Cards, reminders and e-mails go out beside the ladder, in order for each task, and none of them fails or delays a decision.
//
// # In another project
//
// A worker needs the activities of the packages slack, email, policy and calendar registered, whatever gets the clicks has to
// send them as the signal "decide" (package starter/door does), and the namespace the search attributes of package visibility.
package humantask
