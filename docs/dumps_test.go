package docs

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

// A frame in a page is a fence whose info string gives the octets as they
// stand on the wire; its body is what frame.Dump says of them:
//
//	```frame 81 05 48 65 6c 6c 6f
//	```
//
// `go test ./docs -update` fills the body.

func dump(octets string) ([]string, error) {
	b, err := hex.DecodeString(strings.ReplaceAll(octets, " ", ""))
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimRight(frame.Dump(b), "\n"), "\n"), nil
}

func TestDumps(t *testing.T) {
	for _, p := range pages(t) {
		for _, f := range p.fences {
			if f.language() != "frame" {
				continue
			}
			octets := strings.TrimSpace(strings.TrimPrefix(f.info, "frame"))
			body, err := dump(octets)
			if err != nil || octets == "" {
				t.Errorf("%s:%d: a frame fence gives its octets in hex: %v", p.name, f.line, err)
				continue
			}
			if *update {
				p.replace(f, body)
				continue
			}
			assert.Equal(t, strings.Join(body, "\n"), strings.Join(f.body, "\n"), "%s:%d: frame.Dump says otherwise", p.name, f.line)
		}
		p.save(t)
	}
}

// The unmasked and the masked text frame of section 5.7 are told apart.
func TestDump(t *testing.T) {
	plain, err := dump("81 05 48 65 6c 6c 6f")
	require.NoError(t, err)
	masked, err := dump("81 85 37 fa 21 3d 7f 9f 4d 51 58")
	require.NoError(t, err)
	assert.NotEmpty(t, strings.Join(plain, ""))
	assert.NotEqual(t, plain, masked)
	_, err = dump("81 5")
	assert.Error(t, err)
}
