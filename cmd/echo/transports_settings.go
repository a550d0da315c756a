package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// The bounds of the publisher: at most 200 events or 800 KB a second.
const (
	maxRate       = 50 // bursts a second
	minRate       = 0.1
	minSize       = 64 // octets of the data of an event
	maxSize       = 4096
	maxBurst      = 100 // events that are published together
	maxEventsRate = 200 // events a second
	maxControl    = 1 << 10
)

// settings is what is published.
type settings struct {
	Rate  float64 `json:"rate"` // bursts a second; 0: none
	Size  int     `json:"size"`
	Burst int     `json:"burst"`
}

func (s settings) check() error {
	switch {
	case s.Rate != 0 && !(s.Rate >= minRate && s.Rate <= maxRate):
		return fmt.Errorf("rate %v is neither 0 nor from %v to %d bursts a second", s.Rate, minRate, maxRate)
	case s.Size < minSize || s.Size > maxSize:
		return fmt.Errorf("size %d is not from %d to %d octets", s.Size, minSize, maxSize)
	case s.Burst < 1 || s.Burst > maxBurst:
		return fmt.Errorf("burst %d is not from 1 to %d events", s.Burst, maxBurst)
	case s.Rate*float64(s.Burst) > maxEventsRate:
		return fmt.Errorf("rate and burst make more than %d events a second", maxEventsRate)
	}
	return nil
}

// interval is the time from one burst to the next.
func (s settings) interval() time.Duration {
	if s.Rate == 0 {
		return time.Second // to see whether anybody looks
	}
	return time.Duration(float64(time.Second) / s.Rate)
}

// servePublisher changes what is published, for all who look.
func (g *gallery) servePublisher(w http.ResponseWriter, r *http.Request) {
	if err := checkSite(r); err != nil {
		answer(w, &httpError{http.StatusForbidden, err.Error()})
		return
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxControl))
	d.DisallowUnknownFields()
	var s settings
	err := d.Decode(&s)
	if err == nil {
		if _, e := d.Token(); !errors.Is(e, io.EOF) {
			err = errors.New("more than one JSON object")
		}
	}
	if err == nil {
		err = s.check()
	}
	if err != nil {
		answer(w, &httpError{http.StatusBadRequest, err.Error()})
		return
	}
	g.publisher.change(s)
	answerJSON(w, s)
}
