//go:build linux

package e2e

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/server/common/authorization"
	serverconfig "go.temporal.io/server/common/config"
	serverlog "go.temporal.io/server/common/log"
	postgresplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
	"go.temporal.io/server/temporal"
	"go.temporal.io/server/tools/common/schema"
	"go.temporal.io/server/tools/sql"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/workflows/visibility"
)

// roles are the parts of Temporal's server, each a process.
var roles = []string{"frontend", "history", "matching", "worker"}

// envRole is the variable that makes this binary one of them instead of the tests. The rest is said by the variables that Temporal's
// own image takes.
const envRole = "E2E_ROLE"

func init() {
	if role := os.Getenv(envRole); role != "" {
		fmt.Fprintln(os.Stderr, "Temporal's", role, "ended:", beRole(role))
		os.Exit(1)
	}
}

// beRole is the whole life of a part of Temporal's server, set up from its environment as in Temporal's image.
func beRole(role string) error {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // it ends with its parent, as a worker does
		os.Exit(1)
	}()
	conf, err := serverconfig.Load(serverconfig.WithEmbedded())
	if err != nil {
		return err
	}
	server, err := temporal.NewServer(
		temporal.WithConfig(conf), temporal.ForServices([]string{role}), temporal.WithLogger(serverlog.NewNoopLogger()),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*serverconfig.Config) authorization.ClaimMapper { return authorization.NewNoopClaimMapper() }),
	)
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return err
	}
	select {}
}

// cluster is a Temporal cluster as docker-compose.yml has it, but for that each role of the server is a process of its own.
type cluster struct {
	address, namespace string
	parts              map[string]*part // the roles, and postgresql
}

// startCluster starts a cluster with an empty database, and has it made ready as `starter setup` does.
func startCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{namespace: "throughline", parts: map[string]*part{}}
	db := c.startPostgreSQL(t)
	for name, tables := range map[string]string{"temporal": "temporal", "temporal_visibility": "visibility"} {
		makeDatabase(t, &serverconfig.SQL{
			PluginName: postgresplugin.PluginName, ConnectProtocol: "tcp", ConnectAddr: net.JoinHostPort(loopback, db), User: owner, DatabaseName: name,
		}, "postgresql/v12/"+tables)
	}
	dynamic, err := filepath.Abs("../../deploy/temporal/dynamicconfig.yaml")
	require.NoError(t, err)
	env := []string{
		"DB=" + postgresplugin.PluginName, "POSTGRES_SEEDS=" + loopback, "DB_PORT=" + db, "POSTGRES_USER=" + owner,
		"DBNAME=temporal", "VISIBILITY_DBNAME=temporal_visibility", "NUM_HISTORY_SHARDS=512", "DYNAMIC_CONFIG_FILE_PATH=" + dynamic,
		"BIND_ON_IP=" + loopback, "FRONTEND_HTTP_PORT=" + port(t),
	}
	for _, role := range roles {
		at := port(t)
		env = append(env, strings.ToUpper(role)+"_GRPC_PORT="+at, strings.ToUpper(role)+"_MEMBERSHIP_PORT="+port(t))
		if role == "frontend" {
			c.address = loopback + ":" + at
		}
	}
	for _, role := range roles {
		c.parts[role] = run(t, "Temporal's "+role, func(ctx context.Context) *exec.Cmd {
			cmd := exec.CommandContext(ctx, os.Args[0])
			cmd.Env = append(append(os.Environ(), env...), envRole+"="+role)
			cmd.Stderr = t.Output()
			return cmd
		})
	}

	var admin client.Client
	eventually(t, "Temporal to answer", func() bool {
		var err error
		admin, err = client.DialContext(t.Context(), client.Options{
			HostPort: c.address, Namespace: c.namespace, Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
		})
		return err == nil
	})
	defer admin.Close()
	_, err = config.EnsureNamespace(t.Context(), admin, c.namespace, 0)
	require.NoError(t, err)
	require.NoError(t, config.EnsureSearchAttributes(t.Context(), admin, c.namespace, visibility.All))
	return c
}

const (
	postgresql = "postgresql"
	loopback   = "127.0.0.1"
	owner      = "temporal" // of the database
)

// makeDatabase makes one with the tables of today's schema, as temporal-sql-tool does it.
func makeDatabase(t *testing.T, db *serverconfig.SQL, tables string) {
	t.Helper()
	name, log := db.DatabaseName, serverlog.NewNoopLogger()
	db.DatabaseName = ""
	maker, err := sql.NewConnection(db, log)
	require.NoError(t, err)
	defer maker.Close()
	require.NoError(t, maker.CreateDatabase(name))
	db.DatabaseName = name
	made, err := sql.NewConnection(db, log)
	require.NoError(t, err)
	defer made.Close()
	require.NoError(t, schema.NewSetupSchemaTask(made, &schema.SetupConfig{InitialVersion: "0.0"}, log).Run())
	require.NoError(t, schema.NewUpdateSchemaTask(made, &schema.UpdateConfig{DBName: name, SchemaName: tables}, log).Run())
}

// port is a free one, of those that Linux gives to nobody who doesn't ask for them by number. Temporal's table of its members has no
// room for the higher ones.
func port(t *testing.T) string {
	t.Helper()
	for {
		at := strconv.Itoa(10_000 + rand.IntN(1<<15-10_000))
		if l, err := net.Listen("tcp", net.JoinHostPort(loopback, at)); err == nil {
			require.NoError(t, l.Close())
			return at
		}
	}
}

// startPostgreSQL starts an empty PostgreSQL, and returns its port. Where root runs the tests somebody else has to run PostgreSQL,
// which refuses root.
func (c *cluster) startPostgreSQL(t *testing.T) (at string) {
	t.Helper()
	initdb, postgres := postgreSQL("initdb"), postgreSQL("postgres")
	if initdb == "" || postgres == "" {
		t.Skip("PostgreSQL's server isn't here: on Debian it is in the package postgresql")
	}
	dir, err := os.MkdirTemp("/tmp", "throughline-postgresql-") // whose name is short enough for a socket in it, and which any user may reach
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	attributes := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Geteuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			u, err = user.Lookup("nobody")
		}
		require.NoError(t, err)
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		require.NoError(t, err)
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		require.NoError(t, err)
		attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		require.NoError(t, os.Chown(dir, int(uid), int(gid)))
	}
	data := filepath.Join(dir, "data")
	command := func(ctx context.Context, program string, args ...string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, program, args...)
		cmd.Dir, cmd.SysProcAttr = dir, attributes
		cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGQUIT) } // its own processes end with it
		return cmd
	}
	made, err := command(t.Context(), initdb, "--auth=trust", "--username="+owner, "--encoding=UTF8", "--no-locale", "--pgdata="+data).CombinedOutput()
	require.NoError(t, err, "%s", made)
	at = port(t)
	c.parts[postgresql] = run(t, "PostgreSQL", func(ctx context.Context) *exec.Cmd {
		return command(ctx, postgres, "-D", data, "-p", at, "-k", dir, "-c", "listen_addresses="+loopback, "-c", "max_connections=200")
	})
	eventually(t, "PostgreSQL to answer", func() bool {
		return exec.Command(cmp.Or(postgreSQL("pg_isready"), "pg_isready"), "-h", loopback, "-p", at).Run() == nil
	})
	return at
}

// postgreSQL is where one of PostgreSQL's programs is: where the shell finds it, or where Debian puts it. "" is nowhere.
func postgreSQL(program string) string {
	if found, err := exec.LookPath(program); err == nil {
		return found
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + program)
	if len(found) == 0 {
		return ""
	}
	return found[len(found)-1]
}

// part is a process that is started again whenever it ends, as whoever runs a cluster has it.
type part struct {
	name     string
	mayStart chan struct{} // has room where it may
	process  atomic.Pointer[os.Process]
}

// run starts a part, which ends with the test.
func run(t *testing.T, name string, command func(context.Context) *exec.Cmd) *part {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p, ended := &part{name: name, mayStart: make(chan struct{}, 1)}, make(chan struct{})
	go func() {
		defer close(ended)
		p.keep(ctx, command)
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return p
}

func (p *part) keep(ctx context.Context, command func(context.Context) *exec.Cmd) {
	for {
		select {
		case <-ctx.Done():
			return
		case p.mayStart <- struct{}{}:
		}
		cmd := command(ctx)
		_, err := cmd.StdinPipe() // at whose end it notices that the tests have ended
		if err == nil {
			err = cmd.Start()
		}
		p.process.Store(cmd.Process)
		<-p.mayStart
		if err == nil {
			_ = cmd.Wait()
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second): // the server's worker ends by itself, again and again, while the others are away
		}
	}
}

// kill kills the process with SIGKILL, in the middle of whatever it does. It stays away until it is brought back.
func (p *part) kill() {
	p.mayStart <- struct{}{}
	_ = p.process.Load().Kill() // an error says that it has ended already
}

// back has the process start again that was killed.
func (p *part) back() { <-p.mayStart }
