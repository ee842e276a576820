package slack

import (
	"net/url"
	"strings"
)

type wireUser struct {
	ID        string      `json:"id"`
	TeamID    string      `json:"team_id"`
	Name      string      `json:"name"`
	RealName  string      `json:"real_name"`
	Deleted   bool        `json:"deleted"`
	IsBot     bool        `json:"is_bot"`
	IsAppUser bool        `json:"is_app_user"`
	Updated   int64       `json:"updated"`
	Profile   wireProfile `json:"profile"`
}

type wireProfile struct {
	RealName              string `json:"real_name"`
	RealNameNormalized    string `json:"real_name_normalized"`
	DisplayName           string `json:"display_name"`
	DisplayNameNormalized string `json:"display_name_normalized"`
	Email                 string `json:"email"`
	Team                  string `json:"team"`
}

func (u User) wire() wireUser {
	return wireUser{
		ID: u.ID, TeamID: TeamID, Name: u.Handle, RealName: u.Name, Updated: 1_700_000_000,
		Profile: wireProfile{
			RealName: u.Name, RealNameNormalized: u.Name, DisplayName: u.Handle, DisplayNameNormalized: u.Handle,
			Email: u.Email, Team: TeamID,
		},
	}
}

type userAnswer struct {
	OK   bool     `json:"ok"`
	User wireUser `json:"user"`
}

func (s *Server) usersInfo(form url.Values) (any, error) {
	u, ok := s.users[form.Get("user")]
	if !ok {
		return nil, no("user_not_found")
	}
	return userAnswer{true, u.wire()}, nil
}

func (s *Server) usersLookupByEmail(form url.Values) (any, error) {
	for _, u := range s.Users {
		if strings.EqualFold(u.Email, form.Get("email")) {
			return userAnswer{true, u.wire()}, nil
		}
	}
	return nil, no("users_not_found")
}

func (s *Server) authTest(url.Values) (any, error) {
	return struct {
		OK     bool   `json:"ok"`
		URL    string `json:"url"`
		Team   string `json:"team"`
		User   string `json:"user"`
		TeamID string `json:"team_id"`
		UserID string `json:"user_id"`
		BotID  string `json:"bot_id"`
	}{true, "https://sandbox.slack.example/", s.Team, botLogin, TeamID, BotUser, BotID}, nil
}
