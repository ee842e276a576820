package hubspot

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/webhook"
)

// The app's numbers: its own, and those of what it has subscribed to.
const (
	appID           = 424_200
	onContacted     = 424_201
	onMerge         = 424_202
	onDeletion      = 424_203
	onStage         = 424_204
	onTicketStage   = 424_205
	onTicketOrder   = 424_206
	byPeople, byApp = "CRM_UI", "INTEGRATION"
)

// event is what the app is told
// (https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide#webhook-payloads).
type event struct {
	EventID          int64  `json:"eventId"`
	SubscriptionID   int    `json:"subscriptionId"`
	PortalID         int    `json:"portalId"`
	AppID            int    `json:"appId"`
	OccurredAt       int64  `json:"occurredAt"` // in milliseconds
	SubscriptionType string `json:"subscriptionType"`
	AttemptNumber    int    `json:"attemptNumber"`
	ObjectID         int    `json:"objectId"`
	ChangeSource     string `json:"changeSource"`
	SourceID         string `json:"sourceId,omitempty"`
	ChangeFlag       string `json:"changeFlag,omitempty"`

	// of a changed property
	PropertyName  string `json:"propertyName,omitempty"`
	PropertyValue string `json:"propertyValue,omitempty"`

	// of a merge
	PrimaryObjectID         int   `json:"primaryObjectId,omitempty"`
	MergedObjectIDs         []int `json:"mergedObjectIds,omitempty"`
	NewObjectID             int   `json:"newObjectId,omitempty"`
	NumberOfPropertiesMoved *int  `json:"numberOfPropertiesMoved,omitempty"`
}

// tell posts an event to the app, of just now unless it says when. A repeat has the same eventId, and the number of the attempt.
func (s *Server) tell(e event) {
	if s.EventsURL == "" {
		return
	}
	e.EventID, e.PortalID, e.AppID = rand.Int64N(1<<40), number(PortalID), appID
	e.OccurredAt = cmp.Or(e.OccurredAt, time.Now().UnixMilli())
	s.Outbox.Send(s.EventsURL, func(attempt int) webhook.Request {
		e.AttemptNumber = attempt
		body, err := json.Marshal([]event{e})
		if err != nil {
			panic(err) // there is nothing in it that can't be written
		}
		at := strconv.FormatInt(time.Now().UnixMilli(), 10)
		return webhook.Request{Body: body, Header: http.Header{
			"Content-Type":                {"application/json"},
			"User-Agent":                  {"HubSpot Connect 2.0 (http://dev.hubspot.com/) (namespace: webhooks-nio-http-client)"},
			"X-Hubspot-Request-Timestamp": {at},
			"X-Hubspot-Signature-V3":      {Sign(s.Secret, http.MethodPost, cmp.Or(s.SignedURL, s.EventsURL), string(body), at)},
		}}
	})
}

// Sign is HubSpot's signature, version 3, of a request that is sent at a time in milliseconds
// (https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation).
func Sign(secret, method, url, body, at string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(method + url + body + at))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// number is an ID as events have it.
func number(id string) int {
	n, _ := strconv.Atoi(id) // every ID here is one
	return n
}
