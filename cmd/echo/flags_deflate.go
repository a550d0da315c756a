package main

import (
	"flag"
	"fmt"

	"longwire.example/ws"
	"longwire.example/ws/deflate"
)

// deflateSettings are the flags about permessage-deflate.
type deflateSettings struct {
	on         bool
	level      int
	takeover   bool
	windowBits int
}

// deflateFlagNames are those that mean nothing without -deflate.
var deflateFlagNames = []string{"level", "takeover", "window-bits"}

func deflateFlags(f *flag.FlagSet) *deflateSettings {
	d := &deflateSettings{}
	f.BoolVar(&d.on, "deflate", false, "agree on permessage-deflate with clients that offer it: messages are compressed both ways")
	f.IntVar(&d.level, "level", 0, "with -deflate: `level` of compression, 0 (Longwire's own encoder) or 1 (fastest) to 9 (smallest)")
	f.BoolVar(&d.takeover, "takeover", false, "with -deflate: keep the context, so that messages may refer to those before, both ways")
	f.IntVar(&d.windowBits, "window-bits", deflate.MaxWindowBits, "with -deflate: refer back by at most 2^`bits` octets both ways, 8 to 15")
	return d
}

// compression is what the flags say, once f was parsed: nil without -deflate.
func (d *deflateSettings) compression(f *flag.FlagSet) (*ws.Compression, error) {
	if !d.on {
		return nil, d.needed(f)
	}
	if d.level < 0 || d.level > 9 {
		return nil, fmt.Errorf("-level %d is not from 0 to 9", d.level)
	}
	if d.windowBits < deflate.MinWindowBits || d.windowBits > deflate.MaxWindowBits {
		return nil, fmt.Errorf("-window-bits %d is not from %d to %d", d.windowBits, deflate.MinWindowBits, deflate.MaxWindowBits)
	}
	return &ws.Compression{
		Level:                 d.level,
		ServerContextTakeover: d.takeover,
		ClientContextTakeover: d.takeover,
		ServerMaxWindowBits:   d.windowBits,
		ClientMaxWindowBits:   d.windowBits,
		Threshold:             -1, // to be seen, with short messages too
	}, nil
}

// needed finds flags that are given without -deflate.
func (d *deflateSettings) needed(f *flag.FlagSet) (err error) {
	f.Visit(func(given *flag.Flag) {
		for _, name := range deflateFlagNames {
			if given.Name == name && err == nil {
				err = fmt.Errorf("-%s does nothing without -deflate", name)
			}
		}
	})
	return err
}
