package config

import "strings"

// documents checks the folders of documents. That for the documents themselves is not looked for, since it may be one that only
// the workers and the starter have.
func (f *findings) documents(d *Documents) {
	if strings.TrimSpace(d.Dir) == "" {
		f.add("documents.dir", "is missing: name the folder that documents are kept in")
	} else if dir, err := absolute(d.Dir, f.where["documents.dir"]); err != nil {
		f.add("documents.dir", "%q can't be used: %s", d.Dir, cause(err))
	} else {
		d.Dir = dir
	}
	if d.Templates == "" {
		return
	}
	dir, err := absolute(d.Templates, f.where["documents.templates"])
	if err == nil {
		err = isDir(dir)
	}
	if err != nil {
		f.add("documents.templates", "%q can't be used: %s; it is a folder, or \"\" for the built-in look", d.Templates, cause(err))
		return
	}
	d.Templates = dir
}
