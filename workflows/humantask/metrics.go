package humantask

import (
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/workflows/visibility"
)

// What is measured of people's part. The SDK's handler adds the workflow's type, and measures nothing while a history is replayed. A
// workflow task that is lost after its code has run is run again, and counted twice: these are figures for charts and alerts, and what
// must be exact is in the workflows' results.
const (
	tasksOpened   = "throughline_tasks_opened"   // by task
	tasksEnded    = "throughline_tasks_ended"    // by task and action; the action is "withdrawn" where there was none
	tasksBreached = "throughline_tasks_breached" // those that have become late, by task
	taskEvents    = "throughline_task_events"    // what has befallen tasks, by task and what: see [What]
	taskWait      = "throughline_task_wait"      // until it was answered, by task and the rung that had been climbed last
	decisions     = "throughline_decisions"      // by task, action and result: counted, repeated, refused
	caseStage     = "throughline_case_stage"     // how long a case was in a stage, by stage
	casesEnded    = "throughline_cases_ended"    // by ending
)

// The words that labels have beside those that the tasks give.
const (
	kindRescue   = "rescue"    // operations' tasks about a step that failed
	noRung       = "none"      // no rung has been climbed
	actionNone   = "withdrawn" // nobody has answered
	labelUnknown = "unknown"   // what a decision names isn't there: anybody may name anything
)

// measured is the kind of the task, in a word.
func (def Task) measured() string {
	if def.kind != "" {
		return def.kind
	}
	kind, _, _ := strings.Cut(def.ID, "-")
	return kind
}

// count adds one to a metric of the task. The labels are pairs of a name and a value.
func (t *task) count(ctx workflow.Context, metric string, labels ...string) {
	workflow.GetMetricsHandler(ctx).WithTags(t.labels(labels...)).Counter(metric).Inc(1)
}

func (t *task) labels(pairs ...string) map[string]string {
	all := map[string]string{"task": t.def.measured()}
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	return all
}

// measureEnd measures a task that has just been answered or withdrawn.
func (t *task) measureEnd(ctx workflow.Context) {
	if t.withdrawn {
		t.count(ctx, tasksEnded, "action", actionNone)
		return
	}
	t.count(ctx, tasksEnded, "action", t.outcome.Action)
	rung := noRung
	if t.climbed != "" {
		rung = string(t.climbed)
	}
	workflow.GetMetricsHandler(ctx).WithTags(t.labels("rung", rung)).Timer(taskWait).Record(t.outcome.Took.Duration)
}

// countDecision counts a decision by what became of it. What it names is only taken for a label where it is there.
func (d *Desk) countDecision(ctx workflow.Context, decision Decision, result string) {
	labels := map[string]string{"task": labelUnknown, "action": labelUnknown, "result": result}
	if t := d.find(decision.Task); t != nil {
		labels["task"] = t.def.measured()
		if t.def.action(decision.Action) != nil || slices.Contains(handling, decision.Action) {
			labels["action"] = decision.Action
		}
	}
	workflow.GetMetricsHandler(ctx).WithTags(labels).Counter(decisions).Inc(1)
}

// measureStage measures the stage that the case has just left.
func (d *Desk) measureStage(ctx workflow.Context) {
	now, stage := workflow.Now(ctx), d.shown.stage
	if stage == "" { // in which it was put by who started it
		stage, d.entered = visibility.Received, workflow.GetInfo(ctx).WorkflowStartTime
	}
	workflow.GetMetricsHandler(ctx).WithTags(map[string]string{"stage": stage}).Timer(caseStage).Record(now.Sub(d.entered))
	d.entered = now
}
