// Package codec keeps what Temporal stores of the cases from being read there: names, addresses, messages, amounts. Every payload
// is compressed and then encrypted by AES-256-GCM before it leaves the process, and made readable again when it comes back.
//
// A [Codec] has any number of keys, each with an ID. The first encrypts; all decrypt, so that a key can take another's place while
// what the old one encrypted is still around. What was never encrypted stays readable as well, so that encryption can be switched on
// with cases in flight. docs/operations.md says how to do both.
//
// It is not a data converter but works below all of them, on the connection: [Codec.DialOption] says why.
package codec

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
)

// The metadata of an encrypted payload: how it is encoded, which has the version of this format in it, and by which key. The name
// of the latter is the one that Temporal's own examples use.
const (
	Encoding      = "binary/throughline-v1"
	MetadataKeyID = "encryption-key-id"
)

// How what was encrypted is stored, in its first byte.
const (
	plain byte = iota
	compressed
)

// maxPayload is how large a payload may be before it is compressed, and so once it is decompressed: far above what Temporal takes (2 MiB),
// and far below what would hurt. What is larger is refused before it is stored, since nobody could read it any more.
const maxPayload = 16 << 20

// Codec encrypts and decrypts payloads. It may be used by several goroutines at once. Make one with [New].
type Codec struct {
	id   string // the key that encrypts; "" where there is none
	keys map[string]cipher.AEAD
	zip  *zstd.Encoder
	open *zstd.Decoder
}

var _ converter.PayloadCodec = (*Codec)(nil)

// New makes a codec whose first key encrypts, and all of whose keys decrypt. Without a key it encrypts nothing, and still knows an
// encrypted payload when it meets one: see [UnknownKeyError].
func New(keys ...Key) (*Codec, error) {
	c := &Codec{keys: map[string]cipher.AEAD{}}
	for _, k := range keys {
		block, err := aes.NewCipher(k.secret)
		if err != nil {
			return nil, fmt.Errorf("codec: key %q: %w", k.ID, err)
		}
		// Its nonces are random and 96 bits long, so that a key is good for 2^32 payloads (NIST SP 800-38D, section 8.3): some fifty
		// million cases.
		c.keys[k.ID], err = cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("codec: key %q: %w", k.ID, err)
		}
	}
	if len(keys) > 0 {
		c.id = keys[0].ID
	}
	// GCM vouches for what was compressed, so it needs no checksum.
	var err, openErr error
	c.zip, err = zstd.NewWriter(nil, zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true))
	c.open, openErr = zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(maxPayload))
	return c, errors.Join(err, openErr)
}

// Encrypts reports whether there is a key to encrypt with.
func (c *Codec) Encrypts() bool { return c.id != "" }

// Encode encrypts payloads whole, with their metadata. Without a key they stay as they are. The error is a [TooLargeError].
func (c *Codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	if !c.Encrypts() {
		return payloads, nil
	}
	return each(payloads, c.encode)
}

// Decode decrypts those payloads that [Codec.Encode] encrypted, and leaves others as they are. The error is an [UnknownKeyError] or
// a [BrokenError].
func (c *Codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	return each(payloads, c.decode)
}

func each(payloads []*commonpb.Payload, do func(*commonpb.Payload) (*commonpb.Payload, error)) ([]*commonpb.Payload, error) {
	done := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		var err error
		if done[i], err = do(p); err != nil {
			return nil, err
		}
	}
	return done, nil
}

func (c *Codec) encode(p *commonpb.Payload) (*commonpb.Payload, error) {
	content, err := proto.MarshalOptions{}.MarshalAppend([]byte{plain}, p)
	if err != nil {
		return nil, fmt.Errorf("codec: %w", err)
	}
	if len(content) > maxPayload {
		return nil, &TooLargeError{Size: len(content)}
	}
	if small := c.zip.EncodeAll(content[1:], []byte{compressed}); len(small) < len(content) {
		content = small
	}
	return &commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(Encoding), MetadataKeyID: []byte(c.id)},
		Data:     c.keys[c.id].Seal(nil, nil, content, bound(c.id)),
	}, nil
}

func (c *Codec) decode(p *commonpb.Payload) (*commonpb.Payload, error) {
	if string(p.GetMetadata()[converter.MetadataEncoding]) != Encoding {
		return p, nil
	}
	id := string(p.GetMetadata()[MetadataKeyID])
	key, ok := c.keys[id]
	if !ok {
		return nil, &UnknownKeyError{ID: id, Known: slices.Sorted(maps.Keys(c.keys))}
	}
	content, err := key.Open(nil, nil, p.GetData(), bound(id))
	if err != nil || len(content) == 0 {
		return nil, &BrokenError{ID: id}
	}
	kind, content := content[0], content[1:]
	if kind == compressed {
		if content, err = c.open.DecodeAll(content, nil); err != nil {
			return nil, &BrokenError{ID: id, Cause: err}
		}
	}
	was := &commonpb.Payload{}
	if err := proto.Unmarshal(content, was); err != nil {
		return nil, &BrokenError{ID: id, Cause: err}
	}
	return was, nil
}

// bound is what a payload's encryption vouches for besides its content: all of the metadata that says how to read it. So nobody can
// have it read as another format, or another key's.
//
// The case that it belongs to is no part of it: Temporal Web asks for a payload to be decrypted without saying where it found it, and
// a history may be replayed under another ID.
func bound(id string) []byte { return bytes.Join([][]byte{[]byte(Encoding), []byte(id)}, []byte{0}) }

// UnknownKeyError is the error for a payload that was encrypted by a key which isn't there.
type UnknownKeyError struct {
	ID    string   // the key's, as the payload has it
	Known []string // the IDs of those that are there
}

func (e *UnknownKeyError) Error() string {
	have := "there is none"
	if len(e.Known) > 0 {
		have = "there are only " + strings.Join(e.Known, ", ")
	}
	return fmt.Sprintf("a payload is encrypted by the key %.80q, and %s in %s: add that key, after those that are there, and restart", e.ID, have, Variable)
}

// BrokenError is the error for a payload that its key doesn't open, or opens without there being a payload in it.
type BrokenError struct {
	ID    string // the key's
	Cause error  // why what the key has opened is no payload; nil where it doesn't open
}

func (e *BrokenError) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("what the key %.80q has opened is no payload (%v): another program has written it, or another version of this one", e.ID, e.Cause)
	}
	return fmt.Sprintf("a payload can't be decrypted by the key %.80q: another key had this ID when it was encrypted (put that one back in %s), or the payload was changed since", e.ID, Variable)
}

// TooLargeError is the error for a payload that is too large to be encrypted.
type TooLargeError struct{ Size int } // in bytes

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("a payload has %d bytes, and %d is the most that is encrypted", e.Size, maxPayload)
}
