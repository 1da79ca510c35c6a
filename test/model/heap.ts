/** A binary heap: `pop` returns the item with the least key, in O(log n). */
export type Heap<T> = {
  readonly push: (item: T) => void
  readonly peek: () => T | undefined
  readonly pop: () => T | undefined
  readonly clear: () => void
}

/** Creates an empty heap; an item's key must not change while it is in the heap. */
export const createHeap = <T extends object | number>(keyOf: (item: T) => number): Heap<T> => {
  const items: T[] = []

  const rise = (item: T): void => {
    let at = items.length
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = items[above]
      if (parent === undefined || keyOf(parent) <= keyOf(item)) break
      items[at] = parent
      at = above
    }
    items[at] = item
  }

  const sink = (item: T): void => {
    let at = 0
    for (;;) {
      const left = items[2 * at + 1]
      const right = items[2 * at + 2]
      const isRight = left !== undefined && right !== undefined && keyOf(right) < keyOf(left)
      const child = isRight ? right : left
      if (child === undefined || keyOf(item) <= keyOf(child)) break
      items[at] = child
      at = 2 * at + (isRight ? 2 : 1)
    }
    items[at] = item
  }

  return {
    push: rise,
    peek: () => items[0],
    pop: () => {
      const first = items[0]
      const last = items.pop()
      if (last !== undefined && items.length > 0) sink(last)
      return first
    },
    clear: () => {
      items.length = 0
    },
  }
}
