package hubspot

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/throughline-dev/throughline/sandbox/client"
)

// What people do on the CRM's pages. Each of these fails as the pages would: with ErrNoRecord where there is no such record
// (any more), and with an error that says what is wrong where something else is.

// ErrNoRecord is something done to a record that isn't there.
var ErrNoRecord = errors.New("the CRM has no such record (any more)")

// Edit has somebody change a record's properties; an empty value takes one away.
func (s *Server) Edit(kindName, id string, properties map[string]string) (client.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.kind(kindName)
	if err != nil {
		return client.Record{}, ErrNoRecord
	}
	r := k.at(id)
	if r == nil {
		return client.Record{}, ErrNoRecord
	}
	values, err := s.check(k, properties)
	if err != nil {
		return client.Record{}, err
	}
	if err := s.change(k, r, values, byPeople); err != nil {
		return client.Record{}, err
	}
	return s.person(r), nil
}

// Log has somebody log a call or a meeting with a contact. Where it is the latest one, it is when the contact was last
// contacted, and the app is told.
func (s *Server) Log(a client.Activity) (client.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	contacts := s.kinds[0]
	contact := contacts.at(a.Contact)
	if contact == nil {
		return client.Record{}, ErrNoRecord
	}
	k, err := s.kind(a.Kind)
	if err != nil || k.singular != "call" && k.singular != "meeting" {
		return client.Record{}, fmt.Errorf(`kind: %q is neither "call" nor "meeting"`, a.Kind)
	}
	if a.At.IsZero() {
		a.At = time.Now()
	}
	values, err := s.check(k, map[string]string{
		"hs_timestamp": stamp(a.At), "hs_" + k.singular + "_body": a.Text, "hubspot_owner_id": a.By,
	})
	if err != nil {
		return client.Record{}, err
	}
	logged, err := s.create(k, values)
	if err != nil {
		return client.Record{}, err
	}
	if err := s.associate(association{FromKind: k.name, FromID: logged.ID, ToKind: contacts.name, ToID: contact.ID}); err != nil {
		return client.Record{}, err
	}
	if at := stamp(a.At); at > contact.Properties[contactedName] { // they are written so that the later one is the greater one
		if err := s.update(contacts, contact, map[string]string{contactedName: at}); err != nil {
			return client.Record{}, err
		}
		s.tell(event{
			SubscriptionID: onContacted, SubscriptionType: "contact.propertyChange", ObjectID: number(contact.ID),
			PropertyName: contactedName, PropertyValue: strconv.FormatInt(a.At.UnixMilli(), 10),
			ChangeSource: byPeople, SourceID: "userId:" + cmp.Or(a.By, "1"),
		})
	}
	return s.person(logged), nil
}

// Delete has somebody delete a contact or a ticket.
func (s *Server) Delete(kindName, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.kind(kindName)
	if err != nil {
		return ErrNoRecord
	}
	r := k.at(id)
	if r == nil {
		return ErrNoRecord
	}
	return s.remove(k, r, byPeople)
}

// remove deletes a contact or a ticket, and tells the app of a contact. Its unique values are free for another record. The caller
// holds the lock.
func (s *Server) remove(k *kind, r *record, by string) error {
	if k.name != "contacts" && k.name != "tickets" {
		return invalid("In the sandbox, only contacts and tickets can be deleted")
	}
	gone := *r
	gone.Archived = true
	if err := s.records.Put(r.Kind+"/"+r.ID, &gone); err != nil {
		return err
	}
	k.leave(r)
	if err := s.relink(); err != nil || k.name != "contacts" {
		return err
	}
	s.tell(event{
		SubscriptionID: onDeletion, SubscriptionType: "contact.deletion", ObjectID: number(r.ID), ChangeSource: by, ChangeFlag: "DELETED",
	})
	return nil
}
