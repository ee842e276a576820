package crm_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/crm"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// updates are the activities that bring a contact up to date, each with the contact, the address and the text of the note.
func updates(n crm.Note) map[string]func(*testing.T, *crm.Activities) (crm.Updated, error) {
	return map[string]func(*testing.T, *crm.Activities) (crm.Updated, error){
		"owner": func(t *testing.T, a *crm.Activities) (crm.Updated, error) {
			return a.RecordOwner(t.Context(), effect.Key{ID: "lead-1/owner-2"},
				crm.Ownership{Contact: n.Contact, Email: n.Email, Owner: "1002", Note: n.Text, At: lead.At})
		},
		"stage": func(t *testing.T, a *crm.Activities) (crm.Updated, error) {
			return a.RecordStage(t.Context(), effect.Key{ID: "lead-1/attempted"},
				crm.Stage{Contact: n.Contact, Email: n.Email, Status: crm.StatusAttempted})
		},
		"note": func(t *testing.T, a *crm.Activities) (crm.Updated, error) {
			return a.RecordNote(t.Context(), effect.Key{ID: "lead-1/note-1"},
				crm.Note{Contact: n.Contact, Email: n.Email, Text: n.Text, At: lead.At})
		},
		"outcome": func(t *testing.T, a *crm.Activities) (crm.Updated, error) {
			return a.RecordOutcome(t.Context(), effect.Key{ID: "lead-1/outcome"},
				crm.Outcome{Contact: n.Contact, Email: n.Email, Status: crm.StatusConnected, Note: n.Text, At: lead.At})
		},
	}
}

// effects are what an update leaves behind: the contact's values, and the notes'.
var effects = map[string]struct{ contact, note map[string]string }{
	"owner": {
		map[string]string{"hubspot_owner_id": "1002", "hs_lead_status": "NEW"},
		map[string]string{"throughline_key": "lead-1/owner-2", "hubspot_owner_id": "1002"},
	},
	"stage":   {map[string]string{"hubspot_owner_id": "1001", "hs_lead_status": "ATTEMPTED_TO_CONTACT"}, nil},
	"note":    {map[string]string{"hubspot_owner_id": "1001", "hs_lead_status": "NEW"}, map[string]string{"throughline_key": "lead-1/note-1"}},
	"outcome": {map[string]string{"hubspot_owner_id": "1001", "hs_lead_status": "CONNECTED"}, map[string]string{"throughline_key": "lead-1/outcome"}},
}

// theContact is a contact that a lead was recorded as.
func theContact(id string) *row {
	return &row{"contacts", id, map[string]string{"email": "jane@contoso.com", "hubspot_owner_id": "1001", "hs_lead_status": "NEW"}}
}

// requireEffect requires that an update had its effect on the contact, once.
func requireEffect(t *testing.T, h *hub, update, contact string) {
	t.Helper()
	want := effects[update]
	got := h.row("contacts", contact)
	require.NotNil(t, got)
	for name, value := range want.contact {
		assert.Equal(t, value, got.values[name])
	}
	if want.note == nil {
		assert.Empty(t, h.of("notes"))
		return
	}
	note := maps.Clone(want.note)
	note["hs_note_body"], note["hs_timestamp"] = "a &lt; b", "2026-03-04T04:06:07.089Z"
	assert.Equal(t, []map[string]string{note}, h.of("notes"))
	assert.Len(t, h.associations, 1)
	for a := range h.associations {
		assert.Regexp(t, "^notes/[0-9]+ contacts/"+contact+"$", a)
	}
}

func TestAnUpdateHasItsEffectOnceHoweverOftenItRuns(t *testing.T) {
	for name, update := range updates(crm.Note{Contact: "1", Text: "a < b"}) {
		t.Run(name, func(t *testing.T) {
			h, o := open(t, nil)
			h.rows = append(h.rows, theContact("1"))
			a := crm.New(o)
			for range 2 {
				updated, err := update(t, a)
				require.NoError(t, err)
				assert.Equal(t, crm.Updated{Contact: "1"}, updated)
				requireEffect(t, h, name, "1")
			}
		})
	}
}

func TestAnUpdateThatBrokeOffAnywhereIsCompletedByTheNextAttempt(t *testing.T) {
	for name, update := range updates(crm.Note{Contact: "1", Text: "a < b"}) {
		h, o := open(t, nil)
		h.rows = append(h.rows, theContact("1"))
		_, err := update(t, crm.New(o))
		require.NoError(t, err)
		calls := len(h.calls)
		require.GreaterOrEqual(t, calls, 2)
		for n := range calls {
			for _, done := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, call %d, done %v", name, n, done), func(t *testing.T) {
					h, o := open(t, nil)
					h.rows = append(h.rows, theContact("1"))
					h.breakAt(n+1, done)
					a := crm.New(o)
					_, err := update(t, a)
					assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class)
					_, err = update(t, a)
					require.NoError(t, err)
					requireEffect(t, h, name, "1")
				})
			}
		}
	}
}

func TestAnUpdateGoesToWhatTheContactIsNow(t *testing.T) {
	other := func() *row { r := theContact("2"); r.values["email"] = "roe@contoso.com"; return r }
	tests := map[string]struct {
		meanwhile func(h *hub)
		want      crm.Updated
	}{
		"merged into another": {func(h *hub) { h.rows = append(h.rows, other()); h.merge("1", "2") }, crm.Updated{Contact: "2"}},
		"merged, and no longer known by its ID": {func(h *hub) { h.rows = append(h.rows, other()); h.merge("1", "2"); clear(h.merged) },
			crm.Updated{Contact: "2"}},
		"deleted and made anew": {func(h *hub) { h.remove("contacts", "1"); h.rows = append(h.rows, theContact("3")) }, crm.Updated{Contact: "3"}},
		"deleted":               {func(h *hub) { h.remove("contacts", "1") }, crm.Updated{Gone: true}},
		"with another address":  {func(h *hub) { h.row("contacts", "1").values["email"] = "jane@fabrikam.com" }, crm.Updated{Contact: "1"}},
	}
	for what, test := range tests {
		for name, update := range updates(crm.Note{Contact: "1", Email: " Jane@contoso.com", Text: "a < b"}) {
			t.Run(what+", "+name, func(t *testing.T) {
				h, o := open(t, nil)
				h.rows = append(h.rows, theContact("1"))
				test.meanwhile(h)
				for range 2 {
					updated, err := update(t, crm.New(o))
					require.NoError(t, err)
					assert.Equal(t, test.want, updated)
				}
				if test.want.Gone {
					assert.Empty(t, h.rows, "what was deleted on purpose is not made anew")
				} else {
					requireEffect(t, h, name, test.want.Contact)
				}
			})
		}
	}
}

// The contact is merged or deleted just before one of the activity's own calls: that attempt fails in a way that is tried again,
// and the next one goes by what there is.
func TestARecordThatGoesInTheMiddleOfAnUpdateIsLookedForAgain(t *testing.T) {
	for _, merged := range []bool{true, false} {
		for name, update := range updates(crm.Note{Contact: "1", Email: "jane@contoso.com", Text: "a < b"}) {
			t.Run(fmt.Sprintf("%s, merged %v", name, merged), func(t *testing.T) {
				h, o := open(t, nil)
				h.rows = append(h.rows, theContact("1"))
				if merged {
					other := theContact("2")
					other.values["email"] = "roe@contoso.com"
					h.rows = append(h.rows, other)
				}
				h.fail = func(_ http.ResponseWriter, call string, done bool) bool {
					if done && call == "GET /crm/v3/objects/contacts/1" && h.row("contacts", "1") != nil {
						if merged {
							h.merge("1", "2")
						} else {
							h.remove("contacts", "1")
						}
					}
					return false
				}
				a := crm.New(o)
				_, err := update(t, a)
				assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class)
				updated, err := update(t, a)
				require.NoError(t, err)
				if !merged {
					assert.Equal(t, crm.Updated{Gone: true}, updated)
					return
				}
				assert.Equal(t, crm.Updated{Contact: "2"}, updated)
				requireEffect(t, h, name, "2")
			})
		}
	}
}

func TestALeadWhoseRecordsGoWhileItIsRecordedIsRecordedByTheNextAttempt(t *testing.T) {
	for _, kind := range []string{"contacts", "companies", "notes"} {
		noticed := 0
		for n := range 9 {
			h, o := open(t, nil)
			gone := false
			h.fail = func(_ http.ResponseWriter, _ string, done bool) bool {
				if done && len(h.calls) == n+1 && len(h.of(kind)) == 1 {
					for _, r := range h.rows {
						if r.kind == kind {
							h.remove(kind, r.id)
							gone = true
							break
						}
					}
				}
				return false
			}
			a := crm.New(o)
			_, err := a.RecordLead(t.Context(), key, lead)
			if err != nil {
				require.True(t, gone)
				noticed++
				assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class, "%s after call %d", kind, n)
			}
			h.associations = map[string]bool{}
			recorded, err := a.RecordLead(t.Context(), key, lead)
			require.NoError(t, err)
			for _, k := range []string{"contacts", "companies", "notes"} {
				assert.Len(t, h.of(k), 1)
			}
			assert.True(t, h.associations["contacts/"+recorded.Contact+" companies/"+recorded.Company])
			assert.True(t, h.associations["notes/"+recorded.Note+" contacts/"+recorded.Contact])
		}
		assert.NotZero(t, noticed, "%s are to go before the last call that needs them", kind)
	}
}

func TestAStatusIsOnlyTakenFurther(t *testing.T) {
	all := []string{"", "NEW", "OPEN", "ATTEMPTED_TO_CONTACT", "CONNECTED", "IN_PROGRESS", "BAD_TIMING", "UNQUALIFIED", "OPEN_DEAL", "our_own"}
	replaced := map[crm.Status][]string{
		crm.StatusNew:         all[:1],
		crm.StatusAttempted:   {"", "NEW"},
		crm.StatusConnected:   all[:4],
		crm.StatusUnqualified: all[:7],
	}
	for to, before := range replaced {
		for _, from := range all {
			want := from
			for _, b := range before {
				if b == from {
					want = string(to)
				}
			}
			h, o := open(t, nil)
			a := crm.New(o)
			for name, update := range map[string]func() (crm.Updated, error){
				"stage": func() (crm.Updated, error) {
					return a.RecordStage(t.Context(), key, crm.Stage{Contact: "1", Status: to})
				},
				"outcome": func() (crm.Updated, error) {
					return a.RecordOutcome(t.Context(), key, crm.Outcome{Contact: "1", Status: to})
				},
			} {
				h.rows = []*row{{"contacts", "1", map[string]string{"hs_lead_status": from}}}
				_, err := update()
				require.NoError(t, err)
				assert.Equal(t, want, h.of("contacts")[0]["hs_lead_status"], "%s from %q to %s", name, from, to)
			}
			assert.Empty(t, h.of("notes"), "no note where there is nothing to say")
		}
	}
}

func TestAnUpdateThatSaysNothingIsRefused(t *testing.T) {
	h, o := open(t, nil)
	h.rows = append(h.rows, theContact("1"))
	a := crm.New(o)
	refused := map[string]error{}
	for name, update := range updates(crm.Note{Email: "jane@contoso.com", Text: "text"}) {
		_, refused["contact: "+name] = update(t, a)
	}
	_, refused["owner"] = a.RecordOwner(t.Context(), key, crm.Ownership{Contact: "1", Owner: " "})
	_, refused["status"] = a.RecordStage(t.Context(), key, crm.Stage{Contact: "1"})
	assert.Empty(t, h.calls)
	_, refused["status: one of the account's own"] = a.RecordStage(t.Context(), key, crm.Stage{Contact: "1", Status: "our_own"})
	for name, err := range refused {
		f := faultOf(t, err)
		assert.Equal(t, fault.ClassFinal, f.Class, name)
		field, _, _ := strings.Cut(name, ":")
		assert.Contains(t, f.Message, field+":", name)
	}
}
