package hubspot

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/journal"
)

// record is a contact, a company or a note. Its properties are never changed in place: a change makes a new map.
type record struct {
	Kind       string            `json:"kind"`
	ID         string            `json:"id"`
	Properties map[string]string `json:"properties"`
	Created    time.Time         `json:"created"`
	Updated    time.Time         `json:"updated"`

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
		s.enter(k, r)
		id, _ := strconv.Atoi(r.ID)
		s.lastID = max(s.lastID, id)
	}
	if s.associations, err = journal.NewTable[association](s.Journal, "hubspot.association"); err != nil {
		return err
	}
	for _, a := range s.associations.All() {
		if err := s.link(a); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) enter(k *kind, r *record) {
	k.records[r.ID] = r
	k.order = append(k.order, r)
	for name, by := range k.index {
		if v := r.Properties[name]; v != "" {
			by[v] = append(by[v], r)
		}
	}
	if k.singular == "note" {
		s.byKey.Add(r.Properties[keyProperty], r)
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
	if err := s.records.Put(k.name+"/"+r.ID, r); err != nil {
		return nil, err
	}
	s.lastID++
	s.enter(k, r)
	return r, nil
}

// update lays checked properties over those of a record. The caller holds the lock.
func (s *Server) update(k *kind, r *record, properties map[string]string) error {
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
	if err := s.records.Put(k.name+"/"+r.ID, r); err != nil {
		*r = before
		return err
	}
	for name, by := range k.index {
		was, is := before.Properties[name], r.Properties[name]
		if was == is {
			continue
		}
		by[was] = slices.DeleteFunc(by[was], func(other *record) bool { return other == r })
		if is != "" {
			by[is] = append(by[is], r)
		}
	}
	return nil
}

// complete adds the properties that HubSpot sets itself, and leaves out empty ones.
func (k *kind) complete(properties map[string]string, r *record) map[string]string {
	all := maps.Clone(properties)
	if all == nil {
		all = map[string]string{}
	}
	maps.DeleteFunc(all, func(_, v string) bool { return v == "" })
	all["hs_object_id"], all[k.created], all[k.modified] = r.ID, stamp(r.Created), stamp(r.Updated)
	return all
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
		if r := k.records[id]; r != nil {
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
