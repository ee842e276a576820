package stack

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	sqliteschema "go.temporal.io/server/schema/sqlite"
)

// schemaVersion is the shape of Temporal's tables in this version of its server. SQLite has no migrations of its own in
// Temporal, so a file of another version is refused instead of half understood.
const schemaVersion = sqliteschema.Version + "/" + sqliteschema.VisibilityVersion

// inURI escapes a path for a URI, which is how Temporal opens SQLite's files, too.
var inURI = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

// prepareFile gives a new database file Temporal's tables, in one transaction, so that a crash in the middle leaves a file that
// the next start prepares again. A file that was prepared before is left as it is.
func prepareFile(path string) error {
	db, err := sql.Open(sqliteplugin.PluginName, "file:"+inURI.Replace(path))
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec("CREATE TABLE IF NOT EXISTS throughline (schema_version TEXT NOT NULL)"); err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	var found string
	switch err := tx.QueryRow("SELECT schema_version FROM throughline").Scan(&found); {
	case err == sql.ErrNoRows:
		if err := sqliteschema.SetupSchemaOnDB(schemaTx{tx: tx}); err != nil {
			return fmt.Errorf("prepare %s: %w", path, err)
		}
		if _, err := tx.Exec("INSERT INTO throughline VALUES (?)", schemaVersion); err != nil {
			return fmt.Errorf("prepare %s: %w", path, err)
		}
		return tx.Commit()
	case err != nil:
		return fmt.Errorf("read %s: %w", path, err)
	case found != schemaVersion:
		return fmt.Errorf("%s was made by another version of Temporal's server (its tables are %s, this one has %s): begin anew with --fresh", path, found, schemaVersion)
	}
	return nil
}

// keepIndexes drops the visibility table's indexes but for those with the given names. A list is the same without them.
func keepIndexes(conf *config.SQL, names []string) error {
	where := url.Values{}
	for _, name := range []string{"mode", "cache"} { // a database in memory is found by these, too
		if value, ok := conf.ConnectAttributes[name]; ok {
			where.Set(name, value)
		}
	}
	db, err := sql.Open(sqliteplugin.PluginName, "file:"+conf.DatabaseName+"?"+where.Encode())
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.Query("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'executions_visibility' AND sql IS NOT NULL")
	if err != nil {
		return err
	}
	defer rows.Close()
	var drop []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		if !slices.Contains(names, name) {
			drop = append(drop, "DROP INDEX "+name)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	_, err = db.Exec(strings.Join(drop, ";"))
	return err
}

// schemaTx runs the schema's statements in a transaction. Setting the schema up needs nothing of an AdminDB but Exec.
type schemaTx struct {
	sqlplugin.AdminDB
	tx *sql.Tx
}

func (s schemaTx) Exec(stmt string, args ...any) error {
	_, err := s.tx.Exec(stmt, args...)
	return err
}
