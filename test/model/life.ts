/** The life of one process: what it reaches is bound to it. */
export type Life = {
  /** What was asked for goes on; nobody hears of it. */
  readonly end: () => void
  /** A call that never settles once the life has ended. */
  readonly bind: <Args extends readonly unknown[], T>(
    call: (...args: Args) => Promise<T>,
  ) => (...args: Args) => Promise<T>
}

const never = (): Promise<never> => new Promise(() => {})

/** Begins a life. */
export const createLife = (): Life => {
  let isOver = false
  return {
    end: () => {
      isOver = true
    },
    bind:
      (call) =>
      async (...args) => {
        if (isOver) return never()
        try {
          const answer = await call(...args)
          return isOver ? never() : answer
        } catch (error) {
          if (isOver) return never()
          throw error
        }
      },
  }
}
