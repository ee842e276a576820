package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/config/codec"
)

// printPayloads says whether what Temporal stores is encrypted, and who may have it decrypted.
func printPayloads(w io.Writer, c *config.Config) {
	keys, _ := codec.ParseKeys(c.Secret(config.CodecKeys).Reveal()) // they were checked when they were read
	if len(keys) == 0 {
		fmt.Fprintf(w, "What Temporal stores is in clear, since %s is not set.\n", config.CodecKeys)
		return
	}
	text := "What Temporal stores is encrypted by the key " + keys[0].ID
	if len(keys) > 1 {
		var others []string
		for _, k := range keys[1:] {
			others = append(others, k.ID)
		}
		text += "; " + strings.Join(others, ", ") + " can be read as well"
	}
	fmt.Fprintln(w, text+".")
	s := c.Starter.Codec
	if s.Listen == "" {
		fmt.Fprintln(w, "Nobody can have it decrypted for Temporal Web, since starter.codec.listen is not set.")
		return
	}
	var who []string
	if c.Secret(config.CodecToken).IsSet() {
		who = append(who, "whoever has "+string(config.CodecToken))
	}
	if s.Issuer != "" {
		who = append(who, fmt.Sprintf("whom %s has given a token for %q", s.Issuer, s.Audience))
	}
	if len(who) == 0 {
		who = append(who, "nobody (the starter doesn't start without "+string(config.CodecToken)+" or starter.codec.issuer)")
	}
	fmt.Fprintf(w, "At %s it is decrypted for %s.\n", s.Listen, strings.Join(who, ", and for "))
}
