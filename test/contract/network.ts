/**
 * What every Hypervisor must do with networks; run on the fake always, and on a libvirt in a network namespace of its
 * own (test/real/nat.test.ts).
 */
import type { Test } from 'tap'
import { StateError } from '../../src/errors.js'
import { networkDigest } from '../../src/hypervisor/spec.js'
import type { Hypervisor, Network, NetworkSpec } from '../../src/hypervisor/types.js'

/** A world to try it in; nothing else may use the range 192.168.31.0/24 there. */
export interface NetworkFixture {
  readonly hypervisor: Hypervisor
  /** Makes a network without klab's mark, not active; resolves to what removes it. */
  foreign(network: Pick<Network, 'name' | 'uuid'> & { bridge: string; range: string }): Promise<() => Promise<void>>
}

export const networkOf = (labId: string, more: Partial<NetworkSpec> = {}): NetworkSpec => ({
  name: `klab-${labId}`,
  uuid: '6f1c1f1e-5d0a-8c55-8a3b-0123456789ab',
  labId,
  bridge: 'klab00c0ffee',
  address: '192.168.31.1',
  prefix: 24,
  internet: false,
  leases: [{ mac: '52:54:00:aa:bb:01', ip: '192.168.31.61', node: 'n1' }],
  ...more,
})

/** Runs the suite; leaves no network behind. */
export async function networkContract(t: Test, world: NetworkFixture): Promise<void> {
  const h = world.hypervisor
  const spec = networkOf('contract-0')
  t.teardown(() => h.removeNetwork(spec.name))

  await t.test('a network that is not there', async (t) => {
    t.same(await h.networks(), [])
    await h.removeNetwork(spec.name)
  })

  await t.test(
    'ensureNetwork defines and starts, and is idempotent; what is active does not change under its machines',
    async (t) => {
      await Promise.all([h.ensureNetwork(spec), h.networks()])
      await h.ensureNetwork(spec)
      const { name, uuid, bridge, labId } = spec
      const there = {
        name,
        uuid,
        bridge,
        active: true,
        ranges: ['192.168.31.1/24'],
        mark: { labId, specDigest: networkDigest(spec) },
      }
      t.same(await h.networks(), [there])
      await t.rejects(h.ensureNetwork({ ...spec, internet: true }), StateError)
      t.same(await h.networks(), [there])
      await h.removeNetwork(spec.name)
      await h.removeNetwork(spec.name)
      t.same(await h.networks(), [])
      await h.ensureNetwork({ ...spec, internet: true })
      t.match(await h.networks(), [{ active: true, mark: { specDigest: networkDigest({ ...spec, internet: true }) } }])
      await h.removeNetwork(spec.name)
    },
  )

  await t.test("others' networks are seen, and left alone", async (t) => {
    const uuid = '11111111-5d0a-8c55-8a3b-0123456789ab'
    for (const theirs of [
      { name: spec.name, uuid, bridge: 'other0' },
      { name: 'other', uuid: spec.uuid, bridge: 'other0' },
      { name: 'other', uuid, bridge: spec.bridge },
    ]) {
      const gone = await world.foreign({ ...theirs, range: '192.168.77.1/24' })
      const seen = [{ ...theirs, active: false, ranges: ['192.168.77.1/24'], mark: undefined }]
      t.same(await h.networks(), seen)
      await t.rejects(h.ensureNetwork(spec), StateError)
      await t.rejects(h.removeNetwork(theirs.name), StateError)
      t.same(await h.networks(), seen)
      await gone()
    }
  })

  await t.test('a spec that would mean something else is refused', async (t) => {
    const bad: Partial<NetworkSpec>[] = [
      { name: '$(id)' },
      { uuid: 'x' },
      { labId: 'a b' },
      { bridge: 'sixteen-letters0' },
      { address: 'x' },
      { prefix: 31 },
      { leases: [{ mac: '52:54:00:aa:bb:01\n', ip: '192.168.31.61', node: 'n1' }] },
      { leases: [{ mac: '52:54:00:aa:bb:01', ip: '192.168.31.61', node: 'a,b' }] },
    ]
    for (const part of bad) await t.rejects(h.ensureNetwork({ ...spec, ...part }), StateError, JSON.stringify(part))
    t.same(await h.networks(), [])
  })
}
