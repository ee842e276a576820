package config

import (
	"errors"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"unicode"

	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/config/codec"
)

// SecretName names a secret by its environment variable. The variable with _FILE appended names a file that holds the value
// instead, as container platforms mount them.
type SecretName string

// The secrets.
const (
	// SlackToken is the bot token ("xoxb-…") that cards are posted with.
	SlackToken SecretName = "THROUGHLINE_SLACK_TOKEN"
	// SlackSigningSecret proves that a click came from Slack.
	SlackSigningSecret SecretName = "THROUGHLINE_SLACK_SIGNING_SECRET"
	// SlackAppToken is the app-level token ("xapp-…") that Socket Mode is opened with; nothing else needs it.
	SlackAppToken SecretName = "THROUGHLINE_SLACK_APP_TOKEN"
	// SendGridKey is the API key ("SG.…") that e-mail is sent with.
	SendGridKey SecretName = "THROUGHLINE_SENDGRID_KEY"
	// HubSpotToken is the private app's access token ("pat-…").
	HubSpotToken SecretName = "THROUGHLINE_HUBSPOT_TOKEN"
	// HubSpotSecret is the app's client secret, which proves that an event came from HubSpot.
	HubSpotSecret SecretName = "THROUGHLINE_HUBSPOT_SECRET"
	// LeadsSecret is what servers sign the leads with that they send to the door: one secret, or several with commas between
	// them while one takes another's place.
	LeadsSecret SecretName = "THROUGHLINE_LEADS_SECRET"
	// DropboxSignKey is the account's primary API key. Signatures are asked for with it, and it proves that a callback came from
	// Dropbox Sign.
	DropboxSignKey SecretName = "THROUGHLINE_DROPBOXSIGN_KEY"
	// AsanaToken is the personal access token that projects are made with.
	AsanaToken SecretName = "THROUGHLINE_ASANA_TOKEN"
	// StripeKey is the secret key ("sk_…" or "rk_…") that invoices are made with, and refunds.
	StripeKey SecretName = "THROUGHLINE_STRIPE_KEY"
	// StripeWebhookSecret is the signing secret ("whsec_…") of Stripe's webhook, which proves that an event came from Stripe.
	StripeWebhookSecret SecretName = "THROUGHLINE_STRIPE_WEBHOOK_SECRET"
	// ShopifyClientSecret is the secret ("shpss_…") of the app in the shop whose client ID is systems.shopify.client_id: the shop gives it
	// an access token for a day at a time.
	ShopifyClientSecret SecretName = "THROUGHLINE_SHOPIFY_CLIENT_SECRET"
	// ShopifyToken is the access token ("shpat_…") of an app that was made in the shop before 2026, which lasts.
	ShopifyToken SecretName = "THROUGHLINE_SHOPIFY_TOKEN"
	// LinkSecret is what signs the links to a task's page and to a document: one secret, or several with commas between them while
	// one takes another's place; the first signs.
	LinkSecret SecretName = "THROUGHLINE_LINK_SECRET"
	// PeopleDataLabsKey is the API key for company enrichment.
	PeopleDataLabsKey SecretName = "THROUGHLINE_PEOPLEDATALABS_KEY"
	// CodecKeys are what payloads are encrypted by before Temporal gets them, as [codec.ParseKeys] reads them: the first encrypts, all
	// decrypt. Every process has the same ones. In a file they may stand one a line.
	CodecKeys SecretName = codec.Variable
	// CodecToken is what whoever asks the starter to decrypt payloads may prove by that they may: see [CodecServer].
	CodecToken SecretName = "THROUGHLINE_CODEC_TOKEN"
	// SSOClientSecret is the secret that the provider of single sign-on has given to the client: see [SSO].
	SSOClientSecret SecretName = "THROUGHLINE_SSO_CLIENT_SECRET"
)

var secretNames = []SecretName{
	SlackToken, SlackSigningSecret, SlackAppToken, SendGridKey, HubSpotToken, HubSpotSecret, PeopleDataLabsKey, LeadsSecret, LinkSecret,
	DropboxSignKey, AsanaToken, StripeKey, StripeWebhookSecret, ShopifyClientSecret, ShopifyToken,
	CodecKeys, CodecToken, SSOClientSecret,
}

// file is the variable that may name a file with the secret in it.
func (n SecretName) file() string { return string(n) + "_FILE" }

// Secret is the named secret; not set where the environment doesn't have it.
func (c *Config) Secret(name SecretName) Secret { return c.secrets[name] }

// LeadsSecrets are the secrets in [LeadsSecret], any of which a lead may be signed with.
func (c *Config) LeadsSecrets() []string { return c.list(LeadsSecret) }

// LinkSecrets are the secrets in [LinkSecret], the first of which signs.
func (c *Config) LinkSecrets() []string { return c.list(LinkSecret) }

// StripeWebhookSecrets are the secrets in [StripeWebhookSecret], any of which an event may be signed with.
func (c *Config) StripeWebhookSecrets() []string { return c.list(StripeWebhookSecret) }

// ShopMissing names what has to be set before the shop lets us in; "" where nothing is missing.
func (c *Config) ShopMissing() string {
	id, secret := c.Systems.Shopify.ClientID != "", c.Secret(ShopifyClientSecret).IsSet()
	switch {
	case id && !secret:
		return string(ShopifyClientSecret)
	case secret && !id:
		return "systems.shopify.client_id"
	case !id && !c.Secret(ShopifyToken).IsSet():
		return "systems.shopify.client_id and " + string(ShopifyClientSecret) + ", or the " + string(ShopifyToken) + " of an older app"
	}
	return ""
}

// list are the secrets in one that may hold several, with commas between them.
func (c *Config) list(name SecretName) []string {
	return strings.FieldsFunc(c.Secret(name).Reveal(), func(r rune) bool { return r == ',' })
}

// Links signs and opens links with [LinkSecret], to addresses of the door as the outside reaches it; nil where there is no such
// secret.
func (c *Config) Links() (*link.Signer, error) {
	secret := c.Secret(LinkSecret)
	if !secret.IsSet() {
		return nil, nil
	}
	return link.NewSigner(c.Starter.PublicURL, secret.Reveal())
}

// RequireSecrets checks that the secrets which a program needs are set. The error is of type [Mistakes] and names the variable
// to set for each that isn't.
func (c *Config) RequireSecrets(names ...SecretName) error {
	var missing Mistakes
	for _, name := range names {
		if !c.secrets[name].IsSet() {
			missing = append(missing, Mistake{
				Where:   string(name),
				Problem: "is not set: set it, or " + name.file() + " to the path of a file that holds the secret",
			})
		}
	}
	if missing == nil {
		return nil
	}
	return missing
}

// secrets reads the secrets that the environment has. No message quotes one.
func (f *findings) secrets(number int, env environment) map[SecretName]Secret {
	secrets := map[SecretName]Secret{}
	for _, name := range secretNames {
		value, direct := env[string(name)]
		path, byFile := env[name.file()]
		at := position{layer: number, source: string(name)}
		switch {
		case direct && byFile:
			f.addAt(at, "", "is set, and so is %s: keep one", name.file())
			continue
		case byFile:
			at.source = name.file()
			b, err := os.ReadFile(path)
			if err != nil {
				f.addAt(at, "", "can't read %q: %s", path, cause(err))
				continue
			}
			if value = strings.TrimRight(string(b), "\r\n"); value == "" {
				f.addAt(at, "", "%q is empty: the secret goes there, on one line", path)
				continue
			}
		}
		if name == CodecKeys {
			value = strings.Join(strings.Fields(value), ",")
			if _, err := codec.ParseKeys(value); err != nil {
				f.addAt(at, "", "%s", err)
				continue
			}
		}
		if strings.ContainsFunc(value, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsGraphic(r) || unicode.IsSpace(r) }) {
			f.addAt(at, "", "has a space, a line break or another character in it that no secret has: was it copied whole?")
			continue
		}
		if (name == LeadsSecret || name == LinkSecret || name == CodecToken) && value != "" {
			f.signingSecrets(at, value)
		}
		secrets[name] = NewSecret(value)
	}
	return secrets
}

// cause is a file error without the operation and the path.
func cause(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}

// What shows that a secret was written where it doesn't belong: the name of a key that isn't one of ours, or how the vendor's
// secrets begin.
var (
	secretKey  = regexp.MustCompile(`(?i)(token|secret|password|passwd|credential|api_?key|^key$|_key$)`)
	beginnings = []struct {
		text *regexp.Regexp
		name SecretName
	}{
		{regexp.MustCompile(`^xox[a-z]-`), SlackToken},
		{regexp.MustCompile(`^xapp-`), SlackAppToken},
		{regexp.MustCompile(`^SG\.[\w-]+\.`), SendGridKey},
		{regexp.MustCompile(`^pat-[a-z]{2}\d-`), HubSpotToken},
		{regexp.MustCompile(`^[rs]k_(live|test)_`), StripeKey},
		{regexp.MustCompile(`^whsec_`), StripeWebhookSecret},
		{regexp.MustCompile(`^shpss_`), ShopifyClientSecret},
		{regexp.MustCompile(`^shp(at|ca|pa)_`), ShopifyToken},
		{regexp.MustCompile(`^[0-2]/\d+(/\d+)?:[0-9a-f]{32}$`), AsanaToken},
	}
)

// leaked reports whether a value is a secret by its looks, and which.
func leaked(value string) (SecretName, bool) {
	for _, b := range beginnings {
		if b.text.MatchString(value) {
			return b.name, true
		}
	}
	return "", false
}

// secretsOf are the secrets of the system that a key belongs to, or all of them.
func secretsOf(key string) []SecretName {
	var names []SecretName
	for _, name := range secretNames {
		system, _, _ := strings.Cut(strings.TrimPrefix(string(name), envPrefix), "_")
		if strings.Contains(strings.ToUpper(key), system) {
			names = append(names, name)
		}
	}
	if names == nil {
		return secretNames
	}
	return names
}

// setSecret says how a secret is set.
func setSecret(names ...SecretName) string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	return strings.Join(texts, " or ") + " in the environment, or the same name with _FILE to the path of a file that holds it"
}
