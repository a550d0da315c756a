//go:build unix

package interop

import (
	"os/exec"
	"syscall"
	"time"
)

// newGroup gives a program that is about to be started a process group, which all
// that it starts will be in.
func newGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup ends them all, and waits for a while until they have let go of their
// files, which are about to be removed.
func killGroup(cmd *exec.Cmd) {
	group := -cmd.Process.Pid
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for late := time.Now().Add(patience); syscall.Kill(group, syscall.SIGKILL) == nil && time.Now().Before(late); {
		<-look.C
	}
}
