/** What `npm pack` would pack: all that klab needs, nothing else, and no link that leads out of it. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import t from 'tap'
import { root } from '../fakes/world.js'

interface Packed {
  readonly files: readonly { readonly path: string }[]
}

t.ok(existsSync(join(root, 'dist/main.js')), 'run npm run build first')
const printed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
})
const files = (JSON.parse(printed) as readonly Packed[])[0]!.files.map(({ path }) => path)
/** The folders that it has, too. */
const all = new Set(files.flatMap((path) => path.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/'))))

t.test('what klab reads while it runs, and what people read', (t) => {
  const needed = [
    ...['dist/main.js', 'dist/start.js', 'dist/index.js', 'dist/page/index.html', 'dist/page/app.js', 'dist/klab.1'],
    ...['dist/THIRD-PARTY-NOTICES', 'cloud-init/phases/run.sh', 'cloud-init/bundle/recipes', 'cloud-init/check'],
    ...['cloud-init/manifests/probe.yaml', 'labs/plain/Labfile', 'labs/breaks', 'labfile.schema.json'],
    ...['README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'docs/scripts.md', 'Labfile.example', 'package.json'],
  ]
  t.same(needed.filter((path) => !all.has(path)), []) // prettier-ignore
  t.end()
})

t.test('nothing else', (t) => {
  const rooms = /^(?:dist|cloud-init|labs|docs)\//
  const pages = /^(?:README(?:\.zh)?|CHANGELOG|CONTRIBUTING|SECURITY)\.md$/
  const alone = /^LICENSE$|^Labfile(?:\.zh)?\.example$|^(?:package|labfile\.schema)\.json$/
  t.same(files.filter((path) => !rooms.test(path) && !pages.test(path) && !alone.test(path)), []) // prettier-ignore
  // TypeScript of ours, tests, what a tool left behind. Names of klab's own build are hashed, so old ones do not show.
  const strange = files.filter((path) =>
    /(?<!\.d)\.ts$|\.test\.|\.map$|\.log$|\/\.|(?:^|\/)(?:node_modules|test)\//.test(path),
  )
  t.same(strange, [])
  t.end()
})

t.test('no packages to install with it', (t) => {
  const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>
  for (const name of ['dependencies', 'optionalDependencies', 'peerDependencies', 'private'])
    t.notOk(name in about, name)
  t.match(about, { os: ['linux'], cpu: ['x64'], bin: { klab: 'dist/main.js' }, man: 'dist/klab.1' })
  // All that the program imports is its own or Node's. Parts of earlier builds stay for a day; they are not packed.
  const built = new Set(readFileSync(join(root, 'dist/.files'), 'utf8').split('\n'))
  const parts = files.filter((path) => /^dist\/[^/]*\.js$/.test(path) && built.has(path.slice('dist/'.length)))
  const foreign = parts.flatMap((path) =>
    [...readFileSync(join(root, path), 'utf8').matchAll(/(?:\bfrom|\bimport\(?)"([@a-z][\w./-]*)"/g)]
      .map((m) => m[1]!)
      .filter((name) => !isBuiltin(name))
      .map((name) => `${path}: ${name}`),
  )
  t.same(foreign, [])
  t.ok(parts.length > 50, `${parts.length} parts`)
  t.end()
})

t.test('each relative link of a page leads to something that is packed', (t) => {
  const pages = files.filter((path) => path.endsWith('.md') && !path.startsWith('labs/'))
  t.ok(pages.length > 10, `${pages.length} pages`)
  let links = 0
  for (const page of pages) {
    const text = readFileSync(join(root, page), 'utf8').replace(/^```[^]*?^```/gm, '')
    for (const [, to = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(?:https?:|#|mailto:)/.test(to)) continue
      const path = normalize(join(dirname(page), to.replace(/#.*/, ''))).replace(/\/$/, '')
      t.ok(all.has(path), `${page}: ${to}`)
      links++
    }
  }
  t.ok(links > 60, `${links} links`)
  t.end()
})
