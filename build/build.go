// Package build says which code a program was built from.
package build

import "runtime/debug"

// version is what the program was released as. The linker sets it, as the Dockerfile has it do:
//
//	go build -ldflags "-X github.com/throughline-dev/throughline/build.version=v1.4.2" ./workers
var version string

// Code is what names the code of a program. Its zero value is for code of which nothing is known.
type Code struct {
	// ID is what the program was released as, or else the revision that it was built from, shortened to twelve digits.
	ID string
	// Changed is true where there were changes beside that revision: then two programs of one ID may differ.
	Changed bool
}

// This is the code of the program that asks.
func This() Code {
	built, _ := debug.ReadBuildInfo()
	return code(version, built)
}

func code(version string, built *debug.BuildInfo) (c Code) {
	if version != "" || built == nil {
		return Code{ID: version}
	}
	for _, s := range built.Settings {
		switch s.Key {
		case "vcs.revision":
			c.ID = s.Value[:min(12, len(s.Value))]
		case "vcs.modified":
			c.Changed = s.Value == "true"
		}
	}
	return c
}
