package interop

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"text/template"
	"time"

	"github.com/stretchr/testify/require"
)

// proxy is a reverse proxy with one configuration.
type proxy struct {
	name    string
	program []string // its names
	config  string   // in folder proxies
	args    func(dir, config string) []string

	// late: events come late through it.
	late bool
	// forgets: it cuts a stream that is silent for as long as it is told.
	forgets bool
	// deaf: it does not pass on that a client has left, until it has something
	// to send there.
	deaf bool
	// http10: it speaks HTTP/1.0 to the server.
	http10 bool
	// hidesCuts: a stream that was cut behind it ends in front of it as a whole
	// one does.
	hidesCuts bool
}

var proxies = []proxy{
	{name: "nginx bare", program: nginxNames, config: "nginx-bare.conf", args: nginxArgs, http10: true, hidesCuts: true},
	{name: "nginx", program: nginxNames, config: "nginx.conf", args: nginxArgs, forgets: true},
	{name: "haproxy bare", program: haproxyNames, config: "haproxy-bare.cfg", args: haproxyArgs, late: true, deaf: true, forgets: true},
	{name: "haproxy", program: haproxyNames, config: "haproxy.cfg", args: haproxyArgs, forgets: true},
	{name: "Caddy bare", program: caddyNames, config: "Caddyfile-bare", args: caddyArgs, hidesCuts: true},
	{name: "Caddy with flush_interval", program: caddyNames, config: "Caddyfile-flush", args: caddyArgs, deaf: true, hidesCuts: true},
}

// Debian has the first two where only root looks.
var (
	nginxNames   = []string{"nginx", "/usr/sbin/nginx"}
	haproxyNames = []string{"haproxy", "/usr/sbin/haproxy"}
	caddyNames   = []string{"caddy"}
)

func nginxArgs(dir, config string) []string {
	return []string{"-p", dir, "-c", config, "-e", "stderr"}
}

func haproxyArgs(_, config string) []string { return []string{"-db", "-f", config} }

func caddyArgs(_, config string) []string {
	return []string{"run", "--config", config, "--adapter", "caddyfile"}
}

// forEachProxy runs a test with each configuration.
func forEachProxy(t *testing.T, test func(t *testing.T, px *proxy)) {
	t.Helper()
	for i := range proxies {
		px := &proxies[i]
		t.Run(px.name, func(t *testing.T) {
			t.Parallel()
			tool(t, px.program...)
			test(t, px)
		})
	}
}

// silence is how long a proxy lets a stream be silent, unless a test says
// otherwise.
const silence = time.Minute

// runningProxy is a proxy in front of a server of this test.
type runningProxy struct {
	px      *proxy
	path    string // of its program
	dir     string
	backend int
	port    int
	silence time.Duration
	running *proxyProcess
}

// proxyProcess is one run of a proxy.
type proxyProcess struct {
	cmd    *exec.Cmd
	output bytes.Buffer
	ended  chan struct{}
}

// startProxy starts a proxy in front of a server, on a free port. It ends with
// the test.
func (px *proxy) start(t *testing.T, backend *streamServer, silence time.Duration) *runningProxy {
	t.Helper()
	at, err := url.Parse(backend.root)
	require.NoError(t, err)
	p := &runningProxy{px: px, path: tool(t, px.program...), dir: t.TempDir(), silence: silence}
	p.backend, err = strconv.Atoi(at.Port())
	require.NoError(t, err)
	t.Cleanup(func() {
		p.stop()
		if t.Failed() {
			t.Logf("%s said:\n%s", px.name, &p.running.output)
		}
	})
	// None of them takes port 0, so a free one is looked for; somebody else may
	// take it meanwhile.
	for range 5 {
		p.port = freePort(t)
		if p.run(t) {
			return p
		}
	}
	require.FailNow(t, "the proxy does not start", "%s", &p.running.output)
	return nil
}

func freePort(t *testing.T) int {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}

// url is that of the stream, through the proxy.
func (p *runningProxy) url() string { return p.root() + streamPath }

func (p *runningProxy) root() string { return "http://127.0.0.1:" + strconv.Itoa(p.port) }

// run starts the process on the port, and waits until it serves. It tells
// whether it does.
func (p *runningProxy) run(t *testing.T) bool {
	t.Helper()
	text, err := template.ParseFiles(filepath.Join("proxies", p.px.config))
	require.NoError(t, err)
	config := filepath.Join(p.dir, p.px.config)
	f, err := os.Create(config)
	require.NoError(t, err)
	err = text.Execute(f, map[string]any{
		"Listen":  p.port,
		"Backend": p.backend,
		"Silence": strconv.FormatInt(p.silence.Milliseconds(), 10) + "ms",
	})
	require.NoError(t, err)
	require.NoError(t, f.Close())

	c := &proxyProcess{cmd: exec.Command(p.path, p.px.args(p.dir, config)...), ended: make(chan struct{})}
	c.cmd.Dir = p.dir
	c.cmd.Env = append(os.Environ(), "HOME="+p.dir, "XDG_CONFIG_HOME="+p.dir, "XDG_DATA_HOME="+p.dir)
	c.cmd.Stdout, c.cmd.Stderr = &c.output, &c.output
	c.cmd.WaitDelay = time.Second
	require.NoError(t, c.cmd.Start())
	go func() {
		defer close(c.ended)
		_ = c.cmd.Wait()
	}()
	p.running = c
	return p.serves(t)
}

// serves waits until the page of the server comes through.
func (p *runningProxy) serves(t *testing.T) bool {
	t.Helper()
	client := ownClient(t)
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		res, err := client.Do(get(t, p.root()+"/").WithContext(ctx))
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return true
			}
		}
		select {
		case <-again.C:
		case <-p.running.ended:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// stop ends the process at once, and with it all connections.
func (p *runningProxy) stop() {
	if p.running != nil {
		_ = p.running.cmd.Process.Kill()
		<-p.running.ended
	}
}
