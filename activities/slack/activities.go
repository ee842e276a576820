package slack

import (
	"context"
	"net/http"
	"strings"

	sdk "github.com/slack-go/slack"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/rest"
)

// Options say which Slack to talk to.
type Options struct {
	// URL is the Web API's address; "" for Slack's own, https://slack.com/api/.
	URL string
	// Token is the bot's token ("xoxb-…"). Its scopes are chat:write, im:write, and channels:history, groups:history and
	// im:history for the places where cards are shown.
	Token string
	// HTTP sends the requests; nil for a client of its own from rest.NewHTTPClient.
	HTTP *http.Client
}

// Activities are what Throughline does in Slack. They are safe for concurrent use.
//
// Their errors are faults of package fault. A rate limit is left to Temporal, which tries again when Slack said so: slack-go's
// own retries are off, since they would sleep where nobody sees them.
type Activities struct {
	api    *sdk.Client
	direct directs
}

// New makes the activities.
func New(o Options) *Activities { return &Activities{api: client(o)} }

func client(o Options) *sdk.Client {
	if o.HTTP == nil {
		o.HTTP = rest.NewHTTPClient()
	}
	options := []sdk.Option{sdk.OptionHTTPClient(o.HTTP)}
	if o.URL != "" {
		options = append(options, sdk.OptionAPIURL(strings.TrimSuffix(o.URL, "/")+"/"))
	}
	return sdk.New(o.Token, options...)
}

// PostCard posts a card, and says where it is. One effect is one message: an attempt that may not be the first looks for the
// message of an earlier one, and answers with that.
func (a *Activities) PostCard(ctx context.Context, key effect.Key, card Card) (Posted, error) {
	blocks, err := card.blocks()
	if err != nil {
		return Posted{}, err
	}
	channel, err := a.channel(ctx, card.To)
	if err != nil {
		return Posted{}, err
	}
	return a.post(ctx, key, Posted{Channel: channel}, sdk.MsgOptionText(card.summary(), false), sdk.MsgOptionBlocks(blocks...))
}

// UpdateCard replaces a card that was posted. A repeat replaces it by the same once more, so that no look-up is needed. The
// message keeps the mark of the effect that posted it. A card that was deleted is a final fault, "message_not_found".
func (a *Activities) UpdateCard(ctx context.Context, _ effect.Key, update CardUpdate) (Posted, error) {
	blocks, err := update.Card.blocks()
	if err != nil {
		return Posted{}, err
	}
	channel, ts, _, err := a.api.UpdateMessageContext(ctx, update.At.Channel, update.At.TS,
		sdk.MsgOptionText(update.Card.summary(), false), sdk.MsgOptionBlocks(blocks...))
	return posted(channel, ts, err)
}

// ReplyInThread posts a reply in a card's thread, once as PostCard does.
func (a *Activities) ReplyInThread(ctx context.Context, key effect.Key, reply Reply) (Posted, error) {
	options := plain(reply.Text)
	if reply.Broadcast {
		options = append(options, sdk.MsgOptionBroadcast())
	}
	return a.post(ctx, key, reply.At, options...)
}

// AnswerPrivately shows a message to one person only. Slack keeps no such message, so a repeat can't be recognised and the
// person may see it twice, which does no harm. Somebody who is not in the channel is a final fault, "user_not_in_channel".
func (a *Activities) AnswerPrivately(ctx context.Context, _ effect.Key, answer PrivateAnswer) (effect.None, error) {
	ts, err := a.api.PostEphemeralContext(ctx, answer.Channel, answer.User, plain(answer.Text)...)
	_, err = posted(answer.Channel, ts, err)
	return effect.None{}, err
}

// plain is a message of text alone. A block shows it as it is written; the text beside it is what a notification shows.
func plain(text string) []sdk.MsgOption {
	return []sdk.MsgOption{
		sdk.MsgOptionText(escape(text, maxSection), false),
		sdk.MsgOptionBlocks(sdk.NewSectionBlock(plainText(text, maxSection), nil, nil)),
	}
}

// post sends a message unless an earlier attempt has; in the thread of at.TS where there is one.
func (a *Activities) post(ctx context.Context, key effect.Key, at Posted, options ...sdk.MsgOption) (Posted, error) {
	if key.MayHaveHappened(ctx) {
		if before, err := a.find(ctx, key, at); err != nil || before.TS != "" {
			return before, err
		}
	}
	options = append(options, sdk.MsgOptionMetadata(mark(key)), sdk.MsgOptionDisableLinkUnfurl(), sdk.MsgOptionDisableMediaUnfurl())
	if at.TS != "" {
		options = append(options, sdk.MsgOptionTS(at.TS))
	}
	channel, ts, err := a.api.PostMessageContext(ctx, at.Channel, options...)
	return posted(channel, ts, err)
}

// posted is where a message is, once Slack's answer really says so: slack-go takes any JSON object without an error in it for
// success.
func posted(channel, ts string, err error) (Posted, error) {
	switch {
	case err != nil:
		return Posted{}, toFault(err)
	case channel == "" || ts == "":
		return Posted{}, unreadable("the answer doesn't say where the message is")
	}
	return Posted{Channel: channel, TS: ts}, nil
}
