package policy_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/policy"
)

func theBook() *policy.Book {
	anna, victor := policy.Person{ID: "anna", Name: "Anna"}, policy.Person{ID: "victor", Name: "Victor"}
	return &policy.Book{
		Roles:    map[string]policy.Role{"partners": {Name: "partners", People: []policy.Person{anna, victor}}},
		Pools:    map[string]policy.Pool{"strategists": {Name: "strategists", Members: []policy.Member{{Person: anna, Weight: 1}}}},
		Proposal: policy.Proposal{Handbook: "h1", Strategists: "strategists"},
	}
}

func asking(book *policy.Book) *policy.Activities {
	return &policy.Activities{Current: func() *policy.Book { return book }}
}

func code(t *testing.T, err error) string {
	t.Helper()
	f, ok := fault.From(err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, fault.ClassFinal, f.Class)
	return f.Code
}

func TestAProposalGetsItsPolicy(t *testing.T) {
	got, err := asking(theBook()).ProposalPolicy(t.Context(), effect.Key{ID: "proposal-1/policy"}, effect.None{})
	require.NoError(t, err)
	assert.Equal(t, theBook().Proposal, got)
}

func TestAHandbookWithoutProposalsOrStrategistsSaysSo(t *testing.T) {
	book := theBook()
	book.Pools["strategists"] = policy.Pool{}
	_, err := asking(book).ProposalPolicy(t.Context(), effect.Key{ID: "a/b"}, effect.None{})
	assert.Equal(t, "POOL_EMPTY", code(t, err))
	book.Proposal = policy.Proposal{}
	_, err = asking(book).ProposalPolicy(t.Context(), effect.Key{ID: "a/b"}, effect.None{})
	assert.Equal(t, "NO_PROPOSALS", code(t, err))
}

func TestApproversAreTheRoleWithoutThoseWhoMustNot(t *testing.T) {
	a := asking(theBook())
	for _, c := range []struct {
		need     int
		excluded []string
		want     []string
	}{
		{0, nil, []string{"anna", "victor"}},
		{2, []string{"maria"}, []string{"anna", "victor"}},
		{1, []string{"anna"}, []string{"victor"}},
	} {
		found, err := a.FindApprovers(t.Context(), effect.Key{}, policy.ApproversRequest{Role: "partners", Need: c.need, Excluded: c.excluded})
		require.NoError(t, err)
		var ids []string
		for _, p := range found.People {
			ids = append(ids, p.ID)
		}
		assert.Equal(t, c.want, ids)
	}
}

func TestTooFewApproversAreAFinalFault(t *testing.T) {
	a := asking(theBook())
	for _, r := range []policy.ApproversRequest{
		{Role: "partners", Excluded: []string{"anna", "victor"}},
		{Role: "partners", Need: 2, Excluded: []string{"anna"}},
		{Role: "nobody"},
	} {
		_, err := a.FindApprovers(t.Context(), effect.Key{}, r)
		assert.Equal(t, "NOBODY_MAY_APPROVE", code(t, err))
	}
}
