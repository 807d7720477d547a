/**
 * Two mini guests that talk to each other are frozen while they run: what comes back is of one moment, or there is
 * nothing.
 */
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { UserMachineSpec, Moment } from '../../src/hypervisor/types.js'
import { defaultUri } from '../../src/hypervisor/virsh.js'
import { ensureSystemLibvirt, qemuOf, uid, until } from './libvirt.js'
import { l2Segment, realFixture, shellPort } from './machines.js'
import { guestShell } from './mini-guest.js'

const uri = defaultUri(uid)
if (uid === 0) t.before(() => ensureSystemLibvirt(t))

/**
 * RAM enough that writing it takes a while, and 64 MiB that change all the time, as a node's do: what is empty or
 * hardly changes is written to its end before anybody has looked, and then there is no moment (one try in four). The
 * root file system would hold half of all RAM.
 */
const FILL = 'mount -o remount,size=90% /; yes 0123456789 | dd of=/big bs=1M count=450 iflag=fullblock 2>/dev/null'
const CHURN = '(while :; do dd if=/big of=/churn bs=1M count=64 conv=notrunc 2>/dev/null; done) &'
/** The first counts, notes the number, and only then sends it to the second. */
const SENDER =
  `(${FILL}; ${CHURN} i=0; while :; do i=$((i + 1)); echo $i >/s; mv /s /sent; echo $i | nc ` +
  '-w 2 192.168.31.62 9; done) >/dev/null 2>&1 &'
const RECEIVER =
  'echo 0 >/got; echo "read n && echo \\$n >/g && mv /g /got" >/take; chmod +x /take; ' +
  `(${FILL}; ${CHURN} nc -ll -p 9 -e sh /take) >/dev/null 2>&1 &`

interface Pair {
  readonly specs: readonly [UserMachineSpec, UserMachineSpec]
  readonly hypervisor: Awaited<ReturnType<typeof realFixture>>['hypervisor']
  /** Waits until the first has sent so many numbers more. */
  readonly sends: (more: number) => Promise<void>
  readonly moment: (name: string) => readonly Moment[]
  /**
   * Both from these, on fresh overlays; then what each knows: what was received may never be ahead of what was sent.
   */
  readonly back: (moments: readonly Moment[], froms: readonly string[]) => Promise<{ sent: number; got: number }>
}

async function pair(t: Test): Promise<Pair> {
  const world = await realFixture(t, uri)
  const { hypervisor } = world
  const { socketDir } = await l2Segment(t, world, uri)
  const make = async (node: string, ip: string) =>
    world.withL2({ ...(await world.spec(node)), memoryMiB: 768 }, socketDir, `${ip}/24`)
  const specs = [await make('a', '192.168.31.61'), await make('b', '192.168.31.62')] as const
  for (const s of specs) await hypervisor.ensureMachine(s)
  for (const s of specs) await hypervisor.start(s.name)
  for (const s of specs) await world.booted(s)
  await guestShell(shellPort(specs[1]), RECEIVER)
  await guestShell(shellPort(specs[0]), SENDER)
  const number = async (i: 0 | 1, file: string) => Number(await guestShell(shellPort(specs[i]), `cat ${file}`))
  const reached = (i: 0 | 1, file: string, least: number) =>
    until(async () => (await number(i, file)) >= least, `${file} of ${specs[i].node} to be ${least}`, 240_000)
  await reached(1, '/got', 3)
  return {
    specs,
    hypervisor,
    sends: async (more) => reached(0, '/sent', (await number(0, '/sent')) + more),
    moment: (name) =>
      specs.map((_, i) => ({ memory: join(world.dir, `${name}${i}.mem`), disk: join(world.dir, `${name}${i}.qcow2`) })),
    back: async (moments, froms) => {
      await Promise.all(specs.map((s) => hypervisor.stop(s.name, 0)))
      for (const [i, { memory, disk }] of moments.entries()) {
        await world.overlay(`${disk}.new`, froms[i] ?? '')
        await hypervisor.thaw(specs[i]!.name, { memory, disk: `${disk}.new` }, specs[i]!.mgmt.forwards)
      }
      // The receiver first: what it knows must have been sent before.
      await hypervisor.resume([specs[1].name])
      const got = await number(1, '/got')
      await hypervisor.resume([specs[0].name])
      return { got, sent: await number(0, '/sent') }
    },
  }
}

t.test('of one moment', async (t) => {
  const { hypervisor, specs, moment, back } = await pair(t)
  let committed = 0
  const once = async (name: string) => {
    const froms = await Promise.all(specs.map(async (s) => (await hypervisor.disk(s.name)).next))
    const moments = moment(name)
    const together = await hypervisor.freezeTogether(
      specs.map((s, i) => ({ name: s.name, to: moments[i]! })),
      {
        committed: async () => {
          committed += 1
          for (const s of specs) t.equal(await hypervisor.state(s.name), 'paused', 'nobody runs')
        },
      },
    )
    return { together, moments, froms }
  }
  let { together, moments, froms } = await once('m')
  // A busy host may write one of them to its end before it is looked at: then there is nothing, and the next try is as
  // good.
  for (let i = 0; i < 9 && !together; i++) {
    for (const s of specs) await hypervisor.abortJob(s.name)
    await hypervisor.resume(specs.map((s) => s.name))
    for (const { memory } of moments) await rm(memory, { force: true })
    ;({ together, moments, froms } = await once(`m${i}.`))
  }
  t.ok(together, 'they were caught together')
  t.comment(JSON.stringify(together))
  t.equal(committed, 1)
  for (const [i, s] of specs.entries()) {
    t.equal(await hypervisor.state(s.name), 'running')
    t.same(await hypervisor.disk(s.name), { live: moments[i]!.disk, next: moments[i]!.disk })
  }
  const { sent, got } = await back(moments, froms)
  t.comment(JSON.stringify({ sent, got }))
  t.ok(got > 0)
  t.ok(got <= sent, 'nothing was received that had not been sent')
})

t.test('the same test sees it when they are not of one moment', async (t) => {
  const { hypervisor, specs, moment, back, sends } = await pair(t)
  const froms = await Promise.all(specs.map(async (s) => (await hypervisor.disk(s.name)).next))
  const moments = moment('m')
  for (const [i, s] of specs.entries()) {
    await hypervisor.pause(s.name)
    await hypervisor.freeze(s.name, moments[i]!)
    await hypervisor.resume([s.name])
    if (i === 0) await sends(5)
  }
  const { sent, got } = await back(moments, froms)
  t.comment(JSON.stringify({ sent, got }))
  t.ok(got > sent, 'received, but never sent')
})

t.test('a QEMU killed while both are written: no moment, and the other runs on', async (t) => {
  const { hypervisor, specs, moment } = await pair(t)
  const moments = moment('m')
  const written = (path: string) =>
    stat(path).then(
      (s) => s.size > 0,
      () => false,
    )
  const [ended] = await Promise.all([
    hypervisor
      .freezeTogether(
        specs.map((s, i) => ({ name: s.name, to: moments[i]! })),
        { committed: () => Promise.reject(new Error('not of one moment')) },
      )
      .catch((e: unknown) => e),
    until(
      async () => (await written(moments[0]!.memory)) && written(moments[1]!.memory),
      'both to be written',
      60_000,
    ).then(async () => {
      process.kill((await qemuOf(specs[1].name))!.pid, 'SIGKILL')
    }),
  ])
  t.ok(ended instanceof Error, 'it says so')
  t.notMatch(ended, { message: /not of one moment/ })
  await hypervisor.abortJob(specs[0].name)
  await until(async () => /crashed|shut-off/.test(await hypervisor.state(specs[1].name)), 'libvirt to see it')
  t.equal(await hypervisor.state(specs[0].name), 'running')
  const sent = Number(await guestShell(shellPort(specs[0]), 'cat /sent'))
  t.ok(sent > 0, `it answers: ${sent}`)
})

t.test('a guest that is written to its end before the other: no moment, both run', async (t) => {
  const { hypervisor, specs, moment } = await pair(t)
  const moments = moment('m')
  // It has next to no RAM to write.
  const small = await realFixture(t, uri)
  const idle = await small.spec('c')
  await hypervisor.ensureMachine(idle)
  await hypervisor.start(idle.name)
  await small.booted(idle)
  const together = await hypervisor
    .freezeTogether(
      [
        { name: specs[0].name, to: moments[0]! },
        { name: idle.name, to: { memory: join(small.dir, 'c.mem'), disk: join(small.dir, 'c.qcow2') } },
      ],
      { committed: () => Promise.reject(new Error('not of one moment')) },
    )
    .catch((e: unknown) => e)
  // Which of the two it is, is the host's speed; but never half of it.
  if (together instanceof Error) t.match(together.message, /not of one moment/)
  else t.equal(together, undefined)
  for (const name of [specs[0].name, idle.name]) {
    await hypervisor.abortJob(name)
    if ((await hypervisor.state(name)) === 'paused') await hypervisor.resume([name])
    t.equal(await hypervisor.state(name), 'running')
  }
})
