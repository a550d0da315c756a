package bench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"
)

// audience is a process of its own that holds the clients' ends of many
// connections, so that what they cost is not in the server's figures. It is this
// program, started again. It compares each frame that comes, and tells when all
// of its connections have the same number of them.
type audience struct {
	cmd  *exec.Cmd
	said io.Reader      // an octet when all are connected, then one for each frame
	stay io.WriteCloser // it leaves when this is closed
}

// audienceVariable tells the process what it is: an address and a number.
const audienceVariable = "LONGWIRE_BENCH_AUDIENCE"

func TestMain(m *testing.M) {
	if order := os.Getenv(audienceVariable); order != "" {
		if err := beAudience(order); err != nil {
			fmt.Fprintln(os.Stderr, "audience:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func invite(to net.Addr, n int) (*audience, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	a := &audience{cmd: exec.Command(self)}
	// It is to take no more than one processor from the server.
	a.cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d", audienceVariable, to, n), "GOMAXPROCS=1")
	a.cmd.Stderr = os.Stderr
	if a.said, err = a.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	if a.stay, err = a.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	return a, a.cmd.Start()
}

// heard waits until all have one more frame.
func (a *audience) heard() error {
	var octet [1]byte
	if _, err := io.ReadFull(a.said, octet[:]); err != nil {
		return errors.New("the audience has left")
	}
	return nil
}

func (a *audience) leave() {
	_ = a.stay.Close()
	_ = a.cmd.Wait()
}

// beAudience is the other process.
func beAudience(order string) error {
	var to string
	var n int
	if _, err := fmt.Sscan(order, &to, &n); err != nil {
		return err
	}
	failed := make(chan error, n+1)
	var frames atomic.Int64
	conns := make([]net.Conn, n)
	for i := range conns {
		nc, err := net.Dial("tcp", to)
		if err != nil {
			return err
		}
		if _, err := ask(nc, off.request()); err != nil {
			return err
		}
		conns[i] = nc
	}
	tell := func() { _, _ = os.Stdout.Write([]byte{'.'}) }
	tell()
	for _, nc := range conns {
		go func() {
			for got := make([]byte, len(castFrame)); ; {
				if _, err := io.ReadFull(nc, got); err != nil {
					failed <- err
					return
				}
				if !bytes.Equal(castFrame, got) {
					failed <- fmt.Errorf("% x came", got)
					return
				}
				if frames.Add(1)%int64(n) == 0 {
					tell()
				}
			}
		}()
	}
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		failed <- err
	}()
	return <-failed
}
