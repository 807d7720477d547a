/** kubectl asked again while the API server is busy. */
import t from 'tap'
import { Interrupted, type CommandError } from '../../src/errors.js'
import type { Output } from '../../src/host/types.js'
import { isTransient, retried } from '../../src/node/transient.js'
import { createFakeClock } from '../fakes/clock.js'
import { failure } from '../fakes/guests.js'

const failed = (tail: string): CommandError => failure('host', ['kubectl'], 1, tail)
const done: Output = { stdout: 'done', stderr: '', exitCode: 0, durationMs: 1 }

/** Answers one after the other. */
const kubectl = (...answers: (string | Output)[]) => {
  let calls = 0
  const ask = (): Promise<Output> => {
    const answer = answers[Math.min(calls++, answers.length - 1)]
    return typeof answer === 'string' ? Promise.reject(failed(answer)) : Promise.resolve(answer ?? done)
  }
  return { ask, calls: () => calls }
}

const BUSY = [
  'Error from server: etcdserver: request timed out',
  'Error from server (ServiceUnavailable): the server is currently unable to handle the request',
  'The connection to the server 127.0.0.1:26521 was refused - dial tcp 127.0.0.1:26521: connect: connection refused',
  'Unable to connect to the server: net/http: TLS handshake timeout',
  'Unable to connect to the server: EOF',
  'Error from server (InternalError): an error on the server has prevented the request from succeeding',
]
const FINAL = [
  'Error from server (NotFound): namespaces "x" not found',
  'Error from server (Forbidden): nodes is forbidden',
  'error: error parsing STDIN: yaml: line 2',
  'Unable to connect to the server: x509: certificate signed by unknown authority',
]

t.test('which answers are worth another try', (t) => {
  for (const tail of BUSY) t.ok(isTransient(failed(tail)), tail)
  for (const tail of FINAL) t.notOk(isTransient(failed(tail)), tail)
  t.notOk(isTransient(new Error('connection refused')))
  t.end()
})

t.test('a busy server is asked again and told of; a no is a no', async (t) => {
  const clock = createFakeClock()
  const said: string[] = []
  const busy = kubectl(BUSY[0]!, BUSY[2]!, done)
  t.equal((await retried(busy.ask, { clock, withinMs: 60_000, line: (l) => said.push(l) })(['apply'])).stdout, 'done')
  t.equal(busy.calls(), 3)
  t.match(said, [/etcdserver: request timed out/, /connection refused/])
  const no = kubectl(FINAL[0]!)
  await t.rejects(retried(no.ask, { clock, withinMs: 60_000 })(['get']), { message: /NotFound/ })
  t.equal(no.calls(), 1)
})

t.test('the budget ends it', async (t) => {
  const clock = createFakeClock()
  const never = kubectl(BUSY[0]!)
  await t.rejects(retried(never.ask, { clock, withinMs: 12_000 })(['apply']), { message: /request timed out/ })
  t.equal(never.calls(), 3, 'at 0, 5 and 10 s')
})

t.test('a create whose answer was lost is done when its object is there', async (t) => {
  const clock = createFakeClock()
  const lost = kubectl(BUSY[0]!, 'Error from server (AlreadyExists): secrets "x" already exists')
  t.equal((await retried(lost.ask, { clock, withinMs: 60_000 })(['create'])).exitCode, 0)
  const first = kubectl('Error from server (AlreadyExists): secrets "x" already exists')
  await t.rejects(retried(first.ask, { clock, withinMs: 60_000 })(['create']), { message: /AlreadyExists/ })
})

t.test('Ctrl-C ends the waiting', async (t) => {
  const clock = createFakeClock()
  const stop = AbortSignal.abort(new Interrupted())
  await t.rejects(retried(kubectl(BUSY[0]!).ask, { clock, withinMs: 60_000, signal: stop })(['get']), Interrupted)
})
