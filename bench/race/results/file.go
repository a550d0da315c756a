package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"strconv"
)

// Results is all that is kept of a race. Date, Rounds and Seconds are those of
// the last run that has added to it.
type Results struct {
	Date     string    `json:"date"` // 2006-01-02
	Machine  Machine   `json:"machine"`
	Rounds   int       `json:"rounds"`
	Seconds  float64   `json:"seconds"` // that each sample counts
	Servers  []Server  `json:"servers"`
	Contests []Contest `json:"contests"`
}

// Machine is what the race ran on.
type Machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Memory string `json:"memory"`
	Kernel string `json:"kernel"`
	System string `json:"system"`
}

// Server is what a name in a Series stands for.
type Server struct {
	Name     string `json:"name"`
	Group    Group  `json:"group"`
	What     string `json:"what"`              // the library, or what it is instead
	Version  string `json:"version"`           // of the library
	Language string `json:"language"`          // with the version of the compiler or runtime
	Skipped  string `json:"skipped,omitempty"` // why it was not raced
}

// Group is how a server is drawn.
type Group string

// The groups.
const (
	Limit  Group = "limit" // no library
	Ours   Group = "ours"
	GoPeer Group = "go"
	Other  Group = "other" // a library of another language
)

// Of gives a server by its name, or the zero value.
func (r *Results) Of(name string) Server {
	for _, s := range r.Servers {
		if s.Name == name {
			return s
		}
	}
	return Server{}
}

// Add puts contests into the results, in place of those with the same loads.
func (r *Results) Add(contests ...Contest) {
next:
	for _, c := range contests {
		for i := range r.Contests {
			if r.Contests[i].Load == c.Load {
				r.Contests[i] = c
				continue next
			}
		}
		r.Contests = append(r.Contests, c)
	}
}

// ErrDiffers says that results can't be put together.
var ErrDiffers = errors.New("these results are of another machine or of other versions; remove the file to begin anew")

// Merge puts the contests of earlier results before those of r, as far as r has
// none with the same load. Both must be of one machine and of the same versions.
func (r *Results) Merge(earlier *Results) error {
	if earlier.Machine != r.Machine || !reflect.DeepEqual(earlier.Servers, r.Servers) {
		return ErrDiffers
	}
	mine := r.Contests
	r.Contests = earlier.Contests
	r.Add(mine...)
	return nil
}

// Load reads a file that Save has written. A file that is not there gives nil
// and no error.
func Load(name string) (*Results, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // as documented
	}
	if err != nil {
		return nil, err
	}
	r := &Results{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// Save writes the file, figures with four digits.
func (r *Results) Save(name string) error {
	for _, c := range r.Contests {
		for _, s := range c.Series {
			for i := range s.Samples {
				s.Samples[i].round()
			}
		}
	}
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(text, '\n'), 0o644) //nolint:gosec // a page of the documentation
}

func (s *Sample) round() {
	for _, field := range reflect.ValueOf(s).Elem().Fields() {
		field.SetFloat(fourDigits(field.Float()))
	}
}

func fourDigits(x float64) float64 {
	v, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 4, 64), 64)
	return v
}
