package slack

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"sort"
	"strconv"
	"strings"
)

// wireMessage is a message as the Web API shows it.
type wireMessage struct {
	Type         string          `json:"type"`
	Subtype      string          `json:"subtype,omitempty"`
	User         string          `json:"user"`
	BotID        string          `json:"bot_id"`
	AppID        string          `json:"app_id"`
	Team         string          `json:"team"`
	TS           string          `json:"ts"`
	Text         string          `json:"text"`
	Blocks       json.RawMessage `json:"blocks,omitempty"`
	Metadata     json.RawMessage `json:"metadata,omitempty"`
	Edited       *wireEdit       `json:"edited,omitempty"`
	ThreadTS     string          `json:"thread_ts,omitempty"`
	ParentUserID string          `json:"parent_user_id,omitempty"`
	// Of the message that a thread hangs on:
	ReplyCount      int      `json:"reply_count,omitempty"`
	ReplyUsersCount int      `json:"reply_users_count,omitempty"`
	LatestReply     string   `json:"latest_reply,omitempty"`
	ReplyUsers      []string `json:"reply_users,omitempty"`
}

type wireEdit struct {
	User string `json:"user"`
	TS   string `json:"ts"`
}

// wire is how the Web API shows a message of the conversation.
func (c *conversation) wire(m *message, metadata bool) wireMessage {
	w := wireMessage{
		Type: "message", User: BotUser, BotID: BotID, AppID: AppID, Team: TeamID, TS: m.TS, Text: m.Text, Blocks: m.Blocks,
	}
	if metadata {
		w.Metadata = m.Metadata
	}
	if m.Edits > 0 && m.Blocks == nil { // Slack shows no such mark on a message of blocks
		w.Edited = &wireEdit{BotUser, strconv.FormatInt(m.Edited.Unix(), 10) + ".000000"}
	}
	if m.Broadcast {
		w.Subtype = "thread_broadcast"
	}
	if m.Thread != "" {
		w.ThreadTS, w.ParentUserID = m.Thread, BotUser
	}
	if replies := c.threads[m.TS]; len(replies) > 0 {
		w.ThreadTS, w.ReplyCount, w.ReplyUsersCount = m.TS, len(replies), 1
		w.LatestReply, w.ReplyUsers = replies[len(replies)-1].TS, []string{BotUser}
	}
	return w
}

// page is an answer with some of a conversation's messages.
type page struct {
	OK       bool          `json:"ok"`
	Messages []wireMessage `json:"messages"`
	HasMore  bool          `json:"has_more"`
	Metadata *pageMetadata `json:"response_metadata,omitempty"`
	*history
}

// history is what only conversations.history has.
type history struct {
	PinCount            int  `json:"pin_count"`
	ChannelActionsTS    *int `json:"channel_actions_ts"`
	ChannelActionsCount int  `json:"channel_actions_count"`
}

type pageMetadata struct {
	NextCursor string `json:"next_cursor"`
}

func (s *Server) conversationsHistory(form url.Values) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	conv := s.conversations[form.Get("channel")]
	if conv == nil {
		return nil, no("channel_not_found")
	}
	limit, cursor, err := paging(form, 100, 999)
	if err != nil {
		return nil, err
	}
	within := window(conv.top, form)
	if cursor != "" { // the page ends before the message that the last one ended with
		within = within[:sort.Search(len(within), func(i int) bool { return within[i].TS >= cursor })]
	}
	p := page{OK: true, Messages: []wireMessage{}, history: &history{}}
	for i := len(within) - 1; i >= 0 && len(p.Messages) < limit; i-- {
		p.Messages = append(p.Messages, conv.wire(within[i], flag(form, "include_all_metadata")))
	}
	p.more(len(within))
	return p, nil
}

func (s *Server) conversationsReplies(form url.Values) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	conv := s.conversations[form.Get("channel")]
	if conv == nil {
		return nil, no("channel_not_found")
	}
	parent := conv.messages[conv.thread(form.Get("ts"))]
	if parent == nil {
		return nil, no("thread_not_found")
	}
	limit, cursor, err := paging(form, 1000, 1000)
	if err != nil {
		return nil, err
	}
	within := append([]*message{parent}, window(conv.threads[parent.TS], form)...)
	if cursor != "" {
		within = within[sort.Search(len(within), func(i int) bool { return within[i].TS > cursor }):]
	}
	p := page{OK: true, Messages: []wireMessage{}}
	for _, m := range within[:min(limit, len(within))] {
		p.Messages = append(p.Messages, conv.wire(m, flag(form, "include_all_metadata")))
	}
	p.more(len(within))
	return p, nil
}

// window is the part of a list, oldest first, that oldest, latest and inclusive ask for.
func window(list []*message, form url.Values) []*message {
	inclusive := flag(form, "inclusive")
	if oldest := form.Get("oldest"); oldest != "" && oldest != "0" {
		list = list[sort.Search(len(list), func(i int) bool {
			return list[i].TS > oldest || inclusive && list[i].TS == oldest
		}):]
	}
	if latest := form.Get("latest"); latest != "" {
		list = list[:sort.Search(len(list), func(i int) bool {
			return list[i].TS > latest || !inclusive && list[i].TS == latest
		})]
	}
	return list
}

// paging reads limit and cursor. A cursor is Slack's own form of one, "next_ts:<the last message's TS>" in base 64.
func paging(form url.Values, standard, most int) (limit int, cursor string, err error) {
	limit = standard
	if v := form.Get("limit"); v != "" {
		if limit, err = strconv.Atoi(v); err != nil || limit < 1 || limit > most {
			return 0, "", no("invalid_limit")
		}
	}
	if v := form.Get("cursor"); v != "" {
		text, err := base64.StdEncoding.DecodeString(v)
		ts, ok := strings.CutPrefix(string(text), "next_ts:")
		if err != nil || !ok || micros(ts) == 0 {
			return 0, "", no("invalid_cursor")
		}
		cursor = ts
	}
	return limit, cursor, nil
}

// more says in a page whether there is more than it has.
func (p *page) more(all int) {
	if n := len(p.Messages); n > 0 && n < all {
		p.HasMore = true
		p.Metadata = &pageMetadata{base64.StdEncoding.EncodeToString([]byte("next_ts:" + p.Messages[n-1].TS))}
	}
}

func (s *Server) conversationsOpen(form url.Values) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var conv *conversation
	before := true
	switch channel, users := form.Get("channel"), form.Get("users"); {
	case channel != "":
		if conv = s.conversations[channel]; conv == nil {
			return nil, no("channel_not_found")
		}
	case users == "":
		return nil, no("users_list_not_supplied")
	case strings.Contains(users, ","):
		return nil, no("invalid_arguments", "the sandbox has no conversations of several people")
	case s.users[users].ID == "":
		return nil, no("user_not_found")
	default:
		var err error
		if conv, before, err = s.direct(users); err != nil {
			return nil, err
		}
	}
	type channel struct {
		ID     string `json:"id"`
		IsIM   bool   `json:"is_im,omitempty"`
		User   string `json:"user,omitempty"`
		IsOpen bool   `json:"is_open,omitempty"`
	}
	answer := struct {
		OK          bool    `json:"ok"`
		NoOp        bool    `json:"no_op,omitempty"`
		AlreadyOpen bool    `json:"already_open,omitempty"`
		Channel     channel `json:"channel"`
	}{OK: true, NoOp: before, AlreadyOpen: before, Channel: channel{ID: conv.id}}
	if flag(form, "return_im") && conv.person != "" {
		answer.Channel = channel{ID: conv.id, IsIM: true, User: conv.person, IsOpen: true}
	}
	return answer, nil
}
