package ws

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
)

// onTape runs f with a connection of each role over a tape, in a bubble.
func onTape(t *testing.T, o Options, f func(t *testing.T, c *Conn, s *tape)) {
	t.Helper()
	for _, role := range []Role{RoleServer, RoleClient} {
		t.Run(role.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newTape()
				o := o
				o.PingInterval = -1
				c := connOver(t, s, role, &o)
				f(t, c, s)
			})
		})
	}
}

// replyAll answers each message with what answer makes of it until the loop
// ends, and gives its error.
func replyAll(ctx context.Context, c *Conn, answer func(m Message) error) <-chan error {
	done := make(chan error, 1)
	go func() {
		for m, err := range c.Messages(ctx) {
			if err == nil {
				err = answer(m)
			}
			if err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	return done
}

func echoed(m Message) error { return m.Reply(m.Type, m.Data) }

// The replies to messages that came together go out in one write; a reply to the
// last one that is here waits for nothing. What is half there is not here.
func TestRepliesGoTogether(t *testing.T) {
	onTape(t, Options{}, func(t *testing.T, c *Conn, s *tape) {
		done := replyAll(t.Context(), c, echoed)
		start := time.Now()
		m := messagesTo(t, c.Role(), "one", "two", "three", "four", strings.Repeat("x", 40<<10), "")
		s.play(m[0], m[1], m[2])
		synctest.Wait()
		assert.Equal(t, [][]string{{"one", "two", "three"}}, s.payloads(t))
		s.play(m[0])
		synctest.Wait()
		assert.Equal(t, [][]string{{"one"}}, s.payloads(t))
		s.play(m[0], m[1], m[3][:4])
		synctest.Wait()
		assert.Equal(t, [][]string{{"one", "two"}}, s.payloads(t))
		s.play(m[3][4:], m[2], m[5], m[5])
		synctest.Wait()
		assert.Equal(t, [][]string{{"four", "three", "", ""}}, s.payloads(t))
		// One that comes in several pieces is not held, nor is what is before it.
		s.play(m[0], m[1], m[4])
		synctest.Wait()
		var octets []byte
		for i, w := range s.writes() {
			if i == 0 {
				assert.Len(t, (&frames{octets: w}).take(t), 2)
				continue
			}
			octets = append(octets, w...)
		}
		f := (&frames{octets: octets}).take(t)
		require.Len(t, f, 1)
		assert.Equal(t, strings.Repeat("x", 40<<10), string(f[0].payload))
		assert.Zero(t, time.Since(start), "nothing waited for a timer")
		require.NoError(t, c.CloseNow())
		require.ErrorIs(t, <-done, ErrClosedNow)
	})
}

// A message in fragments, and a control frame between two messages, let go what
// is held: what comes behind them may not be here.
func TestRepliesDoNotWaitForOtherFrames(t *testing.T) {
	onTape(t, Options{}, func(t *testing.T, c *Conn, s *tape) {
		done := replyAll(t.Context(), c, echoed)
		m := messagesTo(t, c.Role(), "one", "two")
		ping := bytes.Clone(m[0])
		ping[0] = 0x80 | byte(frame.OpPing)
		first := bytes.Clone(m[0])
		first[0] &^= 0x80
		s.play(m[0], m[1], ping, m[1], first)
		synctest.Wait()
		assert.Equal(t, [][]string{{"one", "two"}, {"one"}, {"two"}}, s.payloads(t))
		require.NoError(t, c.CloseNow())
		require.ErrorIs(t, <-done, ErrClosedNow)
	})
}

// A body that blocks holds nothing for longer than 100 us: not what it has just
// held, and not what it holds when the timer has fired before.
func TestRepliesAreHeldFor100us(t *testing.T) {
	onTape(t, Options{}, func(t *testing.T, c *Conn, s *tape) {
		start := time.Now()
		steps := []time.Duration{0, 30 * time.Microsecond, 0, 100 * time.Microsecond, time.Second, 99 * time.Microsecond, 0, time.Millisecond, 0}
		done := replyAll(t.Context(), c, func(m Message) error {
			err := echoed(m)
			elapse(steps[0])
			steps = steps[1:]
			return err
		})
		s.play(messagesTo(t, c.Role(), "0", "1", "2", "3", "4", "5", "6", "7", "8")...)
		elapse(2 * time.Second)
		synctest.Wait()
		assert.Equal(t, [][]string{{"0", "1", "2", "3"}, {"4"}, {"5", "6", "7"}, {"8"}}, s.payloads(t))
		var when []time.Duration
		for _, t := range s.times {
			when = append(when, t.Sub(start))
		}
		const fifth = 130*time.Microsecond + time.Second
		assert.Equal(t, []time.Duration{
			100 * time.Microsecond,
			130*time.Microsecond + replyTime,
			fifth + replyTime,
			fifth + 99*time.Microsecond + time.Millisecond,
		}, when)
		require.NoError(t, c.CloseNow())
		require.ErrorIs(t, <-done, ErrClosedNow)
	})
}

// However the loop is left, what was held is on the wire then.
func TestRepliesAtTheEndOfTheLoop(t *testing.T) {
	for name, leave := range map[string]func(c *Conn){
		"break": func(c *Conn) {
			for m, err := range c.Messages(context.Background()) {
				_ = errors.Join(err, echoed(m))
				break
			}
		},
		"panic": func(c *Conn) {
			defer func() { _ = recover() }()
			for m, err := range c.Messages(context.Background()) {
				_ = errors.Join(err, echoed(m))
				panic(name(m))
			}
		},
		"its context": func(c *Conn) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			for m, err := range c.Messages(ctx) {
				if err != nil {
					break
				}
				_ = echoed(m)
				cancel()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			onTape(t, Options{}, func(t *testing.T, c *Conn, s *tape) {
				s.play(messagesTo(t, c.Role(), "one", "two")...)
				leave(c)
				if name == "its context" {
					synctest.Wait() // it does not wait for a transport that may be stuck
				}
				assert.Equal(t, [][]string{{"one"}}, s.payloads(t))
				_, p, err := c.Read(t.Context())
				require.NoError(t, err)
				assert.Equal(t, "two", string(p))
			})
		})
	}
}

func name(m Message) string { return string(m.Data) }

// What another goroutine writes, and what the body itself does, goes behind what
// is held.
func TestRepliesGoFirst(t *testing.T) {
	for name, write := range map[string]func(c *Conn) error{
		"Write":    func(c *Conn) error { return c.Write(context.Background(), Text, []byte("other")) },
		"TryWrite": func(c *Conn) error { return c.TryWrite(Text, []byte("other")) },
		"Writev":   func(c *Conn) error { return c.Writev(context.Background(), Text, []byte("oth"), []byte("er")) },
		"Writer": func(c *Conn) error {
			w, err := c.Writer(context.Background(), Text)
			if err != nil {
				return err
			}
			_, _ = w.Write([]byte("other"))
			return w.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			onTape(t, Options{}, func(t *testing.T, c *Conn, s *tape) {
				done := replyAll(t.Context(), c, func(m Message) error {
					err := echoed(m)
					if string(m.Data) == "two" {
						finished := make(chan error)
						go func() { finished <- write(c) }()
						assert.NoError(t, <-finished)
					}
					return err
				})
				start := time.Now()
				s.play(messagesTo(t, c.Role(), "one", "two", "three")...)
				synctest.Wait()
				var flat []string
				for _, w := range s.payloads(t) {
					flat = append(flat, w...)
				}
				assert.Equal(t, []string{"one", "two", "other", "three"}, flat)
				assert.Zero(t, time.Since(start))
				require.NoError(t, c.CloseNow())
				require.ErrorIs(t, <-done, ErrClosedNow)
			})
		})
	}
}

// No more than 32 KiB are held.
func TestRepliesAreBounded(t *testing.T) {
	onTape(t, Options{}, func(t *testing.T, c *Conn, s *tape) {
		big := strings.Repeat("x", 10<<10)
		done := replyAll(t.Context(), c, func(m Message) error {
			if len(m.Data) > 1 {
				return m.Reply(Binary, make([]byte, 100<<10))
			}
			return m.Reply(Binary, []byte(big))
		})
		s.play(messagesTo(t, c.Role(), "1", "2", "3", "4", "5", "long", "6")...)
		synctest.Wait()
		var octets []byte
		for _, w := range s.writes() {
			if c.Role() == RoleClient {
				assert.LessOrEqual(t, len(w), bufferSize)
			}
			octets = append(octets, w...)
		}
		var sizes []int
		for _, f := range (&frames{octets: octets}).take(t) {
			sizes = append(sizes, len(f.payload))
		}
		assert.Equal(t, []int{10 << 10, 10 << 10, 10 << 10, 10 << 10, 10 << 10, 100 << 10, 10 << 10}, sizes)
		require.NoError(t, c.CloseNow())
		require.ErrorIs(t, <-done, ErrClosedNow)
	})
}

// An echo is the payload that came, under a header of its own, at every length
// of a header, alone and among others; and the payload stays as it is, also for
// a second reply. Parts of it are echoed too.
func TestReplyInPlace(t *testing.T) {
	for _, size := range []int{0, 1, 2, 125, 126, 127, 1000, 16 << 10, 32<<10 - 14, 32<<10 - 8, 32 << 10, 65535, 65536, 100_000} {
		payload := make([]byte, size)
		for i := range payload {
			payload[i] = byte('a' + i%26)
		}
		onTape(t, Options{}, func(t *testing.T, c *Conn, s *tape) {
			done := replyAll(t.Context(), c, func(m Message) error {
				assert.Equal(t, payload, m.Data)
				for _, p := range [][]byte{m.Data, m.Data, m.Data[min(1, size):], m.Data[:size/2]} {
					assert.NoError(t, m.Reply(Binary, p))
				}
				assert.Equal(t, payload, m.Data)
				return nil
			})
			m := messagesTo(t, c.Role(), string(payload))
			for _, plays := range [][][]byte{m, {m[0], m[0]}, {m[0][:len(m[0])/2]}, {m[0][len(m[0])/2:]}} {
				s.play(plays...)
			}
			synctest.Wait()
			f := (&frames{octets: bytes.Join(s.writes(), nil)}).take(t)
			require.Len(t, f, 16)
			for i, f := range f {
				assert.Equal(t, frame.OpBinary, f.Opcode())
				assert.Equal(t, c.Role() == RoleClient, f.Masked())
				assert.True(t, bytes.Equal([][]byte{payload, payload, payload[min(1, size):], payload[:size/2]}[i%4], f.payload))
			}
			require.NoError(t, c.CloseNow())
			require.ErrorIs(t, <-done, ErrClosedNow)
		})
	}
}

// Replies are compressed where messages are, in the order in which they go out.
func TestRepliesAreCompressed(t *testing.T) {
	for _, role := range []Role{RoleServer, RoleClient} {
		synctest.Test(t, func(t *testing.T) {
			s := newTape()
			c, err := NewConn(s, role, Agreement{Deflate: &handshake.DeflateParams{}}, &Options{PingInterval: -1, Compression: allTakeover})
			require.NoError(t, err)
			done := replyAll(t.Context(), c, echoed)
			var want []string
			for _, p := range corpus(1, 200) {
				want = append(want, string(p))
			}
			for i := 0; i < len(want); i += 10 {
				s.play(messagesTo(t, role, want[i:i+10]...)...)
				synctest.Wait()
			}
			got := sentMessages(t, bytes.Join(s.writes(), nil), 15, true)
			require.Len(t, got, len(want))
			for i, p := range got {
				require.Equal(t, want[i], string(p))
			}
			require.NoError(t, c.CloseNow())
			require.ErrorIs(t, <-done, ErrClosedNow)
		})
	}
}

// What can't be sent is an error of the Reply or of the loop; misuse is one of
// Reply alone.
func TestReplyErrors(t *testing.T) {
	onTape(t, Options{WriteTimeout: time.Second}, func(t *testing.T, c *Conn, s *tape) {
		require.ErrorIs(t, Message{}.Reply(Text, nil), errNoConn)
		s.stuck = make(chan struct{}) // for ever
		var errs []error
		done := replyAll(t.Context(), c, func(m Message) error {
			require.ErrorIs(t, m.Reply(9, nil), ErrMessageType)
			if string(m.Data) == "two" {
				elapse(10 * time.Second)
			}
			errs = append(errs, echoed(m))
			return nil
		})
		s.play(messagesTo(t, c.Role(), "one", "two", "three")...)
		err := <-done
		require.ErrorIs(t, err, ErrWriteTimeout, "the loop")
		require.Len(t, errs, 2)
		require.NoError(t, errs[0], "it was held")
		require.ErrorIs(t, errs[1], ErrWriteTimeout, "the next one")
	})
}

// A loop whose context ends while it writes what was held does not wait for
// that; it goes out all the same.
func TestRepliesOfALoopThatEnds(t *testing.T) {
	onTape(t, Options{}, func(t *testing.T, c *Conn, s *tape) {
		s.stuck = make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		done := replyAll(ctx, c, func(m Message) error {
			if string(m.Data) == "one" {
				return echoed(m)
			}
			return nil
		})
		s.play(messagesTo(t, c.Role(), "one", "two")...)
		synctest.Wait()
		cancel()
		require.ErrorIs(t, <-done, context.Canceled)
		assert.Empty(t, s.writes())
		close(s.stuck)
		synctest.Wait()
		assert.Equal(t, [][]string{{"one"}}, s.payloads(t))
		// The deadline of writes that has passed concerns no reply that was held.
		s.stuck = make(chan struct{})
		close(s.stuck)
		require.NoError(t, c.SetWriteDeadline(time.Now().Add(-time.Second)))
		var last error
		done = replyAll(t.Context(), c, func(m Message) error {
			if string(m.Data) != "two" {
				last = echoed(m)
			}
			return nil
		})
		s.play(messagesTo(t, c.Role(), "one", "two")...)
		synctest.Wait()
		assert.Equal(t, [][]string{{"one"}}, s.payloads(t))
		require.NoError(t, last)
		s.play(messagesTo(t, c.Role(), "alone")...)
		synctest.Wait()
		require.ErrorIs(t, last, os.ErrDeadlineExceeded, "it was not held")
		assert.Empty(t, s.writes())
		require.NoError(t, c.CloseNow())
		require.ErrorIs(t, <-done, ErrClosedNow)
	})
}

// After the loop has been left, and while a Writer's message is open, a reply is
// a message like any other.
func TestReplyElsewhere(t *testing.T) {
	onTape(t, Options{}, func(t *testing.T, c *Conn, s *tape) {
		var kept Message
		s.play(messagesTo(t, c.Role(), "one", "two")...)
		for m, err := range c.Messages(t.Context()) {
			require.NoError(t, err)
			kept = m
			break
		}
		require.NoError(t, kept.Reply(Text, []byte("late")))
		elapse(replyTime)
		synctest.Wait()
		assert.Equal(t, [][]string{{"late"}}, s.payloads(t))

		w, err := c.Writer(t.Context(), Text)
		require.NoError(t, err)
		_, err = w.Write([]byte("fragments"))
		require.NoError(t, err)
		require.NoError(t, w.Flush())
		done := replyAll(t.Context(), c, echoed)
		synctest.Wait()
		assert.Len(t, s.writes(), 1)
		require.NoError(t, w.Close())
		synctest.Wait()
		assert.Equal(t, [][]string{{""}, {"two"}}, s.payloads(t))
		require.NoError(t, c.CloseNow())
		require.ErrorIs(t, <-done, ErrClosedNow)
	})
}

// The peer's Close, and a violation, come behind what is held.
func TestRepliesBeforeTheEnd(t *testing.T) {
	onTape(t, Options{}, func(t *testing.T, c *Conn, s *tape) {
		m := messagesTo(t, c.Role(), "one", "two", "\x03\xe8")
		m[2][0] = 0x80 | byte(frame.OpClose)
		done := replyAll(t.Context(), c, echoed)
		s.play(m...)
		require.NoError(t, <-done)
		synctest.Wait()
		f := (&frames{octets: bytes.Join(s.writes(), nil)}).take(t)
		require.Len(t, f, 3)
		assert.Equal(t, []frame.Opcode{frame.OpBinary, frame.OpBinary, frame.OpClose}, []frame.Opcode{f[0].Opcode(), f[1].Opcode(), f[2].Opcode()})
	})
	onTape(t, Options{}, func(t *testing.T, c *Conn, s *tape) {
		m := messagesTo(t, c.Role(), "one", "two", "x")
		m[2][0] |= 0x70
		done := replyAll(t.Context(), c, echoed)
		s.play(m...)
		var e *CloseError
		require.ErrorAs(t, <-done, &e)
		assert.Equal(t, StatusProtocolError, e.Code)
		synctest.Wait()
		f := (&frames{octets: bytes.Join(s.writes(), nil)}).take(t)
		require.Len(t, f, 3)
		assert.Equal(t, frame.OpClose, f[2].Opcode())
	})
}

// Close by another goroutine reads while the body runs: replies and the octets of
// the message are not disturbed by it.
func TestReplyWhileClosing(t *testing.T) {
	onTape(t, Options{CloseTimeout: time.Second}, func(t *testing.T, c *Conn, s *tape) {
		m := messagesTo(t, c.Role(), "one", "two", "three", "\x03\xe8")
		m[3][0] = 0x80 | byte(frame.OpClose)
		var errs []error
		inBody, goOn := make(chan struct{}), make(chan struct{})
		done := replyAll(t.Context(), c, func(m Message) error {
			inBody <- struct{}{}
			<-goOn
			assert.Equal(t, "one", string(m.Data))
			errs = append(errs, echoed(m), m.Reply(Text, []byte("other")))
			assert.Equal(t, "one", string(m.Data))
			return nil
		})
		s.play(m[0], m[1], m[2])
		<-inBody
		go func() { _ = c.Close(StatusGoingAway, "") }()
		synctest.Wait() // it has sent its Close and read what was here
		s.play(messagesTo(t, c.Role(), "four")...)
		synctest.Wait()
		goOn <- struct{}{}
		synctest.Wait()
		s.play(m[3])
		require.NoError(t, <-done)
		for _, err := range errs {
			assert.Error(t, err)
		}
		for _, f := range (&frames{octets: bytes.Join(s.writes(), nil)}).take(t) {
			assert.Equal(t, frame.OpClose, f.Opcode())
		}
	})
}
