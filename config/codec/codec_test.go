package codec

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"
)

// keyText is a key as an operator writes it; each byte of it is b.
func keyText(id string, b byte) string {
	return id + "=" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, keySize))
}

// newCodec makes a codec of keys as an operator writes them.
func newCodec(t require.TestingT, keys ...string) *Codec {
	parsed, err := ParseKeys(strings.Join(keys, ","))
	require.NoError(t, err)
	c, err := New(parsed...)
	require.NoError(t, err)
	return c
}

var (
	old = keyText("2026-05", 1)
	now = keyText("2026-11", 2)
)

func payload(t require.TestingT, v any) *commonpb.Payload {
	p, err := converter.GetDefaultDataConverter().ToPayload(v)
	require.NoError(t, err)
	return p
}

func encodeOne(t require.TestingT, c *Codec, p *commonpb.Payload) *commonpb.Payload {
	out, err := c.Encode([]*commonpb.Payload{p})
	require.NoError(t, err)
	require.Len(t, out, 1)
	return out[0]
}

func decodeOne(c *Codec, p *commonpb.Payload) (*commonpb.Payload, error) {
	out, err := c.Decode([]*commonpb.Payload{p})
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

func TestWhatWasEncodedComesBackAsItWas(t *testing.T) {
	c := newCodec(t, now)
	rapid.Check(t, func(t *rapid.T) {
		p := &commonpb.Payload{Data: rapid.SliceOf(rapid.Byte()).Draw(t, "data"), Metadata: map[string][]byte{}}
		for name, value := range rapid.MapOf(rapid.String(), rapid.SliceOf(rapid.Byte())).Draw(t, "metadata") {
			p.Metadata[strings.ToValidUTF8(name, "")] = value
		}
		before := proto.Clone(p)
		sealed := encodeOne(t, c, p)
		require.True(t, proto.Equal(before, p), "what is given must not be changed")
		opened, err := decodeOne(c, sealed)
		require.NoError(t, err)
		require.True(t, proto.Equal(before, opened))
	})
}

func TestAnEncodedPayloadSaysNothingButItsKey(t *testing.T) {
	c := newCodec(t, now, old)
	sealed := encodeOne(t, c, payload(t, map[string]string{"name": "Amelia Hartmann"}))
	assert.Equal(t, map[string][]byte{"encoding": []byte(Encoding), "encryption-key-id": []byte("2026-11")}, sealed.Metadata)
	assert.NotContains(t, string(sealed.Data), "Amelia")
	assert.NotContains(t, string(sealed.Data), "json/plain")

	again := encodeOne(t, c, payload(t, map[string]string{"name": "Amelia Hartmann"}))
	assert.NotEqual(t, sealed.Data, again.Data, "no two encryptions are alike")
}

func TestAPayloadIsCompressedWhereThatMakesItSmaller(t *testing.T) {
	c := newCodec(t, now)
	long := payload(t, strings.Repeat("the same again ", 1000))
	assert.Less(t, len(encodeOne(t, c, long).Data), len(long.Data)/20)

	short := payload(t, "x")
	assert.Less(t, len(encodeOne(t, c, short).Data), proto.Size(short)+1+12+16+1, "a short one grows by nonce, tag and a byte")
}

func TestTheFirstKeyEncryptsAndAllDecrypt(t *testing.T) {
	before, between, after, gone := newCodec(t, old), newCodec(t, old, now), newCodec(t, now, old), newCodec(t, now)
	p := payload(t, "hello")
	for _, writer := range []*Codec{before, between, after} {
		for _, reader := range []*Codec{between, after} {
			opened, err := decodeOne(reader, encodeOne(t, writer, p))
			require.NoError(t, err)
			require.True(t, proto.Equal(p, opened))
		}
	}
	assert.Equal(t, "2026-05", string(encodeOne(t, between, p).Metadata[MetadataKeyID]))
	assert.Equal(t, "2026-11", string(encodeOne(t, after, p).Metadata[MetadataKeyID]))

	_, err := decodeOne(gone, encodeOne(t, before, p))
	assert.EqualError(t, err, `a payload is encrypted by the key "2026-05", and there are only 2026-11 in THROUGHLINE_CODEC_KEYS: add that key, after those that are there, and restart`)
}

func TestWhatWasNeverEncryptedIsRead(t *testing.T) {
	for _, c := range []*Codec{newCodec(t), newCodec(t, now)} {
		for _, p := range []*commonpb.Payload{
			payload(t, "hello"), payload(t, nil), payload(t, []byte{1, 2}), {}, {Metadata: map[string][]byte{"encoding": []byte("binary/encrypted")}},
		} {
			opened, err := decodeOne(c, p)
			require.NoError(t, err)
			assert.True(t, proto.Equal(p, opened))
		}
	}
}

func TestWithoutAKeyNothingIsEncryptedAndWhatIsEncryptedIsNotTakenForSomethingElse(t *testing.T) {
	none, p := newCodec(t), payload(t, "hello")
	assert.False(t, none.Encrypts())
	assert.True(t, proto.Equal(p, encodeOne(t, none, p)))

	_, err := decodeOne(none, encodeOne(t, newCodec(t, now), p))
	var unknown *UnknownKeyError
	require.ErrorAs(t, err, &unknown)
	assert.Equal(t, "2026-11", unknown.ID)
	assert.ErrorContains(t, err, "there is none in THROUGHLINE_CODEC_KEYS")
}

// Whoever can write to Temporal's database must not be able to make one payload of another, nor have it read by another key.
func TestAPayloadThatWasChangedIsRefused(t *testing.T) {
	c := newCodec(t, now, keyText("2026-05", 2)) // the same secret under another ID
	sealed := encodeOne(t, c, payload(t, "EUR 100"))
	rapid.Check(t, func(t *rapid.T) {
		p := proto.CloneOf(sealed)
		i := rapid.IntRange(0, len(p.Data)-1).Draw(t, "byte")
		p.Data[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "change"))
		_, err := decodeOne(c, p)
		var broken *BrokenError
		require.ErrorAs(t, err, &broken)
	})
	for _, data := range [][]byte{nil, sealed.Data[:5], sealed.Data[:len(sealed.Data)-1]} {
		_, err := decodeOne(c, &commonpb.Payload{Metadata: sealed.Metadata, Data: data})
		assert.ErrorContains(t, err, `can't be decrypted by the key "2026-11"`)
	}
	moved := proto.CloneOf(sealed)
	moved.Metadata[MetadataKeyID] = []byte("2026-05")
	_, err := decodeOne(c, moved)
	assert.ErrorContains(t, err, `can't be decrypted by the key "2026-05": another key had this ID`)
}

// What compresses well is small when Temporal sees it, so that nobody else would refuse it.
func TestWhatNobodyCouldReadAnyMoreIsNotWritten(t *testing.T) {
	c := newCodec(t, now)
	_, err := c.Encode([]*commonpb.Payload{{Data: bytes.Repeat([]byte("a"), maxPayload)}})
	var large *TooLargeError
	require.ErrorAs(t, err, &large)
	most := &commonpb.Payload{Data: bytes.Repeat([]byte("a"), maxPayload-6)} // with its tag and length
	opened, err := decodeOne(c, encodeOne(t, c, most))
	require.NoError(t, err)
	require.True(t, proto.Equal(most, opened))
}

// Whoever has the key may still have written something else by it: it is said, and expands to no more than a payload may have.
func TestWhatAKeyOpensAndIsNoPayloadIsRefused(t *testing.T) {
	c := newCodec(t, now)
	for name, content := range map[string][]byte{
		"a bomb":      c.zip.EncodeAll(make([]byte, maxPayload+1), []byte{compressed}),
		"cut off":     append([]byte{compressed}, c.zip.EncodeAll(make([]byte, 1000), nil)[:9]...),
		"no protobuf": {plain, 0xff},
	} {
		_, err := decodeOne(c, &commonpb.Payload{
			Metadata: map[string][]byte{"encoding": []byte(Encoding), MetadataKeyID: []byte("2026-11")},
			Data:     c.keys["2026-11"].Seal(nil, nil, content, bound("2026-11")),
		})
		var broken *BrokenError
		require.ErrorAs(t, err, &broken, name)
		assert.ErrorContains(t, err, `what the key "2026-11" has opened is no payload (`, name)
	}
}

func TestKeysAreReadAsOperatorsWriteThem(t *testing.T) {
	for _, text := range []string{now + "," + old, now + "\n" + old + "\n", " " + now + " , " + old + "\r\n"} {
		keys, err := ParseKeys(text)
		require.NoError(t, err)
		require.Len(t, keys, 2)
		assert.Equal(t, "2026-11 2026-05", fmt.Sprintf("%s %#v", keys[0], keys[1]))
	}
	keys, err := ParseKeys("")
	assert.NoError(t, err)
	assert.Empty(t, keys)
}

func TestAKeyThatIsWrongIsNamedAndNotQuoted(t *testing.T) {
	secret := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("secret"), 6)[:keySize])
	for text, problem := range map[string]string{
		secret:                         "number 1 isn't like ID=BASE64",
		strings.TrimRight(secret, "="): "number 1 isn't like ID=BASE64",
		now + "," + secret:             "number 2 isn't like ID=BASE64",
		"2026 11=" + secret:            "number 1 isn't like ID=BASE64",
		"2026-11=" + secret[4:]:        "the key 2026-11 isn't 32 bytes as base64: make one with `openssl rand -base64 32`",
		"2026-11=" + secret + "!":      "the key 2026-11 isn't 32 bytes as base64",
		now + "," + now:                "has two keys with the ID 2026-11",
	} {
		_, err := ParseKeys(text)
		require.ErrorContains(t, err, problem)
		assert.NotContains(t, err.Error(), secret[4:12])
	}
}

// What a payload costs: run it by `go test -bench . ./config/codec`.
func BenchmarkCodec(b *testing.B) {
	c := newCodec(b, now)
	for _, size := range []int{200, 2_000, 20_000} {
		// As compressible as JSON about people is, more or less.
		var text strings.Builder
		for i := 0; text.Len() < size; i++ {
			fmt.Fprintf(&text, `{"name":"Person %x","email":"p%x@example.com"},`, i*7919, i*104729)
		}
		p := payload(b, text.String()[:size])
		sealed := encodeOne(b, c, p)
		b.Run(fmt.Sprintf("encode/%d", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				encodeOne(b, c, p)
			}
		})
		b.Run(fmt.Sprintf("decode/%d", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := decodeOne(c, sealed); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
