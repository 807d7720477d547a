/** Which commands end when klab is told to stop. */
import type { HostExec } from './types.js'

/**
 * A host whose running commands end when the signal aborts. Those that begin later are there to clean up, and run to
 * their end.
 */
export const stoppable = (exec: HostExec, signal: AbortSignal): HostExec => ({
  ...exec,
  run: (argv, options = {}) => exec.run(argv, signal.aborted ? options : { signal, ...options }),
})
