package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"

	"longwire.example/ws"
)

const (
	// maxMessage is twice what the suite's largest messages need.
	maxMessage = 32 << 20

	// reportTime bounds the making of the reports: a few seconds for all
	// cases on an idle machine.
	reportTime = 2 * time.Minute
)

// tester runs the cases of one fuzzing server, whose paths are getCaseCount,
// getCaseInfo, runCase and updateReports.
type tester struct {
	base    *url.URL
	agent   string
	limit   time.Duration // for one case
	deflate bool
}

// runAll runs every case that the server offers, then asks for its reports. A
// case that fails is the report's business and no error here.
func (t *tester) runAll(ctx context.Context, out io.Writer) error {
	count, err := t.caseCount(ctx)
	if err != nil {
		return fmt.Errorf("getCaseCount: %w", err)
	}
	var tooLong []error
	for n := 1; n <= count; n++ {
		if err := t.runCase(ctx, n); err != nil {
			fmt.Fprintf(out, "case %d of %d: %v\n", n, count, err)
			if errors.Is(err, context.DeadlineExceeded) {
				tooLong = append(tooLong, fmt.Errorf("case %d took longer than %v", n, t.limit))
			}
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if n%25 == 0 || n == count {
			fmt.Fprintf(out, "%d of %d cases run\n", n, count)
		}
	}
	if err := t.updateReports(ctx); err != nil {
		return fmt.Errorf("updateReports: %w", err)
	}
	return errors.Join(tooLong...)
}

// caseCount asks how many cases there are; the answer is one text message.
func (t *tester) caseCount(ctx context.Context) (count int, err error) {
	err = t.visit(ctx, t.limit, "getCaseCount", nil, nil, func(ctx context.Context, c *ws.Conn) error {
		_, p, err := c.Read(ctx)
		if err != nil {
			return err
		}
		count, err = strconv.Atoi(string(p))
		return err
	})
	return count, err
}

// runCase echoes the messages of a case until its connection ends. Many cases
// are to end in a failed connection, so only what kept the case from being run
// is an error.
func (t *tester) runCase(ctx context.Context, n int) error {
	query := url.Values{"case": {strconv.Itoa(n)}, "agent": {t.agent}}
	var compression *ws.Compression
	if t.deflate {
		id, err := t.caseID(ctx, n)
		if err != nil {
			return fmt.Errorf("getCaseInfo: %w", err)
		}
		compression = offer(id)
	}
	return t.visit(ctx, t.limit, "runCase", query, compression, func(ctx context.Context, c *ws.Conn) error {
		for m, err := range c.Messages(ctx) {
			if err != nil || c.Write(ctx, m.Type, m.Data) != nil {
				break
			}
		}
		return ctx.Err()
	})
}

// updateReports has the server write the reports; it closes the connection
// when they are there.
func (t *tester) updateReports(ctx context.Context) error {
	query := url.Values{"agent": {t.agent}}
	return t.visit(ctx, reportTime, "updateReports", query, nil, func(ctx context.Context, c *ws.Conn) error {
		for _, err := range c.Messages(ctx) {
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// visit talks to one of the server's paths for at most limit.
func (t *tester) visit(ctx context.Context, limit time.Duration, path string, query url.Values,
	compression *ws.Compression, talk func(ctx context.Context, c *ws.Conn) error,
) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	u := t.base.JoinPath(path)
	u.RawQuery = query.Encode()
	c, _, err := ws.Dial(ctx, u.String(), &ws.DialOptions{Options: ws.Options{ //nolint:bodyclose // Dial's doc: Body need not be closed
		MaxMessage:   maxMessage,
		PingInterval: -1, // the suite takes every Ping for a part of the case
		Compression:  compression,
	}})
	if err != nil {
		return err
	}
	err = talk(ctx, c)
	// Close returns when the transport is closed. Only then has the server seen
	// the end of the case, and may be asked for the report.
	_ = c.Close(ws.StatusNormalClosure, "")
	return err
}
