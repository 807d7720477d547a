/** klab's own log of a lab: the events of its last runs as JSON lines, kept for `klab logs` and bug reports. */
import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import type { Renderer } from './events.js'
import { jsonLine } from './json.js'

/** A log larger than this is renamed to `.1`, so that both together stay below twice this size. */
const MAX_BYTES = 5 * 1024 * 1024
/**
 * A kubeadm bootstrap token (kubernetes.io, "Authenticating with Bootstrap Tokens"): kubeadm prints it, and people pass
 * logs on.
 */
const TOKEN = /\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g

/** Appends to `path` (0600; its folder must exist). Written at once, so that a killed klab's last lines are there. */
export function openLogFile(path: string, clock: { now(): number }): Renderer {
  let size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  const turn = (): void => {
    if (size <= MAX_BYTES) return
    renameSync(path, `${path}.1`)
    size = 0
  }
  turn()
  let file = openSync(path, 'a', 0o600)
  let open = true
  return {
    report: (event) => {
      if (!open) return
      if (size > MAX_BYTES) {
        closeSync(file)
        turn()
        file = openSync(path, 'a', 0o600)
      }
      try {
        size += writeSync(file, jsonLine(event, clock.now()).replace(TOKEN, '<token>'))
      } catch {
        // A full disk must not end what klab does because nobody can note it: `destroy` makes room.
      }
    },
    close: () => {
      if (open) closeSync(file)
      open = false
    },
  }
}
