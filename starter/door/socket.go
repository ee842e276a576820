package door

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/throughline-dev/throughline/starter/requestid"
)

// socketAgain is how long the door waits after Slack has refused it for good: a token that was revoked, an app that was removed.
// Somebody has to do something about that; meanwhile leads still come in by HTTP.
const socketAgain = time.Minute

// ServeSocket takes what people do in Slack over a connection that the door opens itself, by Slack's Socket Mode, so that Slack
// needs no way in. It is handled as what comes by HTTP is. The token is the app's ("xapp-…", with the scope connections:write);
// there may be several such doors, among which Slack distributes. It returns once the context has ended and what was under way is
// done; connections that break are opened again.
func (d *Door) ServeSocket(ctx context.Context, appToken string) {
	var work sync.WaitGroup
	defer work.Wait()
	for {
		err := d.connected(ctx, appToken, &work)
		if ctx.Err() != nil {
			return
		}
		d.log.ErrorContext(ctx, "Slack refuses the connection for Socket Mode; it is tried again in a minute.", "err", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(socketAgain):
		}
	}
}

// connected takes requests until the context ends, or until Slack refuses to connect in a way that trying again doesn't help.
func (d *Door) connected(ctx context.Context, appToken string, work *sync.WaitGroup) error {
	options := []slackapi.Option{slackapi.OptionAppLevelToken(appToken), slackapi.OptionHTTPClient(d.o.HTTP)}
	if d.o.SlackURL != "" {
		options = append(options, slackapi.OptionAPIURL(d.o.SlackURL))
	}
	client := socketmode.New(slackapi.New("", options...), socketmode.OptionReadLimit(maxInteraction))
	ended := make(chan error, 1)
	go func() { ended <- client.RunContext(ctx) }()
	for {
		select {
		case err := <-ended:
			return err
		case e := <-client.Events:
			if request := d.heard(ctx, e); request != nil {
				work.Go(func() { d.takeEnvelope(ctx, client, *request) })
			}
		}
	}
}

// heard is the request of an event; nil where it has none. Of what slack-go has read only the envelope is used: it decodes the
// whole payload, and a click must not be lost because Slack sends something new in a place that nobody looks at.
func (d *Door) heard(ctx context.Context, e socketmode.Event) *socketmode.Request {
	switch data := e.Data.(type) {
	case *socketmode.ConnectedEvent:
		d.log.InfoContext(ctx, "Connected to Slack by Socket Mode.")
	case *slackapi.ConnectionErrorEvent:
		d.log.WarnContext(ctx, "Slack's Socket Mode can't be reached; it is tried again.", "err", data.ErrorObj, "pause", data.Backoff.String())
	case *socketmode.ErrorWriteFailed:
		d.log.WarnContext(ctx, "Slack could not be answered.", "err", data.Cause)
	case *socketmode.ErrorBadMessage:
		var request socketmode.Request
		if json.Unmarshal(data.Message, &request) == nil && request.EnvelopeID != "" {
			return &request
		}
		d.log.ErrorContext(ctx, "A message of Slack's Socket Mode could not be read.")
	}
	if e.Request != nil && e.Request.EnvelopeID != "" {
		return e.Request
	}
	return nil
}

// takeEnvelope answers a request. What isn't taken isn't acknowledged, and Slack tells the person that something went wrong.
func (d *Door) takeEnvelope(ctx context.Context, client *socketmode.Client, request socketmode.Request) {
	ctx = requestid.New(ctx)
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.o.Timeout)
	defer cancel()
	var a reply
	switch request.Type {
	case socketmode.RequestTypeInteractive:
		a = d.interact(within, request.Payload)
	case socketmode.RequestTypeSlashCommands:
		var c command
		if err := json.Unmarshal(request.Payload, &c); err != nil {
			d.log.ErrorContext(ctx, "A command could not be read.")
			return
		}
		a = d.command(within, c)
	}
	if a.problem != nil {
		return
	}
	if err := client.AckCtx(ctx, request.EnvelopeID, a.body); err != nil {
		d.log.WarnContext(ctx, "Slack could not be answered.", "err", err)
	}
}
