/** IPv4 ranges as numbers: just enough to compare them. */

export interface Cidr {
  /** First and last address as unsigned 32-bit numbers. */
  readonly first: number
  readonly last: number
  readonly prefix: number
}

/** `192.168.31.61` as a number; undefined when it is not four decimal parts. */
export function ipToNumber(ip: string): number | undefined {
  const parts = ip.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0)
}

/** The number as `a.b.c.d`. */
export const numberToIp = (n: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join('.')

/** `10.1.0.0/16` as its range (host bits are dropped); undefined when it is not an IPv4 CIDR. */
export function parseCidr(text: string): Cidr | undefined {
  const [ip = '', bits = '', ...rest] = text.split('/')
  const address = ipToNumber(ip)
  if (address === undefined || rest.length > 0 || !/^([12]?\d|3[0-2])$/.test(bits)) return undefined
  const size = 2 ** (32 - Number(bits))
  const first = address - (address % size)
  return { first, last: first + size - 1, prefix: Number(bits) }
}

/** The range as it should be written: `10.1.0.0/16`. */
export const formatCidr = (c: Cidr): string => `${numberToIp(c.first)}/${c.prefix}`

export const overlaps = (a: Cidr, b: Cidr): boolean => a.first <= b.last && b.first <= a.last

/** The nth address of the range (0 is the network itself); undefined when it is the broadcast address or beyond. */
export function hostAt(c: Cidr, n: number): string | undefined {
  return c.first + n < c.last ? numberToIp(c.first + n) : undefined
}
