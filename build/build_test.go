package build

import (
	"os"
	"reflect"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCodeIsNamedAfterItsReleaseAndElseAfterItsRevision(t *testing.T) {
	built := func(changed string) *debug.BuildInfo {
		return &debug.BuildInfo{Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"}, {Key: "vcs.modified", Value: changed},
		}}
	}
	assert.Equal(t, Code{ID: "0123456789ab"}, code("", built("false")))
	assert.Equal(t, Code{ID: "0123456789ab", Changed: true}, code("", built("true")))
	assert.Equal(t, Code{ID: "v1.4.2"}, code("v1.4.2", built("true")), "who released it has named it")
	assert.Zero(t, code("", &debug.BuildInfo{}))
	assert.Zero(t, code("", nil))
}

// The linker says nothing where it is told to set a variable that isn't there.
func TestTheImageSetsTheVersion(t *testing.T) {
	dockerfile, err := os.ReadFile("../Dockerfile")
	require.NoError(t, err)
	assert.Contains(t, string(dockerfile), "-X "+reflect.TypeFor[Code]().PkgPath()+".version=$VERSION")
}
