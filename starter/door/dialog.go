package door

import (
	"context"
	"errors"

	slackapi "github.com/slack-go/slack"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
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
// anything else, and nobody is asked: the button carries what the dialog asks for.
func (d *Door) openDialog(ctx context.Context, click slack.Click) reply {
	if d.dialogs == nil {
		d.log.Error("A click's dialog could not be opened: there is no Slack token.", "workflow", click.Task.Workflow, "task", click.Task.Task)
		return d.lost(click, noDialogs)
	}
	if err := d.dialogs.Open(ctx, click); err != nil {
		d.log.Error("A click's dialog could not be opened; the person was asked to click again.", "workflow", click.Task.Workflow, "task", click.Task.Task, "err", err)
		return d.lost(click, dialogNotOpened)
	}
	d.logClick("A click's dialog was opened.", click)
	return reply{}
}

// takeForm hands a dialog that was sent to its workflow. It stays open, with what was typed, until the answer is recorded.
//
// The workflow is asked by its update first, so that a refusal ("Sam is away") can be put right in the dialog. Where no worker
// answers in half the time, the same decision goes by the signal, which is kept until one does; should the update have got
// through after all, the workflow knows the decision by its ID.
func (d *Door) takeForm(ctx context.Context, click slack.Click) reply {
	if len(click.Form.Missing) > 0 {
		wrong := map[string]string{}
		for _, field := range click.Form.Missing {
			wrong[field] = fieldMissing
		}
		return reply{body: slackapi.NewErrorsViewSubmissionResponse(wrong)}
	}
	first := click.Form.Fields[0]
	wrong := func(text string) reply {
		return reply{body: slackapi.NewErrorsViewSubmissionResponse(map[string]string{first: text})}
	}
	answer, err := d.ask(ctx, click)
	if err == nil && !answer.Accepted {
		d.logClick("A dialog's answer was refused.", click)
		return wrong(answer.Text)
	}
	var ended *serviceerror.NotFound
	if err != nil && !errors.As(err, &ended) {
		err = d.signal(ctx, click)
	}
	switch {
	case err == nil:
		d.logClick("A dialog's answer was handed on.", click)
		return reply{body: slackapi.NewClearViewSubmissionResponse()}
	case errors.As(err, &ended):
		d.logClick("A dialog's answer came after its workflow had ended.", click)
		return wrong(d.howItEnded(ctx, click.Task, asPlainText))
	}
	d.log.Error("A dialog's answer could not be handed on; the person was asked to send it again.", "workflow", click.Task.Workflow, "task", click.Task.Task, "err", err)
	return wrong(formLost)
}

// ask has the workflow judge a decision at once, by its update. A refusal is an answer; an error means that nobody answered.
func (d *Door) ask(ctx context.Context, click slack.Click) (answer humantask.Answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, d.o.Timeout/2)
	defer cancel()
	handle, err := d.o.Client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: click.Task.Workflow, UpdateName: humantask.UpdateDecide, Args: []any{decision(click)},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(ctx, &answer)
	}
	var refused *temporal.ApplicationError
	if errors.As(err, &refused) {
		return humantask.Answer{Text: refused.Message()}, nil
	}
	return answer, err
}
