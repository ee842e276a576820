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
