// Package config reads the operator's handbook: who works here, how leads are routed, how long people have, where the
// systems are. It comes from YAML files and the environment; secrets come from the environment or from files of their own,
// never from the handbook.
//
// A configuration is loaded whole and checked whole: [Load] either answers with one in which every name that is mentioned
// exists and every number makes sense, or with all the mistakes at once. What it made never changes; a new version of the
// handbook is a new [Config], which [Live.Watch] puts in force while the program runs.
package config

import (
	"github.com/throughline-dev/throughline/activities/calendar"
	"github.com/throughline-dev/throughline/activities/policy"
)

// Config is the effective configuration: the files and the environment, merged and checked. The JSON names of its fields are
// the keys of the YAML file; config.yaml beside this file says what each is for.
type Config struct {
	Company Company `json:"company"`
	// Calendars are the working hours that ladders, people and pools name.
	Calendars []calendar.Calendar `json:"calendars"`
	// Staff is everybody as the file has them. [Config.People] has their absences worked out.
	Staff []Person `json:"people"`
	Roles []Role   `json:"roles"`
	Pools []Pool   `json:"pools"`
	Lead  Lead     `json:"lead"`
	// Proposal is how proposals are handled.
	Proposal Proposal `json:"proposal"`
	// Returns is how returns are handled.
	Returns Returns `json:"returns"`
	// Templates is the folder with the operator's own e-mail templates, as an absolute path; "" for the built-in ones only.
	Templates string    `json:"templates"`
	Documents Documents `json:"documents"`
	Systems   Systems   `json:"systems"`
	Starter   Starter   `json:"starter"`
	Workers   Workers   `json:"workers"`
	Temporal  Temporal  `json:"temporal"`

	// Digest identifies the effective configuration: 16 hexadecimal digits of a SHA-256 over everything above. Secrets are no
	// part of it.
	Digest string `json:"-"`
	// People is everybody, in the order of the file.
	People []policy.Person `json:"-"`
	// Book is the handbook as the policy activities answer from it.
	Book *policy.Book `json:"-"`

	secrets map[SecretName]Secret
}

// Company is our own company.
type Company struct {
	// Name stands under every e-mail.
	Name string `json:"name"`
	// Sender is the mailbox that e-mail comes from unless a person sends it. SendGrid must have verified its address.
	Sender Sender `json:"sender"`
}

// Sender is a mailbox.
type Sender struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Person is somebody who takes part, as the file has them: see [policy.Person].
type Person struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Email    string    `json:"email"`
	Slack    string    `json:"slack"`
	CRMOwner string    `json:"crm_owner"`
	Manager  string    `json:"manager"`
	Calendar string    `json:"calendar"`
	Away     []Absence `json:"away"`
}

// Absence is a time at which a person isn't there. A date is one in the zone of their calendar, or in UTC where they have none.
type Absence struct {
	From Moment `json:"from"`
	// To is the last day, where it is a date; else the instant at which they are back.
	To    Moment `json:"to"`
	Cover string `json:"cover"` // the ID of who stands in; "" for nobody
}

// Role is a duty, and the IDs of those who hold it.
type Role struct {
	Name    string   `json:"name"`
	Channel string   `json:"channel"` // Slack channel ID; "" shows the role's tasks to each holder directly
	People  []string `json:"people"`
}

// Pool is a group of people who take turns.
type Pool struct {
	Name     string   `json:"name"`
	Calendar string   `json:"calendar"` // the working hours of members who have none of their own; "" for at any time
	Members  []Member `json:"members"`
}

// Member is a person's place in a pool.
type Member struct {
	Person   string `json:"person"`    // the person's ID
	Weight   int    `json:"weight"`    // the share of the turns, relative to the others'; 1 where the file doesn't say
	DailyCap int    `json:"daily_cap"` // the most leads of the pool a day; 0 for no limit, where the file doesn't say
}

// Lead is how leads are handled.
type Lead struct {
	EnrichmentWait policy.Duration `json:"enrichment_wait"`
	// OwnerWait is the longest a lead waits for the CRM to say who owns its contact or account; 0 for not at all.
	OwnerWait policy.Duration `json:"owner_wait"`
	// OutOfHours is what happens while nobody of a pool is at work, [policy.Anyway] where the file doesn't say; MaxHold is the
	// longest that a lead is held then.
	OutOfHours       policy.OutOfHours  `json:"out_of_hours"`
	MaxHold          policy.Duration    `json:"max_hold"`
	Territories      []policy.Territory `json:"territories"`
	DefaultPool      string             `json:"default_pool"`
	OutreachTemplate string             `json:"outreach_template"`
	Contact          policy.Ladder      `json:"contact"`
	// MaxPause is how long the rep's task may be paused in all, and MaxExtension how much time may be added to it; 0 for not
	// at all.
	MaxPause     policy.Duration `json:"max_pause"`
	MaxExtension policy.Duration `json:"max_extension"`
	Operations   policy.Ladder   `json:"operations"`
}

// Documents is where the documents of proposals are kept, and how they look.
type Documents struct {
	// Dir is the folder, as an absolute path. Every worker process writes to it, and the starter reads there what people open, so
	// all of them have the same one: see document.Store.
	Dir string `json:"dir"`
	// Templates is the folder with the operator's own look of them, as an absolute path; "" for the built-in one. What can be in
	// it: see document.LoadTemplates.
	Templates string `json:"templates"`
}

// Systems says where the outside world is.
type Systems struct {
	// Timeout is for one HTTP request to any of them.
	Timeout        policy.Duration `json:"timeout"`
	Slack          Slack           `json:"slack"`
	SendGrid       SendGrid        `json:"sendgrid"`
	HubSpot        HubSpot         `json:"hubspot"`
	PeopleDataLabs PeopleDataLabs  `json:"peopledatalabs"`
	DropboxSign    DropboxSign     `json:"dropboxsign"`
	Asana          Asana           `json:"asana"`
	Stripe         Stripe          `json:"stripe"`
	Shopify        Shopify         `json:"shopify"`
}

// Rate is how many requests all workers together send a system in any stretch of time as long as Per; no Requests is no limit.
type Rate struct {
	Requests int             `json:"requests"`
	Per      policy.Duration `json:"per"`
}

// Slack is where Slack's Web API is.
type Slack struct {
	URL  string `json:"url"` // ends in "/": method names are appended to it
	Rate Rate   `json:"rate"`
}

// SendGrid is where SendGrid's API is.
type SendGrid struct {
	URL string `json:"url"` // without the version ("/v3")
	// EmailActivity says that the account has SendGrid's e-mail activity add-on, so that a message that may have been sent
	// before can be looked up.
	EmailActivity bool `json:"email_activity"`
	// ReplyHost is the host whose mail SendGrid's Inbound Parse hands to the starter; "" for none.
	ReplyHost string `json:"reply_host"`
	// EventKey and ReplyKey are the public keys, as SendGrid shows them, that check the signatures of its event webhook and of
	// its Inbound Parse; without one ("") what it should check is refused.
	EventKey string `json:"event_key"`
	ReplyKey string `json:"reply_key"`
	Rate     Rate   `json:"rate"`
}

// HubSpot is where HubSpot's API is.
type HubSpot struct {
	URL string `json:"url"`
	// Portal is the account's number, which a link to a record needs; "" for no links.
	Portal string `json:"portal"`
	// Pages is where HubSpot's own pages are, which the links lead to.
	Pages string `json:"pages"`
	Rate  Rate   `json:"rate"`
	// SearchRate is that of searches, which count as requests, too.
	SearchRate Rate `json:"search_rate"`
}

// PeopleDataLabs is where People Data Labs' API is.
type PeopleDataLabs struct {
	URL string `json:"url"` // without the version ("/v5")
	// MinLikelihood is how sure a match must be to count, from 1 to 10.
	MinLikelihood int  `json:"min_likelihood"`
	Rate          Rate `json:"rate"`
}

// DropboxSign is where Dropbox Sign's API is, and how signatures are asked for.
type DropboxSign struct {
	URL string `json:"url"` // with the version ("/v3")
	// TestMode asks for signatures that cost nothing and don't bind anybody.
	TestMode bool `json:"test_mode"`
	// ClientID is that of an API app, whose branding and callback then apply; "" for the account's own.
	ClientID string `json:"client_id"`
	Rate     Rate   `json:"rate"`
}

// Asana is where Asana's API is, and where in Asana projects are made.
type Asana struct {
	URL string `json:"url"` // with the version ("/1.0")
	// Workspace is the gid of the workspace or organisation, and Team that of the team which has the projects; a plain workspace
	// has no teams, and "".
	Workspace string `json:"workspace"`
	Team      string `json:"team"`
	Rate      Rate   `json:"rate"`
}

// Stripe is where Stripe's API is.
type Stripe struct {
	URL  string `json:"url"` // without the version ("/v1")
	Rate Rate   `json:"rate"`
}

// Shopify is where the shop is, by its Admin API. It has no Rate: Shopify counts what a query costs, and says of one that it
// refuses when there is enough again.
type Shopify struct {
	// URL is the shop's own address ("https://example.myshopify.com"), without "/admin"; "" where there is no shop.
	URL     string `json:"url"`
	Version string `json:"version"` // of the API: "2026-10"
	// ClientID is that of the app, whose secret is [ShopifyClientSecret]; "" for an older app, which has a [ShopifyToken].
	ClientID string `json:"client_id"`
	// Location is the ID of where what comes back is put into stock, as a number or as "gid://shopify/Location/…".
	Location string `json:"location"`
	// PaymentAttribute is the name of the order's attribute that has Stripe's ID of its payment, where the shop's own record of the
	// payment doesn't; "" for none.
	PaymentAttribute string `json:"payment_attribute"`
}

// Starter is the HTTP door.
type Starter struct {
	Listen    string `json:"listen"`     // host:port
	PublicURL string `json:"public_url"` // how the outside reaches the door
	MaxBody   int    `json:"max_body"`   // bytes; a longer request gets 413
	// Timeout is how long Temporal may take to accept a lead or a click before the caller is told to try again. Slack gives
	// up on us after three seconds, so it is less than that.
	Timeout policy.Duration `json:"timeout"`
	// OperationsListen is the host:port of health and metrics, which are no business of the outside.
	OperationsListen string `json:"operations_listen"`

	Leads Leads       `json:"leads"`
	Codec CodecServer `json:"codec"`
	Spool Spool       `json:"spool"`
	SSO   SSO         `json:"sso"`
}

// Spool is where the door keeps what comes while Temporal is away.
type Spool struct {
	// Dir is the folder, as an absolute path; "" keeps nothing, so that who brings something is told to bring it again.
	Dir string `json:"dir"`
	// MaxSize is the most that is kept, in bytes, and MaxAge how old the oldest may get before nothing more is taken.
	MaxSize int             `json:"max_size"`
	MaxAge  policy.Duration `json:"max_age"`
}

// SSO is single sign-on: people open their tasks' pages by an OpenID Connect provider, without the link of an e-mail. The provider
// sends them back to /sso/callback at the door's public address.
type SSO struct {
	Issuer   string `json:"issuer"` // the provider's address; "" for no single sign-on
	ClientID string `json:"client_id"`
}

// CodecServer is where Temporal Web and the command line of Temporal have payloads decrypted for people, at an address of its own,
// apart from the door. Who asks proves who they are by [CodecToken], or by a token that an OpenID Connect provider has issued.
type CodecServer struct {
	Listen string `json:"listen"` // host:port; "" for no such place
	// Origins are the web sites whose pages may ask: that of Temporal Web.
	Origins []string `json:"origins"`
	// Issuer is the OpenID Connect provider's address, and Audience whom its tokens have to be for; "" for no provider.
	Issuer   string `json:"issuer"`
	Audience string `json:"audience"`
}

// Leads is who may bring leads to the door, and how many.
type Leads struct {
	// Origins are the web sites whose pages may send leads ("https://www.example.com"), beside the door's own.
	Origins []string `json:"origins"`
	// PerMinute is how many leads are taken from one client address a minute, unless they are signed; 0 for no limit.
	PerMinute int `json:"per_minute"`
	// Proxies are the networks ("10.0.0.0/8") of the proxies in front of the door, whose X-Forwarded-For is believed.
	Proxies []string `json:"proxies"`
	// Honeypot is the name of a field that people don't see, so that only a robot fills it in; "" for none.
	Honeypot string `json:"honeypot"`
}

// Workers is the worker process.
type Workers struct {
	Listen string   `json:"listen"` // host:port of health and metrics
	Queues []string `json:"queues"` // the task queues that it serves unless its flags say otherwise
	// StopTimeout is how long activities may take to finish when the process is told to stop.
	StopTimeout policy.Duration `json:"stop_timeout"`
	Deployment  Deployment      `json:"deployment"`
}

// Deployment says which version of which of Temporal's worker deployments a worker process is.
type Deployment struct {
	// Name is the deployment's; "" is for workers without versions.
	Name string `json:"name"`
	// BuildID names the version; "" is the revision that the program was built from.
	BuildID string `json:"build_id"`
}

// Temporal is where Temporal is, unless the usual TEMPORAL_… variables or the profile say otherwise: see [Dial].
type Temporal struct {
	Address   string `json:"address"` // host:port
	Namespace string `json:"namespace"`
	// Profile is the profile in Temporal's own configuration file (temporal.toml); "" for its default one.
	Profile string `json:"profile"`
}
