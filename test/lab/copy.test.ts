import { spawnSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import t, { type Test } from 'tap'
import { CommandError, StateError, UsageError } from '../../src/index.js'
import { pack } from '../../src/host/archive.js'
import { through } from '../../src/lab/copy.js'
import { domainName } from '../../src/node/names.js'
import { fakeDoors } from '../fakes/doors.js'
import { openShells } from './facade-stage.js'

const NODE = 'k8s-node01'

const openCopy = (t: Test) => openShells(t, 'here', NODE)

const mode = (path: string): number => statSync(path).mode & 0o7777
const put = (path: string, text: string, bits: number): void => writeFileSync(path, text, { mode: bits })

t.test('a file to a node: into its home, under another name, into a folder; mode and bytes are kept', async (t) => {
  const s = await openCopy(t)
  const data = Buffer.alloc(3_000_000, 'klab')
  writeFileSync(s.here('a b'), data, { mode: 0o755 })
  t.same(await s.lab.upload(s.here('a b'), { node: NODE, path: '' }), {
    to: `${NODE}:./a b`,
    files: 1,
    bytes: data.length,
    leftOut: [],
  })
  t.ok(readFileSync(s.there('a b')).equals(data))
  t.equal(mode(s.there('a b')), 0o755)
  mkdirSync(s.there('d'))
  await s.lab.upload(s.here('a b'), { node: NODE, path: '~/d/' })
  await s.lab.upload(s.here('a b'), { node: NODE, path: 'd/-x' }, { root: true })
  t.same(readdirSync(s.there('d')).sort(), ['-x', 'a b'])
  symlinkSync('a b', s.here('link'))
  await s.lab.upload(s.here('link'), { node: NODE, path: 'l' })
  t.ok(lstatSync(s.there('l')).isFile(), 'a link that is named is followed')
  await t.rejects(s.lab.upload(s.here('a b'), { node: NODE, path: 'none/' }), { message: /none\/: no such folder/ })
  t.same(readdirSync(s.there()).sort(), ['a b', 'd', 'l'], 'nothing is left of a failure')
})

t.test('a link at its place is replaced, not followed', async (t) => {
  const s = await openCopy(t)
  put(s.here('new'), 'new', 0o644)
  for (const there of [true, false]) {
    const at = there ? s.there : s.here
    put(at('precious'), 'precious', 0o600)
    symlinkSync('precious', at('target'))
    if (there) await s.lab.upload(s.here('new'), { node: NODE, path: 'target' })
    else await s.lab.download({ node: NODE, path: 'target' }, s.here('target'))
    t.equal(readFileSync(at('precious'), 'utf8'), 'precious')
    t.equal(readFileSync(at('target'), 'utf8'), 'new')
    t.ok(lstatSync(at('target')).isFile())
  }
  mkdirSync(s.here('d'))
  put(s.here('d', 'f'), 'f', 0o644)
  mkdirSync(s.there('outside'))
  mkdirSync(s.there('to'))
  symlinkSync('../outside', s.there('to', 'd'))
  await t.rejects(s.lab.upload(s.here('d'), { node: NODE, path: 'to' }, { recursive: true }), CommandError)
  t.same(readdirSync(s.there('outside')), [])
})

t.test('a folder to a node and back: all of it, links as links, modes kept; again is merged', async (t) => {
  const s = await openCopy(t)
  mkdirSync(s.here('d', 'sub'), { recursive: true, mode: 0o755 })
  put(s.here('d', 'sub', 'run.sh'), '#!/bin/sh\n', 0o755)
  put(s.here('d', '@at'), 'at', 0o640)
  symlinkSync('sub/run.sh', s.here('d', 'link'))
  await t.rejects(s.lab.upload(s.here('d'), { node: NODE, path: '' }), { name: 'UsageError', message: /is a folder/ })
  t.match(await s.lab.upload(s.here('d'), { node: NODE, path: 'there' }, { recursive: true }), { files: 2 })
  put(s.there('there', 'more'), 'more', 0o600)
  await t.rejects(s.lab.download({ node: NODE, path: 'there' }, s.here('back')), UsageError)
  const back = await s.lab.download({ node: NODE, path: 'there' }, s.here('back'), { recursive: true })
  t.same(back, { to: s.here('back'), files: 3, bytes: 10 + 2 + 4, leftOut: [] })
  t.equal(mode(s.here('back', 'sub', 'run.sh')), 0o755)
  t.equal(mode(s.here('back', '@at')), 0o640)
  t.equal(readlinkSync(s.here('back', 'link')), 'sub/run.sh')
  t.match(await s.lab.download({ node: NODE, path: 'there' }, s.here('back'), { recursive: true }), {
    to: s.here('back', 'there'),
  })
  await s.lab.upload(s.here('d'), { node: NODE, path: 'there' }, { recursive: true })
  await s.lab.upload(s.here('d'), { node: NODE, path: 'there' }, { recursive: true })
  t.ok(existsSync(s.there('there', 'd', '@at')))
})

t.test('a file from a node; what is not there is told', async (t) => {
  const s = await openCopy(t)
  put(s.there('log'), 'log', 0o640)
  t.same(await s.lab.download({ node: NODE, path: '~/log' }, s.here()), {
    to: s.here('log'),
    files: 1,
    bytes: 3,
    leftOut: [],
  })
  t.equal(mode(s.here('log')), 0o640)
  t.same(readdirSync(s.here()), ['log'])
  await t.rejects(s.lab.download({ node: NODE, path: 'none' }, s.here()), { message: /none: no such file or folder/ })
  await t.rejects(s.lab.download({ node: NODE, path: 'log' }, s.here('x/y')), UsageError)
  await t.rejects(s.lab.upload(s.here('none'), { node: NODE, path: '' }), UsageError)
  await s.world.hypervisor.stop(domainName(s.id, NODE), 0)
  await t.rejects(s.lab.upload(s.here('log'), { node: NODE, path: '' }), { constructor: StateError, message: /is off/ })
})

t.test('what a guest sends lands in the folder or nowhere', async (t) => {
  const s = await openCopy(t)
  const evil = join(s.world.dir, 'evil')
  mkdirSync(join(evil, 'in'), { recursive: true })
  put(join(evil, 'in', 'good'), 'good', 0o4755)
  put(join(evil, 'out'), 'out', 0o644)
  symlinkSync('/etc', join(evil, 'in', 'abs'))
  symlinkSync('../../..', join(evil, 'in', 'up'))
  symlinkSync('good', join(evil, 'in', 'fine'))
  spawnSync('mkfifo', [join(evil, 'in', 'pipe')])
  spawnSync('tar', ['-c', '-P', '-f', join(evil, 'a.tar'), '-C', join(evil, 'in'), '.', '../out'])
  mkdirSync(s.there('d'))
  const { shell } = s.world.guests
  s.world.guests.shell = { ...shell!, filter: (node) => shell!.filter(node, ['cat', join(evil, 'a.tar')]) }
  const got = await s.lab.download({ node: NODE, path: 'd' }, s.here('d'), { recursive: true })
  t.same(readdirSync(s.here('d')).sort(), ['fine', 'good'])
  t.same(readdirSync(s.here()), ['d'])
  t.equal(mode(s.here('d', 'good')), 0o755, 'nothing runs as its owner')
  t.equal(got.leftOut.length, 4, got.leftOut.join('\n'))
  s.world.guests.shell = {
    ...shell!,
    filter: (node) => shell!.filter(node, ['head', '-c', '700', join(evil, 'a.tar')]),
  }
  await t.rejects(s.lab.download({ node: NODE, path: 'd' }, s.here('cut'), { recursive: true }))
})

t.test('what goes wrong is told by who knows: the host’s files, or the guest', async (t) => {
  const s = await openCopy(t)
  const c = { doors: fakeDoors(s.world), file: undefined, report: () => undefined }
  const ends = async (script: string, names: readonly string[]) => {
    const filter = await s.world.guests.shell!.filter(NODE, ['sh', '-c', script])
    filter.output.resume()
    return through(c, filter, () => pipeline(pack(s.here(), names).stream, filter.input))
  }
  writeFileSync(s.here('big'), Buffer.alloc(5_000_000))
  await t.rejects(ends('cat >/dev/null; echo half >&2; exit 1', ['gone']), { code: 'ENOENT' })
  await t.rejects(ends('echo full >&2; exit 1', ['big']), { name: 'CommandError', message: /full/ })
})
