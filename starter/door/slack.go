package door

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"
	"go.temporal.io/api/serviceerror"

	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

const (
	// maxInteraction is more than Slack sends: a payload holds the message with its up to 50 blocks of 3000 characters.
	maxInteraction = 1 << 20
	// talkWithin bounds what is done for a person after their click was answered.
	talkWithin = 10 * time.Second
)

// What a person is told, privately, whose click could not be signalled. The workflow itself answers every other.
const (
	clickLost = "Your click may not have been recorded: Throughline can't reach its records just now. " +
		"Please click again in a minute; clicking twice does no harm."
	caseGone = "This case has ended, so your click changed nothing."
)

// takeClick hands a click to its workflow as the signal "decide", which is kept even when every worker is down. Slack waits
// three seconds: so only the signal is waited for, and whatever there is to say to the person goes its own way.
func (d *Door) takeClick(w http.ResponseWriter, r *http.Request) {
	body, p := readBody(w, r, maxInteraction)
	if p != nil {
		d.refuse(w, r, *p, nil)
		return
	}
	if err := signed(r.Header, body, d.o.SlackSigningSecret); err != nil {
		d.log.Warn("A request to Slack's address was refused.", "err", err)
		d.refuse(w, r, problem{Status: http.StatusUnauthorized, Detail: "This is not signed by Slack, or was more than five minutes ago."}, nil)
		return
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		d.refuse(w, r, problem{Status: http.StatusBadRequest, Detail: "This is not a form."}, nil)
		return
	}
	click, err := slack.ParseClick([]byte(form.Get("payload")))
	switch {
	case errors.Is(err, slack.ErrNotOurs): // a link button, or something that another part of the app shows
		w.WriteHeader(http.StatusOK)
		return
	case err != nil:
		d.log.Error("A click could not be read.", "err", err)
		d.refuse(w, r, problem{Status: http.StatusBadRequest, Detail: "This is no click that Throughline can read."}, nil)
		return
	}
	ctx, cancel := d.bounded(r)
	defer cancel()
	err = d.o.Client.SignalWorkflow(ctx, click.Task.Workflow, "", humantask.SignalDecide, humantask.Decision{
		ID:      click.ID,
		Task:    click.Task.Task,
		Version: click.Task.Version,
		Action:  click.Action,
		By:      humantask.Actor{Slack: click.User},
		Reply:   humantask.Reply{Channel: click.Message.Channel, User: click.User},
	})
	var ended *serviceerror.NotFound
	switch {
	case err == nil:
		d.log.Info("A click was handed on.", "workflow", click.Task.Workflow, "task", click.Task.Task, "action", click.Action)
		w.WriteHeader(http.StatusOK)
	case errors.As(err, &ended):
		d.log.Info("A click came after its workflow had ended.", "workflow", click.Task.Workflow, "task", click.Task.Task)
		d.say(click, func(ctx context.Context) string { return d.howItEnded(ctx, click.Task) })
		w.WriteHeader(http.StatusOK)
	default:
		// Slack marks the button with an error when the answer isn't 200, so the person learns of it even where the words
		// can't reach them.
		d.log.Error("A click could not be handed on; the person was asked to click again.", "workflow", click.Task.Workflow, "task", click.Task.Task, "err", err)
		d.say(click, func(context.Context) string { return clickLost })
		d.refuse(w, r, problem{Status: http.StatusServiceUnavailable, Detail: clickLost}, nil)
	}
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

// say answers a click where only the person who clicked sees it, after Slack has been answered.
func (d *Door) say(click slack.Click, text func(context.Context) string) {
	if click.ResponseURL == "" {
		return
	}
	d.talk.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), talkWithin)
		defer cancel()
		err := slackapi.PostWebhookCustomHTTPContext(ctx, click.ResponseURL, d.o.HTTP, &slackapi.WebhookMessage{
			ResponseType: slackapi.ResponseTypeEphemeral,
			Text:         text(ctx),
		})
		var in *url.Error
		if errors.As(err, &in) {
			err = in.Err // without the address, with which anybody could write into the channel
		}
		if err != nil {
			d.log.Warn("A person could not be told about their click.", "workflow", click.Task.Workflow, "err", err)
		}
	})
}

// howItEnded says who decided a task of a workflow that has ended, in Slack's markup. A worker must be there to answer.
func (d *Door) howItEnded(ctx context.Context, ref slack.TaskRef) string {
	answer, err := d.o.Client.QueryWorkflow(ctx, ref.Workflow, "", humantask.QueryTasks)
	if err != nil {
		return caseGone
	}
	var tasks []humantask.View
	if err := answer.Get(&tasks); err != nil {
		return caseGone
	}
	for _, t := range tasks {
		if t.ID != ref.Task || t.Outcome == nil {
			continue
		}
		done := t.Outcome.Action
		for _, a := range t.Actions {
			if a.Name == done {
				done = a.Done
			}
		}
		// Slack shows the moment in the reader's own time zone; what follows the bar is for readers that can't.
		at := t.Outcome.At.UTC()
		return fmt.Sprintf("%s decided this on <!date^%d^{date_short_pretty} at {time}|%s>: %s. Your click changed nothing.",
			slackutilsx.EscapeMessage(t.Outcome.By.Name), at.Unix(), at.Format("2 Jan 15:04 UTC"), slackutilsx.EscapeMessage(done))
	}
	return caseGone
}
