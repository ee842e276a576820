package slack

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/ledger"
)

// Filter says which messages are wanted; the zero value is all of them.
type Filter struct {
	User    string // those that this person sees
	Channel string // those of this conversation
	Case    string // those whose effect belongs to this case, with their threads
	Last    int    // the youngest so many of each conversation; 0 is all
}

// Messages are the messages that a filter lets through, oldest first, each with its thread's.
func (s *Server) Messages(f Filter) []client.Message {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []client.Message{}
	if f.Case != "" {
		for _, messages := range s.byKey.All(f.Case) {
			for _, m := range messages {
				if s.passes(m, f) && !s.inThreadOfCase(m, f.Case) {
					list = append(list, s.show(m))
				}
			}
		}
	} else {
		for _, c := range s.conversations {
			if f.Channel == "" || f.Channel == c.id {
				list = append(list, s.showAll(c, f)...)
			}
		}
	}
	slices.SortFunc(list, func(a, b client.Message) int { return strings.Compare(a.TS, b.TS) })
	return list
}

func (s *Server) showAll(c *conversation, f Filter) (list []client.Message) {
	for _, messages := range [][]*message{c.top, c.private} {
		if f.Last > 0 && len(messages) > f.Last {
			messages = messages[len(messages)-f.Last:]
		}
		for _, m := range messages {
			if s.passes(m, f) {
				list = append(list, s.show(m))
			}
		}
	}
	return list
}

func (s *Server) passes(m *message, f Filter) bool {
	return (f.Channel == "" || m.Channel == f.Channel) &&
		(f.User == "" || s.conversations[m.Channel].has(f.User) && (m.Only == "" || m.Only == f.User))
}

// inThreadOfCase is whether a message is shown with the one that its thread hangs on.
func (s *Server) inThreadOfCase(m *message, caseID string) bool {
	parent := s.conversations[m.Channel].messages[m.Thread]
	return m.Only == "" && parent != nil && ledger.CaseOf(parent.Key) == caseID
}

// show is a message for people, with its thread.
func (s *Server) show(m *message) client.Message {
	v := client.Message{
		Channel: m.Channel, TS: m.TS, ThreadTS: m.Thread, User: BotUser, Only: m.Only, Text: m.Text, Blocks: m.Blocks,
		Key: m.Key, Posted: timeOf(m.TS), Edits: m.Edits, Edited: m.Edited,
	}
	for block, e := range buttons(m.Blocks) {
		v.Buttons = append(v.Buttons, e.Button(block))
	}
	for _, reply := range s.conversations[m.Channel].threads[m.TS] {
		v.Replies = append(v.Replies, s.show(reply))
	}
	return v
}

// buttons yields the buttons of blocks with the IDs of the blocks that they are in. Those that are links don't count as a
// way to answer, though Slack tells the app of a click on one, too.
func buttons(raw json.RawMessage) iter.Seq2[string, Element] {
	return func(yield func(string, Element) bool) {
		for _, b := range Blocks(raw) {
			elements := b.Elements
			if b.Accessory != nil {
				elements = append(slices.Clone(elements), *b.Accessory)
			}
			for _, e := range elements {
				if e.Type == "button" && e.URL == "" && !yield(b.BlockID, e) {
					return
				}
			}
		}
	}
}

// Button is a button for people; block is the ID of the block that it is in.
func (e Element) Button(block string) client.Button {
	b := client.Button{ActionID: e.ActionID, BlockID: block, Text: e.Text().Text, Value: e.Value, Style: e.Style}
	if c := e.Confirm; c != nil {
		b.Confirm = &client.Confirm{Title: c.Title.Text, Text: c.Text.Text, Confirm: c.Confirm.Text, Deny: c.Deny.Text, Style: c.Style}
	}
	return b
}

func hasButton(raw json.RawMessage) bool {
	for range buttons(raw) {
		return true
	}
	return false
}

// Waiting is how many messages with buttons a conversation has.
func (s *Server) Waiting(id string) (n int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if c := s.conversations[id]; c != nil {
		for _, m := range c.top {
			if m.answerable {
				n++
			}
		}
	}
	return n
}

// Len is how many messages there are.
func (s *Server) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.messages.Len()
}

// Effects are the messages in the workspace, counted by key, and how often they were changed; of one case, or with "" of all.
func (s *Server) Effects(caseID string) []client.Effect {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var t ledger.Tally
	for key, messages := range s.byKey.All(caseID) {
		for _, m := range messages {
			e := client.Effect{System: "slack", Operation: "message", Key: key}
			if m.Only != "" {
				e.Operation = "ephemeral"
			}
			t.Count(e, m.Channel+"/"+m.TS, 1)
			for _, key := range slices.Sorted(maps.Keys(m.Updates)) {
				update := client.Effect{System: "slack", Operation: "update", Key: key, Repeatable: true}
				t.Count(update, m.Channel+"/"+m.TS, m.Updates[key])
			}
		}
	}
	return t.Effects()
}
