package hubspot

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
)

// Merge has somebody merge a contact or a ticket into another one, the primary one. What comes of it is a new record with a new ID, and
// either old ID leads to it from then on
// (https://developers.hubspot.com/changelog/updated-merge-functionality-for-contacts-and-companies). HubSpot says so of reading.
// What a write by an old ID does isn't documented; here it goes to the new record, too, as does an upsert by an e-mail address
// that the merge made a secondary one.
//
// Whether HubSpot then tells of the new record's properties isn't documented either. Of a ticket's it does here, which is the harder
// case for the app: it has to know that it knows the ticket.
func (s *Server) Merge(kindName, secondaryID, primaryID string) (client.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.kind(kindName)
	if err != nil || k.name != "contacts" && k.name != "tickets" {
		return client.Record{}, ErrNoRecord
	}
	primary, secondary := k.at(primaryID), k.at(secondaryID)
	switch {
	case primary == nil || secondary == nil:
		return client.Record{}, ErrNoRecord
	case primary == secondary:
		return client.Record{}, fmt.Errorf("into: a %s can't be merged with itself", k.singular)
	}
	r := &record{
		Kind: k.name, ID: strconv.Itoa(s.lastID + 1), Created: earlier(primary.Created, secondary.Created),
		Updated: time.Now().UTC(), History: primary.History, Merged: []string{primary.ID, secondary.ID},
	}
	properties, moved := mergedProperties(primary, secondary)
	r.Properties = k.complete(properties, r)
	if err := s.records.Put(r.Kind+"/"+r.ID, r); err != nil {
		return client.Record{}, err
	}
	s.lastID++
	for _, old := range []*record{primary, secondary} {
		k.merged[old.ID] = r.ID
		k.leave(old)
	}
	s.enter(k, r)
	if err := s.relink(); err != nil {
		return client.Record{}, err
	}
	if k.name == "tickets" {
		s.tellNew(k, r, byPeople)
		return s.person(r), nil
	}
	s.tell(event{
		SubscriptionID: onMerge, SubscriptionType: "contact.merge", ObjectID: number(primary.ID), ChangeSource: byPeople,
		PrimaryObjectID: number(primary.ID), MergedObjectIDs: []int{number(secondary.ID)}, NewObjectID: number(r.ID),
		NumberOfPropertiesMoved: &moved,
	})
	return s.person(r), nil
}

// mergedProperties are the primary record's, with those of the secondary one that it lacks, and how many these are; and with
// the exceptions of https://knowledge.hubspot.com/records/merge-records.
func mergedProperties(primary, secondary *record) (all map[string]string, moved int) {
	all = maps.Clone(primary.Properties)
	for name, v := range secondary.Properties {
		if all[name] == "" {
			all[name] = v
			moved++
		}
	}
	var others []string
	for _, address := range append(primary.values("email"), secondary.values("email")...) {
		if address != all["email"] && !slices.Contains(others, address) {
			others = append(others, address)
		}
	}
	all[secondaryName] = strings.Join(others, ";")
	all[mergedName] = strings.Join(slices.Concat(
		split(primary.Properties[mergedName]), split(secondary.Properties[mergedName]), []string{primary.ID, secondary.ID},
	), ";")
	// The stage that is furthest down the funnel wins, and the latest contact with either.
	stages := strings.Fields(lifecycleStages)
	if s := secondary.Properties["lifecyclestage"]; slices.Index(stages, s) > slices.Index(stages, all["lifecyclestage"]) {
		all["lifecyclestage"] = s
	}
	if at := max(all[contactedName], secondary.Properties[contactedName]); at != "" {
		all[contactedName] = at
	}
	return all, moved
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
