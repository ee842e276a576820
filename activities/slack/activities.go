package slack

import (
	"context"
	"net/http"

	"github.com/throughline-dev/throughline/activities/effect"
)

// Options say which Slack to talk to.
type Options struct {
	// URL is the Web API's address; "" for Slack's own, https://slack.com/api/.
	URL string
	// Token is the bot's token ("xoxb-…").
	Token string
	// HTTP sends the requests; nil for a client of its own from rest.NewHTTPClient.
	HTTP *http.Client
}

// Activities are what Throughline does in Slack.
type Activities struct{}

// New makes the activities.
func New(o Options) *Activities { return &Activities{} }

// PostCard posts a card.
func (a *Activities) PostCard(ctx context.Context, key effect.Key, card Card) (Posted, error) {
	panic("being written")
}

// UpdateCard replaces a card that was posted.
func (a *Activities) UpdateCard(ctx context.Context, key effect.Key, update CardUpdate) (Posted, error) {
	panic("being written")
}

// ReplyInThread posts a reply in a card's thread.
func (a *Activities) ReplyInThread(ctx context.Context, key effect.Key, reply Reply) (Posted, error) {
	panic("being written")
}

// AnswerPrivately shows a message to one person only.
func (a *Activities) AnswerPrivately(ctx context.Context, key effect.Key, answer PrivateAnswer) (effect.None, error) {
	panic("being written")
}
