package dropboxsign

import (
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/ledger"
)

// Filter says which requests are wanted; the zero value is all of them.
type Filter struct {
	ID   string
	Case string
	Last int // the youngest so many; 0 is all
}

// Signatures are the requests that a filter lets through, oldest first.
func (s *Server) Signatures(f Filter) []client.Signature {
	s.mu.RLock()
	defer s.mu.RUnlock()
	now := time.Now()
	list := []client.Signature{}
	add := func(r *request) {
		if f.ID == "" || f.ID == r.ID {
			list = append(list, view(r, now))
		}
	}
	if f.Case != "" {
		for _, requests := range s.byKey.All(f.Case) {
			for _, r := range requests {
				add(r)
			}
		}
		return list
	}
	for _, r := range s.requests.All() {
		add(r)
	}
	if f.Last > 0 {
		list = list[max(len(list)-f.Last, 0):]
	}
	return list
}

// File is a request's document.
func (s *Server) File(id string) ([]byte, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.files.Get(id)
}

// Len is how many requests there are.
func (s *Server) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.requests.Len()
}

func view(r *request, now time.Time) client.Signature {
	return client.Signature{
		ID: r.ID, Key: r.Metadata[keyMeta], Title: r.Title, Message: r.Message, Signer: r.Signer, FileName: r.FileName,
		Digest: r.Digest, Size: r.Size, Test: r.Test, State: r.state(now), Reason: r.Reason, Reminders: r.Reminders,
		Created: r.Created, Expires: r.Expires, Viewed: r.Viewed, Signed: r.Signed, Declinable: r.Decline,
	}
}

// Effects are the requests and the reminders of them, counted by the key of the request; of one case, or with "" of all.
func (s *Server) Effects(caseID string) []client.Effect {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var t ledger.Tally
	for key, requests := range s.byKey.All(caseID) {
		for _, r := range requests {
			t.Count(client.Effect{System: "dropboxsign", Operation: "signature_request", Key: key}, r.ID, 1)
			if r.Reminders > 0 {
				t.Count(client.Effect{System: "dropboxsign", Operation: "reminder", Key: key, Repeatable: true}, r.ID, r.Reminders)
			}
		}
	}
	return t.Effects()
}
