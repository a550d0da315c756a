package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"longwire.example/ws"
)

// offers is what is offered in the cases of a group of 12 and 13, and what
// compresses there. The suite's server takes every offer. What it asks for
// beyond, client_no_context_takeover in 13.2 and 13.5 to 13.7 and
// client_max_window_bits of 9 or 15 in 13.3 to 13.7, it may ask of any client
// that has offered client_max_window_bits, as Longwire's always does. In group
// 13 the server's half of the offer is what the suite's own client offers there;
// 13.7 has sizes of windows that the suite itself never names.
var offers = map[string]ws.Compression{
	"12.1": {ServerContextTakeover: true, ClientContextTakeover: true},
	"12.2": {ServerContextTakeover: true, ClientContextTakeover: true, Level: 1},
	"12.3": {},
	"12.4": {ServerContextTakeover: true, ClientContextTakeover: true, Level: 6},
	"12.5": {Level: 6},
	"13.1": {ServerContextTakeover: true, ClientContextTakeover: true},
	"13.2": {ClientContextTakeover: true},
	"13.3": {ServerContextTakeover: true, ClientContextTakeover: true, ServerMaxWindowBits: 9},
	"13.4": {ServerContextTakeover: true, ClientContextTakeover: true, Level: 6},
	"13.5": {ClientContextTakeover: true, ServerMaxWindowBits: 9, Level: 1},
	"13.6": {},
	"13.7": {ServerContextTakeover: true, ServerMaxWindowBits: 12, ClientMaxWindowBits: 8},
}

// offer gives what to offer in a case: permessage-deflate in all of them, since
// the others too have to go well with it.
func offer(id string) *ws.Compression {
	group := strings.Join(strings.SplitN(id, ".", 3)[:2], ".")
	c, ok := offers[group]
	if !ok {
		c = offers["12.1"]
	}
	c.Threshold = -1 // short messages too
	return &c
}

// caseID asks for the id of a case, such as 12.1.1.
func (t *tester) caseID(ctx context.Context, n int) (string, error) {
	query := url.Values{"case": {strconv.Itoa(n)}, "agent": {t.agent}}
	var info struct {
		ID string `json:"id"`
	}
	err := t.visit(ctx, t.limit, "getCaseInfo", query, nil, func(ctx context.Context, c *ws.Conn) error {
		_, p, err := c.Read(ctx)
		if err != nil {
			return err
		}
		return json.Unmarshal(p, &info)
	})
	if err == nil && !strings.Contains(info.ID, ".") {
		err = fmt.Errorf("%q is no id of a case", info.ID)
	}
	return info.ID, err
}
