/**
 * What kubeadm asks for in each Kubernetes release, as data. Sources: `kubeadm config images list` of every patch
 * release, as the minikube project records it (kubernetes/minikube, pkg/minikube/constants/constants_kubeadm_images.go,
 * August 2026: up to 1.36.3), checked against kubeadm's own cmd/kubeadm/app/constants/constants.go of 1.32.13, 1.34.4
 * and 1.35.4; 1.37 from that file of 1.37.2.
 */

export interface ImageTags {
  readonly pause: string
  readonly etcd: string
  /** As kubeadm writes it: with a `v` from 1.21 on. */
  readonly coredns: string
}

/** Minor, first patch release, pause, etcd, CoreDNS: each row holds until the next one. */
const ROWS: readonly (readonly [minor: number, patch: number, pause: string, etcd: string, coredns: string])[] = [
  [17, 0, '3.1', '3.4.3-0', '1.6.5'],
  [18, 0, '3.2', '3.4.3-0', '1.6.7'],
  [19, 0, '3.2', '3.4.9-1', '1.7.0'],
  [19, 1, '3.2', '3.4.13-0', '1.7.0'],
  [20, 0, '3.2', '3.4.13-0', '1.7.0'],
  [21, 0, '3.4.1', '3.4.13-0', 'v1.8.0'],
  [22, 0, '3.5', '3.5.0-0', 'v1.8.4'],
  [22, 17, '3.5', '3.5.6-0', 'v1.8.4'],
  [23, 0, '3.6', '3.5.1-0', 'v1.8.6'],
  [23, 14, '3.6', '3.5.5-0', 'v1.8.6'],
  [23, 15, '3.6', '3.5.6-0', 'v1.8.6'],
  [24, 0, '3.7', '3.5.3-0', 'v1.8.6'],
  [24, 8, '3.7', '3.5.5-0', 'v1.8.6'],
  [24, 9, '3.7', '3.5.6-0', 'v1.8.6'],
  [25, 0, '3.8', '3.5.4-0', 'v1.9.3'],
  [25, 4, '3.8', '3.5.5-0', 'v1.9.3'],
  [25, 5, '3.8', '3.5.6-0', 'v1.9.3'],
  [25, 15, '3.8', '3.5.9-0', 'v1.9.3'],
  [26, 0, '3.9', '3.5.6-0', 'v1.9.3'],
  [26, 10, '3.9', '3.5.9-0', 'v1.9.3'],
  [26, 13, '3.9', '3.5.10-0', 'v1.9.3'],
  [27, 0, '3.9', '3.5.7-0', 'v1.10.1'],
  [27, 7, '3.9', '3.5.9-0', 'v1.10.1'],
  [27, 10, '3.9', '3.5.10-0', 'v1.10.1'],
  [27, 12, '3.9', '3.5.12-0', 'v1.10.1'],
  [28, 0, '3.9', '3.5.9-0', 'v1.10.1'],
  [28, 6, '3.9', '3.5.10-0', 'v1.10.1'],
  [28, 8, '3.9', '3.5.12-0', 'v1.10.1'],
  [28, 14, '3.9', '3.5.15-0', 'v1.10.1'],
  [29, 0, '3.9', '3.5.10-0', 'v1.11.1'],
  [29, 3, '3.9', '3.5.12-0', 'v1.11.1'],
  [29, 9, '3.9', '3.5.15-0', 'v1.11.1'],
  [29, 11, '3.9', '3.5.16-0', 'v1.11.1'],
  [30, 0, '3.9', '3.5.12-0', 'v1.11.1'],
  [30, 5, '3.9', '3.5.15-0', 'v1.11.3'],
  [31, 0, '3.10', '3.5.15-0', 'v1.11.1'],
  [31, 1, '3.10', '3.5.15-0', 'v1.11.3'],
  [31, 14, '3.10', '3.5.24-0', 'v1.11.3'],
  [32, 0, '3.10', '3.5.16-0', 'v1.11.3'],
  [32, 10, '3.10', '3.5.24-0', 'v1.11.3'],
  [33, 0, '3.10', '3.5.21-0', 'v1.12.0'],
  [33, 6, '3.10', '3.5.24-0', 'v1.12.0'],
  [34, 0, '3.10.1', '3.6.4-0', 'v1.12.1'],
  [34, 2, '3.10.1', '3.6.5-0', 'v1.12.1'],
  [35, 0, '3.10.1', '3.6.6-0', 'v1.13.1'],
  [36, 0, '3.10.2', '3.6.8-0', 'v1.14.2'],
  [37, 0, '3.10.2', '3.7.0-0', 'v1.14.6'],
]

/** The minors of the table, oldest first: the course's 1.17 to the newest one of November 2026. */
export const KNOWN_MINORS: readonly number[] = [...new Set(ROWS.map(([minor]) => minor))]

/**
 * Tags of one release; undefined for a minor that is not in the table. A patch release newer than the table gets the
 * last row of its minor.
 */
export function imageTags(minor: number, patch: number): ImageTags | undefined {
  const row = ROWS.filter(([m, from]) => m === minor && from <= patch).at(-1)
  return row && { pause: row[2], etcd: row[3], coredns: row[4] }
}

/**
 * The registry moved in 1.25. The patch releases of December 2022 moved the minors before (kubernetes.io blog,
 * 2022-11-28, "registry.k8s.io").
 */
const MOVED_IN: Readonly<Record<number, number>> = { 22: 17, 23: 15, 24: 9 }

/** kubeadm's default imageRepository in a release. */
export const registryOf = (minor: number, patch: number): string =>
  minor >= 25 || patch >= (MOVED_IN[minor] ?? Number.POSITIVE_INFINITY) ? 'registry.k8s.io' : 'k8s.gcr.io'
