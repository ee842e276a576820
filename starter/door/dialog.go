package door

import (
	"context"
	"errors"
	"slices"

	slackapi "github.com/slack-go/slack"
	"go.temporal.io/api/serviceerror"

	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/starter/desk"
)

// What a person is told about a dialog that didn't open, or wasn't taken.
const (
	dialogNotOpened = "The dialog for this answer could not be opened, so nothing was changed. Please click again."
	noDialogs       = "This answer needs a dialog, and Throughline can't open one, since it has no Slack token where it takes clicks. " +
		"Nothing was changed. Please tell whoever looks after Throughline."
	fieldMissing = "Please fill this in."
	formLost     = "This may not have been recorded: Throughline can't reach its records just now. What you wrote is still here. " +
		"Please send it again in a minute; sending it twice does no harm."
)

// openDialog asks for what a click needs before it counts. The click's trigger lives three seconds, so this is done before
// anything else, and nobody is asked: the button carries what the dialog asks for, or the dialog is filled in later.
func (d *Door) openDialog(ctx context.Context, click slack.Click) reply {
	if d.dialogs == nil {
		d.log.ErrorContext(ctx, "A click's dialog could not be opened: there is no Slack token.", "workflow", click.Task.Workflow, "task", click.Task.Task)
		return d.lost(ctx, click, noDialogs)
	}
	var opened slack.Opened
	var err error
	if click.Dialog.Prefilled {
		opened, err = d.dialogs.Begin(ctx, click)
	} else {
		err = d.dialogs.Open(ctx, click)
	}
	if err != nil {
		d.log.ErrorContext(ctx, "A click's dialog could not be opened; the person was asked to click again.", "workflow", click.Task.Workflow, "task", click.Task.Task, "err", err)
		return d.lost(ctx, click, dialogNotOpened)
	}
	d.logClick(ctx, "A click's dialog was opened.", click)
	if opened.ID != "" {
		d.talk.Go(func() { d.fillDialog(context.WithoutCancel(ctx), opened, click) })
	}
	return reply{}
}

// takeForm hands a dialog that was sent to its workflow. It stays open, with what was typed, until the answer is recorded: a
// refusal ("Sam is away") can be put right there, and stands under the field that it is about, or else under the first.
func (d *Door) takeForm(ctx context.Context, click slack.Click) reply {
	if len(click.Form.Missing) > 0 {
		wrong := map[string]string{}
		for _, field := range click.Form.Missing {
			wrong[field] = fieldMissing
		}
		return reply{body: slackapi.NewErrorsViewSubmissionResponse(wrong)}
	}
	wrong := func(text, field string) reply {
		if !slices.Contains(click.Form.Fields, field) {
			field = click.Form.Fields[0]
		}
		return reply{body: slackapi.NewErrorsViewSubmissionResponse(map[string]string{field: text})}
	}
	handed, err := desk.Hand(ctx, d.o.Client, click.Task.Workflow, decision(click))
	if err == nil && !handed.Accepted && !handed.Kept {
		d.logClick(ctx, "A dialog's answer was refused.", click)
		return wrong(handed.Text, handed.Field)
	}
	var ended *serviceerror.NotFound
	switch {
	case err == nil && handed.Kept && d.kept().Waiting(click.Task.Workflow):
		d.countClick("kept")
		d.logClick(ctx, "A dialog's answer was kept until Temporal is back.", click)
		return reply{body: slackapi.NewUpdateViewSubmissionResponse(saying(clickKept))}
	case err == nil:
		d.countClick("taken")
		d.logClick(ctx, "A dialog's answer was handed on.", click)
		return reply{body: slackapi.NewClearViewSubmissionResponse()}
	case errors.As(err, &ended):
		d.countClick("late")
		d.logClick(ctx, "A dialog's answer came after its workflow had ended.", click)
		return wrong(d.howItEnded(ctx, click.Task, asPlainText), "")
	}
	d.log.ErrorContext(ctx, "A dialog's answer could not be handed on; the person was asked to send it again.", "workflow", click.Task.Workflow, "task", click.Task.Task, "err", err)
	d.countClick("lost")
	return wrong(formLost, "")
}

// saying is what takes a dialog's place that there is something to say about.
func saying(text string) *slackapi.ModalViewRequest {
	plain := func(text string) *slackapi.TextBlockObject {
		return slackapi.NewTextBlockObject(slackapi.PlainTextType, text, false, false)
	}
	return &slackapi.ModalViewRequest{
		Type: slackapi.VTModal, Title: plain("Kept for later"), Close: plain("Close"),
		Blocks: slackapi.Blocks{BlockSet: []slackapi.Block{slackapi.NewSectionBlock(plain(text), nil, nil)}},
	}
}
