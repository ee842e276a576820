// Package codecserver decrypts payloads for people who look at a case in Temporal Web, or by the temporal command: what Temporal's
// documentation calls a codec server. It has an address of its own, apart from the door, and tells nothing to anybody who can't prove
// that they may ask.
package codecserver

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/converter"

	"github.com/throughline-dev/throughline/config"
)

const (
	// maxBody is the longest request, in bytes: a history of Temporal's is at most 50 MiB, and asked for in pages.
	maxBody = 16 << 20
	// stopWithin is how long requests under way may take to finish when the server stops.
	stopWithin = 10 * time.Second
)

// Server answers POST /decode and /encode as Temporal's codec servers do.
type Server struct {
	handler http.Handler
	origins []string
	tokens  [][sha256.Size]byte
	issuer  *issuer // nil for none
	log     *slog.Logger
}

// New makes the server that the configuration asks for; nil where it asks for none. The error says what is missing for it.
func New(c *config.Config, logger *slog.Logger) (*Server, error) {
	conf := c.Starter.Codec
	if conf.Listen == "" {
		return nil, nil
	}
	payloads, err := c.Codec()
	if err != nil {
		return nil, err
	}
	if !payloads.Encrypts() {
		return nil, fmt.Errorf("starter.codec.listen is set, and there is nothing to decrypt by: set %s, as the workers have it", config.CodecKeys)
	}
	s := &Server{handler: converter.NewPayloadCodecHTTPHandler(payloads), origins: conf.Origins, log: logger}
	for token := range strings.SplitSeq(c.Secret(config.CodecToken).Reveal(), ",") {
		if token != "" {
			s.tokens = append(s.tokens, sha256.Sum256([]byte(token)))
		}
	}
	if conf.Issuer != "" {
		s.issuer = newIssuer(conf.Issuer, conf.Audience)
	}
	if s.tokens == nil && s.issuer == nil {
		return nil, fmt.Errorf("starter.codec.listen is set, and nobody could prove that they may ask there: set %s, or starter.codec.issuer and audience", config.CodecToken)
	}
	return s, nil
}

// ServeHTTP answers whoever may ask.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); origin != "" {
		if !slices.Contains(s.origins, origin) {
			s.refuse(w, r, http.StatusForbidden, "pages of this web site may not ask: it isn't one of starter.codec.origins")
			return
		}
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Methods", http.MethodPost)
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Namespace")
		if r.Method == http.MethodOptions { // a browser asks before it sends what proves anything
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	if status, problem := s.check(r); problem != "" {
		if status == http.StatusUnauthorized {
			h.Set("WWW-Authenticate", `Bearer realm="codec"`)
		}
		s.refuse(w, r, status, problem)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	s.handler.ServeHTTP(w, r)
}

func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status int, problem string) {
	asked := "other" // anybody can write anything there
	if path.Base(r.URL.Path) == "decode" || path.Base(r.URL.Path) == "encode" {
		asked = path.Base(r.URL.Path)
	}
	s.log.Warn("A request to decrypt payloads was refused.", "status", status, "problem", problem, "asked", asked)
	http.Error(w, problem, status)
}

// check says why a request isn't one that may be answered; "" where it is.
func (s *Server) check(r *http.Request) (status int, problem string) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return http.StatusUnauthorized, "a token is missing: send it as Authorization: Bearer TOKEN (Temporal Web does where it is told to pass the access token)"
	}
	sum, known := sha256.Sum256([]byte(token)), 0
	for _, one := range s.tokens {
		known |= subtle.ConstantTimeCompare(sum[:], one[:])
	}
	if known == 1 {
		return 0, ""
	}
	if s.issuer == nil {
		return http.StatusUnauthorized, "the token isn't the one in " + string(config.CodecToken)
	}
	if err := s.issuer.verify(r.Context(), token); err != nil {
		if _, away := errors.AsType[*awayError](err); away {
			return http.StatusServiceUnavailable, err.Error()
		}
		return http.StatusUnauthorized, err.Error()
	}
	return 0, ""
}

// Serve answers on a listener until the context ends, then lets requests under way finish.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		stopped <- server.Shutdown(grace)
	})
	if err := server.Serve(l); stop() { // the context is still alive, so the listener broke
		return err
	}
	return <-stopped
}
