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

// project makes a module with the given files in a folder of its own.
func project(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	t.Setenv("GOWORK", "off")
	dir = t.TempDir()
	files["go.mod"] = "module example.com/tiny\n"
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
	require.NoError(t, build(dir, "./run", program, silent()))
	out, err := exec.Command(program).CombinedOutput()
	require.NoError(t, err)
	require.Equal(t, "up\n", string(out))
}

func TestABuildErrorIsShownWhole(t *testing.T) {
	dir := project(t, map[string]string{
		"run/main.go": "package main\nfunc main() {\n\tvar x int = `no`\n\tundefinedThing()\n}\n",
	})
	program := filepath.Join(dir, "program")
	err := build(dir, "./run", program, silent())
	require.ErrorContains(t, err, "main.go:3:14: cannot use `no`")
	require.ErrorContains(t, err, "main.go:4:2: undefined: undefinedThing")
	require.NoFileExists(t, program)
}

func TestAPackageThatIsMissingIsNamed(t *testing.T) {
	dir := project(t, map[string]string{"other/main.go": "package main\nfunc main() {}\n"})
	require.ErrorContains(t, build(dir, "./run", filepath.Join(dir, "program"), silent()), "run")
}

func TestWhatIsLeftToCompileIsCounted(t *testing.T) {
	dir := project(t, map[string]string{
		"run/main.go": "package main\nimport \"example.com/tiny/a\"\nfunc main() { a.A() }\n",
		"a/a.go":      "package a\nimport \"example.com/tiny/b\"\nfunc A() { b.B() }\n",
		"b/b.go":      "package b\nfunc B() {}\n",
	})
	require.Equal(t, 3, stale(dir, "./run"))
	require.NoError(t, build(dir, "./b", os.DevNull, silent()))
	require.Equal(t, 2, stale(dir, "./run"))
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
		"building: 12 packages so far":                                          {downloads: 57, compiled: 12},
		"building: 3 of 5 packages":                                             {compiled: 3, total: 5},
		"building Temporal's server (first time only): 412 of 1,630 packages":   {compiled: 412, total: 1630},
		"building Temporal's server (first time only): 1,012 of 1,630 packages": {compiled: 1012, total: 1630},
		"linking the program":                                                   {compiled: 1630, total: 1630},
	} {
		require.Equal(t, want, s.String())
		require.LessOrEqual(t, len(want+", 10m10s"), 79, "it must fit a line")
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
	p.compiling()
	require.Contains(t, <-shown, "building: 1 packages so far")
	p.done()
}

// lines is a writer that hands over what is written to it.
type lines chan string

func (l lines) Write(b []byte) (int, error) {
	l <- string(b)
	return len(b), nil
}
