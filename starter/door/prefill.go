package door

import (
	"context"
	"slices"
	"time"

	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/starter/desk"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// What a person is told in a dialog that has nothing to fill in. It is closed by hand.
const (
	nothingKnown = "Throughline can't reach its records just now, so there is nothing to fill in. Nothing was changed. Please close this and click again in a minute."
	nothingOpen  = "There is nothing left to do here, so there is nothing to fill in."
	notOffered   = "This can't be done just now. Please look at the card: it shows what can."
	olderVersion = "This card is about an older version, which can't be changed any more. Please look at the latest card."
)

// pageFor is how long a link from a dialog to its task's page is good.
const pageFor = 24 * time.Hour

// fillDialog puts into a dialog what there is to begin with, once the workflow has said what that is, or why there is nothing.
func (d *Door) fillDialog(ctx context.Context, opened slack.Opened, click slack.Click) {
	ctx, cancel := context.WithTimeout(ctx, talkWithin)
	defer cancel()
	fields, why := d.fieldsNow(ctx, click)
	var err error
	if why == "" {
		if err = d.dialogs.Fill(ctx, opened, click, fields, d.pageOf(click)); err == nil {
			return
		}
		why = nothingKnown
	}
	if failed := d.dialogs.Fail(ctx, opened, click, why); err == nil {
		err = failed
	}
	if err != nil {
		d.log.ErrorContext(ctx, "A click's dialog could not be filled in.", "workflow", click.Task.Workflow, "task", click.Task.Task, "err", err)
	}
}

// fieldsNow are what a click's answer asks for, as it is now; else why it can't be given.
func (d *Door) fieldsNow(ctx context.Context, click slack.Click) (fields []slack.Field, why string) {
	views, err := desk.Tasks(ctx, d.o.Client, click.Task.Workflow)
	if err != nil {
		d.log.WarnContext(ctx, "A workflow could not be asked what a dialog holds.", "workflow", click.Task.Workflow, "task", click.Task.Task, "err", err)
		return nil, nothingKnown
	}
	i := slices.IndexFunc(views, func(v humantask.View) bool { return v.ID == click.Task.Task })
	switch {
	case i < 0:
		return nil, nothingOpen
	case views[i].Outcome != nil:
		return nil, howDecided(views[i], asPlainText)
	case !views[i].Open():
		return nil, views[i].Withdrawn + " " + nothingOpen
	case views[i].Version != click.Task.Version:
		return nil, olderVersion
	}
	for _, a := range views[i].Actions {
		if a.Name == click.Action && len(a.Fields) > 0 {
			return a.Fields, ""
		}
	}
	return nil, notOffered
}

// pageOf is the address of a task's page for whoever clicked; "" where there is none.
func (d *Door) pageOf(click slack.Click) string {
	people := d.o.People()
	i := slices.IndexFunc(people, func(p policy.Person) bool { return p.Slack == click.User })
	if i < 0 || d.o.Links == nil {
		return ""
	}
	address, err := d.o.Links.Task(link.Task{
		Workflow: click.Task.Workflow, Task: click.Task.Task, Version: click.Task.Version, Person: people[i].ID,
	}, time.Now().Add(pageFor))
	if err != nil {
		return ""
	}
	return address
}
