package frame

// The portable twins, which the tests hold to the same as what is in use.
const VectorMin = vectorMin

var (
	MaskWords   = maskWords
	CheckText   = checkText
	CheckWords  = checkWords
	UnmaskText  = unmaskText
	UnmaskWords = unmaskWords
)
