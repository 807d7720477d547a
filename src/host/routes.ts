/** The host's IPv4 routes, as the kernel lists them: libvirt reads the same file before it starts a network. */
import { readText } from './files.js'

export interface Route {
  /** `192.168.31.0/24`. */
  readonly cidr: string
  readonly interface: string
}

/**
 * Routes of the main table without default routes (0.0.0.0/0, and the 0.0.0.0/1 and 128.0.0.0/1 of VPNs). `read` is for
 * tests.
 */
export async function hostRoutes(read: typeof readText = readText): Promise<readonly Route[]> {
  const lines = ((await read('/proc/net/route')) ?? '').split('\n').slice(1)
  return lines.flatMap((line) => {
    const [name, destination = '', , , , , , mask = ''] = line.trim().split(/\s+/)
    if (name === undefined || !/^[0-9A-F]{8}$/i.test(destination) || !/^[0-9A-F]{8}$/i.test(mask)) return []
    const prefix = bytes(mask).reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
    return prefix < 2 ? [] : [{ cidr: `${bytes(destination).join('.')}/${prefix}`, interface: name }]
  })
}

/** A 32-bit number as the kernel prints it: in the machine's own byte order. klab runs only on x86. */
const bytes = (hex: string): number[] => [6, 4, 2, 0].map((at) => parseInt(hex.slice(at, at + 2), 16))
