/**
 * The API server's tables (`Accept: …;as=Table`, kubernetes.io: API concepts, "Receiving resources as Tables"), as
 * cloud-init/check prints them. Pure.
 */
import type { GuestFacts } from './facts.js'

type Row = Readonly<Record<string, string>>

export interface ClusterView {
  /** Columns as kubectl names them: Name, Status, Version… */
  readonly nodes: readonly Row[]
  /** Name, Ready, Status, Node… */
  readonly pods: readonly Row[]
  /** The message if there was no answer; undefined if everything was answered. */
  readonly error: string | undefined
}

type Fields = Readonly<Record<string, unknown>>
/** The guest decides what its answer looks like, so nothing in it is trusted. */
const fields = (x: unknown): Fields => (typeof x === 'object' && x !== null ? (x as Fields) : {})
const list = (x: unknown): readonly unknown[] => (Array.isArray(x) ? x : [])
const text = (x: unknown): string => (['string', 'number', 'boolean'].includes(typeof x) ? String(x) : '')

function parse(line: string): Fields {
  try {
    return fields(JSON.parse(line))
  } catch {
    return {}
  }
}

/** What the API server said about nodes and pods; undefined if it was not asked (no control plane yet). */
export function clusterView(facts: GuestFacts | undefined): ClusterView | undefined {
  const answers = facts?.all('api').filter((line) => line !== '') ?? []
  if (answers.length === 0) return undefined
  let nodes: readonly Row[] | undefined
  let pods: readonly Row[] | undefined
  let error: string | undefined
  for (const answer of answers) {
    const table = parse(answer)
    if (table['kind'] !== 'Table') {
      error ??= text(table['message']) || answer
      continue
    }
    const names = list(table['columnDefinitions']).map((c) => text(fields(c)['name']))
    const rows = list(table['rows']).map((r) =>
      Object.fromEntries(list(fields(r)['cells']).map((cell, i) => [names[i] ?? '', text(cell)])),
    )
    if (names.includes('Roles')) nodes = rows
    else pods = rows
  }
  return { nodes: nodes ?? [], pods: pods ?? [], error: nodes && pods ? undefined : (error ?? 'no answer') }
}

/** Whether `kubectl get nodes` would show it as Ready. */
export const isReady = (node: Row): boolean => (node['Status'] ?? '').split(',').includes('Ready')

/** Whether all containers of a pod run and are ready. */
export function isUp(pod: Row): boolean {
  const [ready, total] = (pod['Ready'] ?? '').split('/')
  return pod['Status'] === 'Running' && ready === total
}
