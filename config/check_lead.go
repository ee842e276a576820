package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/policy"
	"github.com/throughline-dev/throughline/activities/policy/nearest"
)

// builtInTemplates are those for a lead that package email brings along. They are named here since the configuration is below
// the adapters; a test holds the two together.
var builtInTemplates = []string{"lead_outreach"}

func (f *findings) lead(c *Config, pools, calendars names) {
	l := c.Lead
	f.positive("lead.enrichment_wait", l.EnrichmentWait)
	f.atLeastNothing("lead.owner_wait", l.OwnerWait)
	f.outOfHours(c)
	seen := names{}
	for i, t := range l.Territories {
		key := item("lead.territories", i)
		f.name(key+".name", t.Name)
		f.unique(seen, key+".name", t.Name)
		if strings.TrimSpace(t.When) == "" {
			f.add(key+".when", "is missing: write a condition such as lead.country == \"DE\"")
		} else if err := policy.CheckCondition(t.When); err != nil {
			f.add(key+".when", "%s", err)
		}
		f.refer(pools, key+".pool", noPool, t.Pool)
	}
	f.refer(pools, "lead.default_pool", noPool, l.DefaultPool)
	f.ladder("lead.contact", l.Contact, contactTask(calendars))
	f.successor(c)
	f.atLeastNothing("lead.max_pause", l.MaxPause)
	f.atLeastNothing("lead.max_extension", l.MaxExtension)
	f.ladder("lead.operations", l.Operations, operationsTask(calendars))
}

// ways are what can happen to a lead while nobody is at work.
var ways = []string{string(policy.Hold), string(policy.ToManager), string(policy.Anyway)}

func (f *findings) outOfHours(c *Config) {
	l := c.Lead
	if way := string(l.OutOfHours); way != "" && !slices.Contains(ways, way) {
		f.add("lead.out_of_hours", "%q is none of %s%s", way, strings.Join(ways, ", "), nearest.Hint(way, ways))
	}
	if l.OutOfHours == policy.Hold {
		f.positive("lead.max_hold", l.MaxHold)
	} else {
		f.atLeastNothing("lead.max_hold", l.MaxHold)
	}
	if l.OutOfHours == policy.ToManager {
		f.haveManagers(c)
	}
}

// haveManagers checks that every pool's leads have a manager to go to.
func (f *findings) haveManagers(c *Config) {
	for i, p := range c.Pools {
		first := slices.IndexFunc(c.Staff, func(one Person) bool { return len(p.Members) > 0 && one.ID == p.Members[0].Person })
		if first >= 0 && c.Staff[first].Manager == "" {
			f.add(item("pools", i)+".members[0].person", "%q has no manager, whom lead.out_of_hours gives the pool's leads to: name one in %s.manager, or put somebody first who has one", p.Members[0].Person, item("people", first))
		}
	}
}

// templates checks the folder with the operator's own templates, and that there is one to write to a lead with.
func (f *findings) templates(c *Config) {
	const key = "lead.outreach_template"
	name := c.Lead.OutreachTemplate
	if name == "" || filepath.Base(name) != name || strings.HasPrefix(name, ".") {
		f.add(key, "%q is no template's name: it is the name of its two files without .html and .txt, such as \"lead_outreach\"", name)
		return
	}
	var missing []string
	if c.Templates != "" {
		dir, err := absolute(c.Templates, f.where["templates"])
		if err == nil {
			err = isDir(dir)
		}
		if err != nil {
			f.add("templates", "%q can't be used: %s; it is a folder, or \"\" for the built-in templates only", c.Templates, cause(err))
			return
		}
		c.Templates = dir
		for _, file := range []string{name + ".html", name + ".txt"} {
			if !isFile(filepath.Join(dir, file)) {
				missing = append(missing, file)
			}
		}
	}
	builtIn := slices.Contains(builtInTemplates, name)
	switch {
	case c.Templates == "" && !builtIn:
		f.add(key, "%q is no built-in template%s", name, nearest.Hint(name, builtInTemplates))
	case len(missing) == 2 && !builtIn:
		f.add(key, "%q is no built-in template, and neither %s nor %s is in %s%s", name, missing[0], missing[1], c.Templates, nearest.Hint(name, builtInTemplates))
	case len(missing) == 1 && !builtIn:
		f.add(key, "%q is only half there: %s is not in %s", name, missing[0], c.Templates)
	}
}

func isDir(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		err = errors.New("it is a file")
	}
	return err
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
