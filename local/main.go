// Command local starts the whole of Throughline on this machine: `go run ./local`.
//
// It is a launcher. The program itself, in ./run, has Temporal's server in it, whose 1,700 packages take minutes to build the
// first time; `go run ./local/run` would be silent all that while. The launcher imports nothing but the standard library,
// builds the program into .throughline/bin, says how far it is, and becomes it: arguments, standard output, Ctrl-C and the
// exit status are the program's.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
)

const module = "github.com/throughline-dev/throughline/local"

func main() {
	if err := launch(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func launch(args []string) error {
	here, err := moduleDir()
	if err != nil {
		return err
	}
	home := filepath.Join(filepath.Dir(here), ".throughline")
	program := filepath.Join(home, "bin", "throughline-local")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		return fmt.Errorf("no place for the program that is built: %w", err)
	}
	if err := build(here, module+"/run", program, newTerminal(os.Stderr)); err != nil {
		return err
	}
	// What the caller says comes last, and so wins.
	args = append([]string{"--home", home, "--parent", strconv.Itoa(os.Getppid())}, args...)
	return become(program, args)
}

// moduleDir is this module's folder. `go run` compiles the launcher into a temporary folder, so the go command is asked,
// which finds the module from wherever it could run the launcher.
func moduleDir() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return "", fmt.Errorf("find the module %s: %s", module, bytes.TrimSpace(exit.Stderr))
	}
	if err != nil {
		return "", fmt.Errorf("find the module %s: %w", module, err)
	}
	return string(bytes.TrimSpace(out)), nil
}
