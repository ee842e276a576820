package slack

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	sdk "github.com/slack-go/slack"

	"github.com/throughline-dev/throughline/activities/fault"
)

// system names Slack in faults.
const system = "slack"

// toFault classifies what slack-go returns. Slack says most of what goes wrong in an answer with status 200, by a code; the
// codes that are worth another try are few, and all others wait for a person (the bot isn't in the channel, the token was
// revoked, the message is gone).
func toFault(err error) error {
	var limited *sdk.RateLimitedError
	if errors.As(err, &limited) {
		return fault.OfStatus(system, http.StatusTooManyRequests, min(limited.RetryAfter, time.Hour), "ratelimited", "").Err()
	}
	var status sdk.StatusCodeError
	if errors.As(err, &status) {
		return fault.OfStatus(system, status.Code, 0, "", "").Err()
	}
	var refused sdk.SlackErrorResponse
	if errors.As(err, &refused) {
		return ofCode(refused.Err, strings.Join(refused.ResponseMetadata.Messages, "; ")).Err()
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return unreadable(err.Error())
}

func unreadable(message string) error { return fault.Unreachable(system, message).Err() }

// ofCode classifies one of Slack's error codes, as the methods' own pages list them.
func ofCode(code, message string) fault.Fault {
	switch code {
	case "ratelimited", "rate_limited":
		return fault.OfStatus(system, http.StatusTooManyRequests, 0, code, message)
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout",
		"team_added_to_org", "org_login_required", // the workspace is being moved to an organisation
		"external_channel_migrating": // the channel is being moved
		f := fault.Unreachable(system, message)
		f.Code = code
		return f
	}
	return fault.Final(system, code, message)
}
