package main

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxText = 60 // characters: what is read while it flies by

// A screen draws colours and modes by their names, so that a comment says nothing of
// how, and every one can be read on a light picture and on a dark one.
var (
	modes   = []string{"fly", "top", "bottom"}
	colours = []string{"white", "red", "amber", "green", "cyan", "blue", "violet", "pink"}
)

// comment is what a phone sends, and all screens get.
type comment struct {
	Text   string `json:"text"`
	Mode   string `json:"mode"`
	Colour string `json:"colour"`
}

var errComment = errors.New("a comment has 1 to 60 characters, a known mode and a known colour")

// parseComment takes text for text: it is drawn on a canvas, where nothing is
// markup. Line breaks and what can't be seen become spaces, for it has one line.
func parseComment(data []byte) (c comment, err error) {
	if err := json.Unmarshal(data, &c); err != nil {
		return c, err
	}
	c.Text = strings.Join(strings.FieldsFunc(c.Text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) && r != zeroWidthJoiner }), " ")
	if n := utf8.RuneCountInString(c.Text); n == 0 || n > maxText || !slices.Contains(modes, c.Mode) || !slices.Contains(colours, c.Colour) {
		return c, errComment
	}
	return c, nil
}

const zeroWidthJoiner = '\u200D' // families of emoji are held together by it
