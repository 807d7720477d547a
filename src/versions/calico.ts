/** What klab knows about Calico: which line fits which Kubernetes, and what changed between lines. */

/**
 * Line (3.x), its newest release, and the Kubernetes minors it is tested with. Sources: "System requirements" of each
 * line's documentation (projectcalico/calico, getting-started/kubernetes/requirements.md, branches release-legacy and
 * release-v3.12 to 3.23; tigera/docs from 3.24 to 3.33); releases: their _data/versions.yml, then the tags of
 * projectcalico/calico whose calico.yaml names images of the same version (that of 3.24.6 does not); 3.33.0 from its
 * documentation.
 */
const LINES: readonly (readonly [line: number, newest: string, from: number, to: number])[] = [
  [8, '3.8.9', 13, 15],
  [9, '3.9.6', 13, 15],
  [10, '3.10.4', 14, 16],
  [11, '3.11.3', 14, 16],
  [12, '3.12.3', 14, 17],
  [13, '3.13.5', 15, 17],
  [14, '3.14.2', 16, 18],
  [15, '3.15.5', 16, 18],
  [16, '3.16.10', 16, 19],
  [17, '3.17.6', 17, 19],
  [18, '3.18.6', 18, 20],
  [19, '3.19.4', 19, 21],
  [20, '3.20.6', 19, 21],
  [21, '3.21.6', 20, 22],
  [22, '3.22.5', 21, 23],
  [23, '3.23.5', 21, 23],
  [24, '3.24.5', 22, 25],
  [25, '3.25.2', 23, 28],
  [26, '3.26.5', 24, 28],
  [27, '3.27.5', 27, 29],
  [28, '3.28.5', 27, 30],
  [29, '3.29.7', 29, 32],
  [30, '3.30.7', 31, 35],
  [31, '3.31.7', 32, 35],
  [32, '3.32.1', 34, 36],
  [33, '3.33.0', 35, 37],
]

/**
 * How pods of different nodes reach each other: IP in IP with routes by BGP (Calico's own default), VXLAN without BGP,
 * or plain routes on one segment and VXLAN between segments (tigera-operator's name for it).
 */
export type Encapsulation = 'ipip' | 'vxlan' | 'vxlanCrossSubnet'

/** Calico lines that fit a Kubernetes minor, oldest first: `3.14`. */
export const calicoLines = (minor: number): readonly string[] =>
  LINES.filter(([, , from, to]) => from <= minor && minor <= to).map(([line]) => `3.${line}`)

/** The newest release of the newest line that fits a minor: what `cni: calico` means. undefined: none does. */
export const defaultCalico = (minor: number): string | undefined =>
  LINES.filter(([, , from, to]) => from <= minor && minor <= to).at(-1)?.[1]

/**
 * Calico releases that ran on klab with a minor, with all nodes Ready and pods that reached each other, whatever
 * Calico's makers say: minor → release (docs/versions.md has dates and figures).
 */
const RAN: Readonly<Record<number, string>> = { 23: '3.28.5', 30: '3.28.5', 37: '3.28.5' }

/** The Calico that ran here with a minor; undefined: none did yet. */
export const calicoRan = (minor: number): string | undefined => RAN[minor]

const lineOf = (version: string): number => Number(version.split('.')[1])

/** Why this Calico (3.x.y) does not fit Kubernetes 1.`minor`, or undefined. */
export function calicoProblem(version: string, minor: number): string | undefined {
  const row = LINES.find(([line]) => version.startsWith('3.') && line === lineOf(version))
  const fit = calicoLines(minor)
  const instead = fit.length > 0 ? `take ${fit.join(', ')}` : 'klab knows none'
  if (!row)
    return (
      `klab knows Calico 3.${LINES[0]?.[0] ?? 0} to 3.${LINES.at(-1)?.[0] ?? 0}, not ${version}; ` +
      `for Kubernetes 1.${minor} ${instead}`
    )
  const [, , from, to] = row
  return minor < from || minor > to
    ? `Calico ${version} is made for Kubernetes 1.${from} to 1.${to}, not 1.${minor}: ${instead}`
    : undefined
}

/**
 * IP_AUTODETECTION_METHOD that finds the lab's card (in user mode networking the first card has the same address in
 * every guest). `cidr=` came with Calico 3.16 (projectcalico/node, startup.go: AUTODETECTION_METHOD_CIDR); before, it
 * is a pattern for the card's name.
 */
export const autodetection = (version: string, labCidr: string, labNic: string): string =>
  lineOf(version) >= 16 ? `cidr=${labCidr}` : `interface=${labNic}`
