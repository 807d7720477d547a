/** What every bundle has, from whatever source. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Kubernetes' programs that run on the node itself. */
export const NODE_BINARIES = ['kubeadm', 'kubelet', 'kubectl'] as const

/** The image that proves the pod network. */
export const PROBE_REF = 'klab.local/probe:1'

const flannelPath = (assets: string): string => join(assets, 'cloud-init', 'manifests', 'flannel.yaml')

/** klab's manifest of flannel with this image in it. The rest is filled in when it is applied (phases/cni.ts). */
export const flannelManifest = async (assets: string, image: string): Promise<string> =>
  (await readFile(flannelPath(assets), 'utf8')).replaceAll('@IMAGE@', image)
