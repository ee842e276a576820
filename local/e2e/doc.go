// Package e2e proves what Throughline promises as a whole: on a real Temporal, over real HTTP, with the outside world as a
// sandbox that counts what it receives. It holds nothing but tests.
//
// Most of them share one system in memory. Those that stop something, or that wait for somebody to be reminded, have one of
// their own.
//
// The tests also record the histories of what they ran, for the replay tests of package workflows:
//
//	go test ./local/e2e -update
package e2e
