package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sandbox "github.com/throughline-dev/throughline/sandbox/client"
)

// asProgram makes the test's own binary the program, so that it can be started, interrupted and killed as a process.
const asProgram = "THROUGHLINE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// program is one that runs, or ran.
type program struct {
	cmd   *exec.Cmd
	said  *bufio.Scanner
	out   []string          // the lines so far
	links map[string]string // what the first lines named: by name
}

var link = regexp.MustCompile(`^  (\S.*?)  +(http\S+)`)

// start starts the program on free ports, and returns when it says that it is up.
func start(t *testing.T, args ...string) *program {
	t.Helper()
	args = append([]string{"--port-door=0", "--port-sandbox=0", "--port-temporal=0", "--port-web=0", "--port-health=0"}, args...)
	p := &program{cmd: exec.Command(os.Args[0], args...), links: map[string]string{}}
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	p.said = bufio.NewScanner(out)
	p.until(t, "Ctrl-C stops it")
	for _, line := range p.out {
		if m := link.FindStringSubmatch(line); m != nil {
			p.links[m[1]] = m[2]
		}
	}
	return p
}

// until reads what the program says up to a line with the given words.
func (p *program) until(t *testing.T, words string) {
	t.Helper()
	for p.said.Scan() {
		p.out = append(p.out, p.said.Text())
		if strings.Contains(p.said.Text(), words) {
			return
		}
	}
	require.Fail(t, "it ended without saying "+words, strings.Join(p.out, "\n"))
}

// stop interrupts the program and returns its exit status.
func (p *program) stop(t *testing.T) int {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(os.Interrupt))
	return p.end(t)
}

func (p *program) end(t *testing.T) int {
	t.Helper()
	for p.said.Scan() {
		p.out = append(p.out, p.said.Text())
	}
	_ = p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode()
}

func (p *program) world() *sandbox.Client {
	return sandbox.New(strings.TrimSuffix(p.links["Slack"], "/slack"))
}

func (p *program) sendLead(t *testing.T) (id string) {
	t.Helper()
	const body = `{"name":"Ada Brandt","email":"ada.brandt@contoso.example","company":"Contoso","country":"DE"}`
	res, err := http.Post(p.links["For programs"], "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusAccepted, res.StatusCode)
	var taken struct{ ID string }
	require.NoError(t, json.NewDecoder(res.Body).Decode(&taken))
	return taken.ID
}

// lead is the status of a lead as the door tells it: "open", "closed", or "" where there is none.
func (p *program) lead(t *testing.T, id string) string {
	t.Helper()
	res, err := http.Get(p.links["For programs"] + "/" + id)
	require.NoError(t, err)
	defer res.Body.Close()
	if res.StatusCode == http.StatusNotFound {
		return ""
	}
	var status struct{ State string }
	require.NoError(t, json.NewDecoder(res.Body).Decode(&status))
	return status.State
}

// card waits for a lead's card with buttons, and returns it with the person who sees it.
func (p *program) card(t *testing.T, id string) (found sandbox.Message) {
	t.Helper()
	eventually(t, func() bool {
		messages, err := p.world().Messages(t.Context(), sandbox.MessageFilter{Case: id})
		require.NoError(t, err)
		for _, m := range messages {
			if len(m.Buttons) > 0 {
				found = m
			}
		}
		return len(found.Buttons) > 0
	})
	return found
}

func eventually(t *testing.T, happened func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !happened() {
		select {
		case <-ctx.Done():
			require.Fail(t, "it hasn't happened in time")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Nobody is reminded of anything meanwhile; and somebody is at work whatever the time is.
func TestAKilledSystemGoesOnWithItsLeads(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	again := []string{"--dir", dir, "--config", "default", "--config", "demo", "--config", "../e2e/testdata/patient.yaml"}
	p := start(t, again...)
	id := p.sendLead(t)
	before := p.card(t, id)
	// It may die in the middle of a workflow task, which Temporal hands out again only when its ten seconds are over.
	require.NoError(t, p.cmd.Process.Kill())
	p.end(t)

	p = start(t, again...)
	require.Equal(t, "open", p.lead(t, id))
	card := p.card(t, id)
	require.Equal(t, before.TS, card.TS)
	eventually(t, func() bool { // of all who could be its rep, one may click
		for _, user := range []string{"U0JONAS01", "U0LENA001"} {
			_, _ = p.world().Click(t.Context(), sandbox.Click{
				User: user, Channel: card.Channel, TS: card.TS, ActionID: card.Buttons[0].ActionID,
			})
		}
		return p.lead(t, id) == "closed"
	})
	effects, err := p.world().Effects(t.Context(), id)
	require.NoError(t, err)
	for _, e := range effects {
		require.True(t, e.Repeatable || e.Count == 1, "%+v", e)
	}
	require.Zero(t, p.stop(t))
}

func TestAnInterruptStopsCleanlyAndFreshBeginsAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, "--dir", dir)
	id := p.sendLead(t)
	p.card(t, id)
	require.Zero(t, p.stop(t))
	require.Contains(t, p.out[len(p.out)-1], "The next start goes on where this one stopped")

	mine := filepath.Join(dir, "notes.txt")
	require.NoError(t, os.WriteFile(mine, []byte("mine"), 0o644))
	p = start(t, "--dir", dir, "--fresh")
	require.Empty(t, p.lead(t, id))
	messages, err := p.world().Messages(t.Context(), sandbox.MessageFilter{})
	require.NoError(t, err)
	require.Empty(t, messages)
	require.FileExists(t, mine)
	require.Zero(t, p.stop(t))
}

func TestTheAddressesAreThere(t *testing.T) {
	t.Parallel()
	p := start(t, "--dir", t.TempDir())
	require.Len(t, p.links, 10)
	for name, url := range p.links {
		res, err := http.Get(url)
		require.NoError(t, err, name)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusOK, res.StatusCode, "%s: %s", name, url)
	}
	require.Zero(t, p.stop(t))
}

func TestASecondInterruptEndsAtOnce(t *testing.T) {
	t.Parallel()
	p := start(t, "--dir", t.TempDir())
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	p.until(t, "Stopping")
	require.NoError(t, p.cmd.Process.Signal(os.Interrupt)) // Temporal alone takes a second to stop
	require.Equal(t, 130, p.end(t))
}
