/** Guests whose commands run for real on this host, each in a home folder of its own. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createExec } from '../../src/host/exec.js'
import type { RunOptions } from '../../src/host/types.js'
import { failure, type GuestShell } from './guests.js'
import type { FakeWorld } from './world.js'

export interface FakeHomes extends GuestShell {
  home(node: string): string
}

/** Makes this world's guests such ones. `sudo -n` does nothing. */
export function useShell(world: FakeWorld): FakeHomes {
  const exec = createExec({ ...world.env, cwd: '/' })
  const home = (node: string): string => {
    const dir = join(world.dir, 'homes', node)
    mkdirSync(dir, { recursive: true })
    return dir
  }
  const line = (node: string, argv: readonly string[]): readonly string[] => [
    'sh',
    '-c',
    'umask 022; cd "$0" && exec "$@"',
    home(node),
    ...(argv[0] === 'sudo' ? argv.slice(2) : argv),
  ]
  const shell: FakeHomes = {
    home,
    filter: (node, argv) => exec.filter(line(node, argv)),
    run: async (node, argv, o: RunOptions) => {
      const out = await exec.run(line(node, argv), { ...o, allowFailure: true })
      if (out.exitCode !== 0 && !o.allowFailure) throw failure(node, argv, out.exitCode, out.stderr.trim())
      return out
    },
  }
  world.guests.shell = shell
  return shell
}
