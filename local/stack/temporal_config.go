package stack

import (
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/common/primitives/timestamp"
	sqliteschema "go.temporal.io/server/schema/sqlite"
	"go.temporal.io/server/temporal"
)

const (
	clusterName = "active"
	storeName   = "sqlite"

	// retention is how long a finished workflow can be looked at.
	retention = 30 * 24 * time.Hour
)

// serverConfig is what a configuration file would say, with a port for each service. The database is there when it returns, with
// its tables and the namespace in it: made beforehand, a namespace and its search attributes are usable from the server's
// first moment, and not only when its caches are read again.
func serverConfig(o TemporalOptions) (*config.Config, error) {
	var err error
	c := &config.Config{}
	c.Services = map[string]config.Service{}
	for _, name := range temporal.DefaultServices {
		port := 0
		if name == string(primitives.FrontendService) {
			port = o.Port
		}
		if port, err = reserve("Temporal", "port-temporal", port); err != nil {
			return nil, err
		}
		c.Services[name] = config.Service{RPC: config.RPC{GRPCPort: port, BindOnIP: loopback}}
	}
	frontend := c.Services[string(primitives.FrontendService)]
	if frontend.RPC.HTTPPort, err = reserve("Temporal's HTTP API", "", 0); err != nil {
		return nil, err
	}
	c.Services[string(primitives.FrontendService)] = frontend
	db, err := database(o)
	if err != nil {
		return nil, err
	}
	c.PublicClient.HostPort = hostPort(frontend.RPC.GRPCPort)
	c.Persistence = config.Persistence{
		DefaultStore:     storeName,
		VisibilityStore:  storeName,
		NumHistoryShards: 1,
		DataStores:       map[string]config.DataStore{storeName: {SQL: db}},
	}
	c.ClusterMetadata = &cluster.Config{
		FailoverVersionIncrement: 10,
		MasterClusterName:        clusterName,
		CurrentClusterName:       clusterName,
		ClusterInformation: map[string]cluster.ClusterInformation{clusterName: {
			Enabled:                true,
			InitialFailoverVersion: 1,
			RPCAddress:             c.PublicClient.HostPort,
			HTTPAddress:            hostPort(frontend.RPC.HTTPPort),
		}},
	}
	c.DCRedirectionPolicy.Policy = "noop"
	c.Archival.History.State = "disabled"
	c.Archival.Visibility.State = "disabled"
	c.NamespaceDefaults.Archival.History.State = "disabled"
	c.NamespaceDefaults.Archival.Visibility.State = "disabled"
	return c, nil
}

// database makes sure that there is one, with Temporal's tables and the namespace.
func database(o TemporalOptions) (*config.SQL, error) {
	db := &config.SQL{
		PluginName:        sqliteplugin.PluginName,
		DatabaseName:      inURI.Replace(o.File),
		ConnectAttributes: map[string]string{"mode": "rwc"},
	}
	if o.File == "" {
		db.DatabaseName = uuid.NewString() // databases in memory are shared within the process by their name
		db.ConnectAttributes = map[string]string{"mode": "memory", "cache": "shared"}
	} else {
		if err := prepareFile(o.File); err != nil {
			return nil, err
		}
		maps.Copy(db.ConnectAttributes, o.Tuning.Pragmas)
	}
	attributes := map[string]enums.IndexedValueType{}
	for _, key := range o.SearchAttributes {
		attributes[key.GetName()] = key.GetValueType()
	}
	ns, err := sqliteschema.NewNamespaceConfig(clusterName, o.Namespace, false, attributes)
	if err != nil {
		return nil, fmt.Errorf("namespace %q: %w", o.Namespace, err)
	}
	ns.Detail.Config.Retention = timestamp.DurationPtr(retention)
	if err := sqliteschema.CreateNamespaces(db, ns); err != nil {
		return nil, fmt.Errorf("namespace %q: %w", o.Namespace, err)
	}
	if o.Tuning.Indexes != nil {
		if err := keepIndexes(db, o.Tuning.Indexes); err != nil {
			return nil, fmt.Errorf("drop the indexes that cost more than they bring: %w", err)
		}
	}
	return db, nil
}
