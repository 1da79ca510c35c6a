/** A moment at which a process can be killed: just before or just after a call of a dependency. */
export type AwaitPoint = { readonly call: string; readonly when: 'before' | 'after' }

/** The lifetime of one process. */
export type Lifetime = {
  /** Ends the process: calls in progress continue, but none settles for the caller. */
  readonly end: () => void
  /** Wraps a call so that it never settles once the process has ended. */
  readonly bind: <Args extends readonly unknown[], T>(
    call: (...args: Args) => Promise<T>,
    nameOf: (...args: Args) => string,
  ) => (...args: Args) => Promise<T>
}

const never = (): Promise<never> => new Promise(() => {})

/**
 * Starts a lifetime.
 *
 * @param onAwait called at every await point; it may end the lifetime
 */
export const createLifetime = (onAwait: (point: AwaitPoint) => void = () => {}): Lifetime => {
  let hasEnded = false
  const isAlive = (call: string, when: AwaitPoint['when']): boolean => {
    if (!hasEnded) onAwait({ call, when })
    return !hasEnded
  }
  return {
    end: () => {
      hasEnded = true
    },
    bind:
      (call, nameOf) =>
      async (...args) => {
        const name = nameOf(...args)
        if (!isAlive(name, 'before')) return never()
        try {
          const result = await call(...args)
          return isAlive(name, 'after') ? result : never()
        } catch (error) {
          if (!isAlive(name, 'after')) return never()
          throw error
        }
      },
  }
}
