package slack

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/journal"
)

// message is a message as Slack keeps it. A change makes a new value in the old one's place, under the server's lock.
type message struct {
	Channel   string          `json:"channel"`
	TS        string          `json:"ts"`
	Thread    string          `json:"thread,omitempty"` // the TS of the message whose thread it is in
	Broadcast bool            `json:"broadcast,omitempty"`
	Only      string          `json:"only,omitempty"` // the one person who sees it, for an ephemeral message
	Text      string          `json:"text"`
	Blocks    json.RawMessage `json:"blocks,omitempty"`
	Metadata  json.RawMessage `json:"metadata,omitempty"`
	// Key is that of the effect which posted the message, and Updates counts by key those that changed it since. Both are the
	// sandbox's own: the metadata that they were read from can be replaced by an update.
	Key     string         `json:"key,omitempty"`
	Updates map[string]int `json:"updates,omitempty"`
	Edits   int            `json:"edits,omitempty"`
	Edited  time.Time      `json:"edited,omitzero"`

	answerable bool // whether it has a button
}

// conversation is a channel, or one person's direct messages with the app.
type conversation struct {
	id, name string
	person   string              // of direct messages; "" in a channel, which everybody is in
	messages map[string]*message // by TS
	top      []*message          // what the conversation itself shows, oldest first
	threads  map[string][]*message
	private  []*message // the ephemeral ones
}

func newConversation(id, name, person string) *conversation {
	return &conversation{
		id: id, name: name, person: person,
		messages: map[string]*message{}, threads: map[string][]*message{},
	}
}

func (c *conversation) has(user string) bool { return c.person == "" || c.person == user }

// add enters a message that is younger than all others.
func (c *conversation) add(m *message) {
	if m.Only != "" {
		c.private = append(c.private, m)
		return
	}
	c.messages[m.TS] = m
	if m.Thread != "" {
		c.threads[m.Thread] = append(c.threads[m.Thread], m)
	}
	if m.Thread == "" || m.Broadcast {
		c.top = append(c.top, m)
	}
}

// load makes the conversations, from the options and the journal.
func (s *Server) load() (err error) {
	for _, c := range s.Channels {
		s.conversations[c.ID] = newConversation(c.ID, c.Name, "")
	}
	if s.open, err = journal.NewTable[string](s.Journal, "slack.open"); err != nil {
		return err
	}
	for id, user := range s.open.All() {
		s.conversations[id] = newConversation(id, "", user)
	}
	if s.responses, err = journal.NewTable[responseURL](s.Journal, "slack.response"); err != nil {
		return err
	}
	if s.messages, err = journal.NewTable[*message](s.Journal, "slack.message"); err != nil {
		return err
	}
	for _, m := range s.messages.All() {
		if s.conversations[m.Channel] == nil { // a channel that the options no longer have
			s.conversations[m.Channel] = newConversation(m.Channel, strings.ToLower(m.Channel), "")
		}
		s.enter(m)
		s.last = max(s.last, micros(m.TS))
	}
	return nil
}

func (s *Server) enter(m *message) {
	m.answerable = hasButton(m.Blocks)
	s.conversations[m.Channel].add(m)
	s.byKey.Add(m.Key, m)
}

// post gives a new message its time, keeps it and enters it. The caller holds the lock.
func (s *Server) post(m *message) error {
	s.last = max(s.last+1, time.Now().UnixMicro())
	m.TS = fmt.Sprintf("%d.%06d", s.last/1e6, s.last%1e6)
	if err := s.messages.Put(m.Channel+"/"+m.TS, m); err != nil {
		return err
	}
	s.enter(m)
	return nil
}

// change puts a new version of a message in the old one's place. The caller holds the lock.
func (s *Server) change(m *message, version message) error {
	before := *m
	*m = version
	m.Edits++
	m.Edited = time.Now()
	m.answerable = hasButton(m.Blocks)
	err := s.messages.Put(m.Channel+"/"+m.TS, m)
	if err != nil {
		*m = before
	}
	return err
}

// direct is somebody's direct messages with the app, opened where they weren't. The caller holds the lock.
func (s *Server) direct(user string) (c *conversation, before bool, err error) {
	id := DirectID(user)
	if c := s.conversations[id]; c != nil {
		return c, true, nil
	}
	if err := s.open.Put(id, user); err != nil {
		return nil, false, err
	}
	c = newConversation(id, "", user)
	s.conversations[id] = c
	return c, false, nil
}

// DirectID is the ID of somebody's direct messages: made from theirs, so that it is the same after a new start.
func DirectID(user string) string {
	return "D" + strings.ToUpper(fmt.Sprintf("%x", sha256.Sum256([]byte(user))))[:10]
}

// micros reads a TS as microseconds; 0 where it isn't one.
func micros(ts string) int64 {
	var seconds, fraction int64
	if _, err := fmt.Sscanf(ts, "%10d.%06d", &seconds, &fraction); err != nil {
		return 0
	}
	return seconds*1e6 + fraction
}

func timeOf(ts string) time.Time { return time.UnixMicro(micros(ts)) }
