// Package chart draws figures of servers as SVG. A chart is one file that needs
// nothing else: text is text, a title and a description say the same in words,
// and its style follows the reader's choice of light or dark.
package chart
