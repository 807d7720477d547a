/** How long each phase of `up` took on this machine the last time, for labs of the same shape. */
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { sha256Of } from '../host/digest.js'
import { ensureDir, readJson, writeQuick } from '../host/files.js'
import type { Lab } from '../labfile/model.js'
import type { RunTimes } from '../report/run-times.js'

/** ms by phase. */
export type PhaseMs = Readonly<Record<string, number>>

const PHASES = z.record(z.string().max(100), z.number().min(0).max(Number.MAX_SAFE_INTEGER))

/** What a run's time depends on. */
export interface RunShape {
  readonly lab: Lab
  /** Whether the run makes the lab; other runs boot it. */
  readonly isNew: boolean
  /** The last phase. */
  readonly until: string
}

/** The file for runs of this shape in the folder `times`: as many nodes of the same sizes, the same versions. */
export function expectedFile(times: string, { lab, isNew, until }: RunShape): string {
  const { version, runtime, cni, bundle } = lab.kubernetes ?? {}
  const nodes = lab.nodes.map(({ role, cpus, memoryMiB }) => ({ role, cpus, memoryMiB }))
  const { accel } = lab.hypervisor
  const shape = { nodes, accel, image: lab.image, version, runtime, cni, bundle, isNew, until }
  return join(times, `${sha256Of(JSON.stringify(shape)).slice(0, 16)}.json`)
}

/** What is expected; undefined: nothing is known. */
export async function readExpected(file: string): Promise<PhaseMs | undefined> {
  return PHASES.safeParse(await readJson(file)).data
}

/** Keeps the times of a run that ended well. Throws HostError. */
export async function keepExpected(file: string, { phases }: RunTimes): Promise<void> {
  const took = phases.flatMap(({ name, startMs, endMs }) =>
    startMs === null || endMs === null ? [] : [[name, endMs - startMs] as const],
  )
  await ensureDir(dirname(file))
  await writeQuick(file, `${JSON.stringify(Object.fromEntries(took))}\n`)
}
