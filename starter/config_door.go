package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/sso"
)

// printDoor says who may bring leads, and how, and whether tasks can be answered there and things are kept.
func printDoor(w io.Writer, c *config.Config) {
	l := c.Starter.Leads
	limit := "any number"
	if l.PerMinute > 0 {
		limit = fmt.Sprintf("%d a minute", l.PerMinute)
	}
	limit += " from each address"
	if len(l.Proxies) > 0 {
		limit += ", as the proxies in " + strings.Join(l.Proxies, ", ") + " have it"
	}
	servers := fmt.Sprintf("any, unsigned, since %s is not set", config.LeadsSecret)
	if c.Secret(config.LeadsSecret).IsSet() {
		servers = fmt.Sprintf("those that sign with %s", config.LeadsSecret)
	}
	door := section(w, "Who may bring leads to "+c.Starter.PublicURL+"/leads", "", "")
	door.ResetHeaders()
	door.AppendRow(table.Row{"pages of", strings.Join(append([]string{"the door itself"}, l.Origins...), ", ")})
	door.AppendRow(table.Row{"servers", servers})
	door.AppendRow(table.Row{"unless signed", limit})
	door.AppendRow(table.Row{"field for robots", cmp.Or(l.Honeypot, "none")})
	door.Render()
	if c.Secret(config.LinkSecret).IsSet() {
		fmt.Fprintf(w, "E-mails about tasks have a link to %s/tasks, where they are answered; documents are opened there, too.\n", c.Starter.PublicURL)
	} else {
		fmt.Fprintf(w, "E-mails about tasks have no link to answer by, and documents can't be opened, since %s is not set.\n", config.LinkSecret)
	}
	if s := c.Starter.SSO; s.Issuer != "" {
		fmt.Fprintf(w, "People sign in at %s/tasks by %s, which knows the door as %q and sends them back to %s.\n", c.Starter.PublicURL, s.Issuer, s.ClientID, c.Starter.PublicURL+sso.CallbackPath)
	}
	if s := c.Starter.Spool; s.Dir != "" {
		fmt.Fprintf(w, "What comes while Temporal is away is kept in %s: %d MiB at most, for %s at most.\n", s.Dir, s.MaxSize>>20, short(s.MaxAge))
	} else {
		fmt.Fprintln(w, "What comes while Temporal is away is refused, to be sent again, since starter.spool.dir is not set.")
	}
}

// whatFor says of a secret that can be done without what goes without it.
var whatFor = map[config.SecretName]string{
	config.SlackAppToken:       "only Socket Mode needs it",
	config.HubSpotSecret:       "what HubSpot reports is refused without it",
	config.ShopifyClientSecret: "an older app has a token instead",
	config.ShopifyToken:        "only an older app has one",
	config.StripeWebhookSecret: "what Stripe reports is refused without it",
	config.SSOClientSecret:     "only single sign-on needs it",
}

func secretState(c *config.Config, name config.SecretName) string {
	switch without, optional := whatFor[name]; {
	case c.Secret(name).IsSet():
		return string(name) + " set"
	case optional:
		return string(name) + " not set; " + without
	}
	return string(name) + " missing"
}

// outOfHours says what happens to a lead while nobody of its pool is at work.
func outOfHours(l config.Lead) string {
	text := "While nobody of a pool is at work, "
	switch l.OutOfHours {
	case policy.Hold:
		return text + "a lead is held for the first of them, for " + short(l.MaxHold) + " at most."
	case policy.ToManager:
		return text + "the manager of its first member gets the lead."
	}
	return text + "whose turn it is gets the lead all the same."
}

// replies says what SendGrid may report.
func replies(s config.SendGrid) string {
	answers := "Answers to e-mail go to whoever sent it, and aren't noticed here"
	switch {
	case s.ReplyHost != "" && s.ReplyKey != "":
		answers = "Answers to e-mail come in at " + s.ReplyHost
	case s.ReplyHost != "":
		answers = "Answers to e-mail go to " + s.ReplyHost + ", and are refused here, since systems.sendgrid.reply_key is missing"
	}
	if s.EventKey == "" {
		return answers + "; bounces aren't noticed, since systems.sendgrid.event_key is missing."
	}
	return answers + "; bounces are noticed."
}
