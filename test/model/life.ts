/** A moment at which a process can die: just before a call of its surroundings, or just after. */
export type AwaitPoint = { readonly call: string; readonly when: 'before' | 'after' }

/** The life of one process: what it reaches is bound to it. */
export type Life = {
  /** What was asked for goes on; nobody hears of it. */
  readonly end: () => void
  /** A call that never settles once the life has ended. */
  readonly bind: <Args extends readonly unknown[], T>(
    call: (...args: Args) => Promise<T>,
    nameOf: (...args: Args) => string,
  ) => (...args: Args) => Promise<T>
}

const never = (): Promise<never> => new Promise(() => {})

/**
 * Begins a life.
 *
 * @param onAwait told of every await point; it may end the life
 */
export const createLife = (onAwait: (point: AwaitPoint) => void = () => {}): Life => {
  let isOver = false
  const goesOn = (call: string, when: AwaitPoint['when']): boolean => {
    if (!isOver) onAwait({ call, when })
    return !isOver
  }
  return {
    end: () => {
      isOver = true
    },
    bind:
      (call, nameOf) =>
      async (...args) => {
        const name = nameOf(...args)
        if (!goesOn(name, 'before')) return never()
        try {
          const answer = await call(...args)
          return goesOn(name, 'after') ? answer : never()
        } catch (error) {
          if (!goesOn(name, 'after')) return never()
          throw error
        }
      },
  }
}
