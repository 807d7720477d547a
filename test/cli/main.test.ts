/** dist/main.js, the first file that Node reads: an older Node than klab needs must be able to read it, and say so. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root } from '../fakes/world.js'
import { main } from './klab.js'

/** Runs klab on a Node that says it is `version`. */
function asNode(version: string) {
  const versions = `{ ...process.versions, node: '${version}' }`
  const fake = `Object.defineProperty(process, 'versions', { value: ${versions} })`
  const argv = ['--import', `data:text/javascript,${encodeURIComponent(fake)}`, main, '--version']
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' })
  return { status, stdout, stderr }
}

const needed = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { engines: { node: string } }).engines
const least = /^>=(\d+\.\d+)$/.exec(needed.node)?.[1] ?? ''

t.test('too old: exit 3, which one klab needs, which one this is, what to do', (t) => {
  for (const version of ['12.22.12', '18.20.4', '20.18.9']) {
    const r = asNode(version)
    t.match(r, { status: 3, stdout: '' }, version)
    t.match(r.stderr, `klab needs Node ${least} or newer; this is ${version} (${process.execPath})\ntry: `)
  }
  t.end()
})

t.test('new enough', (t) => {
  for (const version of [`${least}.0`, '21.0.0', '100.1.0'])
    t.match(asNode(version), { status: 0, stderr: '' }, version)
  t.end()
})

t.test('an older Node can read it: it imports nothing before it has looked, and is in old words', (t) => {
  const text = readFileSync(main, 'utf8')
  t.notMatch(text, /^import\b|\?\?|\?\.|\bawait\b/m)
  t.match(text, /import\("\.\/start\.js"\)/)
  execFileSync(process.execPath, ['--check', main])
  t.end()
})
