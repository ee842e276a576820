package config

import (
	"context"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"
)

// lookEvery is how often [Live.Watch] looks at the files. It reads them rather than being told of changes by the system: those
// messages don't cross network file systems or the mounts of Docker's desktops, are lost where a file is replaced through a link
// (as editors and Kubernetes do), and come while a file is half written. Reading a few kilobytes every other second costs nothing.
const lookEvery = 2 * time.Second

// WatchOptions say what [Live.Watch] watches.
type WatchOptions struct {
	// Files are the configuration's files, as [Load] took them.
	Files []string
	// Adjust is done to each new configuration before it comes into force, as it was to the first one; nil for nothing.
	Adjust func(*Config)
	// Logger is told what became of a change, without personal data; nil for slog.Default().
	Logger *slog.Logger
}

// Watch puts the configuration in force anew when its files have changed, until the context ends. A change counts when the files
// stay the same for two seconds, however they came to change; it is taken whole, or, where there is a mistake in it, refused
// with the reasons in the log, once. What is in force then stays.
//
// Secrets, where the systems are, and other settings that processes read at their start are the new ones for whoever asks
// Live, but whoever has read them goes on with the old ones: the log says that a restart is needed. Who may bring leads
// (starter.leads) is asked anew for each of them, and how many requests systems get (systems.….rate) every few seconds.
func (l *Live) Watch(ctx context.Context, o WatchOptions) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	w := watch{WatchOptions: o, live: l, started: l.Config()}
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		w.look()
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// watch is what Live.Watch knows from one look to the next.
type watch struct {
	WatchOptions
	live    *Live
	started *Config  // what was in force when the process began
	seen    []string // what the files held at the last look
	loaded  []string // … when they were last loaded
	refused string   // why that was refused; "" where it wasn't
	restart []string // what has been said to need a restart
}

// look loads the files where they hold something new. It takes two looks that see the same, since one might see a file of which
// only a part is written. What was refused is loaded again each time: what it lacked, a folder for instance, may be there now.
func (w *watch) look() {
	layers, unreadable := readFiles(w.Files)
	now := contents(layers, unreadable)
	rests := slices.Equal(now, w.seen)
	w.seen = now
	if !rests || slices.Equal(now, w.loaded) && w.refused == "" {
		return
	}
	err := unreadable
	var c *Config
	if err == nil {
		c, err = load(layers, environ())
	}
	if err != nil {
		if err.Error() != w.refused || !slices.Equal(now, w.loaded) {
			w.Logger.Error("The changed configuration is refused, and what was in force stays. The command `config check` quotes what is written there.", "mistakes", err, "in_force", w.live.Config().Digest)
		}
		w.loaded, w.refused = now, err.Error()
		return
	}
	w.take(c)
	w.loaded, w.refused = now, ""
}

// take puts a configuration in force, if it isn't the one that is.
func (w *watch) take(c *Config) {
	if w.Adjust != nil {
		w.Adjust(c)
	}
	before := w.live.Config()
	if c.Digest != before.Digest || len(otherSecrets(before, c)) > 0 {
		w.live.Replace(c)
	}
	switch {
	case c.Digest != before.Digest:
		w.Logger.Info("A changed configuration is in force.", "handbook", c.Digest, "before", before.Digest)
	case w.refused != "":
		w.Logger.Info("The configuration is as before again.", "handbook", c.Digest)
	}
	restart := readAtStart(w.started, c)
	if len(restart) > 0 && !slices.Equal(restart, w.restart) {
		w.Logger.Warn("Some settings have changed that are read at the start only: restart the process for them.", "settings", restart)
	}
	w.restart = restart
}

// contents are what the files hold, and those with secrets.
func contents(layers []layer, unreadable error) []string {
	var all []string
	for _, l := range layers {
		all = append(all, string(l.data))
	}
	if unreadable != nil {
		all = append(all, unreadable.Error())
	}
	env := environ()
	for _, name := range secretNames {
		if path, ok := env[name.file()]; ok {
			b, err := os.ReadFile(path)
			if err != nil {
				b = []byte(err.Error())
			}
			all = append(all, string(b))
		}
	}
	return all
}

// readAtStart are the settings and secrets that differ between two configurations and that processes read at their start. A
// template of the operator's own is one: the files are read at the start.
func readAtStart(a, b *Config) []string {
	var found []string
	for _, key := range differences(reflect.ValueOf(*a), reflect.ValueOf(*b), "") {
		root, _, _ := strings.Cut(key, ".")
		if slices.Contains(machinery, root) && !strings.HasPrefix(key, "starter.leads.") && !strings.Contains(key, ".rate.") || root == "company" || root == "templates" ||
			key == "lead.outreach_template" && b.Templates != "" {
			found = append(found, key)
		}
	}
	return append(found, otherSecrets(a, b)...)
}

// otherSecrets are the names of the secrets that differ between two configurations.
func otherSecrets(a, b *Config) []string {
	var found []string
	for _, name := range secretNames {
		if a.Secret(name).Reveal() != b.Secret(name).Reveal() {
			found = append(found, string(name))
		}
	}
	return found
}

// differences are the settings that differ between two configurations, by their keys.
func differences(a, b reflect.Value, key string) []string {
	var found []string
	for _, field := range settingsOf(a.Type()) {
		x, y, name := a.FieldByIndex(field.Index), b.FieldByIndex(field.Index), join(key, jsonName(field))
		switch {
		case reflect.DeepEqual(x.Interface(), y.Interface()):
		case field.Type.Kind() == reflect.Struct && !isText(field.Type):
			found = append(found, differences(x, y, name)...)
		default:
			found = append(found, name)
		}
	}
	return found
}
