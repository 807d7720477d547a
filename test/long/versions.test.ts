/**
 * `npm run test:versions [LAB…]`: each lab of another Kubernetes version for real, from nothing to Ready (DNS, pod to
 * pod), NetworkPolicy where the pod network has it, a snapshot saved and restored, and gone again. Long: not for each
 * landing. KLAB_TEST_LABS names other labs than all, by their folders: `course-1.17 modern`.
 */
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { loadLabfile } from '../../src/labfile/load.js'
import type { Status } from '../../src/lab/status.js'
import { cniName } from '../../src/network/cni-manifest.js'
import { policyProof } from '../e2e/policy.js'
import { run } from '../e2e/run.js'
import { ensureSystemLibvirt, uid } from '../real/libvirt.js'

const project = fileURLToPath(new URL('../..', import.meta.url))
const LABS = (process.env['KLAB_TEST_LABS'] ?? 'course-1.17 containerd modern').split(' ')

/** klab for this Labfile; throws unless it ends well. */
const klabOf =
  (labfile: string) =>
  async (...args: string[]): Promise<string> => {
    const { code, stdout } = await run([process.execPath, `${project}dist/main.js`, '-f', labfile, ...args])
    if (code !== 0) throw new Error(`klab ${args.join(' ')}: exit status ${code}\n${stdout}`)
    return stdout
  }

async function proved(t: Test, name: string): Promise<void> {
  const labfile = `${project}labs/${name}/Labfile`
  const { lab } = await loadLabfile(labfile)
  const k = lab.kubernetes
  if (!k) throw new Error(`labs/${name} has no cluster`)
  const klab = klabOf(labfile)
  const status = async (): Promise<Status> => JSON.parse(await klab('status', '--json')) as Status
  if ((await status()).state !== 'absent') throw new Error(`labs/${name} of this checkout is up: klab destroy it first`)
  t.teardown(() => klab('destroy', '--force'))
  const timed = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    const started = performance.now()
    await work()
    t.comment(`labs/${name}: ${what}: ${Math.round((performance.now() - started) / 1000)} s`)
  }

  await timed('up', () => klab('up', '--fresh'))
  const all = lab.nodes.length
  t.match((await status()).cluster, { version: k.version, ready: all, total: all }, 'all nodes Ready')
  t.match(await klab('kubectl', 'version', '-o', 'json'), `"gitVersion": "v${k.version}"`, 'of that version')

  const kubectl = (...args: string[]): Promise<string> => klab('kubectl', ...args)
  const workers = lab.nodes.filter((n) => n.role === 'worker').map((n) => n.name)
  // flannel has no NetworkPolicy.
  const policy = cniName(k.cni) === 'calico' ? await policyProof(kubectl, workers) : undefined
  await policy?.all(t, 'fresh')

  await kubectl('create', 'configmap', 'before')
  await timed('snapshot save', () => klab('snapshot', 'save', 'one'))
  await kubectl('create', 'configmap', 'after')
  await timed('snapshot restore', () => klab('snapshot', 'restore', 'one', '--no-undo'))
  const maps = await kubectl('get', 'configmaps', '-o', 'name')
  t.match(maps, 'configmap/before')
  t.notMatch(maps, 'configmap/after', 'what came after the snapshot is gone')
  t.match((await status()).cluster, { ready: all }, 'all nodes Ready again')
  await policy?.all(t, 'restored')
}

for (const name of LABS)
  t.test(`labs/${name}`, { skip: uid === 0 ? false : 'runs as root on qemu:///system' }, async (t) => {
    await ensureSystemLibvirt(t)
    await proved(t, name)
  })
