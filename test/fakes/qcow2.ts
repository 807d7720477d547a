/** Disks of fakes: JSON files that name what they lie upon, and hold what was written to them since. */
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'

interface FakeDisk {
  readonly backing?: string
  readonly text?: string
}

const parse = (path: string): FakeDisk => {
  const text = readFileSync(path, 'utf8')
  return text.startsWith('{') ? (JSON.parse(text) as FakeDisk) : {}
}

/** An empty overlay. Throws when its backing file is missing, as qemu-img does, or when something is at `path`. */
export function makeOverlay(path: string, backing: string): void {
  if (!existsSync(backing)) throw new Error(`Could not open '${backing}'`)
  writeFileSync(path, JSON.stringify({ backing }), { flag: 'wx' })
}

/** As the machine that runs from it writes: the mode of an open file does not matter to QEMU. */
export function writeDisk(path: string, text: string): void {
  const { mode } = statSync(path)
  chmodSync(path, 0o600)
  writeFileSync(path, JSON.stringify({ ...parse(path), text }))
  chmodSync(path, mode & 0o777)
}

/** What a machine on this disk reads; throws when a file of the chain is gone. */
export function readDisk(path: string): string {
  const { text, backing } = parse(path)
  return text ?? (backing === undefined ? '' : readDisk(backing))
}

/** The chain from `path` down, as `qemu-img info --backing-chain --output=json` says it. */
export function chainJson(path: string): string {
  const chain: object[] = []
  for (let at: string | undefined = path; at !== undefined; at = parse(at).backing) {
    const { backing } = parse(at)
    chain.push({
      filename: at,
      format: 'qcow2',
      ...(backing === undefined ? {} : { 'full-backing-filename': backing }),
    })
  }
  return JSON.stringify(chain)
}
