/** What a restore keeps of the state that it replaces. */
import { existsSync, mkdirSync } from 'node:fs'
import t from 'tap'
import { StateError } from '../../src/errors.js'
import { goTo, named, withSnapshots } from '../../src/lab/snapshot.js'
import { listManifests } from '../../src/snapshot/manifest.js'
import { save } from '../../src/snapshot/save.js'
import { all, makeStage, type Stage } from '../snapshot/stage.js'

/** Time passes between verbs: ids follow the clock. */
const later = (s: Stage): number => (s.world.clock.time += 1000)
const names = async (s: Stage): Promise<string[]> => (await listManifests(s.lab.paths)).map((m) => m.name)

t.test('a restore keeps what it replaces; undo goes back to it, and forth again', async (t) => {
  const s = await makeStage(t)
  const a = await save(s.lab, { name: 'a', kind: 'manual' })
  s.write('work')
  later(s)
  t.match(await goTo(s.lab, a, { undo: true }), {
    running: true,
    kept: { name: 'undo', message: /before a was restored/ },
  })
  t.strictSame(await s.read(), all('zero'))
  s.write('more')
  for (const word of ['work', 'more', 'work']) {
    later(s)
    await goTo(s.lab, await named(s.lab, 'undo', 'klab snapshot undo'), { undo: true })
    t.strictSame(await s.read(), all(word))
    t.strictSame((await names(s)).sort(), ['a', 'undo'], 'one undo at a time')
  }
  later(s)
  t.match(await goTo(s.lab, a, { undo: false }), { kept: undefined })
  later(s)
  await goTo(s.lab, await named(s.lab, 'undo', 'klab snapshot undo'), { undo: false })
  t.strictSame(await s.read(), all('more'), '--no-undo leaves the older undo alone')
})

t.test(
  'nodes that are kept for undo stand still until they are ended, and go on when the restore does not begin',
  async (t) => {
    const s = await makeStage(t)
    const { hypervisor } = s.world
    const a = await save(s.lab, { name: 'a', kind: 'manual' })
    s.write('work')
    later(s)
    const verbs: string[] = []
    hypervisor.onCall = (verb) => {
      if (verb !== verbs.at(-1)) verbs.push(verb)
    }
    await goTo(s.lab, a, { undo: true })
    t.match(verbs.join(' '), /^pause freeze (stop|thaw)[ a-z]* resume/, 'no resume before they are ended')

    s.write('more')
    later(s)
    const lab = {
      ...s.lab,
      world: { ...s.world, l2: { ...s.world.l2, ensure: () => Promise.reject(new StateError('no switch')) } },
    }
    await t.rejects(goTo(lab, a, { undo: true }), { message: 'no switch' })
    t.strictSame(await s.read(), all('more'), 'all run on')
    t.notOk(existsSync(s.lab.paths.journal))
  },
)

t.test('a restore that cannot write down that it ends the machines does not end them, and they go on', async (t) => {
  for (const undo of [true, false]) {
    const s = await makeStage(t)
    const a = await save(s.lab, { name: 'a', kind: 'manual' })
    s.write('work')
    later(s)
    // Not a file, so it cannot be removed; as on a full disk, nothing more is written.
    mkdirSync(s.lab.paths.seen)
    await t.rejects(goTo(s.lab, a, { undo }))
    t.strictSame(await s.read(), all('work'))
    t.notOk(existsSync(s.lab.paths.journal))
  }
})

t.test('one that virsh leaves paused is told, and the journal stays for the next klab', async (t) => {
  const s = await makeStage(t)
  const a = await save(s.lab, { name: 'a', kind: 'manual' })
  s.write('work')
  later(s)
  mkdirSync(s.lab.paths.seen)
  const { hypervisor } = s.world
  const world = {
    ...s.world,
    hypervisor: { ...hypervisor, resume: (names: readonly string[]) => hypervisor.resume(names.slice(1)) },
  }
  await t.rejects(goTo({ ...s.lab, world }, a, { undo: true }), {
    message: /could not be put back yet/,
    hint: /klab up/,
  })
  t.ok(existsSync(s.lab.paths.journal))
  const { lab } = await s.again()
  await withSnapshots(s.world, lab, lab.say, () => Promise.resolve())
  t.strictSame(await s.read(), all('work'))
})

t.test(
  'klab killed at every change of a restore that keeps an undo: all as before or all as in the snapshot, and running',
  async (t) => {
    const ends = new Set<string>()
    for (let n = 0, calls = Infinity; n < calls; n++) {
      const s = await makeStage(t)
      const zero = await save(s.lab, { name: 'zero', kind: 'manual' })
      s.write('now')
      later(s)
      s.killAt(n)
      const done = await goTo(s.lab, zero, { undo: true }).catch(() => undefined)
      const { lab } = await s.again()
      if (done) calls = n
      await withSnapshots(s.world, lab, lab.say, () => Promise.resolve())
      const states = await s.read()
      t.ok(
        [all('now'), all('zero')].some((want) => want.join() === states.join()),
        `killed at ${n}: ${states.join()}; ${s.said.at(-1) ?? ''}`,
      )
      if (states.join() === all('zero').join()) t.ok((await names(s)).includes('undo'), 'with the way back')
      ends.add(states.join())
      t.notOk(existsSync(lab.paths.journal))
    }
    t.equal(ends.size, 2)
  },
)
