package comet

import "embed"

// clientFiles has the JavaScript client, an ES module.
//
//go:embed client.js
var clientFiles embed.FS
