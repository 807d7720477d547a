/**
 * Sizes with units. `G` and `M` mean GiB and MiB, as in Vagrant, virsh and QEMU. `GB` and `MB` are refused, because for
 * many people they are powers of ten.
 */

const MIB = { M: 1, MiB: 1, G: 1024, GiB: 1024, T: 1024 * 1024, TiB: 1024 * 1024 } as const

/** What a size looks like: `3GiB`, `3072MiB`, `1.5G`. */
export const SIZE = /^(\d{1,9}(?:\.\d{1,3})?) ?([MGT](?:iB)?)$/

/** The size in MiB (may be fractional), or undefined when it has no known unit. */
export function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text)
  return match ? Number(match[1]) * MIB[match[2] as keyof typeof MIB] : undefined
}
