package process

import (
	"context"
	"fmt"
	"log/slog"

	"go.temporal.io/sdk/client"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/starter/spool"
	"github.com/throughline-dev/throughline/starter/webhook"
)

// OpenSpool opens the spool that the configuration asks for; nil where it asks for none. Close it after the door, which has it by its
// client, a [spool.Client].
func OpenSpool(c *config.Config, logger *slog.Logger) (*spool.Spool, error) {
	conf := c.Starter.Spool
	if conf.Dir == "" {
		return nil, nil
	}
	payloads, err := c.Codec()
	if err != nil {
		return nil, err
	}
	s, err := spool.Open(spool.Options{
		Dir: conf.Dir, MaxSize: int64(conf.MaxSize), MaxAge: conf.MaxAge.Duration, Codec: payloads, Logger: logger,
	})
	if err != nil {
		return nil, fmt.Errorf("starter.spool.dir: %w", err)
	}
	if !payloads.Encrypts() {
		logger.Warn("What is kept while Temporal is away isn't encrypted, since there are no keys.", "set", config.CodecKeys)
	}
	if n := s.Stats().Entries; n > 0 {
		logger.Info("Something was kept when this process ended last, and is handed over now.", "entries", n)
	}
	return s, nil
}

// HandOver hands over what the client's spool keeps, until the context ends.
func HandOver(ctx context.Context, c *spool.Client) {
	c.Spool.Run(ctx, c.Client, map[string]spool.Deliver{
		intake.KindStart: intake.Deliver,
		// News may have to go behind what is kept of the case that it turns out to be for.
		webhook.KindNews: func(ctx context.Context, _ client.Client, e spool.Entry) error { return webhook.Deliver(ctx, c, e) },
	})
}
