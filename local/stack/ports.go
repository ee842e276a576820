package stack

import (
	"errors"
	"fmt"
	"net"
	"runtime"
	"strconv"
	"syscall"
)

const loopback = "127.0.0.1"

// InUseError says that a port that was asked for is taken.
type InUseError struct {
	// What wants the port: "Temporal Web".
	What string
	// Address is host:port.
	Address string
	// Flag is the command-line flag that changes it, without dashes; "" where there is none.
	Flag string
}

func (e *InUseError) Error() string {
	_, port, _ := net.SplitHostPort(e.Address)
	msg := fmt.Sprintf("%s: port %s is in use by another program", e.What, port)
	if e.Flag != "" {
		msg += fmt.Sprintf("; stop that one, or choose another port with --%s", e.Flag)
	}
	return msg
}

// listen opens a port on the loopback address; 0 is a free one.
func listen(what, flag string, port int) (net.Listener, error) {
	addr := net.JoinHostPort(loopback, strconv.Itoa(port))
	l, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, &InUseError{What: what, Address: addr, Flag: flag}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return l, nil
}

// reserve finds a port for a server that opens its own: port itself when it is free, any free one for 0. Temporal's server
// exits the process where it can't listen, so it is only given ports that were free a moment ago.
func reserve(what, flag string, port int) (int, error) {
	l, err := listen(what, flag, port)
	if err != nil {
		return 0, err
	}
	defer l.Close()
	addr := l.Addr().(*net.TCPAddr)
	if port != 0 || runtime.GOOS != "linux" {
		return addr.Port, nil
	}
	// Linux may give a port that was just closed to the next who asks for any. A connection that the server's side has
	// closed keeps it from doing so for a minute, and doesn't keep anybody from asking for that very port.
	c, err := net.DialTCP("tcp", nil, addr)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	defer c.Close()
	s, err := l.Accept()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	return addr.Port, s.Close()
}
