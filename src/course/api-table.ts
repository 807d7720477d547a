/**
 * The API server's tables (`Accept: …;as=Table`, kubernetes.io: API concepts, "Receiving resources as Tables"), as
 * facts.sh prints them. Pure.
 */
import type { GuestFacts } from './facts.js'

type Row = Readonly<Record<string, string>>

export interface ClusterView {
  /** Columns as kubectl names them: Name, Status, Version… */
  readonly nodes: readonly Row[]
  /** Name, Ready, Status, Node… */
  readonly pods: readonly Row[]
  /** What was said instead of an answer; undefined when all was answered. */
  readonly error: string | undefined
}

interface Table {
  kind?: string
  message?: string
  columnDefinitions?: { name: string }[]
  rows?: { cells: unknown[] }[] | null
}

function parse(text: string): Table | undefined {
  try {
    return JSON.parse(text) as Table
  } catch {
    return undefined
  }
}

/** What the API server said of nodes and pods; undefined when it was not asked (no control plane yet). */
export function clusterView(facts: GuestFacts | undefined): ClusterView | undefined {
  const answers = facts?.all('api').filter((line) => line !== '') ?? []
  if (answers.length === 0) return undefined
  let nodes: readonly Row[] | undefined
  let pods: readonly Row[] | undefined
  let error: string | undefined
  for (const answer of answers) {
    const table = parse(answer)
    if (table?.kind !== 'Table') {
      error ??= table?.message ?? answer
      continue
    }
    const names = (table.columnDefinitions ?? []).map((c) => c.name)
    const rows = (table.rows ?? []).map((r) =>
      Object.fromEntries(r.cells.map((cell, i) => [names[i] ?? '', String(cell)])),
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
