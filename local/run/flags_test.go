package main

import (
	"bytes"
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/local/stack"
)

// parse reads a command line without starting anything.
func parse(t *testing.T, args ...string) (stack.Options, error) {
	t.Helper()
	cmd, f := newCommand()
	require.NoError(t, cmd.ParseFlags(args))
	return f.options(cmd.Flags().Changed)
}

func TestThePolicyDecidesWhetherTheDemoLiesOverTheHandbook(t *testing.T) {
	for _, c := range []struct {
		args []string
		want []string
	}{
		{nil, []string{"default", "demo"}},
		{[]string{"--policy", "default"}, []string{"default"}},
		{[]string{"--config", "mine.yaml", "--config", "more.yaml"}, []string{"mine.yaml", "more.yaml"}},
		{[]string{"--config", "mine.yaml", "--policy", "demo"}, []string{"mine.yaml", "demo"}},
	} {
		o, err := parse(t, c.args...)
		require.NoError(t, err)
		require.Equal(t, c.want, o.Config, c.args)
	}
	_, err := parse(t, "--policy", "quick")
	require.EqualError(t, err, `--policy "quick": choose from demo and default`)
}

func TestTemporalsUsualVariablesAreHeardUnlessAFlagSaysOtherwise(t *testing.T) {
	t.Setenv("TEMPORAL_ADDRESS", "temporal.example:7233")
	t.Setenv("TEMPORAL_NAMESPACE", "sales")
	o, err := parse(t)
	require.NoError(t, err)
	require.Equal(t, "temporal.example:7233", o.Address)
	require.Equal(t, "sales", o.Namespace)
	o, err = parse(t, "--address", "localhost:7233", "--namespace", "tests")
	require.NoError(t, err)
	require.Equal(t, "localhost:7233", o.Address)
	require.Equal(t, "tests", o.Namespace)
}

func TestAPortIsANumberThatExists(t *testing.T) {
	o, err := parse(t)
	require.NoError(t, err)
	require.Equal(t, stack.DefaultPorts, o.Ports)
	_, err = parse(t, "--port-web", "80000")
	require.ErrorContains(t, err, "--port-web 80000")
}

func TestAWrongFlagIsToldAndNothingStarts(t *testing.T) {
	cmd, _ := newCommand()
	cmd.SetArgs([]string{"--fresch"})
	var out bytes.Buffer
	cmd.SetOut(&out)
	require.ErrorContains(t, cmd.Execute(), "unknown flag: --fresch")
	require.Empty(t, out.String())
}

func TestItEndsWithTheProcessThatStartedIt(t *testing.T) {
	for _, alive := range []int{0, os.Getppid()} {
		ctx, cancel := withParent(context.Background(), alive)
		require.NoError(t, ctx.Err())
		cancel()
	}
	ctx, cancel := withParent(context.Background(), os.Getpid()) // nobody is their own parent
	defer cancel()
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
		require.Fail(t, "it goes on without its parent")
	}
}

func TestPlayingUnattendedDisturbsNobody(t *testing.T) {
	o, err := parse(t, "--home", "/home/of/the/demo", "--auto")
	require.NoError(t, err)
	require.Empty(t, o.Dir)
	require.Equal(t, stack.Ports{}, o.Ports, "all are free ones")
	o, err = parse(t, "--home", "/home/of/the/demo", "--auto", "--dir", "kept", "--port-web", "8233")
	require.NoError(t, err)
	require.Equal(t, "kept", o.Dir)
	require.Equal(t, stack.Ports{Web: 8233}, o.Ports)
	o, err = parse(t, "--home", "/home/of/the/demo")
	require.NoError(t, err)
	require.Equal(t, "/home/of/the/demo", o.Dir)
}

func TestFlagsThatNeedEachOtherAreSaid(t *testing.T) {
	for _, flag := range []string{"--only=lead", "--json", "--door=http://127.0.0.1:8080"} {
		_, err := parse(t, flag)
		require.ErrorContains(t, err, "go with --auto", flag)
	}
	_, err := parse(t, "--auto", "--sandbox", "http://127.0.0.1:8090")
	require.ErrorContains(t, err, "--door and --sandbox go together")
}

func TestAWorkflowThatNobodyKnowsIsSaidBeforeAnythingStarts(t *testing.T) {
	cmd, _ := newCommand()
	cmd.SetArgs([]string{"--auto", "--only", "leed"})
	require.ErrorContains(t, cmd.Execute(), `there is no case of the workflow "leed": choose from lead`)
}
