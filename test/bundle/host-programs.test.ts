import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { cachedKubectl } from '../../src/bundle/cached-bundle.js'
import { ensureBundle, makeBundle } from '../../src/bundle/ensure.js'
import { kubectlOf } from '../../src/bundle/host-programs.js'
import { folderMaker, spec } from './fixtures/user-folder.js'
import { makeContext } from './fixtures/world.js'

t.setTimeout(300_000)
const { folderWith } = folderMaker(t)

/** A whole bundle in a folder of its own. */
async function copyOfBundle(c: ReturnType<typeof makeContext>): Promise<string> {
  const made = await makeBundle(spec(folderWith(c, ['k8s.1.17.5.tar', 'calico.tar'])), c)
  execFileSync('cp', ['-r', made.dir, join(c.dir, 'copy')])
  return join(c.dir, 'copy')
}

t.test('verified once, swapped later: what runs here and what the guests get stays what was verified', async (t) => {
  const c = makeContext(t)
  const dir = await copyOfBundle(c)
  const kubectl = kubectlOf(await makeBundle(spec(dir), c))
  t.ok(kubectl.startsWith(join(c.dir, 'layers/')), kubectl)
  const before = readFileSync(kubectl)
  chmodSync(join(dir, 'bin/kubectl'), 0o755)
  writeFileSync(join(dir, 'bin/kubectl'), '#!/bin/sh\ntouch /tmp/swapped\n')
  const again = await makeBundle(spec(dir), c)
  t.match(again, { cached: true })
  t.same(readFileSync(kubectlOf(again)), before)
  t.equal(await cachedKubectl(spec(dir), c), kubectl)
  await t.rejects(ensureBundle(spec(dir), c), { code: 'corrupt', message: /bin\/kubectl: .* but the manifest says/ })
})

t.test('the lab’s own kubectl is found without making anything', async (t) => {
  const c = makeContext(t)
  const dir = folderWith(c, ['k8s.1.17.5.tar', 'calico.tar'])
  t.equal(await cachedKubectl(spec(dir), c), undefined, 'not made yet')
  t.same(await c.layers.list(), [])
  const made = await makeBundle(spec(dir), c)
  t.equal(await cachedKubectl(spec(dir), c), join(made.dir, 'bin/kubectl'))
  rmSync(dir, { recursive: true })
  t.equal(await cachedKubectl(spec(dir), c), undefined, 'its folder is gone')
})
