package comet

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// send takes what a client has to say. The Content-Type does not matter: who may
// is decided by where the request comes from (admit), and not by what a form could
// not send.
func (x *exchange) send() error {
	if x.h.Receive == nil {
		return refuse(http.StatusForbidden, "nothing is taken here")
	}
	data, err := x.body()
	if err != nil {
		return err
	}
	id, err := x.h.Receive(x.r, data)
	if err != nil {
		return forbid(err, http.StatusBadRequest)
	}
	x.begun = true
	x.deadline()
	h := x.w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if id == "" {
		x.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	_, err = io.WriteString(x.w, id)
	return err
}

// body reads the body of a request, which is neither long nor slow.
func (x *exchange) body() ([]byte, error) {
	body := x.r.Body
	m := x.h.set.maxBody
	if m > 0 {
		if x.r.ContentLength > m { // before a client that asks whether to send it is told to
			return nil, tooLarge(m)
		}
		body = http.MaxBytesReader(x.w, body, m)
	}
	x.asked = true
	x.readDeadline()
	data, err := io.ReadAll(body)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, tooLarge(m)
	}
	if err != nil {
		return nil, &refusal{status: http.StatusBadRequest, text: "the body could not be read", err: err}
	}
	// While the application works, nothing is read, and nothing is late. After an
	// error the deadline stays: net/http waits for the rest of a body.
	_ = x.rc.SetReadDeadline(time.Time{})
	return data, nil
}

func tooLarge(most int64) error {
	return refuse(http.StatusRequestEntityTooLarge, "at most %d octets are taken at once", most)
}
