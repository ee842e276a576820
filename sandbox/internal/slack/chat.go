package slack

import (
	"encoding/json"
	"maps"
	"net/url"
	"unicode/utf8"
)

// maxText is where Slack begins to cut a message's text short.
const maxText = 40_000

// content is what a message says: read from an argument list or from a response_url's body.
type content struct {
	text     string
	blocks   json.RawMessage
	metadata json.RawMessage
	key      string
}

// read checks what a message is to say.
func read(text, blocks, metadata string) (c content, err error) {
	if utf8.RuneCountInString(text) > maxText {
		return c, no("msg_too_long")
	}
	c.text = text
	if c.blocks, err = checkBlocks(blocks); err != nil {
		return c, err
	}
	if metadata == "" {
		return c, nil
	}
	var m struct {
		EventType    string         `json:"event_type"`
		EventPayload map[string]any `json:"event_payload"`
	}
	if json.Unmarshal([]byte(metadata), &m) != nil {
		return c, no("invalid_metadata_format")
	}
	if m.EventType == "" || m.EventPayload == nil {
		return c, no("invalid_metadata_schema")
	}
	c.metadata = json.RawMessage(metadata)
	c.key, _ = m.EventPayload["key"].(string)
	return c, nil
}

func (c content) empty() bool { return c.text == "" && c.blocks == nil }

func (s *Server) chatPostMessage(form url.Values) (any, error) {
	c, err := read(form.Get("text"), form.Get("blocks"), form.Get("metadata"))
	if err != nil {
		return nil, err
	}
	if c.empty() {
		return nil, no("no_text")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	conv, err := s.recipient(form.Get("channel"))
	if err != nil {
		return nil, err
	}
	m := &message{
		Channel: conv.id, Text: c.text, Blocks: c.blocks, Metadata: c.metadata, Key: c.key,
		Thread: conv.thread(form.Get("thread_ts")),
	}
	m.Broadcast = m.Thread != "" && flag(form, "reply_broadcast")
	if err := s.post(m); err != nil {
		return nil, err
	}
	return struct {
		OK      bool        `json:"ok"`
		Channel string      `json:"channel"`
		TS      string      `json:"ts"`
		Message wireMessage `json:"message"`
	}{true, m.Channel, m.TS, conv.wire(m, true)}, nil
}

// recipient is the conversation that a message is for. As Slack does, it takes a user's ID for that person's direct
// messages, but knows no direct messages that have never been opened.
func (s *Server) recipient(channel string) (*conversation, error) {
	if c := s.conversations[channel]; c != nil {
		return c, nil
	}
	if _, person := s.users[channel]; person {
		c, _, err := s.direct(channel)
		return c, err
	}
	return nil, no("channel_not_found")
}

// thread is the thread that a reply to ts goes to. Where there is no such message, Slack posts outside of any thread.
func (c *conversation) thread(ts string) string {
	parent := c.messages[ts]
	switch {
	case parent == nil:
		return ""
	case parent.Thread != "":
		return parent.Thread
	}
	return parent.TS
}

func (s *Server) chatPostEphemeral(form url.Values) (any, error) {
	// Slack has no metadata on these; where it is sent all the same, it is kept for the sandbox's own counting.
	c, err := read(form.Get("text"), form.Get("blocks"), form.Get("metadata"))
	if err != nil {
		return nil, err
	}
	if c.empty() {
		return nil, no("no_text")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	conv := s.conversations[form.Get("channel")]
	user := form.Get("user")
	switch {
	case conv == nil:
		return nil, no("channel_not_found")
	case s.users[user].ID == "" || !conv.has(user):
		return nil, no("user_not_in_channel")
	}
	m := &message{
		Channel: conv.id, Only: user, Text: c.text, Blocks: c.blocks, Key: c.key,
		Thread: conv.thread(form.Get("thread_ts")),
	}
	if err := s.post(m); err != nil {
		return nil, err
	}
	return struct {
		OK        bool   `json:"ok"`
		MessageTS string `json:"message_ts"`
	}{true, m.TS}, nil
}

func (s *Server) chatUpdate(form url.Values) (any, error) {
	c, err := read(form.Get("text"), form.Get("blocks"), form.Get("metadata"))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	conv := s.conversations[form.Get("channel")]
	if conv == nil {
		return nil, no("channel_not_found")
	}
	m := conv.messages[form.Get("ts")]
	if m == nil {
		return nil, no("message_not_found")
	}
	if c.empty() && c.metadata == nil && !form.Has("blocks") {
		return nil, no("no_text")
	}
	if err := s.change(m, updated(*m, c, form.Has("text"), form.Has("blocks"))); err != nil {
		return nil, err
	}
	return struct {
		OK      bool        `json:"ok"`
		Channel string      `json:"channel"`
		TS      string      `json:"ts"`
		Text    string      `json:"text"`
		Message wireMessage `json:"message"`
	}{true, m.Channel, m.TS, m.Text, conv.wire(m, true)}, nil
}

// updated is a message with new content. A new text without blocks removes the old blocks; metadata stays unless it is given.
func updated(m message, c content, hasText, hasBlocks bool) message {
	if hasText || c.blocks != nil {
		m.Text = c.text
	}
	if hasBlocks || hasText {
		m.Blocks = c.blocks
	}
	if c.metadata != nil {
		m.Metadata = c.metadata
	}
	key := c.key
	if key == "" {
		key = m.Key
	}
	if key != "" {
		m.Updates = maps.Clone(m.Updates)
		if m.Updates == nil {
			m.Updates = map[string]int{}
		}
		m.Updates[key]++
	}
	return m
}

// flag reads a boolean argument: slack-go sends "true" as well as "1".
func flag(form url.Values, name string) bool {
	v := form.Get(name)
	return v == "true" || v == "1"
}
