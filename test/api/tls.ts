/** API servers on 127.0.0.1 with real certificates. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer as createTlsServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { hostKubeconfig } from '../../src/cluster/kubeconfig.js'

/** A CA, a server of it on 127.0.0.1, a client of it, and a stranger's CA with a client. */
const dir = t.testdir()
const at = (name: string): string => join(dir, name)
const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
/** One of the files: ca.crt, admin.crt, admin.key. */
export const text = (name: string): string => readFileSync(at(name), 'utf8')
writeFileSync(at('san'), 'subjectAltName=IP:127.0.0.1\n')
/** A new key, and what asks for its certificate, or is one (`-x509`). */
const request = (name: string, out: string, subject: string, ...more: string[]) =>
  openssl(
    ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at(`${name}.key`)],
    ...['-out', at(`${name}.${out}`), '-subj', subject, ...more],
  )
const makeCa = (name: string) => request(name, 'crt', `/CN=${name}`, '-x509', '-days', '3650')
const issue = (ca: string, name: string) => {
  request(name, 'csr', `/O=system:masters/CN=${name}`)
  openssl(
    'x509',
    '-req',
    '-in',
    at(`${name}.csr`),
    '-CA',
    at(`${ca}.crt`),
    '-CAkey',
    at(`${ca}.key`),
    '-CAcreateserial',
    '-out',
    at(`${name}.crt`),
    '-days',
    '3650',
    '-extfile',
    at('san'),
  )
}
makeCa('ca')
makeCa('stranger-ca')
issue('ca', 'server')
issue('ca', 'admin')
issue('stranger-ca', 'stranger')

const base64 = (name: string): string => Buffer.from(text(name)).toString('base64')
/** An admin.conf with this CA and this client. */
export const admin = (ca: string, client: string): string =>
  stringify({
    clusters: [
      {
        name: 'kubernetes',
        cluster: { 'certificate-authority-data': base64(`${ca}.crt`), server: 'https://192.168.31.61:6443' },
      },
    ],
    users: [
      {
        name: 'a',
        user: { 'client-certificate-data': base64(`${client}.crt`), 'client-key-data': base64(`${client}.key`) },
      },
    ],
  })

/** An API server that wants a client certificate. */
export async function serve(t: Test, answer: RequestListener): Promise<number> {
  const server: Server = createTlsServer(
    {
      key: text('server.key'),
      cert: text('server.crt'),
      ca: text('ca.crt'),
      requestCert: true,
      rejectUnauthorized: false,
    },
    (req, res) => {
      if ((req.socket as unknown as { authorized: boolean }).authorized) answer(req, res)
      else res.writeHead(403).end('{"kind":"Status"}')
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** The kubeconfig of a lab with one API server. */
export const write = (t: Test, port: number, ca = 'ca', client = 'admin'): string => {
  const path = join(t.testdir(), 'kubeconfig')
  writeFileSync(path, hostKubeconfig(admin(ca, client), 'course', [`https://127.0.0.1:${port}`]))
  return path
}
/** A node of the API server's list. */
export const node = (name: string, ...conditions: [string, string][]) => ({
  metadata: { name },
  status: { conditions: conditions.map(([type, status]) => ({ type, status })) },
})
/** Answers everything with this. */
export const json =
  (body: unknown): RequestListener =>
  (_, res) =>
    void res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
