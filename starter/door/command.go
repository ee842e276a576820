package door

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	slackapi "github.com/slack-go/slack"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/starter/desk"
)

// command is what somebody typed after "/throughline", as Slack's form and its Socket Mode both have it.
type command struct {
	User        string `json:"user_id"`
	Text        string `json:"text"`
	ResponseURL string `json:"response_url"`
}

// What a person is told about a command.
const (
	commandUsage = "`/throughline tasks` lists what waits for you, the most urgent first. You answer on the cards."
	stranger     = "Throughline's handbook has nobody with your Slack user ID, so nothing can wait for you."
	tasksUnknown = "Throughline can't reach its records just now. Please ask again in a minute."
	nothingWaits = "Nothing waits for you."
)

// maxListed is how many tasks a list shows: what is beyond is less urgent, and a longer one nobody reads in a chat.
const maxListed = 20

// takeCommand takes a slash command.
func (d *Door) takeCommand(w http.ResponseWriter, r *http.Request) {
	form, ok := d.fromSlack(w, r)
	if !ok {
		return
	}
	d.answer(w, r, d.command(r.Context(), command{User: form.Get("user_id"), Text: form.Get("text"), ResponseURL: form.Get("response_url")}))
}

// command does what a slash command asks for, however it came. A list takes longer than Slack waits where many workflows have to
// be asked, so it goes its own way.
func (d *Door) command(ctx context.Context, c command) reply {
	if strings.TrimSpace(c.Text) != "tasks" {
		return privately(commandUsage)
	}
	people := d.o.People()
	i := slices.IndexFunc(people, func(p policy.Person) bool { return p.Slack != "" && p.Slack == c.User })
	if i < 0 {
		return privately(stranger)
	}
	person := people[i]
	d.say(ctx, c.ResponseURL, func(ctx context.Context) string {
		items, err := desk.List(ctx, d.o.Client, desk.Filter{WaitsOn: person.ID})
		if err != nil {
			d.log.WarnContext(ctx, "The tasks of a person could not be listed.", "err", err)
			return tasksUnknown
		}
		return list(items)
	})
	return reply{}
}

// privately answers a command where only who typed it sees it.
func privately(text string) reply {
	return reply{body: slackapi.WebhookMessage{ResponseType: slackapi.ResponseTypeEphemeral, Text: text}}
}

// list writes tasks in Slack's markup.
func list(items []desk.Item) string {
	if len(items) == 0 {
		return nothingWaits
	}
	shown := items[:min(len(items), maxListed)]
	lines := []string{"This waits for you, the most urgent first:"}
	for _, i := range shown {
		line := "• *" + inSlacksMarkup.text(i.Title) + "*"
		switch {
		case !i.PausedSince.IsZero():
			line += ", paused since " + inSlacksMarkup.moment(i.PausedSince)
		case i.Breached:
			line += ", *late*: it was due " + inSlacksMarkup.moment(i.Due)
		case !i.Due.IsZero():
			line += ", due " + inSlacksMarkup.moment(i.Due)
		}
		lines = append(lines, line)
	}
	if more := len(items) - len(shown); more > 0 {
		lines = append(lines, fmt.Sprintf("… and %d more.", more))
	}
	return strings.Join(lines, "\n")
}
