/** Steps of one phase that must not run at the same time. */
import { Interrupted, StateError } from '../errors.js'
import type { Step, StepContext } from '../step.js'
import { english } from '../words/say.js'

/**
 * The same steps, one after the other, in the order in which they are begun. After one has failed, the others fail
 * without having done anything.
 */
export function inTurn(steps: readonly Step[]): readonly Step[] {
  let last: Promise<void> = Promise.resolve()
  let failed: string | undefined
  return steps.map((step) => {
    let end: (() => void) | undefined
    const begin = async ({ signal }: StepContext): Promise<void> => {
      if (end) return
      const before = last
      last = new Promise((resolve) => (end = resolve))
      await before
      if (signal.aborted) throw new Interrupted()
      if (failed !== undefined) throw new StateError(english('not begun, because {step} failed', { step: failed }))
    }
    const over = (): void => {
      end?.()
      end = undefined
    }
    /** Does `work` in its turn; `more`: whether the turn goes on after this result. */
    const turn = async <T>(c: StepContext, work: () => Promise<T>, more: (result: T) => boolean): Promise<T> => {
      try {
        await begin(c)
        const result = await work()
        if (!more(result)) over()
        return result
      } catch (error) {
        failed ??= step.id
        over()
        throw error
      }
    }
    return {
      id: step.id,
      title: step.title,
      ...(step.done && {
        done: (c: StepContext) =>
          turn(
            c,
            async () => (await step.done?.(c)) ?? false,
            (isDone) => !isDone,
          ),
      }),
      ...(step.again && {
        again: (c: StepContext) =>
          turn(
            c,
            async () => step.again?.(c),
            () => true,
          ),
      }),
      run: (c) =>
        turn(
          c,
          () => step.run(c),
          () => false,
        ),
    }
  })
}
