package sandbox

import (
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/slack"
)

// shownMessages is how many messages of a conversation the page shows unless it is asked for all.
const shownMessages = 50

type slackPage struct {
	People   []slackPerson
	Me       slackPerson
	Channels []slackConversation
	Here     slackConversation
	Messages []slackMessage
	Earlier  string // the address of the page with all messages; "" where it has all
}

type slackPerson struct {
	Person
	First    string
	Initials string
	Colour   int // one of the style sheet's
	Waiting  int
	Here     bool
}

// slackConversation is a channel, or the app's direct messages.
type slackConversation struct {
	ID, Name string
	Direct   bool
	Waiting  int
	Here     bool
}

type slackMessage struct {
	client.Message
	Day     time.Time // of the first message of a day
	Also    bool      // a reply that was sent to the channel too
	Text    template.HTML
	Blocks  []slackBlock
	Replies []slackMessage
}

type slackBlock struct {
	Type    string
	Text    template.HTML
	Parts   []template.HTML // a section's fields, a context's elements
	Buttons []slackButton
}

type slackButton struct {
	client.Button
	URL    string
	Dialog string // what is asked before the click counts, as JSON; "" for nothing
}

// slackPage is the chat as one person sees it.
func (s *Sandbox) slackPage(r *http.Request) (string, any) {
	var p slackPage
	for i, person := range s.o.People {
		if person.Slack == "" {
			continue
		}
		first, _, _ := strings.Cut(person.Name, " ")
		p.People = append(p.People, slackPerson{
			Person: person, First: first, Initials: initials(person.Name), Colour: i % 8, Waiting: s.slack.Waiting(slack.DirectID(person.Slack)),
		})
	}
	if len(p.People) == 0 {
		return "Slack", p
	}
	me := slices.IndexFunc(p.People, func(q slackPerson) bool { return q.ID == r.FormValue("as") })
	if me < 0 { // whoever has something to do is the most interesting
		me = max(0, slices.IndexFunc(p.People, func(q slackPerson) bool { return q.Waiting > 0 }))
	}
	p.People[me].Here = true
	p.Me = p.People[me]
	p.Here = slackConversation{ID: slack.DirectID(p.Me.Slack), Name: slack.BotName, Direct: true, Here: true}
	for _, c := range s.o.Channels {
		here := slackConversation{ID: c.ID, Name: c.Name, Waiting: s.slack.Waiting(c.ID), Here: c.ID == r.FormValue("in")}
		if here.Here {
			p.Here = here
		}
		p.Channels = append(p.Channels, here)
	}
	filter := slack.Filter{User: p.Me.Slack, Channel: p.Here.ID}
	if r.FormValue("all") == "" {
		filter.Last = shownMessages + 1
	}
	messages := s.slack.Messages(filter)
	if extra := len(messages) - shownMessages; extra > 0 && filter.Last > 0 {
		messages = messages[extra:]
		q := r.URL.Query()
		q.Set("all", "1")
		p.Earlier = "/slack?" + q.Encode()
	}
	for _, m := range messages {
		v := s.slackMessage(m)
		if n := len(p.Messages); n == 0 || !sameDay(p.Messages[n-1].Posted, m.Posted) {
			v.Day = m.Posted
		}
		p.Messages = append(p.Messages, v)
	}
	return "Slack as " + p.Me.Name, p
}

func sameDay(a, b time.Time) bool {
	return a.Local().Format(time.DateOnly) == b.Local().Format(time.DateOnly)
}

func initials(name string) (s string) {
	for _, word := range strings.Fields(name) {
		s += string([]rune(word)[:1])
	}
	return s
}

func (s *Sandbox) slackMessage(m client.Message) slackMessage {
	v := slackMessage{Message: m, Text: s.mrkdwn(m.Text), Also: m.ThreadTS != "" && m.Only == ""}
	for _, b := range slack.Blocks(m.Blocks) {
		v.Blocks = append(v.Blocks, s.slackBlock(b))
	}
	for _, reply := range m.Replies {
		v.Replies = append(v.Replies, s.slackMessage(reply))
	}
	return v
}

func (s *Sandbox) slackBlock(b slack.Block) slackBlock {
	v := slackBlock{Type: b.Type}
	if b.Text != nil {
		v.Text = s.slackText(*b.Text)
	}
	for _, f := range b.Fields {
		v.Parts = append(v.Parts, s.slackText(f))
	}
	elements := b.Elements
	if b.Accessory != nil {
		elements = append(elements, *b.Accessory)
	}
	for _, e := range elements {
		if e.Type == "button" {
			v.Buttons = append(v.Buttons, slackButtonOf(e, b.BlockID))
		} else {
			v.Parts = append(v.Parts, s.slackText(e.Text()))
		}
	}
	return v
}

func (s *Sandbox) slackText(t slack.Text) template.HTML {
	if t.Type == "mrkdwn" {
		return s.mrkdwn(t.Text)
	}
	return plainText(t.Text)
}

func slackButtonOf(e slack.Element, block string) slackButton {
	v := slackButton{Button: e.Button(block), URL: e.URL}
	v.Text = unescaped(v.Text)
	if c := v.Confirm; c != nil {
		text, _ := json.Marshal(client.Confirm{
			Title: unescaped(c.Title), Text: unescaped(c.Text), Confirm: unescaped(c.Confirm), Deny: unescaped(c.Deny),
			Style: c.Style,
		})
		v.Dialog = string(text)
	}
	return v
}
