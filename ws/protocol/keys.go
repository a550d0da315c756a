package protocol

import (
	crand "crypto/rand"
	"math"
	"math/rand/v2"

	"longwire.example/ws/frame"
)

// keys is where the masking keys of one connection come from: a ChaCha8
// generator seeded with 32 octets from the operating system. Knowing some of
// its keys does not help to guess the next one, and a key costs no system call.
// The generator is made for the first frame, so that a server, which never
// masks, keeps a nil pointer.
//
//req:impl RFC6455-5.3-03 RFC6455-5.3-04
//req:impl RFC6455-10.3-01
type keys struct {
	source *rand.ChaCha8
}

// next gives a key that no frame has had, but by chance.
//
//req:impl RFC6455-5.3-02
func (k *keys) next() frame.Key {
	if k.source == nil {
		var seed [32]byte
		_, _ = crand.Read(seed[:]) // never fails: the program ends where there is no randomness
		k.source = rand.NewChaCha8(seed)
	}
	return frame.Key(k.source.Uint64() & math.MaxUint32)
}
