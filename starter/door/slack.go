package door

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	slackapi "github.com/slack-go/slack"
	"go.temporal.io/api/serviceerror"

	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// maxInteraction is more than Slack sends: a payload holds the message with its up to 50 blocks of 3000 characters.
const maxInteraction = 1 << 20

// takeInteraction takes what people do with Slack's cards and dialogs.
func (d *Door) takeInteraction(w http.ResponseWriter, r *http.Request) {
	form, ok := d.fromSlack(w, r)
	if !ok {
		return
	}
	ctx, cancel := d.bounded(r)
	defer cancel()
	d.answer(w, r, d.interact(ctx, []byte(form.Get("payload"))))
}

// fromSlack reads a form that Slack has signed; ok is false where it was refused, and answered.
func (d *Door) fromSlack(w http.ResponseWriter, r *http.Request) (form url.Values, ok bool) {
	body, p := readBody(w, r, maxInteraction)
	if p != nil {
		d.refuse(w, r, *p, nil)
		return nil, false
	}
	if err := signed(r.Header, body, d.o.SlackSigningSecret); err != nil {
		d.log.WarnContext(r.Context(), "A request to Slack's address was refused.", "err", err)
		d.refuse(w, r, problem{Status: http.StatusUnauthorized, Detail: "This is not signed by Slack, or was more than five minutes ago."}, nil)
		return nil, false
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		d.refuse(w, r, problem{Status: http.StatusBadRequest, Detail: "This is not a form."}, nil)
		return nil, false
	}
	return form, true
}

// reply is what Slack is answered; the zero value takes what it sent without a word.
type reply struct {
	// body is shown: what becomes of a dialog, or a message. It is sent as JSON.
	body any
	// problem is why nothing was taken. Slack then tells the person that something went wrong.
	problem *problem
}

func (d *Door) answer(w http.ResponseWriter, r *http.Request, a reply) {
	switch {
	case a.problem != nil:
		d.refuse(w, r, *a.problem, nil)
	case a.body != nil:
		writeJSON(w, http.StatusOK, mediaJSON, a.body)
	default:
		w.WriteHeader(http.StatusOK)
	}
}

// interact does what an interaction asks for, however it came. Slack waits three seconds: so the context ends before that, and
// whatever there is to say to the person beyond the answer goes its own way.
func (d *Door) interact(ctx context.Context, payload []byte) reply {
	click, err := slack.ParseClick(payload)
	switch {
	case errors.Is(err, slack.ErrNotOurs): // a link button, or something that another part of the app shows
		return reply{}
	case err != nil:
		d.log.ErrorContext(ctx, "A click could not be read.", "err", err)
		return reply{problem: &problem{Status: http.StatusBadRequest, Detail: "This is no click that Throughline can read."}}
	case click.Dialog != nil:
		return d.openDialog(ctx, click)
	case click.Form != nil:
		return d.takeForm(ctx, click)
	}
	return d.takeClick(ctx, click)
}

// takeClick hands a click to its workflow as the signal "decide", which is kept even when every worker is down, and here even when
// Temporal is away.
func (d *Door) takeClick(ctx context.Context, click slack.Click) reply {
	err := d.signal(ctx, click)
	var ended *serviceerror.NotFound
	switch {
	case err == nil && d.kept().Waiting(click.Task.Workflow):
		d.countClick("kept")
		d.logClick(ctx, "A click was kept until Temporal is back.", click)
		d.say(ctx, click.ResponseURL, func(context.Context) string { return clickKept })
	case err == nil:
		d.countClick("taken")
		d.logClick(ctx, "A click was handed on.", click)
	case errors.As(err, &ended):
		d.countClick("late")
		d.logClick(ctx, "A click came after its workflow had ended.", click)
		d.say(ctx, click.ResponseURL, func(ctx context.Context) string { return d.howItEnded(ctx, click.Task, inSlacksMarkup) })
	default:
		// Slack marks the button with an error when the answer isn't 200, so the person learns of it even where the words
		// can't reach them.
		d.log.ErrorContext(ctx, "A click could not be handed on; the person was asked to click again.", "workflow", click.Task.Workflow, "task", click.Task.Task, "err", err)
		return d.lost(ctx, click, clickLost)
	}
	return reply{}
}

func (d *Door) signal(ctx context.Context, click slack.Click) error {
	return d.o.Client.SignalWorkflow(ctx, click.Task.Workflow, "", humantask.SignalDecide, decision(click))
}

// decision is what a click or a dialog decides.
func decision(click slack.Click) humantask.Decision {
	decided := humantask.Decision{
		ID:      click.ID,
		Task:    click.Task.Task,
		Version: click.Task.Version,
		Action:  click.Action,
		By:      humantask.Actor{Slack: click.User},
		Reply:   humantask.Reply{Channel: click.Message.Channel, User: click.User},
	}
	if click.Form != nil {
		decided.Fields = click.Form.Values
	}
	return decided
}

func (d *Door) logClick(ctx context.Context, what string, click slack.Click) {
	d.log.InfoContext(ctx, what, "workflow", click.Task.Workflow, "task", click.Task.Task, "action", click.Action)
}

// lost tells the person that their click wasn't taken, in words where they can be reached, and by Slack's own mark.
func (d *Door) lost(ctx context.Context, click slack.Click, text string) reply {
	d.countClick("lost")
	d.say(ctx, click.ResponseURL, func(context.Context) string { return text })
	return reply{problem: &problem{Status: http.StatusServiceUnavailable, Detail: text}}
}

// signed checks Slack's signature over the body as it came, and that it is at most five minutes old.
func signed(h http.Header, body []byte, secret string) error {
	v, err := slackapi.NewSecretsVerifier(h, secret)
	if err != nil {
		return err
	}
	if _, err := v.Write(body); err != nil {
		return err
	}
	return v.Ensure()
}
