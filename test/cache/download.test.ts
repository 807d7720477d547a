import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Interrupted } from '../../src/errors.js'
import { download, type DownloadOptions } from '../../src/cache/download.js'
import { exec } from './fixtures/exec.js'

const body = randomBytes(300_000)
const sha256 = createHash('sha256').update(body).digest('hex')
type Answer = (req: IncomingMessage, res: ServerResponse) => void

/** A server that gives each request its own answer, the last one for all that follow. */
async function serve(t: Test, ...answers: Answer[]) {
  const seen: (string | undefined)[] = []
  const server = createServer((req, res) => {
    const answer = answers[Math.min(seen.length, answers.length - 1)]!
    seen.push(req.headers.range)
    answer(req, res)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const pauses: number[] = []
  const clock = { now: () => 0, monotonic: () => 0, sleep: (ms: number) => (pauses.push(ms), Promise.resolve()) }
  const dir = join(t.testdir(), 'downloads')
  const o: DownloadOptions = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/f`,
    sum: sha256,
    dir,
    exec,
    clock,
  }
  return { o, dir, seen, pauses }
}

const from = (req: IncomingMessage): number => Number(/^bytes=(\d+)-$/.exec(req.headers.range ?? '')?.[1] ?? 0)
const whole: Answer = (_, res) => void res.setHeader('content-length', body.length).end(body)
const ranged: Answer = (req, res) => {
  const start = from(req)
  res.writeHead(start > 0 ? 206 : 200, { 'content-length': body.length - start }).end(body.subarray(start))
}
/** Sends `n` bytes of what was asked for, then drops the connection. */
const cut =
  (n: number): Answer =>
  (req, res) => {
    const start = from(req)
    res.writeHead(start > 0 ? 206 : 200, { 'content-length': body.length - start })
    res.write(body.subarray(start, start + n), () => setTimeout(() => res.destroy(), 20))
  }

t.test('downloads once, with progress; then from the cache', async (t) => {
  const { o, dir, seen } = await serve(t, whole)
  const progress: (number | undefined)[][] = []
  const path = await download({ ...o, onProgress: (...p) => progress.push(p) })
  t.equal(path, join(dir, sha256))
  t.ok(readFileSync(path).equals(body))
  t.same(progress.at(-1), [body.length, body.length])
  t.equal(await download(o), path)
  t.same(seen, [undefined], 'one request')
  t.same(readdirSync(dir), [sha256], 'no partial file, no lock file')
})

t.test('a cut connection continues where it stopped', async (t) => {
  const { o, seen, pauses } = await serve(t, cut(100_000), cut(50_000), ranged)
  t.ok(readFileSync(await download(o)).equals(body))
  t.equal(seen.length, 3)
  const starts = seen.map((r) => Number(r?.slice(6, -1) ?? 0))
  t.ok(starts[0] === 0 && starts[1]! > 0 && starts[2]! > starts[1]!, String(starts))
  t.same(pauses, [1000, 2000])
})

t.test('goes on with what a killed klab left, even when that was all but renamed', async (t) => {
  const { o, dir, seen } = await serve(t, ranged)
  mkdirSync(dir)
  writeFileSync(join(dir, `${sha256}.part`), body.subarray(0, 1234))
  await download(o)
  t.same(seen, ['bytes=1234-'])
  rmSync(join(dir, sha256))
  writeFileSync(join(dir, `${sha256}.part`), body)
  await download(o)
  t.equal(seen.length, 1, 'nothing was asked for')
})

t.test('a server without ranges, or one that refuses them, starts from the beginning', async (t) => {
  const no: Answer = (_, res) => void res.writeHead(416).end()
  for (const answers of [
    [cut(1000), whole],
    [cut(1000), no, whole],
  ]) {
    const { o } = await serve(t, ...answers)
    t.ok(readFileSync(await download(o)).equals(body))
  }
})

t.test(
  'another user’s file is not taken, whatever its sum was; nor is what another user began',
  { skip: process.getuid?.() !== 0 && 'needs root' },
  async (t) => {
    const { o, dir, seen } = await serve(t, whole)
    mkdirSync(dir)
    const file = join(dir, sha256)
    writeFileSync(file, body)
    chownSync(file, 12345, 12345)
    await t.rejects(download(o), { name: 'HostError', message: /another user \(12345\)/, hint: /KLAB_CACHE_DIR/ })
    rmSync(file)
    // The right bytes, but its owner could change them once the sum is known.
    writeFileSync(`${file}.part`, body)
    chownSync(`${file}.part`, 12345, 12345)
    t.ok(readFileSync(await download(o)).equals(body))
    t.equal(statSync(file).uid, 0)
    t.same(seen, [undefined], 'from the start')
  },
)

t.test('a wrong sum names both and keeps nothing', async (t) => {
  const wrong = Buffer.from('not it')
  const sum = createHash('sha256').update(wrong).digest('hex')
  const { o, dir, seen } = await serve(t, (_, res) => void res.end(wrong))
  await t.rejects(download(o), { code: 'corrupt', message: `${o.url}: sha256 is ${sum}, but ${sha256} was expected` })
  t.same(readdirSync(dir), [])
  t.equal(seen.length, 1)
  // Rubbish from an earlier run must not make a good server look bad.
  const good = await serve(t, ranged)
  mkdirSync(dir)
  writeFileSync(join(dir, `${sha256}.part`), 'rubbish')
  t.ok(readFileSync(await download(good.o)).equals(body))
  t.same(good.seen, ['bytes=7-', undefined])
})

t.test('404 is said at once; 503 is tried again; five cuts are enough', async (t) => {
  const status =
    (n: number): Answer =>
    (_, res) =>
      void res.writeHead(n).end()
  const gone = await serve(t, status(404))
  await t.rejects(download(gone.o), { code: 'state', message: `${gone.o.url}: the server answered 404 (not there)` })
  t.equal(gone.seen.length, 1)
  const busy = await serve(t, status(503), whole)
  await download(busy.o)
  t.same(busy.pauses, [1000])
  const broken = await serve(t, cut(10))
  await t.rejects(download(broken.o), {
    code: 'state',
    message: /\(tried 5 times\)/,
    hint: /continues where it stopped/,
  })
  t.same(broken.pauses, [1000, 2000, 4000, 8000])
  t.ok(existsSync(join(broken.dir, `${sha256}.part`)), 'what came is kept')
  await t.rejects(download({ ...broken.o, url: 'http://127.0.0.1:1/f' }), {
    code: 'state',
    message: /127\.0\.0\.1:1\/f: .+ \(tried 5/,
  })
})

t.test('a server that falls silent counts as gone; Ctrl-C ends it at once', async (t) => {
  const hang: Answer = (req, res) => {
    const start = from(req)
    res.writeHead(start > 0 ? 206 : 200, { 'content-length': body.length - start })
    res.write(body.subarray(start, start + 1000))
  }
  const slow = await serve(t, hang, ranged)
  t.ok(readFileSync(await download({ ...slow.o, idleMs: 200 })).equals(body))
  t.equal(slow.seen.length, 2)
  const never = await serve(t, hang)
  await t.rejects(download({ ...never.o, idleMs: 100 }), { message: /no data for 0.1 s \(tried 5 times\)/ })
  const stuck = await serve(t, hang)
  const abort = new AbortController()
  setTimeout(() => abort.abort(), 200)
  await t.rejects(download({ ...stuck.o, signal: abort.signal }), Interrupted)
})

t.test('a full disk is a host error that says how to go on', async (t) => {
  const { o } = await serve(t, ranged)
  mkdirSync(o.dir)
  symlinkSync('/dev/full', join(o.dir, `${sha256}.part`))
  await t.rejects(download(o), { code: 'host', message: `${o.dir}: no space left for ${o.url}`, exitCode: 3 })
})

t.test('two at once: one request', async (t) => {
  const { o, seen } = await serve(t, whole)
  const [a, b] = await Promise.all([download(o), download(o)])
  t.equal(a, b)
  t.equal(seen.length, 1)
})
