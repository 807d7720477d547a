import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readComponent, type Component } from '../../../src/bundle/source/component.js'
import { gather, type BuildPlan } from '../../../src/bundle/source/gather.js'
import { CommandError } from '../../../src/errors.js'
import type { HostRunOptions } from '../../../src/host/types.js'
import { exec, makeContext, root } from '../fixtures/world.js'

/** A machine whose apt, gcc and go only note what they were called with; `fails`: a call that does not go well. */
function machine(t: Test, fails: (call: string) => string | undefined) {
  const dir = t.testdir({ etc: { 'sources.list': 'deb http://m.example/debian bookworm main\n' } })
  const calls: string[] = []
  const run = async (argv: readonly string[], o: HostRunOptions = {}) => {
    const words = argv[0] === 'timeout' ? argv.slice(3) : argv
    if (!['apt-config', 'apt-get', 'gcc', 'dpkg-deb', 'go'].includes(words[0]!.split('/').at(-1)!))
      return exec.run(argv, o)
    const call = words.join(' ')
    calls.push(call)
    const tail = fails(call)
    if (tail !== undefined)
      throw new CommandError({
        where: 'host',
        argv: words,
        exitCode: 100,
        signal: undefined,
        timedOut: false,
        durationMs: 1,
        tail,
      })
    const out = words[words.indexOf('-o') + 1]!
    if (call.startsWith('gcc')) writeFileSync(out, 'pause')
    if (call.includes('go build')) for (const name of ['server', 'etcdctl']) writeFileSync(join(out, name), name)
    return { stdout: call.includes('env -json') ? '{}' : '', stderr: '', exitCode: 0, durationMs: 1 }
  }
  const c = {
    ...makeContext(t, dir),
    etcApt: join(dir, 'etc'),
    exec: { ...exec, run, which: (tool: string) => Promise.resolve(`/usr/bin/${tool}`) },
  }
  mkdirSync(c.workDir)
  const place = (name: string): string => join(c.workDir, name)
  const places = { work: place('work'), logs: place('logs'), cache: place('go') }
  return { c, calls, places }
}

const planOf = (component: Component): BuildPlan => ({
  recipe: {
    kubernetes: '1.23.17',
    root: { suite: 'bookworm', packages: ['busybox'] },
    components: { kubernetes: 'k-1', coredns: 'c-1', crictl: 'c-1', plugins: 'p-1', etcd: 'etcd-3.5.6' },
  },
  components: new Map([['etcd', component]]),
})

t.test('a component is compiled once; then its packages, Go and modules are asked for no more', async (t) => {
  const { c, calls, places } = machine(t, () => undefined)
  const plan = planOf(await readComponent(root, 'etcd-3.5.6'))
  const first = await gather(c, plan, 'amd64', places)
  t.ok(calls.some((call) => call.includes('download golang-1.19-go/bookworm golang-1.19-src/bookworm')))
  t.same(
    ['etcd', 'etcdctl'].map((name) => existsSync(join(first.folders.get('etcd')!, name))),
    [true, true],
  )
  t.equal(first.provenance['etcd'], 'etcd-3.5.6 (2 programs), Go 1.19')
  t.notOk(existsSync(join(places.cache, 'etcd-3.5.6')), 'its modules are gone')
  calls.length = 0
  const second = await gather(c, plan, 'amd64', places)
  t.equal(second.folders.get('etcd'), first.folders.get('etcd'))
  t.notOk(calls.some((call) => /golang|^go /.test(call)))
})

t.test(
  'no Go of that line, and a module that is refused: named, nothing half-made in the cache, what was fetched stays',
  async (t) => {
    const plan = planOf(await readComponent(root, 'etcd-3.5.6'))
    const noGo = machine(t, (call) =>
      call.includes('golang') ? 'E: Release bookworm for golang-1.19-go was not found' : undefined,
    )
    await t.rejects(gather(noGo.c, plan, 'amd64', noGo.places), {
      code: 'host',
      exitCode: 3,
      message: 'etcd-3.5.6 is built with Go 1.19, and this machine’s Debian mirror has none in bookworm',
      hint: /carries bookworm/,
    })
    t.same(await noGo.c.layers.list(), [])
    const refused = machine(t, (call) =>
      call.startsWith('go list') ? 'go: a.org/b@v1.0.0: reading https://p/a.org/b: 403 Forbidden' : undefined,
    )
    await t.rejects(gather(refused.c, plan, 'amd64', refused.places), {
      code: 'host',
      message: /etcd-3\.5\.6: the module proxy refuses a\.org\/b@v1\.0\.0/,
    })
    t.same(await refused.c.layers.list(), [])
    t.ok(existsSync(join(refused.places.cache, 'etcd-3.5.6')), 'the next try goes on')
  },
)

t.test('disk that is not there is said before anything is fetched', async (t) => {
  const { c, calls, places } = machine(t, () => undefined)
  const large = { ...(await readComponent(root, 'etcd-3.5.6')), disk: 1e6 }
  await t.rejects(gather(c, planOf(large), 'amd64', places), {
    code: 'host',
    message: /etcd-3\.5\.6 needs 1000003 GiB/,
  })
  t.same(calls, [])
})
