package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const tiny = "example.com/tiny"

// project makes a module with the given files in a folder of its own.
func project(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	t.Setenv("GOWORK", "off")
	dir = t.TempDir()
	files["go.mod"] = "module " + tiny + "\n"
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	return dir
}

func silent() *terminal { return &terminal{w: &bytes.Buffer{}, every: time.Hour} }

func TestTheBuiltProgramRuns(t *testing.T) {
	dir := project(t, map[string]string{"run/main.go": "package main\nfunc main() { println(`up`) }\n"})
	program := filepath.Join(dir, "program")
	require.NoError(t, build(dir, tiny+"/run", program, silent()))
	out, err := exec.Command(program).CombinedOutput()
	require.NoError(t, err)
	require.Equal(t, "up\n", string(out))
}

func TestABuildErrorIsShownWhole(t *testing.T) {
	dir := project(t, map[string]string{
		"run/main.go": "package main\nfunc main() {\n\tvar x int = `no`\n\tundefinedThing()\n}\n",
	})
	program := filepath.Join(dir, "program")
	err := build(dir, tiny+"/run", program, silent())
	require.ErrorContains(t, err, "main.go:3:14: cannot use `no`")
	require.ErrorContains(t, err, "main.go:4:2: undefined: undefinedThing")
	require.NoFileExists(t, program)
}

func TestAPackageThatIsMissingIsNamed(t *testing.T) {
	dir := project(t, map[string]string{"other/main.go": "package main\nfunc main() {}\n"})
	require.ErrorContains(t, build(dir, tiny+"/run", filepath.Join(dir, "program"), silent()), "run")
}

func TestWhatIsLeftToCompileIsCounted(t *testing.T) {
	dir := project(t, map[string]string{
		"run/main.go": "package main\nimport \"example.com/tiny/a\"\nfunc main() { a.A() }\n",
		"a/a.go":      "package a\nimport \"example.com/tiny/b\"\nfunc A() { b.B() }\n",
		"b/b.go":      "package b\nfunc B() {}\n",
	})
	require.Equal(t, 2, stale(dir, tiny+"/run"))
	require.NoError(t, build(dir, tiny+"/b", os.DevNull, silent()))
	require.Equal(t, 1, stale(dir, tiny+"/run"))
}

func TestPackagesAreToldFromWhatTheCompilerSays(t *testing.T) {
	for _, line := range []string{"fmt", "internal/goarch", "gopkg.in/yaml.v3", "vendor/golang.org/x/net/http/httpguts", "modernc.org/libc/sys~1"} {
		require.Regexp(t, isPackage, line)
	}
	for _, line := range []string{"# example.com/tiny", "./main.go:3:1: undefined: x", "\thave (int)", "go: updates to go.mod needed", ""} {
		require.NotRegexp(t, isPackage, line)
	}
}

func TestProgressSaysHowFarTheBuildIs(t *testing.T) {
	for want, s := range map[string]state{
		"getting the program ready":                                             {},
		"downloading modules: 57 so far (first time only)":                      {downloads: 57},
		"building: package 12":                                                  {downloads: 57, compiled: 12},
		"building: package 3 of 5":                                              {compiled: 3, known: true, total: 5},
		"building Temporal's server (first time only): 412 of 1,630 packages":   {compiled: 412, known: true, total: 1630},
		"building Temporal's server (first time only): 1,012 of 1,630 packages": {compiled: 1012, known: true, total: 1630},
		"building Temporal's server (first time only): 1,630 of 1,630 packages": {compiled: 1634, known: true, total: 1630},
	} {
		require.Equal(t, want, s.String())
		require.LessOrEqual(t, len(want+", 10m10s"), 79, "it must fit a line")
	}
}

func TestLinkingIsWhatComesAfterTheLastPackage(t *testing.T) {
	for _, s := range []state{
		{compiled: 1630, last: true, known: true, total: 1630},
		{compiled: 1, last: true},            // only the program itself has changed, and the total isn't known yet
		{compiled: 1, known: true, total: 1}, // a package changed, but nothing that the program sees of it
	} {
		require.Equal(t, "linking the program", s.String(), "%+v", s)
	}
}

func TestATerminalGetsOneLineAndALogOneAfterTheOther(t *testing.T) {
	var screen, log bytes.Buffer
	for _, to := range []*terminal{{w: &screen, over: true}, {w: &log}} {
		to.show("one")
		to.show("two")
		to.clear()
	}
	require.Equal(t, "one\ntwo\n", log.String())
	require.NotContains(t, screen.String(), "\n")
	require.True(t, strings.HasSuffix(screen.String(), "two\r\x1b[K"))
}

func TestSomethingIsShownWhileABuildTakesLong(t *testing.T) {
	shown := make(lines, 1)
	p := newProgress(&terminal{w: shown, every: time.Hour})
	p.compiling(false)
	require.Contains(t, <-shown, "building: package 1, 1s")
	p.done()
}

// lines is a writer that hands over what is written to it.
type lines chan string

func (l lines) Write(b []byte) (int, error) {
	l <- string(b)
	return len(b), nil
}
