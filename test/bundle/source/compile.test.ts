import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import t from 'tap'
import { compileComponent } from '../../../src/bundle/source/compile.js'
import type { Component } from '../../../src/bundle/source/component.js'
import { requireDisk, share } from '../../../src/bundle/source/limits.js'
import { requireSourceTools } from '../../../src/bundle/source/tools.js'
import { CommandError } from '../../../src/errors.js'
import type { HostRunOptions } from '../../../src/host/types.js'
import { exec, makeContext } from '../fixtures/world.js'

const component = (more: Partial<Component> = {}): Component => ({
  name: 'hello-1.0',
  dir: '',
  version: 'v1.0',
  go: { line: '1.26', suite: 'sid' },
  programs: { hello: '.' },
  cgo: false,
  tags: [],
  variables: { packages: ['main'], values: { version: 'v1.0' } },
  files: {},
  disk: 1,
  sources: {
    'component.yaml': '',
    'go.mod': 'module klab.local/hello\n\ngo 1.15\n',
    'go.sum': '',
    'main.go': 'package main\n\nvar version string\n\nfunc main() { println(version) }\n',
  },
  ...more,
})

/** A go command: what it was called with, and what it answers. */
function fakeGo(answer: (args: readonly string[], o: HostRunOptions) => string | CommandError) {
  const calls: { args: readonly string[]; options: HostRunOptions }[] = []
  return {
    calls,
    exec: {
      ...exec,
      run: async (argv: readonly string[], options: HostRunOptions = {}) => {
        const at = argv.indexOf('go')
        if (at < 0) return exec.run(argv, options)
        const args = argv.slice(at + 1)
        calls.push({ args, options })
        const said = answer(args, options)
        if (said instanceof CommandError) throw said
        return { stdout: said, stderr: '', exitCode: 0, durationMs: 1 }
      },
    },
  }
}

const refusal = (tail: string): CommandError =>
  new CommandError({
    where: 'host',
    argv: ['go'],
    exitCode: 1,
    signal: undefined,
    timedOut: false,
    durationMs: 1,
    tail,
  })

/** Answers as go does for two programs of a module. */
function builds(args: readonly string[], o: HostRunOptions): string {
  if (args[0] === 'list') return 'internal/cpu\nexample.org/a\nexample.org/a/cmd/one\n'
  const out = args[args.indexOf('-o') + 1]!
  for (const name of ['one', 'server']) writeFileSync(join(out, name), name)
  for (const line of ['internal/cpu', '# a warning', 'example.org/a', 'example.org/a/cmd/one']) o.onLine?.(line)
  return ''
}
const two = { one: 'example.org/a/cmd/one', etcd: 'example.org/server/v3' }

t.test('modules first, then the build: flags, packages done of how many, names of the programs', async (t) => {
  const c = makeContext(t)
  const go = fakeGo(builds)
  const places = { cache: join(c.dir, 'cache'), objects: join(c.dir, 'objects'), log: join(c.dir, 'log') }
  const out = join(c.dir, 'out')
  mkdirSync(out)
  await compileComponent(
    { ...c, exec: go.exec },
    { component: component({ programs: two }), tools: { env: { GOPROXY: 'x' } }, ...places },
    out,
  )
  t.match(
    go.calls.map((x) => x.args.slice(0, 2)),
    [
      ['list', '-mod=readonly'],
      ['build', '-mod=readonly'],
    ],
  )
  const { args, options } = go.calls[1]!
  t.match(
    args.join(' '),
    /-trimpath -p \d+ -tags netgo,osusergo -ldflags -s -w -buildid= -X main\.version=v1\.0 -o \S+\/ \S+\/a\/cmd\/one/,
  )
  t.match(options.env, { GOPROXY: 'x', CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOCACHE: places.objects })
  t.match(options.env!['GOMEMLIMIT'], /^\d+MiB$/)
  t.same(c.lines, ['hello-1.0: modules', 'hello-1.0: 0 of 3 packages', 'hello-1.0: 3 of 3 packages'])
  t.same([readFileSync(join(out, 'one'), 'utf8'), readFileSync(join(out, 'etcd'), 'utf8')], ['one', 'server'])
  t.match(readFileSync(join(places.cache, 'module/tools.go'), 'utf8'), '_ "example.org/server/v3"')
  t.notOk(existsSync(join(places.cache, 'module/component.yaml')))
})

t.test('a compile that was interrupted goes on counting where it was', async (t) => {
  const c = makeContext(t)
  const cache = join(c.dir, 'cache')
  mkdirSync(cache)
  writeFileSync(join(cache, 'compiled'), 'internal/cpu\nexample.org/other\n')
  const out = join(c.dir, 'out')
  mkdirSync(out)
  const compile = {
    component: component({ programs: two }),
    tools: { env: {} },
    cache,
    objects: c.dir,
    log: join(c.dir, 'log'),
  }
  await compileComponent({ ...c, exec: fakeGo(builds).exec }, compile, out)
  t.same(c.lines.slice(1), ['hello-1.0: 1 of 3 packages', 'hello-1.0: 3 of 3 packages'])
})

const compileWith = (c: ReturnType<typeof makeContext>, go: ReturnType<typeof fakeGo>, k = component()) => {
  const out = join(c.dir, `out-${c.lines.length}`)
  mkdirSync(out)
  return compileComponent(
    { ...c, exec: go.exec },
    { component: k, tools: { env: {} }, cache: join(c.dir, 'cache'), objects: c.dir, log: join(c.dir, 'log') },
    out,
  )
}

t.test('what the go command says of modules, in words', async (t) => {
  const c = makeContext(t)
  const says = (tail: string) => fakeGo(() => refusal(tail))
  await t.rejects(
    compileWith(
      c,
      says('go: vbom.ml/util@v0.0.0-2016: reading https://proxy.example/vbom.ml/util/@v/v0.mod: 403 Forbidden'),
    ),
    {
      code: 'host',
      exitCode: 3,
      message: 'hello-1.0: the module proxy refuses vbom.ml/util@v0.0.0-2016 (403 Forbidden)',
      hint: /GOPROXY.*log/s,
    },
  )
  await t.rejects(
    compileWith(
      c,
      says('verifying a.org/b@v1.2.3: checksum mismatch\n\tdownloaded: h1:x\n\tgo.sum: h1:y\nSECURITY ERROR'),
    ),
    {
      code: 'corrupt',
      message: /a\.org\/b@v1\.2\.3 is not what the recipe's go\.sum says/,
    },
  )
  await t.rejects(compileWith(c, says('missing go.sum entry for module providing package a.org/b/c (imported by x)')), {
    code: 'corrupt',
    message: /go\.sum lacks/,
  })
  await t.rejects(compileWith(c, says('a.org/b@v1.2.3: Get "https://p": dial tcp: lookup p: no such host')), {
    code: 'host',
    message: /cannot be reached/,
  })
  await t.rejects(compileWith(c, says('./main.go:1: undefined: x')), { code: 'command', hint: /the whole log/ })
})

t.test('a Go that adds to go.sum does not get away with it', async (t) => {
  const c = makeContext(t)
  const go = fakeGo((_, o) => (writeFileSync(join(o.cwd!, 'go.sum'), 'a.org/b v1 h1:x\n'), 'internal/cpu\n'))
  await t.rejects(compileWith(c, go), { code: 'corrupt', message: /hello-1\.0 is not complete: go\.sum lacks modules/ })
})

t.test(
  'the real Go: a program, its version, and the second time from its objects',
  { skip: (await exec.which('go')) ? false : 'no Go here' },
  async (t) => {
    const c = makeContext(t)
    const root = (await exec.run(['go', 'env', 'GOROOT'])).stdout.trim()
    const env = { GOROOT: root, PATH: `${root}/bin:/usr/bin:/bin`, GOENV: 'off', GOPROXY: 'off' }
    const compile = {
      component: component(),
      tools: { env },
      cache: join(c.dir, 'cache'),
      objects: join(c.dir, 'objects'),
      log: join(c.dir, 'log'),
    }
    const out = join(c.dir, 'out')
    mkdirSync(out)
    await compileComponent(c, compile, out)
    t.match((await exec.run([join(out, 'hello')])).stderr, 'v1.0')
    t.match(c.lines.at(-1), /^hello-1\.0: (\d+) of \1 packages$/, 'every package that go list names was counted')
    const lacking = component({
      sources: {
        ...component().sources,
        'main.go': 'package main\n\nimport _ "example.org/x"\n\nfunc main() {}\n',
        'go.mod': 'module klab.local/hello\n\ngo 1.15\n\nrequire example.org/x v1.0.0\n',
      },
    })
    await t.rejects(compileComponent(c, { ...compile, component: lacking }, out), {
      code: 'corrupt',
      message: /go\.sum lacks/,
    })
  },
)

t.test('half of the memory, and disk that is asked for', async (t) => {
  const GIB = 2 ** 30
  t.same(share(24 * GIB, 2), { jobs: 2, memoryLimit: '6144MiB' })
  t.same(share(4 * GIB, 8), { jobs: 1, memoryLimit: '2048MiB' })
  t.same(share(1 * GIB, 2), { jobs: 1, memoryLimit: '512MiB' })
  const dir = t.testdir()
  await requireDisk(dir, [])
  await requireDisk(dir, [component({ disk: 0.001 })])
  await t.rejects(requireDisk(dir, [component({ disk: 1e6 }), component()]), {
    code: 'host',
    message: /hello-1\.0, hello-1\.0 needs 1000003 GiB/,
  })
})

t.test('missing tools are all named', async (t) => {
  const without = (...names: string[]) => ({
    ...exec,
    which: (tool: string) => Promise.resolve(names.includes(tool) ? undefined : `/usr/bin/${basename(tool)}`),
  })
  await t.rejects(requireSourceTools(without('gcc', 'xz')), {
    code: 'host',
    message: /needs gcc, xz$/,
    hint: 'sudo apt-get install build-essential xz-utils',
  })
  await t.rejects(requireSourceTools(without('apt-get')), { code: 'host', hint: /another kubernetes\.bundle/ })
  await t.resolves(requireSourceTools(without()))
})
