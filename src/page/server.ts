/** The lesson page: one HTTP server on 127.0.0.1, for one browser. */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { Hono, type Context } from 'hono'
import { KlabError } from '../errors.js'
import type { PageActions } from './actions.js'
import { cookieName, isAllowed, isOwnHost, isToken, type PageRequest, type Guard } from './guard.js'
import { openTerminals } from './terminals.js'
import { ACTIONS, type ActionName } from './types.js'
import { say, spoken, translated } from '../words/say.js'

/** Files of the page, beside the program (.ci/build.mjs). */
const FILES: Readonly<Record<string, string>> = {
  '/': 'index.html',
  '/app.js': 'app.js',
  '/app.css': 'app.css',
  '/xterm.css': 'xterm.css',
}
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
}

/** Nothing from other sites, nothing inline except xterm.js's styles, and no frames. */
const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
}

export interface PageServer {
  /** The address with the token. Whoever has it has root's shell on the nodes. */
  readonly url: string
  close(): Promise<void>
}

const callerOf = (m: IncomingMessage, upgrade: boolean): PageRequest => ({
  method: m.method ?? 'GET',
  host: m.headers.host,
  origin: m.headers.origin,
  cookie: m.headers.cookie,
  upgrade,
})

/** Starts it. `files`: the folder with the page. `port` 0: any. Throws what listen throws. */
export async function servePage(
  actions: PageActions,
  { files, port }: { readonly files: string; readonly port: number },
): Promise<PageServer> {
  const token = randomBytes(32).toString('base64url')
  // The port is set when it listens; there are no requests before that.
  const guard: { token: string; port: number } = { token, port }
  const app = routes(actions, files, guard)
  const listener = getRequestListener((request, env) => app.fetch(request, env))
  // It answers with errors itself.
  const server = createServer((request, response) => void listener(request, response))
  const terminals = openTerminals(actions)
  server.on('upgrade', (request, socket, head) => {
    if (isAllowed(callerOf(request, true), guard)) terminals.accept(request, socket, head)
    else socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  guard.port = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${guard.port}/?token=${token}`,
    close: () =>
      new Promise((resolve) => {
        terminals.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Env {
  Bindings: { incoming: IncomingMessage }
}

function routes(actions: PageActions, files: string, guard: Guard): Hono<Env> {
  const app = new Hono<Env>()
  app.use(async (c, next) => {
    const caller = callerOf(c.env.incoming, false)
    const given = c.req.query('token')
    if (c.req.path === '/' && given !== undefined && isOwnHost(caller, guard) && isToken(given, guard)) {
      c.header('Set-Cookie', `${cookieName(guard)}=${guard.token}; HttpOnly; SameSite=Strict; Path=/`)
      return c.redirect('/', 303)
    }
    if (!isAllowed(caller, guard)) return c.text(`${say('Open this page with the address that klab printed.')}\n`, 403)
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value)
    await next()
    return undefined
  })
  app.onError((error, c) => failed(c, error))
  for (const [path, name] of Object.entries(FILES))
    app.get(path, async (c) => {
      const text = await readFile(join(files, name), 'utf8')
      // The page's own code reads klab's language there (client/words.ts).
      const own = path === '/' ? text.replace('<html lang="en">', `<html lang="${spoken()}">`) : text
      return c.body(own, 200, { 'Content-Type': TYPES[name.split('.').at(-1) ?? ''] ?? '' })
    })
  app.get('/api/state', async (c) => c.json(await actions.state()))
  app.post('/api/act/:action', async (c) => {
    const action = ACTIONS.find((a): a is ActionName => a === c.req.param('action'))
    if (!action) return c.json({ message: say('no such action') }, 404)
    const step = Number(c.req.query('step'))
    const done = await actions.act(action, Number.isInteger(step) ? step : undefined)
    return c.json({ ...done, message: translated(done.message) })
  })
  app.get('/img/*', async (c) => {
    const found = await actions.image(decodeURIComponent(c.req.path.slice('/img/'.length)))
    return found ? c.body(Buffer.from(found.bytes), 200, { 'Content-Type': found.type }) : c.notFound()
  })
  app.get('/api/lines', (c) => c.body(lineStream(actions), 200, { 'Content-Type': 'text/event-stream' }))
  return app
}

/** A failure that klab expects is shown as such. Anything else is a bug, and says so. */
function failed(c: Context, error: unknown): Response {
  const known = error instanceof KlabError
  const message = known ? translated(error.message) : say('a bug in klab: {error}', { error: String(error) })
  const hint = known && error.hint !== undefined ? translated(error.hint) : undefined
  return c.json({ message, hint }, known ? 409 : 500)
}

/** Server-sent events, a line each (HTML standard, 9.2). */
function lineStream(actions: PageActions): ReadableStream<Uint8Array> {
  let stop = (): void => undefined
  return new ReadableStream({
    start: (controller) => {
      const encoder = new TextEncoder()
      // So the browser sees at once that it is connected.
      controller.enqueue(encoder.encode(': here\n\n'))
      const lines = actions.lines((line) =>
        controller.enqueue(encoder.encode(`data: ${JSON.stringify(translated(line))}\n\n`)),
      )
      stop = lines.stop
    },
    cancel: () => stop(),
  })
}
