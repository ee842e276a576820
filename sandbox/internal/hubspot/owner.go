package hubspot

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

type wireOwner struct {
	ID        string    `json:"id"`
	Email     string    `json:"email"`
	Type      string    `json:"type"`
	FirstName string    `json:"firstName"`
	LastName  string    `json:"lastName"`
	UserID    int       `json:"userId,omitempty"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	Archived  bool      `json:"archived"`
}

func (o Owner) wire() wireOwner {
	first, last, _ := strings.Cut(o.Name, " ")
	number, _ := strconv.Atoi(o.ID)
	at := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	return wireOwner{
		ID: o.ID, Email: o.Email, Type: "PERSON", FirstName: first, LastName: last, UserID: number, CreatedAt: at, UpdatedAt: at,
	}
}

func (s *Server) listOwners(r *http.Request) (any, error) {
	answer := struct {
		Results []wireOwner `json:"results"`
	}{[]wireOwner{}}
	email := r.URL.Query().Get("email")
	for _, o := range s.Owners { // fewer than a page's hundred
		if email == "" || strings.EqualFold(email, o.Email) {
			answer.Results = append(answer.Results, o.wire())
		}
	}
	return answer, nil
}

func (s *Server) getOwner(r *http.Request) (any, error) {
	for _, o := range s.Owners {
		if o.ID == r.PathValue("id") {
			return o.wire(), nil
		}
	}
	return nil, notFound()
}
