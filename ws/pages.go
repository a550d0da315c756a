package ws

// pages is a list that grows a page at a time and never moves: nothing that was
// outgrown is left behind for the garbage collector.
type pages[T any] struct {
	list   []*[pageSize]T
	length int32
}

const (
	pageShift = 8
	pageSize  = 1 << pageShift
)

// at gives element i, which is there.
func (p *pages[T]) at(i int32) *T { return &p.list[i>>pageShift][i&(pageSize-1)] }

// extend makes the list longer than i.
func (p *pages[T]) extend(i int32) {
	for int(i) >= len(p.list)<<pageShift {
		p.list = append(p.list, new([pageSize]T))
	}
	p.length = max(p.length, i+1)
}
