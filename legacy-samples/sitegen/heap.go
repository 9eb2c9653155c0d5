package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

const megabyte = 1 << 20

// Sizes of the blocks of one unit, from small size classes to spans of their own.
var blockSizes = []int{24, 200, 1 << 10, 7 << 10, 40 << 10, 300 << 10, 600 << 10}

// A block is a byte slice whose content follows from its seed.
type block struct {
	seed  uint64
	bytes []byte
	next  *block
}

// A ballast is a heap of linked blocks of roughly one megabyte per unit.
type ballast struct {
	units    []*block
	target   int
	nextSeed uint64
	turned   int
}

func newBallast(megabytes int) *ballast {
	// A tight limit on garbage lets the heap, not its floating garbage, set the peak.
	debug.SetGCPercent(25)
	return &ballast{target: megabytes}
}

// grow allocates up to the target, with a collection every 64 units.
func (b *ballast) grow() {
	for len(b.units) < b.target {
		b.units = append(b.units, b.newUnit())
		if len(b.units)%64 == 0 {
			runtime.GC()
		}
	}
}

// turnOver replaces every eighth unit and gives the freed memory back to the system.
func (b *ballast) turnOver() {
	for i := b.turned % 8; i < len(b.units); i += 8 {
		b.units[i] = b.newUnit()
	}
	b.turned++
	debug.FreeOSMemory()
}

func (b *ballast) newUnit() *block {
	var unit *block
	for left := megabyte; left > 0; {
		for _, size := range blockSizes {
			if size > left {
				size = left
			}
			unit = &block{seed: b.nextSeed, bytes: make([]byte, size), next: unit}
			fill(unit.bytes, unit.seed)
			b.nextSeed++
			left -= size
		}
	}
	return unit
}

// verify reads every block of the heap again.
func (b *ballast) verify() error {
	runtime.GC()
	expected := make([]byte, blockSizes[len(blockSizes)-1])
	for i, unit := range b.units {
		for ; unit != nil; unit = unit.next {
			fill(expected[:len(unit.bytes)], unit.seed)
			if string(expected[:len(unit.bytes)]) != string(unit.bytes) {
				return fmt.Errorf("heap unit %d: block %d changed", i, unit.seed)
			}
		}
	}
	return nil
}

// fill writes the xorshift64 sequence that starts at seed.
func fill(bytes []byte, seed uint64) {
	x := seed*0x9e3779b97f4a7c15 + 1
	for i := range bytes {
		if i%8 == 0 {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
		}
		bytes[i] = byte(x >> (i % 8 * 8))
	}
}
