package config

import (
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/throughline-dev/throughline/activities/policy"
)

var (
	idForm    = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*$`)
	slackUser = regexp.MustCompile(`^[UW][A-Z0-9]{4,}$`)
	slackRoom = regexp.MustCompile(`^[CG][A-Z0-9]{4,}$`)
	digits    = regexp.MustCompile(`^[0-9]+$`)
	word      = regexp.MustCompile(`^[A-Za-z0-9]+$`)
)

const (
	// Slack shows an error to whoever clicked when there is no answer after three seconds.
	slackPatience = 3 * time.Second
	// Temporal refuses a payload of more than 2 MiB, and a lead has all in it that the form had, and more.
	maxBody = 1 << 20
)

func (f *findings) systems(c *Config) {
	s := c.Systems
	f.positive("systems.timeout", s.Timeout)
	f.url("systems.slack.url", s.Slack.URL)
	if !strings.HasSuffix(s.Slack.URL, "/") {
		f.add("systems.slack.url", "%q must end in a slash, since the methods' names are appended to it", s.Slack.URL)
	}
	f.url("systems.sendgrid.url", s.SendGrid.URL)
	if s.SendGrid.ReplyHost != "" {
		f.host("systems.sendgrid.reply_host", s.SendGrid.ReplyHost)
	}
	f.publicKey("systems.sendgrid.event_key", s.SendGrid.EventKey)
	f.publicKey("systems.sendgrid.reply_key", s.SendGrid.ReplyKey)
	f.url("systems.hubspot.url", s.HubSpot.URL)
	f.url("systems.hubspot.pages", s.HubSpot.Pages)
	if s.HubSpot.Portal != "" && !digits.MatchString(s.HubSpot.Portal) {
		f.add("systems.hubspot.portal", "%q is no account number: it is the \"Hub ID\" in HubSpot's account menu", s.HubSpot.Portal)
	}
	f.url("systems.peopledatalabs.url", s.PeopleDataLabs.URL)
	if n := s.PeopleDataLabs.MinLikelihood; n < 1 || n > 10 {
		f.add("systems.peopledatalabs.min_likelihood", "%d is not between 1 and 10", n)
	}
	f.url("systems.dropboxsign.url", s.DropboxSign.URL)
	if id := s.DropboxSign.ClientID; id != "" && !word.MatchString(id) {
		f.add("systems.dropboxsign.client_id", "%q is no client ID: it is letters and digits, and stands beside the app in Dropbox Sign's settings, under API", id)
	}
	f.url("systems.asana.url", s.Asana.URL)
	f.gid("systems.asana.workspace", "the workspace", s.Asana.Workspace)
	f.gid("systems.asana.team", "the team", s.Asana.Team)
	if s.Asana.Team != "" && s.Asana.Workspace == "" {
		f.add("systems.asana.team", "%q is alone: set systems.asana.workspace too, where people are looked up", s.Asana.Team)
	}
	f.url("systems.stripe.url", s.Stripe.URL)
	f.shopify(s.Shopify)
	f.rates(&s)
}

// gid checks an ID of Asana's, which may be left out.
func (f *findings) gid(key, what, value string) {
	if value != "" && !digits.MatchString(value) {
		f.add(key, "%q is no gid: it is the number of %s, such as 1204817046172", value, what)
	}
}

// programs checks what is for the processes themselves.
func (f *findings) programs(c *Config) {
	f.hostPort("starter.listen", c.Starter.Listen)
	f.hostPort("starter.operations_listen", c.Starter.OperationsListen)
	f.url("starter.public_url", c.Starter.PublicURL)
	if n := c.Starter.MaxBody; n < 1024 || n > maxBody {
		f.add("starter.max_body", "%d is not between 1024 and %d bytes (1 KiB and 1 MiB)", n, maxBody)
	}
	f.positive("starter.timeout", c.Starter.Timeout)
	if c.Starter.Timeout.Duration >= slackPatience {
		f.add("starter.timeout", "%s is too long: Slack gives up after %s, so make it less", short(c.Starter.Timeout), slackPatience)
	}
	f.leads(c.Starter.Leads)
	f.codecServer(c.Starter.Codec)
	f.spool(&c.Starter.Spool)
	f.sso(c.Starter.SSO, c.Starter.PublicURL)
	f.hostPort("workers.listen", c.Workers.Listen)
	if len(c.Workers.Queues) == 0 {
		f.add("workers.queues", "is empty: name at least one task queue")
	}
	seen := names{}
	for i, q := range c.Workers.Queues {
		f.name(item("workers.queues", i), q)
		f.unique(seen, item("workers.queues", i), q)
	}
	f.positive("workers.stop_timeout", c.Workers.StopTimeout)
	f.deployment(c.Workers.Deployment)
	f.hostPort("temporal.address", strings.TrimPrefix(c.Temporal.Address, "dns:///")) // as gRPC has it
	f.name("temporal.namespace", c.Temporal.Namespace)
}

func item(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// name checks a text that people read on one line.
func (f *findings) name(key, value string) {
	switch {
	case strings.TrimSpace(value) == "":
		f.add(key, "is missing")
	case strings.ContainsFunc(value, unicode.IsControl):
		f.add(key, "%q has a line break or a control character in it: write it on one line", value)
	}
}

func (f *findings) email(key, value string) {
	if value == "" {
		f.add(key, "is missing")
	} else if a, err := mail.ParseAddress(value); err != nil || a.Address != value {
		f.add(key, "%q is no e-mail address: it is like maria@example.com, without a name", value)
	}
}

func (f *findings) positive(key string, d policy.Duration) {
	if _, said := f.where[key]; !said {
		f.add(key, "is missing: give it a duration such as 90s, 15m or 48h")
	} else if d.Duration <= 0 {
		f.add(key, "%s is not more than nothing", short(d))
	}
}

// atLeastNothing checks a duration that may be left out.
func (f *findings) atLeastNothing(key string, d policy.Duration) {
	if d.Duration < 0 {
		f.add(key, "%s is less than nothing", short(d))
	}
}

// url checks the address of an API or a page. What it quotes is without the password that may be in it.
func (f *findings) url(key, value string) {
	u, err := url.Parse(value)
	switch {
	case value == "":
		f.add(key, "is missing")
	case err != nil:
		f.add(key, "can't be read as an address: it is like https://api.example.com")
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		f.add(key, "%q is no whole address: it is like https://api.example.com", u.Redacted())
	case u.User != nil:
		f.add(key, "%q has a user name in it: a secret doesn't belong here", u.Redacted())
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		f.add(key, "%q has a ? or a # in it: leave off what follows", value)
	}
}

func (f *findings) hostPort(key, value string) {
	if value == "" {
		f.add(key, "is missing")
		return
	}
	if !isHostPort(value) {
		f.add(key, "%q is no host and port: it is like 127.0.0.1:8080", value)
	}
}

func isHostPort(value string) bool {
	_, port, err := net.SplitHostPort(value)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	return err == nil
}

// idLike makes of a name one that can be an ID.
func idLike(name string) string {
	id := strings.Trim(strings.Map(func(r rune) rune {
		switch r = unicode.ToLower(r); {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '-':
			return r
		}
		return '-'
	}, name), "-.")
	if id == "" {
		return "maria"
	}
	return id
}

// short writes a duration without the noughts at its end.
func short(d policy.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
