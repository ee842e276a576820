package process

import (
	"io"
	"log/slog"
)

// NewLogger makes a logger that writes JSON lines without personal data, for the process and for the client that its
// workers use (through go.temporal.io/sdk/log.NewStructuredLogger).
//
// The SDK logs an activity's error, which is safe: a fault's text says which system answered what, and what the vendor
// quoted travels in its details. But it logs the whole result of an activity that ends after its time-out, and a result can
// be a person's record. So that is left out.
func NewLogger(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == "Result" {
				return slog.String(a.Key, "[left out]")
			}
			return a
		},
	}))
}
