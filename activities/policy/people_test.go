package policy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/policy"
)

var noon = time.Date(2026, time.August, 5, 12, 0, 0, 0, time.UTC)

// staff is a handbook of people, asked at noon.
func staff(people ...policy.Person) *policy.Activities {
	b := &policy.Book{People: map[string]policy.Person{}}
	for _, p := range people {
		b.People[p.ID] = p
	}
	return &policy.Activities{Current: func() *policy.Book { return b }, Now: func() time.Time { return noon }}
}

func someone(id, manager string, away ...policy.Absence) policy.Person {
	return policy.Person{ID: id, Manager: manager, Away: away}
}

// away is an absence of the day, with a cover.
func away(cover string) policy.Absence {
	return policy.Absence{From: noon.Add(-12 * time.Hour), To: noon.Add(12 * time.Hour), Cover: cover}
}

func TestAStandInIsTheFirstOfTheChainOfCoverWhoIsThere(t *testing.T) {
	ann, bert, cleo := someone("ann", ""), someone("bert", ""), someone("cleo", "")
	var long []policy.Person // p0 is away and covered by p1, who is, …; p6 is there
	for i := range 6 {
		long = append(long, someone(fmt.Sprintf("p%d", i), "", away(fmt.Sprintf("p%d", i+1))))
	}
	long = append(long, someone("p6", ""))
	past := policy.Absence{From: noon.Add(-48 * time.Hour), To: noon, Cover: "cleo"}
	next := policy.Absence{From: noon.Add(time.Nanosecond), To: noon.Add(time.Hour), Cover: "cleo"}
	begun := policy.Absence{From: noon, To: noon.Add(time.Nanosecond), Cover: "cleo"}

	for name, c := range map[string]struct {
		people   []policy.Person
		of       string
		excluded []string
		want     policy.StandIn
	}{
		"there":                    {[]policy.Person{ann}, "ann", nil, policy.StandIn{Person: ann}},
		"back since this instant":  {[]policy.Person{someone("ann", "", past), cleo}, "ann", nil, policy.StandIn{Person: someone("ann", "", past)}},
		"away in an instant":       {[]policy.Person{someone("ann", "", next), cleo}, "ann", nil, policy.StandIn{Person: someone("ann", "", next)}},
		"away since this instant":  {[]policy.Person{someone("ann", "", past, begun), cleo}, "ann", nil, policy.StandIn{Person: cleo}},
		"covered":                  {[]policy.Person{someone("ann", "", away("bert")), bert}, "ann", nil, policy.StandIn{Person: bert}},
		"covered by the cover's":   {[]policy.Person{someone("ann", "", away("bert")), someone("bert", "", away("cleo")), cleo}, "ann", nil, policy.StandIn{Person: cleo, Via: []string{"bert"}}},
		"without cover":            {[]policy.Person{someone("ann", "", away(""))}, "ann", nil, policy.StandIn{}},
		"the chain's end is away":  {[]policy.Person{someone("ann", "", away("bert")), someone("bert", "", away(""))}, "ann", nil, policy.StandIn{Via: []string{"bert"}}},
		"covering each other":      {[]policy.Person{someone("ann", "", away("bert")), someone("bert", "", away("ann"))}, "ann", nil, policy.StandIn{Via: []string{"bert"}}},
		"covering oneself":         {[]policy.Person{someone("ann", "", away("ann"))}, "ann", nil, policy.StandIn{}},
		"a circle further on":      {[]policy.Person{someone("ann", "", away("bert")), someone("bert", "", away("cleo")), someone("cleo", "", away("bert"))}, "ann", nil, policy.StandIn{Via: []string{"bert", "cleo"}}},
		"five are followed":        {long, "p1", nil, policy.StandIn{Person: long[6], Via: []string{"p2", "p3", "p4", "p5"}}},
		"and no sixth":             {long, "p0", nil, policy.StandIn{Via: []string{"p1", "p2", "p3", "p4", "p5"}}},
		"left":                     {nil, "ann", nil, policy.StandIn{Gone: true}},
		"the cover has left":       {[]policy.Person{someone("ann", "", away("bert"))}, "ann", nil, policy.StandIn{}},
		"excluded":                 {[]policy.Person{ann}, "ann", []string{"ann"}, policy.StandIn{}},
		"the cover is excluded":    {[]policy.Person{someone("ann", "", away("bert")), bert}, "ann", []string{"bert"}, policy.StandIn{}},
		"nobody for an excluded":   {[]policy.Person{someone("ann", "", away("bert")), bert}, "ann", []string{"ann"}, policy.StandIn{}},
		"nor for one in the chain": {[]policy.Person{someone("ann", "", away("bert")), someone("bert", "", away("cleo")), cleo}, "ann", []string{"bert"}, policy.StandIn{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := staff(c.people...).FindStandIns(ctx, key, policy.StandInRequest{For: []string{c.of}, Excluded: c.excluded})
			require.NoError(t, err)
			c.want.For = c.of
			assert.Equal(t, policy.StandIns{StandIns: []policy.StandIn{c.want}}, got)
		})
	}
}

func TestStandInsAreAnsweredInTheOrderThatTheyWereAskedFor(t *testing.T) {
	a := staff(someone("ann", "", away("bert")), someone("bert", ""))
	got, err := a.FindStandIns(ctx, key, policy.StandInRequest{For: []string{"zoe", "bert", "ann"}})
	require.NoError(t, err)
	bert := someone("bert", "")
	assert.Equal(t, []policy.StandIn{{For: "zoe", Gone: true}, {For: "bert", Person: bert}, {For: "ann", Person: bert}}, got.StandIns)
}

func TestATaskEscalatesToTheNextOneUpWhoCanAct(t *testing.T) {
	rep, boss, top := someone("rep", "boss"), someone("boss", "top"), someone("top", "")
	cover := someone("cover", "top")
	for name, c := range map[string]struct {
		people   []policy.Person
		of       string
		known    string
		excluded []string
		want     string
	}{
		"the manager":                          {[]policy.Person{rep, boss, top}, "rep", "boss", nil, "boss"},
		"theirs":                               {[]policy.Person{rep, boss, top}, "boss", "top", nil, "top"},
		"nobody at the top":                    {[]policy.Person{rep, boss, top}, "top", "", nil, ""},
		"the manager of today":                 {[]policy.Person{rep, boss, top}, "rep", "former", nil, "boss"},
		"of one who has left":                  {[]policy.Person{boss, top}, "rep", "boss", nil, "boss"},
		"of one who has left with their boss":  {[]policy.Person{top}, "rep", "boss", nil, ""},
		"the manager's cover":                  {[]policy.Person{rep, someone("boss", "top", away("cover")), cover, top}, "rep", "", nil, "cover"},
		"past a manager who is away":           {[]policy.Person{rep, someone("boss", "top", away("")), top}, "rep", "", nil, "top"},
		"past a manager whom the rep covers":   {[]policy.Person{rep, someone("boss", "top", away("rep")), top}, "rep", "", nil, "top"},
		"past one who is excluded":             {[]policy.Person{rep, boss, top}, "rep", "", []string{"boss"}, "top"},
		"past the cover of one who is":         {[]policy.Person{rep, someone("boss", "top", away("cover")), cover, top}, "rep", "", []string{"boss"}, "top"},
		"nobody where all above are away":      {[]policy.Person{rep, someone("boss", "top", away("")), someone("top", "", away("boss"))}, "rep", "", nil, ""},
		"nobody where managers go in a circle": {[]policy.Person{rep, someone("boss", "top", away("")), someone("top", "boss", away(""))}, "rep", "", nil, ""},
		"never oneself":                        {[]policy.Person{someone("rep", "rep")}, "rep", "", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := staff(c.people...)
			got, err := a.FindManager(ctx, key, policy.ManagerRequest{Of: c.of, Manager: c.known, Excluded: c.excluded})
			require.NoError(t, err)
			assert.Equal(t, c.want, got.Person.ID)
			assert.Equal(t, a.Current().People[c.want], got.Person, "as the handbook has them")
		})
	}
}

// However absences, managers and exclusions lie, whoever is found may act and is there; and everything comes to an end.
func TestNobodyIsFoundWhoIsAwayOrExcluded(t *testing.T) {
	ids := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	anybody := rapid.SampledFrom(append([]string{"", "gone"}, ids...))
	rapid.Check(t, func(t *rapid.T) {
		var people []policy.Person
		for _, id := range ids {
			p := someone(id, anybody.Draw(t, "manager"))
			if rapid.Bool().Draw(t, "away") {
				p.Away = []policy.Absence{away(anybody.Draw(t, "cover"))}
			}
			people = append(people, p)
		}
		a, excluded := staff(people...), rapid.SliceOfDistinct(anybody, rapid.ID).Draw(t, "excluded")
		mayAct := func(p policy.Person) {
			_, is := p.AbsentAt(noon)
			assert.False(t, is, "away: %v", p)
			assert.NotContains(t, excluded, p.ID)
		}
		got, err := a.FindStandIns(ctx, key, policy.StandInRequest{For: ids, Excluded: excluded})
		require.NoError(t, err)
		for i, s := range got.StandIns {
			assert.Equal(t, ids[i], s.For)
			assert.LessOrEqual(t, len(s.Via), 5)
			if s.Person.ID != "" {
				mayAct(s.Person)
			}
		}
		of := rapid.SampledFrom(ids).Draw(t, "of")
		up, err := a.FindManager(ctx, key, policy.ManagerRequest{Of: of, Excluded: excluded})
		require.NoError(t, err)
		if up.Person.ID != "" {
			mayAct(up.Person)
			assert.NotEqual(t, of, up.Person.ID)
		}
	})
}

func TestARoleIsAnsweredWithoutWhoeverTheCaseIsAbout(t *testing.T) {
	ada, ben := policy.Person{ID: "ada", Email: "Ada@house.example"}, policy.Person{ID: "ben"}
	found := policy.People{People: []policy.Person{ada}, Role: policy.Role{Name: "r", People: []policy.Person{ben, ada}}}
	role, theirs := found.Without("ada@HOUSE.example")
	assert.Equal(t, []policy.Person{ben}, role.People)
	assert.Equal(t, []string{"ada"}, theirs)
	assert.Len(t, found.Role.People, 2, "what was found stays as it was")
	role, theirs = found.Without("")
	assert.Len(t, role.People, 2)
	assert.Empty(t, theirs, "who has no address isn't everybody's customer")
}

func TestSomebodyIsFoundByTheirAddressInWhateverCase(t *testing.T) {
	ann, bert := someone("ann", ""), someone("bert", "")
	ann.Email, bert.Email = "Ann@northwind.example", "bert@northwind.example"
	for _, c := range []struct {
		asked policy.PeopleRequest
		want  []policy.Person
	}{
		{policy.PeopleRequest{Email: "ann@Northwind.example"}, []policy.Person{ann}},
		{policy.PeopleRequest{Email: "ann@northwind.example", People: []string{"bert", "ann"}}, []policy.Person{bert, ann}},
		{policy.PeopleRequest{Email: "zoe@northwind.example"}, nil},
		{policy.PeopleRequest{}, nil},
	} {
		got, err := staff(ann, bert, someone("cleo", "")).FindPeople(t.Context(), effect.Key{}, c.asked)
		require.NoError(t, err)
		assert.Equal(t, c.want, got.People)
	}
}
