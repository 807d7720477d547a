/** A lab as a program gets it, in the fake world. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { openLab, type Event } from '../../src/index.js'
import { writeRecord } from '../../src/state/record.js'
import { fakeDoors } from '../fakes/doors.js'
import { fourNodes } from '../fakes/world.js'
import { makeStage } from '../snapshot/stage.js'

export const LABFILE = fourNodes('kubernetes: false\n')

/** A lab of four machines that run, up to `ready`, as a program gets it. */
export async function open(t: Test) {
  const stage = await makeStage(t, LABFILE)
  const { world } = stage
  writeFileSync(join(world.dir, 'Labfile'), LABFILE)
  await writeRecord(stage.lab.paths.record, { ...stage.lab.record, completedUntil: 'ready' })
  const doors = fakeDoors(world)
  const events: Event[] = []
  const lab = await openLab({ doors, onEvent: (e) => events.push(e) })
  const { id, labfile } = stage.lab.record
  return { ...stage, id, labfile, doors, events, paths: stage.lab.paths, lab, later: () => (world.clock.time += 1000) }
}
