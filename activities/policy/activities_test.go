package policy_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/policy"
)

var (
	ctx  = context.Background()
	key  = effect.Key{ID: "lead-1/route"}
	ann  = policy.Person{ID: "ann", Name: "Ann"}
	bert = policy.Person{ID: "bert", Name: "Bert"}
)

func pool(name string, people ...policy.Person) policy.Pool {
	p := policy.Pool{Name: name}
	for _, one := range people {
		p.Members = append(p.Members, policy.Member{Person: one, Weight: 1})
	}
	return p
}

func activities(pools ...policy.Pool) *policy.Activities {
	b := &policy.Book{
		People: map[string]policy.Person{"ann": ann, "bert": bert},
		Roles:  map[string]policy.Role{"operations": {Name: "operations", People: []policy.Person{bert}}},
		Pools:  map[string]policy.Pool{},
		Lead:   policy.Lead{Handbook: "d1", DefaultPool: "rest"},
	}
	for _, p := range pools {
		b.Pools[p.Name] = p
	}
	return &policy.Activities{Current: func() *policy.Book { return b }}
}

func request() policy.RouteRequest {
	return policy.RouteRequest{
		Territories: []policy.Territory{
			{Name: "Enterprise", When: "company.employees >= 500", Pool: "enterprise"},
			{Name: "DACH", When: `lead.country in ["DE", "AT", "CH"]`, Pool: "dach"},
		},
		DefaultPool: "rest",
		Lead:        policy.LeadFacts{Country: "DE"},
		Company:     policy.CompanyFacts{Employees: 40},
	}
}

func TestTheFirstTerritoryThatIsTrueWinsAndSaysWhy(t *testing.T) {
	a := activities(pool("enterprise", ann), pool("dach", bert), pool("rest", ann))
	got, err := a.RouteLead(ctx, key, request())
	require.NoError(t, err)
	assert.Equal(t, policy.Route{
		Territory: "DACH",
		Pool:      pool("dach", bert),
		Considered: []policy.Considered{
			{Territory: "Enterprise", Because: "company.employees >= 500 is false: company.employees is 40"},
			{Territory: "DACH", Matched: true, Because: `lead.country in ["DE", "AT", "CH"] is true: lead.country is "DE"`},
		},
	}, got)
	assert.Equal(t, `territory "DACH": lead.country in ["DE", "AT", "CH"] is true: lead.country is "DE"`, got.Why())
}

func TestTheDefaultPoolTakesWhatNoTerritoryDid(t *testing.T) {
	a := activities(pool("enterprise", ann), pool("dach", bert), pool("rest", ann))
	r := request()
	r.Lead.Country = "FR"
	got, err := a.RouteLead(ctx, key, r)
	require.NoError(t, err)
	assert.Empty(t, got.Territory)
	assert.Equal(t, pool("rest", ann), got.Pool)
	assert.Len(t, got.Considered, 2)
	assert.Equal(t, `no territory took it, so the default pool "rest"`, got.Why())
}

func TestATerritoryWhosePoolHasNobodyIsPassedOver(t *testing.T) {
	gone := activities(pool("rest", ann))
	empty := activities(pool("rest", ann), pool("dach"))
	for name, a := range map[string]*policy.Activities{"gone": gone, "empty": empty} {
		got, err := a.RouteLead(ctx, key, request())
		require.NoError(t, err, name)
		assert.Equal(t, pool("rest", ann), got.Pool, name)
		assert.Equal(t, policy.Considered{
			Territory: "DACH",
			Because:   `lead.country in ["DE", "AT", "CH"] is true: lead.country is "DE"; passed over, since there is nobody in its pool "dach"`,
		}, got.Considered[1], name)
	}
}

func TestARuleThatFailsCountsAsNotMatched(t *testing.T) {
	a := activities(pool("dach", bert), pool("rest", ann))
	r := request()
	r.Territories[0].When = "10 % lead.employees == 0"
	r.Territories = append([]policy.Territory{{Name: "From another release", When: "lead.mood > 3", Pool: "rest"}}, r.Territories...)
	got, err := a.RouteLead(ctx, key, r)
	require.NoError(t, err)
	assert.Equal(t, "DACH", got.Territory)
	assert.Equal(t, `could not be decided, which counts as not matched: column 6: lead has no "mood"; it has country, region, employees, company, domain, utm`, got.Considered[0].Because)
	assert.Equal(t, "could not be decided, which counts as not matched: integer divide by zero", got.Considered[1].Because)
}

func TestNobodyAnywhereIsAFinalFault(t *testing.T) {
	r := request()
	r.Lead.Country = "FR"
	_, err := activities(pool("dach", bert)).RouteLead(ctx, key, r)
	f, ok := fault.From(err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, fault.Final("policy", "POOL_EMPTY", `No territory takes this lead, and there is nobody in the default pool "rest". Add somebody to the pool of that name in the handbook, then try again.`), f)
}

func TestPolicyAndPeopleComeFromTheHandbookInForce(t *testing.T) {
	a := activities()
	lead, err := a.LeadPolicy(ctx, key, effect.None{})
	require.NoError(t, err)
	assert.Equal(t, policy.Lead{Handbook: "d1", DefaultPool: "rest"}, lead)

	next := &policy.Book{Lead: policy.Lead{Handbook: "d2"}}
	a.Current = func() *policy.Book { return next }
	lead, err = a.LeadPolicy(ctx, key, effect.None{})
	require.NoError(t, err)
	assert.Equal(t, "d2", lead.Handbook)
}

func TestFindPeopleLeavesOutWhoIsGone(t *testing.T) {
	got, err := activities().FindPeople(ctx, key, policy.PeopleRequest{People: []string{"bert", "zoe", "ann"}, Role: "operations"})
	require.NoError(t, err)
	assert.Equal(t, policy.People{
		People: []policy.Person{bert, ann},
		Role:   policy.Role{Name: "operations", People: []policy.Person{bert}},
	}, got)

	got, err = activities().FindPeople(ctx, key, policy.PeopleRequest{Role: "jester"})
	require.NoError(t, err)
	assert.Equal(t, policy.People{}, got)
}

func TestRoutesAtTheSameTimeDontDisturbEachOther(t *testing.T) {
	a := activities(pool("dach", bert), pool("rest", ann))
	for range 8 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for range 100 {
				got, err := a.RouteLead(ctx, key, request())
				require.NoError(t, err)
				require.Equal(t, "DACH", got.Territory)
			}
		})
	}
}

func BenchmarkRouteLead(b *testing.B) {
	a, r := activities(pool("dach", bert), pool("rest", ann)), request()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.RouteLead(ctx, key, r); err != nil {
			b.Fatal(err)
		}
	}
}
