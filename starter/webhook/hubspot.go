package webhook

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/workflows/lead"
)

// lastContacted is the contact property that HubSpot sets by itself to the time of the latest call, chat, meeting or sales
// e-mail that is logged with the contact ("Last contacted"; a note doesn't count).
// https://knowledge.hubspot.com/properties/hubspots-default-contact-properties
const lastContacted = "notes_last_contacted"

// objects are the kinds of records that matter here, by their objectTypeId in the generic subscriptions ("object.…").
var objects = map[string]string{"0-1": "contact", "0-3": "deal", "0-5": "ticket"}

// takeHubSpotEvents takes the events of an app's subscriptions. HubSpot waits five seconds for an answer, and sends a post again
// up to ten times in 24 hours unless that is 2xx.
// https://developers.hubspot.com/docs/api/webhooks
func (h *Handler) takeHubSpotEvents(w http.ResponseWriter, r *http.Request) {
	if h.o.HubSpotSecret == "" {
		h.refuse(w, r, http.StatusServiceUnavailable, errors.New("there is no client secret to check HubSpot's signature by"))
		return
	}
	body, ok := h.readBody(w, r)
	if !ok {
		return
	}
	if err := signedByHubSpot(r, h.o.PublicURL, h.o.HubSpotSecret, body, time.Now()); err != nil {
		h.refuse(w, r, http.StatusUnauthorized, err)
		return
	}
	batch, err := h.readHubSpot(body)
	if err != nil {
		h.refuse(w, r, http.StatusBadRequest, err)
		return
	}
	h.finish(w, r, batch)
}

// hubSpotEvent is an event as far as it matters here. Numbers are IDs.
type hubSpotEvent struct {
	SubscriptionType string `json:"subscriptionType"`
	ObjectTypeID     string `json:"objectTypeId"` // only in generic subscriptions
	ObjectID         record `json:"objectId"`
	OccurredAt       number `json:"occurredAt"` // in milliseconds

	PropertyName  string `json:"propertyName"`
	PropertyValue string `json:"propertyValue"`

	// A merge takes mergedObjectIds into primaryObjectId; where HubSpot made a new record of them, newObjectId is that.
	PrimaryObjectID record   `json:"primaryObjectId"`
	MergedObjectIDs []record `json:"mergedObjectIds"`
	NewObjectID     record   `json:"newObjectId"`
}

// record is a CRM record's ID, in digits; "" for none.
type record string

var recordForm = regexp.MustCompile(`^[1-9][0-9]{0,18}$`)

// UnmarshalJSON reads an ID as a number or as a text. Whatever else there is, is none: only some events have to have one.
func (id *record) UnmarshalJSON(b []byte) error {
	if text := strings.Trim(string(b), `"`); recordForm.MatchString(text) {
		*id = record(text)
	}
	return nil
}

// number is a whole number; 0 for whatever else there is.
type number int64

// UnmarshalJSON reads a number, in quotes or without.
func (n *number) UnmarshalJSON(b []byte) error {
	read, err := strconv.ParseInt(strings.Trim(string(b), `"`), 10, 64)
	if err == nil {
		*n = number(read)
	}
	return nil
}

func (h *Handler) readHubSpot(body []byte) (batch, error) { return readBatch(body, h.readHubSpotEvent) }

func (h *Handler) readHubSpotEvent(event []byte) ([]news, error) {
	var e hubSpotEvent
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, err
	}
	object, what, _ := strings.Cut(e.SubscriptionType, ".")
	if object == "object" {
		object = objects[e.ObjectTypeID]
	}
	switch object + "." + what {
	case "contact.propertyChange":
		return e.contacted()
	case "contact.merge":
		return e.merged()
	case "deal.propertyChange":
		return e.reached(h.o.Proposals())
	case "ticket.propertyChange":
		return e.asked(h.o.Returns())
	}
	return nil, nil
}

// contacted is the news that somebody of ours has logged a contact. Its ID is the fact itself, since HubSpot's eventId "is not
// guaranteed to be unique", and two subscriptions may tell one fact.
func (e hubSpotEvent) contacted() ([]news, error) {
	if e.PropertyName != lastContacted || e.PropertyValue == "" { // it is emptied where the activity is deleted
		return nil, nil
	}
	at, ok := hubSpotTime(e.PropertyValue)
	if !ok || e.ObjectID == "" {
		return nil, errors.New("a contact that was logged has no time or no record")
	}
	return []news{{subject: e.ObjectID.subject(), signal: lead.SignalContact, content: lead.Contact{
		ID: "hubspot/" + string(e.ObjectID) + "/" + strconv.FormatInt(at.UnixMilli(), 10), How: lead.Logged, At: at,
	}}}, nil
}

// merged is the news for the leads about each record that is no more.
func (e hubSpotEvent) merged() ([]news, error) {
	to := cmp.Or(e.NewObjectID, e.PrimaryObjectID)
	var gone []string
	for _, id := range append(e.MergedObjectIDs, e.PrimaryObjectID) {
		if id != "" && id != to && !slices.Contains(gone, string(id)) {
			gone = append(gone, string(id))
		}
	}
	if to == "" || len(gone) == 0 {
		return nil, errors.New("a merge doesn't say what became what")
	}
	var all []news
	for _, id := range gone {
		all = append(all, news{subject: record(id).subject(), signal: lead.SignalMerged, content: lead.Merged{
			ID: "hubspot/merge/" + id + "/" + string(to), From: gone, To: string(to),
		}})
	}
	return all, nil
}

func (id record) subject() string { return "crm-contact/" + string(id) }

// hubSpotTime reads a time as HubSpot's events have it, in milliseconds since 1970, or as its objects do.
func hubSpotTime(value string) (at time.Time, ok bool) {
	if ms, err := strconv.ParseInt(value, 10, 64); err == nil {
		return realTime(time.UnixMilli(ms))
	}
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return time.Time{}, false
	}
	return realTime(at)
}
