package policy_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/policy"
)

func TestAnOwnerInTheCRMIsSomebodyOfTheHandbookAndWhoActsForThem(t *testing.T) {
	owns := func(p policy.Person, owner string) policy.Person {
		p.CRMOwner = owner
		return p
	}
	ann := owns(someone("ann", ""), "101")
	bert := owns(someone("bert", "", away("cleo")), "102")
	cleo := someone("cleo", "")
	dora := owns(someone("dora", "", away("")), "104")
	twin := owns(someone("zoe", ""), "101")
	for name, c := range map[string]struct {
		owner string
		want  policy.Owner
	}{
		"who is there":             {"101", policy.Owner{Of: ann, Person: ann}},
		"who is covered":           {"102", policy.Owner{Of: bert, Person: cleo}},
		"who is away":              {"104", policy.Owner{Of: dora}},
		"of nobody":                {"105", policy.Owner{}},
		"of nobody, not of people": {"", policy.Owner{}},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 { // a map's order would show
				got, err := staff(twin, dora, cleo, bert, ann).FindOwner(ctx, key, policy.OwnerRequest{CRMOwner: c.owner})
				require.NoError(t, err)
				assert.Equal(t, c.want, got)
			}
		})
	}
}
