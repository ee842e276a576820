package field

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAnOpaqueNameStaysTheSameFromBuildToBuild(t *testing.T) {
	assert.Equal(t, "kulfvmifspspe537", Opaque("key", "crm-4711"))
	assert.NotEqual(t, Opaque("key", "a"), Opaque("content", "a"))
	assert.NotEqual(t, Opaque("a", "bc"), Opaque("ab", "c"))
	assert.Equal(t, Customer("ada@contoso.com"), Customer("Ada@contoso.com"))
}

func TestMistakesAreAnErrorOnlyWhereThereAreAny(t *testing.T) {
	var m Mistakes
	m.Add("email", "")
	assert.NoError(t, m.Err())
	m.Add("email", "is missing")
	m.Add("name", "is too long")
	assert.EqualError(t, m.Err(), "email is missing; name is too long")
}

func TestANumberIsNoTopLevelDomain(t *testing.T) {
	for _, address := range []string{"ada@127.0.0.1", "ada@contoso.9", "ada@contoso", "ada@contoso.com."} {
		assert.Contains(t, WrongEmail(address), "is not an e-mail address", address)
	}
	assert.Empty(t, WrongEmail("o'hara+robots@contoso.xn--p1ai"))
}
