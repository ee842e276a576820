package config

import "log/slog"

// Secret is a value that must not be seen: it prints, marshals and logs as "[redacted]". Only [Secret.Reveal] tells it.
type Secret struct {
	// A pointer, since fmt prints what an unexported field holds without asking it: an address is all that can leak.
	value *string
}

// NewSecret hides a value; "" makes a secret that isn't set.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{&value}
}

// Reveal is the value itself; "" where it isn't set.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsSet reports whether there is a value.
func (s Secret) IsSet() bool { return s.value != nil }

// String says only whether there is a value.
func (s Secret) String() string {
	if s.value == nil {
		return "[not set]"
	}
	return "[redacted]"
}

// GoString is what %#v prints.
func (s Secret) GoString() string { return s.String() }

// MarshalText is what JSON, YAML and the like write.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue is what slog writes.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// SecretName names a secret by its environment variable. The variable with _FILE appended names a file that holds the value
// instead, as container platforms mount them.
type SecretName string

// The secrets.
const (
	// SlackToken is the bot token ("xoxb-…") that cards are posted with.
	SlackToken SecretName = "THROUGHLINE_SLACK_TOKEN"
	// SlackSigningSecret proves that a click came from Slack.
	SlackSigningSecret SecretName = "THROUGHLINE_SLACK_SIGNING_SECRET"
	// SendGridKey is the API key ("SG.…") that e-mail is sent with.
	SendGridKey SecretName = "THROUGHLINE_SENDGRID_KEY"
	// HubSpotToken is the private app's access token ("pat-…").
	HubSpotToken SecretName = "THROUGHLINE_HUBSPOT_TOKEN"
	// PeopleDataLabsKey is the API key for company enrichment.
	PeopleDataLabsKey SecretName = "THROUGHLINE_PEOPLEDATALABS_KEY"
)

// file is the variable that may name a file with the secret in it.
func (n SecretName) file() string { return string(n) + "_FILE" }

var secretNames = []SecretName{SlackToken, SlackSigningSecret, SendGridKey, HubSpotToken, PeopleDataLabsKey}

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

// Secret is the named secret; not set where the environment doesn't have it.
func (c *Config) Secret(name SecretName) Secret { return c.secrets[name] }
