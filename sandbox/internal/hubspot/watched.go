package hubspot

// watched are the properties of which the app is told when they change, by the kind of their records, and its subscriptions to them.
var watched = map[string]map[string]int{
	"deals":   {stageName: onStage},
	"tickets": {ticketStageName: onTicketStage, ticketOrderName: onTicketOrder},
}

// change lays checked properties over those of a record, and tells the app of those that it has subscribed to. The caller holds the
// lock.
func (s *Server) change(k *kind, r *record, properties map[string]string, by string) error {
	was := r.Properties
	if err := s.update(k, r, properties); err != nil {
		return err
	}
	for name := range watched[k.name] {
		if r.Properties[name] != was[name] {
			s.tellProperty(k, r, name, by)
		}
	}
	return nil
}

// tellNew tells the app what a record is that was made just now, as if its properties had been set afterwards.
func (s *Server) tellNew(k *kind, r *record, by string) {
	for name := range watched[k.name] {
		if r.Properties[name] != "" {
			s.tellProperty(k, r, name, by)
		}
	}
}

func (s *Server) tellProperty(k *kind, r *record, name, by string) {
	s.tell(event{
		SubscriptionID: watched[k.name][name], SubscriptionType: k.singular + ".propertyChange", ObjectID: number(r.ID), ChangeSource: by,
		PropertyName: name, PropertyValue: r.Properties[name], OccurredAt: r.Updated.UnixMilli(),
	})
}
