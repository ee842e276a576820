// Package link makes the links by which somebody without Slack does their part: to a page that shows a task, and to a document.
// A link is signed, names whom it is for, and expires; whoever holds it may use it, so it goes to nobody else.
//
// A link is a JSON Web Token (RFC 7519) signed with HMAC-SHA256. Its audience says what it opens, so that a link to a document
// opens no task.
package link

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Task is what a link to a task's page says.
type Task struct {
	Workflow string `json:"w"`
	Task     string `json:"t"`
	// Version is the version of the task's subject that the link was made for.
	Version string `json:"v,omitempty"`
	// Person is the handbook ID of who may answer by it.
	Person string `json:"p"`
}

// Document is what a link to a document says.
type Document struct {
	// Digest is that of the bytes, in hexadecimal; Kind is "pdf" or "html".
	Digest string `json:"d"`
	Kind   string `json:"k"`
	// Name is what a browser calls the file: "P-7QX4M2KD-v2.pdf".
	Name string `json:"n"`
}

// What opening a link can come to.
var (
	// ErrExpired means that the link was good once.
	ErrExpired = errors.New("the link has expired")
	// ErrInvalid means that it is no link of ours, or was changed on its way.
	ErrInvalid = errors.New("the link is not valid: was it copied whole?")
)

// MinSecret is the least length of a secret, in bytes.
const MinSecret = 32

// Signer makes and opens links. It is safe for concurrent use.
type Signer struct {
	base string
	keys [][]byte // the first signs
	now  func() time.Time
}

// NewSigner makes a signer whose links begin with the starter's public address. The secrets are those of links that are still
// good, separated by commas; the first signs new ones. Each has at least [MinSecret] bytes.
func NewSigner(publicURL, secrets string) (*Signer, error) {
	s := &Signer{base: strings.TrimSuffix(publicURL, "/"), now: time.Now}
	for _, secret := range strings.Split(secrets, ",") {
		if len(secret) < MinSecret {
			return nil, fmt.Errorf("the secret for links has %d bytes: it needs at least %d (openssl rand -hex 32)", len(secret), MinSecret)
		}
		key := sha256.Sum256([]byte("throughline link\x00" + secret))
		s.keys = append(s.keys, key[:])
	}
	return s, nil
}

// What a link opens, and where.
const (
	taskAudience     = "task"
	taskPath         = "/tasks/"
	documentAudience = "document"
	documentPath     = "/documents/"
)

type claims[T any] struct {
	jwt.RegisteredClaims
	Is T `json:"is"`
}

// Task makes the address of a task's page, good until a time.
func (s *Signer) Task(t Task, until time.Time) (string, error) {
	return sign(s, taskPath, taskAudience, t, until)
}

// Document makes the address of a document, good until a time.
func (s *Signer) Document(d Document, until time.Time) (string, error) {
	return sign(s, documentPath, documentAudience, d, until)
}

// OpenTask reads the token behind [Signer.Task]'s path. With [ErrExpired] it still says what the link was for.
func (s *Signer) OpenTask(token string) (Task, error) { return open[Task](s, taskAudience, token) }

// OpenDocument reads the token behind [Signer.Document]'s path, as OpenTask does.
func (s *Signer) OpenDocument(token string) (Document, error) {
	return open[Document](s, documentAudience, token)
}

func sign[T any](s *Signer, path, audience string, is T, until time.Time) (string, error) {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims[T]{
		RegisteredClaims: jwt.RegisteredClaims{Audience: jwt.ClaimStrings{audience}, ExpiresAt: jwt.NewNumericDate(until)}, Is: is,
	}).SignedString(s.keys[0])
	return s.base + path + token, err
}

func open[T any](s *Signer, audience, token string) (T, error) {
	var none T
	parser := jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithTimeFunc(s.now))
	for _, key := range s.keys {
		var c claims[T]
		_, err := parser.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return key, nil })
		switch {
		case err == nil:
			return c.Is, nil
		case errors.Is(err, jwt.ErrTokenInvalidAudience):
			return none, ErrInvalid
		case errors.Is(err, jwt.ErrTokenExpired): // the signature is checked before
			return c.Is, ErrExpired
		}
	}
	return none, ErrInvalid
}
