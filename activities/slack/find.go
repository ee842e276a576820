package slack

import (
	"context"
	"fmt"
	"sync"
	"time"

	sdk "github.com/slack-go/slack"
	"go.temporal.io/sdk/activity"

	"github.com/throughline-dev/throughline/activities/effect"
)

// The mark that each message carries as its metadata.
const (
	markType = "throughline_effect"
	markKey  = "key"
)

// How far a look-up goes back: the newest 2000 messages of a channel. What is further back than that is taken as not sent. It
// is reached only when operations run a step again long after it failed, in a channel where much was said meanwhile; a retry
// looks no further back than its first attempt.
const (
	pageSize = 200
	maxPages = 10
)

// skew is how far Slack's clock may be behind Temporal's.
const skew = 5 * time.Minute

func mark(key effect.Key) sdk.SlackMetadata {
	return sdk.SlackMetadata{EventType: markType, EventPayload: map[string]any{markKey: key.ID}}
}

func marked(m sdk.Message, key effect.Key) bool {
	return m.Metadata.EventType == markType && m.Metadata.EventPayload[markKey] == key.ID
}

// find looks for a message that carries the key, in a channel or in one of its threads. A Posted without a TS is none.
func (a *Activities) find(ctx context.Context, key effect.Key, in Posted) (Posted, error) {
	page := a.history(in.Channel, since(ctx, key))
	if in.TS != "" {
		page = a.thread(in)
	}
	cursor := ""
	for range maxPages {
		messages, next, err := page(ctx, cursor)
		if err != nil {
			return Posted{}, err
		}
		for _, m := range messages {
			if marked(m, key) {
				return Posted{Channel: in.Channel, TS: m.Timestamp}, nil
			}
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	return Posted{}, nil
}

// since is the earliest that a message of this key can have been sent: when the activity was scheduled, unless operations run
// the step again, which then was sent by another activity, nobody knows when.
func since(ctx context.Context, key effect.Key) string {
	if key.Again || !activity.IsActivity(ctx) {
		return ""
	}
	first := activity.GetInfo(ctx).ScheduledTime
	if first.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d.000000", first.Add(-skew).Unix())
}

type pager func(ctx context.Context, cursor string) (messages []sdk.Message, next string, err error)

func (a *Activities) history(channel, oldest string) pager {
	return func(ctx context.Context, cursor string) ([]sdk.Message, string, error) {
		got, err := a.api.GetConversationHistoryContext(ctx, &sdk.GetConversationHistoryParameters{
			ChannelID: channel, Oldest: oldest, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true,
		})
		if err != nil {
			return nil, "", toFault(err)
		}
		if !got.Ok {
			return nil, "", unreadable("the answer holds no history")
		}
		return got.Messages, got.ResponseMetaData.NextCursor, nil
	}
}

func (a *Activities) thread(of Posted) pager {
	return func(ctx context.Context, cursor string) ([]sdk.Message, string, error) {
		messages, _, next, err := a.api.GetConversationRepliesContext(ctx, &sdk.GetConversationRepliesParameters{
			ChannelID: of.Channel, Timestamp: of.TS, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true,
		})
		if err != nil {
			return nil, "", toFault(err)
		}
		if len(messages) == 0 { // a thread holds at least the message that it hangs on
			return nil, "", unreadable("the answer holds no thread")
		}
		return messages, next, nil
	}
}

// maxDirects bounds what is remembered of direct-message channels; a workspace with more users only asks again.
const maxDirects = 10_000

// directs remembers which channel is the direct messages with a user; Slack never changes it.
type directs struct {
	mu      sync.Mutex
	channel map[string]string
}

func (d *directs) get(user string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.channel[user]
}

func (d *directs) set(user, channel string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.channel == nil || len(d.channel) >= maxDirects {
		d.channel = map[string]string{}
	}
	d.channel[user] = channel
}

// channel is where a card for to goes. A card can be updated only by the ID of the direct-message channel, and only that
// channel's history can be read, so a user ID is resolved before anything is sent.
func (a *Activities) channel(ctx context.Context, to string) (string, error) {
	if len(to) == 0 || (to[0] != 'U' && to[0] != 'W') {
		return to, nil
	}
	if c := a.direct.get(to); c != "" {
		return c, nil
	}
	opened, _, _, err := a.api.OpenConversationContext(ctx, &sdk.OpenConversationParameters{Users: []string{to}})
	if err != nil {
		return "", toFault(err)
	}
	if opened == nil || opened.ID == "" {
		return "", unreadable("the answer names no channel")
	}
	a.direct.set(to, opened.ID)
	return opened.ID, nil
}
