package config

import "github.com/throughline-dev/throughline/config/codec"

// Codec encrypts payloads by the keys in [CodecKeys]; without any it encrypts nothing.
func (c *Config) Codec() (*codec.Codec, error) {
	keys, err := codec.ParseKeys(c.Secret(CodecKeys).Reveal())
	if err != nil {
		return nil, err
	}
	return codec.New(keys...)
}
