// Chance from a seed: mulberry32 (Tommy Ettinger, public domain), enough for choices.

/** { chance(p), pick(list), below(n) }: the same for the same seed. */
export function randomOf(seed) {
  let a = seed >>> 0
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), a | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    chance: (p) => next() < p,
    pick: (list) => list[Math.floor(next() * list.length)],
    below: (n) => next() * n,
  }
}
