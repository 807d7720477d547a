/**
 * One part of a bundle that is compiled from Go modules, as data: a folder in `cloud-init/bundle/components/` with
 * component.yaml, go.mod and go.sum.
 */
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as z from 'zod'
import { CorruptError } from '../../errors.js'
import { parseDataFile } from '../../host/data-file.js'
import { readText } from '../../host/files.js'
import { digestOf } from '../../host/digest.js'
import { OPENAPI_FORMAT } from './openapi.js'
import type { Digest } from '../../host/digest.js'
import { english } from '../../words/say.js'

/** Raise this number if the way components are compiled changes. */
const FORMAT = 1

const text = z.string().min(1)
const schema = z.strictObject({
  version: text,
  /** Go release line (`1.19`), and the Debian release whose packages have it. */
  go: z.strictObject({ line: z.string().regex(/^1\.\d+$/), suite: z.string().regex(/^[a-z]+$/) }),
  /** File name → import path of the main package; `.` if its source is in the component's folder. */
  programs: z.record(z.string().regex(/^[\w.-]+$/), text),
  /** Programs with C in them, linked statically. */
  cgo: z.boolean().default(false),
  tags: z.array(text).default([]),
  /** `-X`: each value in each package. */
  variables: z
    .strictObject({ packages: z.array(text), values: z.record(z.string(), text) })
    .default({ packages: [], values: {} }),
  /** Import path of openapi-gen, if Kubernetes' generated definitions are not in its module. */
  openapi: text.optional(),
  /** File name → file of a module, copied unchanged. */
  files: z
    .record(z.string().regex(/^[\w.-]+$/), z.strictObject({ module: text, path: text.regex(/^(?!\/)(?!.*\.\.)/) }))
    .default({}),
  /** GiB that modules and objects need during the compile. */
  disk: z.number().positive(),
})

/** A component as its folder describes it. */
export interface Component extends z.infer<typeof schema> {
  /** `coredns-1.8.6`. */
  readonly name: string
  readonly dir: string
  readonly files: Record<string, { module: string; path: string }>
  /** Name → text of each file in its folder: they are its key. */
  readonly sources: Readonly<Record<string, string>>
}

/**
 * Reads a component. Throws CorruptError that says what is wrong with its data: no sums, no such component, a field.
 */
export async function readComponent(assets: string, name: string): Promise<Component> {
  const dir = join(assets, 'cloud-init', 'bundle', 'components', name)
  const sources: Record<string, string> = {}
  for (const file of (await readdir(dir).catch(() => [])).sort())
    sources[file] = (await readText(join(dir, file))) ?? ''
  for (const file of ['component.yaml', 'go.mod', 'go.sum']) {
    if ((sources[file] ?? '').trim() !== '') continue
    const what = file === 'go.sum' ? 'has no sums of its modules (go.sum)' : `has no ${file}`
    throw new CorruptError(english('the recipe of {name} {what}: {dir}', { name, what, dir }), {
      hint: english('install klab again'),
    })
  }
  return {
    ...parseDataFile(sources['component.yaml'] ?? '', schema, join(dir, 'component.yaml')),
    name,
    dir,
    sources,
  }
}

/**
 * Digest of all that shapes a component's programs: its folder and this machine's kind. The patch release of Go is not
 * part of it, so a newer package causes no compile.
 */
export const componentKey = (c: Component, arch: string): Digest =>
  digestOf({
    format: FORMAT,
    kind: 'component',
    name: c.name,
    arch,
    files: c.sources,
    ...(c.openapi !== undefined && { openapi: OPENAPI_FORMAT }),
  })

/** `-ldflags` of a component. */
export function linkerFlags(c: Component): string {
  const set = c.variables.packages.flatMap((p) =>
    Object.entries(c.variables.values).map(([k, v]) => `-X ${p}.${k}=${v}`),
  )
  return ['-s -w -buildid=', ...set, ...(c.cgo ? ['-extldflags -static'] : [])].join(' ')
}

/** The main module's file that names everything to compile, so that `go mod vendor` and `go mod tidy` see it. */
export function toolsFile(c: Component): string {
  const paths = [...Object.values(c.programs), ...(c.openapi === undefined ? [] : [c.openapi])].filter((p) => p !== '.')
  return [
    '// +build tools',
    '',
    'package tools',
    '',
    'import (',
    ...[...new Set(paths)].sort().map((p) => `\t_ "${p}"`),
    ')',
    '',
  ].join('\n')
}

/** The name without its version: `calico` of `calico-3.28.5`. */
export const kindOf = (name: string): string => basename(name).replace(/-\d.*$/, '')
