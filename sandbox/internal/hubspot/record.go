package hubspot

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/journal"
)

// record is a contact, a company, a deal, one of its line items, a ticket, or an activity. Its properties and their history are never changed in place: a change makes
// new ones.
type record struct {
	Kind       string            `json:"kind"`
	ID         string            `json:"id"`
	Properties map[string]string `json:"properties"`
	Created    time.Time         `json:"created"`
	Updated    time.Time         `json:"updated"`
	// History is what the properties that have changed were, and are now, oldest first.
	History map[string][]client.Value `json:"history,omitempty"`
	// Merged are the IDs of the records that were merged into this one, which were records of their own until then.
	Merged []string `json:"merged,omitempty"`
	// Archived is whether it was deleted.
	Archived bool `json:"archived,omitempty"`

	// found are the properties as search saw them before a change that it doesn't see yet; nil where it saw no record.
	found map[string]string
}

// ref points to a record.
type ref struct{ kind, id string }

func (s *Server) load() (err error) {
	if s.properties, err = journal.NewTable[property](s.Journal, "hubspot.property"); err != nil {
		return err
	}
	for key, p := range s.properties.All() {
		name, _, _ := strings.Cut(key, "/")
		k, err := s.kind(name)
		if err != nil {
			return err
		}
		k.define(p)
	}
	if s.records, err = journal.NewTable[*record](s.Journal, "hubspot.record"); err != nil {
		return err
	}
	for _, r := range s.records.All() {
		k, err := s.kind(r.Kind)
		if err != nil {
			return err
		}
		s.lastID = max(s.lastID, number(r.ID)) // an ID is given once, also when its record is gone
		for _, id := range r.Merged {
			k.merged[id] = r.ID
		}
	}
	for _, r := range s.records.All() {
		k, _ := s.kind(r.Kind)
		if _, merged := k.merged[r.ID]; !merged && !r.Archived {
			s.enter(k, r)
		}
	}
	if s.associations, err = journal.NewTable[association](s.Journal, "hubspot.association"); err != nil {
		return err
	}
	return s.relink()
}

func (s *Server) enter(k *kind, r *record) {
	k.records[r.ID] = r
	k.order = append(k.order, r)
	for name, by := range k.index {
		for _, v := range r.values(name) {
			by[v] = append(by[v], r)
		}
	}
	if k.singular == "note" {
		s.byKey.Add(r.Properties[keyProperty], r)
	}
}

// leave is the opposite of enter, for a record whose effect nobody counts.
func (k *kind) leave(r *record) {
	is := func(other *record) bool { return other == r }
	delete(k.records, r.ID)
	k.order = slices.DeleteFunc(k.order, is)
	for name, by := range k.index {
		for _, v := range r.values(name) {
			by[v] = slices.DeleteFunc(by[v], is)
		}
	}
}

// values are those that a record is found by: of an e-mail address the secondary ones, too.
func (r *record) values(property string) (list []string) {
	if v := r.Properties[property]; v != "" {
		list = append(list, v)
	}
	if property == "email" {
		list = append(list, split(r.Properties[secondaryName])...)
	}
	return list
}

// split reads a property with several values.
func split(values string) []string {
	return strings.FieldsFunc(values, func(r rune) bool { return r == ';' })
}

// at is the record with that ID, or the one that it was merged into; nil where there is none.
func (k *kind) at(id string) *record {
	for {
		into, merged := k.merged[id]
		if !merged {
			return k.records[id]
		}
		id = into
	}
}

// create makes a record of checked properties. The caller holds the lock.
func (s *Server) create(k *kind, properties map[string]string) (*record, error) {
	if err := k.conflict(nil, properties); err != nil {
		return nil, err
	}
	if k.required != "" && properties[k.required] == "" {
		return nil, invalid("Error creating %s. Some required properties were not set: [%s]", strings.ToUpper(k.singular), k.required)
	}
	now := time.Now().UTC()
	r := &record{Kind: k.name, ID: strconv.Itoa(s.lastID + 1), Created: now, Updated: now}
	r.Properties = k.complete(properties, r)
	if err := k.consistent(r.Properties); err != nil {
		return nil, err
	}
	if err := s.records.Put(k.name+"/"+r.ID, r); err != nil {
		return nil, err
	}
	s.lastID++
	s.enter(k, r)
	return r, nil
}

// update lays checked properties over those of a record. A secondary e-mail address stays one. The caller holds the lock.
func (s *Server) update(k *kind, r *record, properties map[string]string) error {
	if slices.Contains(split(r.Properties[secondaryName]), properties["email"]) {
		properties = maps.Clone(properties)
		delete(properties, "email")
	}
	if err := k.conflict(r, properties); err != nil {
		return err
	}
	before := *r
	r.Updated = time.Now().UTC()
	if r.Updated.Sub(before.Updated) >= s.Lag { // search has seen what there was
		r.found = before.Properties
	}
	r.Properties = maps.Clone(before.Properties)
	maps.Copy(r.Properties, properties)
	r.Properties = k.complete(r.Properties, r)
	if err := k.consistent(r.Properties); err != nil {
		*r = before
		return err
	}
	r.remember(before)
	if err := s.records.Put(k.name+"/"+r.ID, r); err != nil {
		*r = before
		return err
	}
	for name, by := range k.index {
		was, is := before.values(name), r.values(name)
		if slices.Equal(was, is) {
			continue
		}
		for _, v := range was {
			by[v] = slices.DeleteFunc(by[v], func(other *record) bool { return other == r })
		}
		for _, v := range is {
			by[v] = append(by[v], r)
		}
	}
	return nil
}

// remember keeps what the properties were that are not as they were before. Times of changes are no history.
func (r *record) remember(before record) {
	r.History = maps.Clone(before.History)
	names := maps.Clone(before.Properties)
	maps.Copy(names, r.Properties)
	for name := range names {
		was, is := before.Properties[name], r.Properties[name]
		if was == is || strings.HasSuffix(name, "lastmodifieddate") {
			continue
		}
		if r.History == nil {
			r.History = map[string][]client.Value{}
		}
		past := r.History[name]
		if past == nil && was != "" {
			past = []client.Value{{Value: was, At: r.Created}}
		}
		r.History[name] = append(slices.Clip(past), client.Value{Value: is, At: r.Updated})
	}
}

// complete adds the properties that HubSpot sets itself, and leaves out empty ones.
func (k *kind) complete(properties map[string]string, r *record) map[string]string {
	all := maps.Clone(properties)
	if all == nil {
		all = map[string]string{}
	}
	maps.DeleteFunc(all, func(_, v string) bool { return v == "" })
	all["hs_object_id"], all[k.created], all[k.modified] = r.ID, stamp(r.Created), stamp(r.Updated)
	if k.derive != nil {
		k.derive(all)
	}
	return all
}

// consistent refuses properties that don't go together.
func (k *kind) consistent(properties map[string]string) error {
	if k.wrong == nil {
		return nil
	}
	return k.wrong(properties)
}

// conflict refuses a value of a unique property that another record has.
func (k *kind) conflict(r *record, properties map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if !k.properties[name].HasUniqueValue {
			continue
		}
		for _, other := range k.index[name][properties[name]] {
			if other != r {
				return no(http.StatusConflict, "CONFLICT", "%s already exists. Existing ID: %s", strings.ToUpper(k.singular[:1])+k.singular[1:], other.ID)
			}
		}
	}
	return nil
}

// by is the record with that ID, or where a property is named, with that value of it.
func (k *kind) by(property, id string) (*record, error) {
	if property == "" {
		if r := k.at(id); r != nil {
			return r, nil
		}
		return nil, notFound()
	}
	if !k.properties[property].HasUniqueValue {
		return nil, invalid("Unable to perform update/upsert by non-unique %s property %s in portal ID %s", k.id, property, PortalID)
	}
	if property == "email" {
		id = strings.ToLower(id)
	}
	if list := k.index[property][id]; len(list) > 0 {
		return list[0], nil
	}
	return nil, notFound()
}
