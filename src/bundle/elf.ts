/** Which machine a program was made for, from its first bytes. */
import { open } from 'node:fs/promises'

/** e_machine (elf(5)) → Debian's name. */
const MACHINES: Readonly<Record<number, string>> = { 62: 'amd64', 183: 'arm64' }

/** `amd64`, `arm64`, another machine's number; undefined if it is no ELF program. */
export async function programArch(path: string): Promise<string | undefined> {
  const file = await open(path, 'r')
  const { buffer, bytesRead } = await file.read(Buffer.alloc(20), 0, 20, 0).finally(() => file.close())
  if (bytesRead < 20 || buffer.readUInt32BE(0) !== 0x7f454c46) return undefined
  const machine = buffer.readUInt16LE(18)
  return MACHINES[machine] ?? `machine ${machine}`
}
