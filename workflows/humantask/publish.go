package humantask

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/throughline-dev/throughline/workflows/visibility"
)

// shown is what the search attributes say about the open tasks together.
type shown struct {
	stage    string
	waitsOn  []string
	due      time.Time // the earliest
	breached bool
}

// publish brings the search attributes and the live details up to date. Only what has changed is written, in one event.
func (d *Desk) publish(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, d.details())
	now := shown{stage: d.stage}
	for _, t := range d.tasks {
		if !t.open() || t.def.Optional {
			continue
		}
		for _, p := range t.waitsOn() {
			if !slices.Contains(now.waitsOn, p.ID) {
				now.waitsOn = append(now.waitsOn, p.ID)
			}
		}
		if due := t.due(); !due.IsZero() && (now.due.IsZero() || due.Before(now.due)) {
			now.due = due
		}
		now.breached = now.breached || t.breached()
	}
	updates := d.own
	d.own = nil
	if now.stage != d.shown.stage {
		d.measureStage(ctx)
		updates = append(updates, visibility.Stage.ValueSet(now.stage))
	}
	if !reflect.DeepEqual(now.waitsOn, d.shown.waitsOn) {
		if len(now.waitsOn) == 0 {
			updates = append(updates, visibility.WaitsOn.ValueUnset())
		} else {
			updates = append(updates, visibility.WaitsOn.ValueSet(now.waitsOn))
		}
	}
	if !now.due.Equal(d.shown.due) {
		if now.due.IsZero() {
			updates = append(updates, visibility.Due.ValueUnset())
		} else {
			updates = append(updates, visibility.Due.ValueSet(now.due))
		}
	}
	if now.breached != d.shown.breached {
		updates = append(updates, visibility.Breached.ValueSet(now.breached))
	}
	d.shown = now
	if len(updates) == 0 {
		return
	}
	if err := workflow.UpsertTypedSearchAttributes(ctx, updates...); err != nil {
		workflow.GetLogger(ctx).Warn("The search attributes could not be set.", "error", err)
	}
}

// details is the Markdown that Temporal Web shows on a run: the workflow's own part, then a paragraph a task.
func (d *Desk) details() string {
	var b strings.Builder
	if d.options.Details != nil {
		b.WriteString(d.options.Details())
	}
	for _, t := range d.tasks {
		fmt.Fprintf(&b, "\n\n### %s\n%s", Plain(t.def.Title), Plain(t.status()))
		if i, ok := t.next(); ok && t.open() {
			fmt.Fprintf(&b, "\n\nNext: %s at %s.", t.def.Ladder[i].Do, moment(t.rungs[i].at))
		}
		if tale := t.tale(); tale != "" {
			fmt.Fprintf(&b, "\n\n- %s", strings.ReplaceAll(Plain(tale), "\n", "\n- "))
		}
	}
	return strings.TrimSpace(b.String())
}

var markdown = regexp.MustCompile("[\\\\`*_{}\\[\\]()<>#+!|~-]")

// Plain escapes what would be Markdown in a text that came from outside, for the live details.
func Plain(text string) string { return markdown.ReplaceAllString(text, `\$0`) }
