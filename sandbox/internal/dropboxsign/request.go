package dropboxsign

import (
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
)

// keyMeta is the metadata that carries an effect's key.
const keyMeta = "throughline_key"

// request is a signature request with its one signer.
type request struct {
	ID, SignatureID string
	Title, Subject  string
	Message         string
	Metadata        map[string]string
	Signer          client.Address
	FileName        string
	Digest          string // the file's SHA-256, in hexadecimal
	Size            int
	Test, Decline   bool // whether it is a test, and whether it may be declined
	Created         time.Time
	Expires         time.Time

	Viewed, Signed, Declined, Reminded, Canceled, Bounced, Expired time.Time // when that was; zero for never

	Reason    string // of the declining
	Reminders int
}

// over is whether nobody can sign it any more, for which there are several reasons.
func (r *request) over(now time.Time) bool {
	return !r.Signed.IsZero() || !r.Declined.IsZero() || !r.Canceled.IsZero() || r.expired(now)
}

func (r *request) expired(now time.Time) bool {
	return r.Signed.IsZero() && r.Declined.IsZero() && (!r.Expired.IsZero() || !r.Expires.IsZero() && !now.Before(r.Expires))
}

// state is what people call it.
func (r *request) state(now time.Time) string {
	switch {
	case !r.Canceled.IsZero():
		return client.SignatureRecalled
	case !r.Signed.IsZero():
		return client.SignatureSigned
	case !r.Declined.IsZero():
		return client.SignatureDeclined
	case r.expired(now):
		return client.SignatureExpired
	case !r.Bounced.IsZero():
		return client.SignatureBounced
	case !r.Viewed.IsZero():
		return client.SignatureViewed
	}
	return client.SignatureWaiting
}

// statusCode is the signature's, as the API has it. That a mail bounced is told by an event, and not here.
func (r *request) statusCode(now time.Time) string {
	switch {
	case !r.Signed.IsZero():
		return "signed"
	case !r.Declined.IsZero():
		return "declined"
	case r.expired(now):
		return "expired"
	}
	return "awaiting_signature"
}

// wireRequest is a request as the API shows it.
type wireRequest struct {
	TestMode     bool              `json:"test_mode"`
	ID           string            `json:"signature_request_id"`
	Requester    string            `json:"requester_email_address"`
	Title        string            `json:"title"`
	Original     string            `json:"original_title"`
	Subject      *string           `json:"subject"`
	Message      *string           `json:"message"`
	Metadata     map[string]string `json:"metadata"`
	Created      int64             `json:"created_at"`
	Expires      *int64            `json:"expires_at"`
	Complete     bool              `json:"is_complete"`
	Declined     bool              `json:"is_declined"`
	HasError     bool              `json:"has_error"`
	FilesURL     string            `json:"files_url"`
	SigningURL   *string           `json:"signing_url"`
	DetailsURL   string            `json:"details_url"`
	CC           []string          `json:"cc_email_addresses"`
	RedirectURL  *string           `json:"signing_redirect_url"`
	CustomFields []struct{}        `json:"custom_fields"`
	Attachments  []struct{}        `json:"attachments"`
	Response     []struct{}        `json:"response_data"`
	Signatures   []wireSignature   `json:"signatures"`
}

type wireSignature struct {
	ID       string  `json:"signature_id"`
	Email    string  `json:"signer_email_address"`
	Name     string  `json:"signer_name"`
	Role     *string `json:"signer_role"`
	Order    *int    `json:"order"`
	Status   string  `json:"status_code"`
	Reason   *string `json:"decline_reason"`
	Signed   *int64  `json:"signed_at"`
	Viewed   *int64  `json:"last_viewed_at"`
	Reminded *int64  `json:"last_reminded_at"`
	HasPin   bool    `json:"has_pin"`
	Error    *string `json:"error"`
}

func (s *Server) show(r *request, now time.Time) wireRequest {
	pages := strings.TrimSuffix(s.Pages, "/")
	return wireRequest{
		TestMode: r.Test, ID: r.ID, Requester: "sender@sandbox.example", Title: r.Title, Original: r.Title,
		Subject: text(r.Subject), Message: text(r.Message), Metadata: r.Metadata, Created: r.Created.Unix(), Expires: unix(r.Expires),
		Complete: !r.Signed.IsZero(), Declined: !r.Declined.IsZero(),
		FilesURL: pages + "/sign/" + r.ID + "/document.pdf", SigningURL: text(pages + "/sign/" + r.ID), DetailsURL: pages + "/sign/" + r.ID,
		CC: []string{}, CustomFields: []struct{}{}, Attachments: []struct{}{}, Response: []struct{}{},
		Signatures: []wireSignature{{
			ID: r.SignatureID, Email: r.Signer.Email, Name: r.Signer.Name, Status: r.statusCode(now), Reason: text(r.Reason),
			Signed: unix(r.Signed), Viewed: unix(r.Viewed), Reminded: unix(r.Reminded),
		}},
	}
}

// text and unix are null where there is nothing.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func unix(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	n := t.Unix()
	return &n
}
