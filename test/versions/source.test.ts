import { readFileSync } from 'node:fs'
import t from 'tap'
import { readComponent } from '../../src/bundle/source/component.js'
import { sourceRecipe } from '../../src/bundle/source/lines.js'
import { SOURCE_VERSIONS } from '../../src/versions/source.js'
import { root } from '../fakes/world.js'

/** Debian's suites by number. */
const DEBIAN: Readonly<Record<string, string>> = { bullseye: '11', bookworm: '12', trixie: '13', sid: 'sid' }

t.test('docs/versions.md: the table of what is built from source is what the recipes say', async (t) => {
  const rows = readFileSync(`${root}/docs/versions.md`, 'utf8')
    .split('\n')
    .filter((line) => /^\| 1\.\d+\.\d+ /.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  const made = []
  for (const version of SOURCE_VERSIONS) {
    const { components: c } = await sourceRecipe(root, version)
    const read = (name: string | undefined) => (name === undefined ? undefined : readComponent(root, name))
    const [kubernetes, calico] = [await read(c.kubernetes), await read(c.calico)]
    const go = kubernetes!.go
    const number = (name: string | undefined, none: string): string => name?.replace(/^[a-z-]+-(?=\d)/, '') ?? none
    const otherGo = calico && calico.go.line !== go.line ? ` (Go ${calico.go.line})` : ''
    made.push([
      version,
      `${go.line} (${DEBIAN[go.suite] ?? go.suite})`,
      number(c.etcd, ''),
      number(c.coredns, ''),
      number(c.crictl, ''),
      `${number(c.calico, '–')}${otherGo}`,
      number(c.flannel, '–'),
      number(c.containerd, 'the image’s'),
    ])
  }
  t.same(rows, made)
})
