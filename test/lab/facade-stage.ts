/** A lab as a program gets it, in the fake world. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { openLab, type Event } from '../../src/index.js'
import { domainName } from '../../src/node/names.js'
import { writeRecord } from '../../src/state/record.js'
import { fakeDoors } from '../fakes/doors.js'
import { useShell } from '../fakes/guest-shell.js'
import { fourNodes } from '../fakes/world.js'
import { makeStage } from '../snapshot/stage.js'

export const LABFILE = fourNodes('kubernetes: false\n')

/** A lab of four machines that run, up to `ready`, as a program gets it. */
export async function open(t: Test, labfileText = LABFILE) {
  const stage = await makeStage(t, labfileText)
  const { world } = stage
  writeFileSync(join(world.dir, 'Labfile'), labfileText)
  await writeRecord(stage.lab.paths.record, { ...stage.lab.record, completedUntil: 'ready' })
  const doors = fakeDoors(world)
  const events: Event[] = []
  const lab = await openLab({ doors, onEvent: (e) => events.push(e) })
  const { record, paths } = stage.lab
  const { id, labfile } = record
  return {
    ...stage,
    id,
    record,
    paths,
    labfile,
    doors,
    events,
    lab,
    domain: (node: string) => domainName(id, node),
    /** What it was warned of. */
    warned: () => events.flatMap((e) => (e.type === 'warn' ? [e.text] : [])),
    later: () => (world.clock.time += 1000),
  }
}

/** The same, its guests with real shells. `here`: a folder of this host; `there`: the home on `node`. */
export async function openShells(t: Test, folder: string, node: string) {
  const s = await open(t)
  const shell = useShell(s.world)
  const here = (...parts: string[]): string => join(s.world.dir, folder, ...parts)
  mkdirSync(here())
  return { ...s, shell, here, there: (...parts: string[]) => join(shell.home(node), ...parts) }
}
