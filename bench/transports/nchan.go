//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"text/template"
)

// module is where Debian has it.
const module = "/usr/lib/nginx/modules/ngx_nchan_module.so"

// errNoNchan says what is missing.
var errNoNchan = errors.New("missing tool: nginx with " + module + " (libnginx-mod-nchan)")

// nginx finds the program; Debian has it where only root looks.
func nginx() (string, error) {
	if _, err := os.Stat(module); err != nil {
		return "", errNoNchan
	}
	for _, name := range []string{"nginx", "/usr/sbin/nginx"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errNoNchan
}

// settings are nginx's. What is no default, and counts:
//
//   - access_log off: ours logs no requests either
//   - keepalive_requests: a connection of long polling lasts as long as a sample
//   - nchan_message_buffer_length: as many events as our hub keeps, instead of 10
//   - worker_connections: for all subscribers
//
// The rest is that it runs in a folder of its own. By default it has one worker,
// keeps alive, sends without delay and compresses nothing but HTML.
var settings = template.Must(template.New("nginx.conf").Parse(`load_module ` + module + `;
daemon off;
pid nginx.pid;
error_log stderr warn;
worker_processes 1;
events { worker_connections 4096; }

http {
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;

    access_log off;
    keepalive_requests 1000000;
    nchan_message_buffer_length 10000;

    server {
        listen {{.Addr}};
        location = {{.Send}} { nchan_publisher; nchan_channel_id news; }
{{- range .Transports}}
        location = {{.Path}} { nchan_subscriber {{.Subscriber}}; nchan_channel_id news; }
{{- end}}
    }
}
`))

// writeConfig writes it into dir.
func writeConfig(dir, addr string) error {
	type location struct{ Path, Subscriber string }
	var all []location
	for i := range transports {
		all = append(all, location{transports[i].path(), transports[i].nchan})
	}
	var b bytes.Buffer
	err := settings.Execute(&b, map[string]any{"Addr": addr, "Send": sendPath, "Transports": all})
	if err != nil {
		return fmt.Errorf("nginx.conf: %w", err)
	}
	return os.WriteFile(filepath.Join(dir, "nginx.conf"), b.Bytes(), 0o600)
}
