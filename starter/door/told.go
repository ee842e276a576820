package door

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/starter/desk"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// talkWithin bounds what is done for a person after Slack was answered.
const talkWithin = 10 * time.Second

// What a person is told, privately, whose click could not be signalled, or not yet. The workflow itself answers every other.
const (
	clickLost = "Your click may not have been recorded: Throughline can't reach its records just now. " +
		"Please click again in a minute; clicking twice does no harm."
	// clickKept is true of a dialog's answer as well.
	clickKept = "Throughline can't reach its records just now. Your answer is kept, and counts once it can, unless somebody else was quicker. " +
		"You don't have to do it again."
	caseGone = "This case has ended; there is nothing left to decide."
)

// say tells a person something that only they see, after Slack has been answered. The address is a response_url; "" is none.
func (d *Door) say(ctx context.Context, address string, text func(context.Context) string) {
	if address == "" {
		return
	}
	d.talk.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), talkWithin)
		defer cancel()
		err := slackapi.PostWebhookCustomHTTPContext(ctx, address, d.o.HTTP, &slackapi.WebhookMessage{
			ResponseType: slackapi.ResponseTypeEphemeral,
			Text:         text(ctx),
		})
		var in *url.Error
		if errors.As(err, &in) {
			err = in.Err // without the address, with which anybody could write into the channel
		}
		if err != nil {
			d.log.WarnContext(ctx, "A person could not be told about what they did in Slack.", "err", err)
		}
	})
}

// howItEnded says who decided a task of a workflow that has ended. A worker must be there to answer.
func (d *Door) howItEnded(ctx context.Context, ref slack.TaskRef, write writing) string {
	tasks, err := desk.Tasks(ctx, d.o.Client, ref.Workflow)
	if err != nil {
		return caseGone
	}
	for _, t := range tasks {
		if t.ID != ref.Task || t.Outcome == nil {
			continue
		}
		return howDecided(t, write)
	}
	return caseGone
}

// howDecided says who decided a task, and what.
func howDecided(t humantask.View, write writing) string {
	return fmt.Sprintf("%s decided this on %s: %s. Your click changed nothing.",
		write.text(t.Outcome.By.Name), write.moment(t.Outcome.At), write.text(t.Done()))
}

// writing is how something is written where people read it.
type writing struct {
	text   func(string) string
	moment func(time.Time) string
}

const momentForm = "2 Jan 15:04 UTC"

var (
	// inSlacksMarkup is for messages. Slack shows a moment in the reader's own time zone; what follows the bar is for readers
	// that can't.
	inSlacksMarkup = writing{slackutilsx.EscapeMessage, func(t time.Time) string {
		return fmt.Sprintf("<!date^%d^{date_short_pretty} at {time}|%s>", t.Unix(), t.UTC().Format(momentForm))
	}}
	// asPlainText is for a dialog's error, in which nothing is markup.
	asPlainText = writing{func(s string) string { return s }, func(t time.Time) string { return t.UTC().Format(momentForm) }}
)
