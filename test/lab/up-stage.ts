/** A lab of two machines with its own image, as one from a sealed file has: `up` in a fake world, to its end. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { newRecord } from '../../src/lab/up-phases.js'
import { readLab } from '../../src/lab/open.js'
import { writeRecord } from '../../src/state/record.js'
import { fakeQemuImg, makeWorld } from '../fakes/world.js'

const LAB =
  'name: vms\nkubernetes: false\nnodes:\n  - { name: a, ip: 192.168.31.71 }\n  - { name: b, ip: 192.168.31.72 }\n'

/** Nothing is up yet. */
export async function upStage(t: Test) {
  const world = makeWorld(t, { files: { Labfile: LAB }, host: { 'qemu-img create': fakeQemuImg } })
  world.guests.answers.push(({ text }) => (text.includes('result.json') ? '{"v1":{"errors":[]}}' : ''))
  const open = () => readLab(world.env, undefined)
  const first = await open()
  const disk = join(world.dir, 'image.qcow2')
  writeFileSync(disk, 'image')
  mkdirSync(first.paths.dir, { recursive: true, mode: 0o700 })
  const record = { ...(await newRecord(world, first, 'tcg')), image: { disk, boot: { kind: 'disk' as const } } }
  await writeRecord(first.paths.record, record)
  return { world, open, record, paths: first.paths }
}
