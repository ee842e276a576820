package stripe

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// kept is for how long an answer is given again. Stripe says that it is at least this.
const kept = 24 * time.Hour

// stored is the answer to an idempotency key, and to what request it was
// (https://docs.stripe.com/api/idempotent_requests).
type stored struct {
	Request string // a digest of the method, the path and the parameters
	ID      string // the request's ID
	Body    json.RawMessage
	At      time.Time
}

// serve does what a request wants, or gives the answer that its idempotency key has got before. Only what has worked is stored:
// where the parameters are refused, Stripe doesn't store the answer either.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, do func(*http.Request, *params) (object, error)) {
	head(w.Header())
	p, err := readParams(r)
	if err != nil {
		refuse(w, err)
		return
	}
	key := r.Header.Get("Idempotency-Key")
	if r.Method != http.MethodPost {
		key = ""
	}
	sum := sha256.Sum256([]byte(r.Method + " " + r.URL.Path + "?" + p.values.Encode()))
	request := hex.EncodeToString(sum[:])

	s.mu.Lock()
	defer s.mu.Unlock()
	if key != "" {
		w.Header().Set("Idempotency-Key", key)
		if before, ok := s.answers.Get(key); ok && time.Since(before.At) < kept {
			s.replay(w, key, request, before)
			return
		}
	}
	answer, failed := do(r, p)
	if failed == nil {
		failed = p.unknown()
	}
	if failed != nil {
		f, ok := failed.(*failure)
		if !ok { // the state couldn't be written
			f = no(http.StatusInternalServerError, apiError, "", "", "%s", failed)
		}
		refuse(w, f)
		return
	}
	body, failed := json.Marshal(answer)
	if failed == nil && key != "" {
		failed = s.answers.Put(key, stored{request, w.Header().Get("Request-Id"), body, time.Now()})
	}
	if failed != nil {
		Refuse(w, http.StatusInternalServerError)
		return
	}
	wire.JSON(w, http.StatusOK, json.RawMessage(body))
}

func (s *Server) replay(w http.ResponseWriter, key, request string, before stored) {
	if before.Request != request {
		refuse(w, no(http.StatusBadRequest, idempotency, "", "",
			"Keys for idempotent requests can only be used with the same parameters they were first used with. "+
				"Try using a key other than '%s' if you meant to execute a different request.", key))
		return
	}
	w.Header().Set("Idempotent-Replayed", "true")
	w.Header().Set("Original-Request", before.ID)
	wire.JSON(w, http.StatusOK, json.RawMessage(bytes.Clone(before.Body)))
}

// Forget forgets all idempotency keys, as Stripe does after a day.
func (s *Server) Forget() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []string
	for key := range s.answers.All() {
		keys = append(keys, key)
	}
	for _, key := range keys {
		if err := s.answers.Delete(key); err != nil {
			return err
		}
	}
	return nil
}
