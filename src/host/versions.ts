/** Versions of the host's programs. */

/** Compares `7.2.22` and the like, number by number: below 0 when a is older. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [a.split('.').map(Number), b.split('.').map(Number)]
  const at = Array.from({ length: Math.max(x.length, y.length) }, (_, i) => (x[i] ?? 0) - (y[i] ?? 0))
  return at.find((d) => d !== 0) ?? 0
}
