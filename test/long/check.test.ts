/**
 * `npm run test:check`: `klab check` on a lab that is up. Steps of the course are undone by hand and put back.
 * KLAB_TEST_LABFILE names another Labfile than labs/quickstart's. Long: not for each landing.
 */
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { kubeadmImages } from '../../src/cluster/images.js'
import { loadLabfile } from '../../src/labfile/load.js'
import { run } from '../e2e/run.js'
import { proveCheck, type Klab } from './undo.js'

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const labfile =
  process.env['KLAB_TEST_LABFILE'] ?? fileURLToPath(new URL('../../labs/quickstart/Labfile', import.meta.url))

t.test('undone by hand, told, put back', async (t) => {
  const klab: Klab = (...args) => run([process.execPath, main, '-f', labfile, ...args])
  t.match(await klab('status', '--json'), { stdout: '"state": "running"' }, `${labfile}: a lab that is up`)
  const { lab } = await loadLabfile(labfile)
  const [first] = lab.nodes
  const last = lab.nodes.at(-1)
  if (!first || !last || !lab.kubernetes) return t.fail(`${labfile}: it has no cluster`)
  const pause = kubeadmImages(lab.kubernetes.version).node.find((image) => image.includes('/pause:')) ?? ''
  await proveCheck(t, klab, { node: last.name, other: first.name, image: pause })
})
