package main

import (
	"bufio"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
)

// build compiles a package, given by its import path, into the file out, from the module in dir, and shows on the terminal
// how far it is. An error has all that the compiler said.
func build(dir, pkg, out string, t *terminal) error {
	// No revision is stamped into the program, and no debugger's tables: the one would link it anew with every commit, the
	// other takes longer than all else in linking.
	cmd := exec.Command("go", "build", "-v", "-buildvcs=false", "-ldflags=-w", "-o", out, pkg)
	cmd.Dir = dir
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	cmd.Stdout = cmd.Stderr
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("build %s: %w", pkg, err)
	}
	p := newProgress(t)
	var rest []string
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "go: downloading "):
			p.downloading()
		case isPackage.MatchString(line):
			if p.compiling(line == pkg) == 1 {
				go func() { p.toCompile(stale(dir, pkg)) }()
			}
		default:
			rest = append(rest, line)
		}
	}
	err = cmd.Wait()
	p.done()
	if err != nil {
		return fmt.Errorf("%s\nthe program can't be built (%w)", strings.Join(rest, "\n"), err)
	}
	return nil
}

// isPackage matches what `go build -v` prints when it begins to compile a package: its import path and nothing else.
var isPackage = regexp.MustCompile(`^[\w./~+-]+$`)

// stale counts the packages below the program that are yet to be compiled; 0 where that can't be found out, which nothing
// depends on. The program itself isn't counted: it is always stale to the go command, which has installed it nowhere.
func stale(dir, pkg string) int {
	cmd := exec.Command("go", "list", "-deps", "-f", `{{if and .Stale (ne .Name "main")}}{{.ImportPath}}{{end}}`, pkg)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return 0
	}
	return len(strings.Fields(string(out)))
}
