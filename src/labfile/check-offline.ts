/** Settings that make a node download something at run time, in a lab without internet. Pure. */
import type { Draft } from './draft.js'
import type { Path } from './source.js'
import type { Violation } from './violation.js'
import { english, type Text } from '../words/say.js'

const WAY_OUT = english('or set network.internet: true')

/** Flags of kube-apiserver that turn admission plugins on: the present one, and its predecessor. */
const ADMISSION = ['enable-admission-plugins', 'admission-control']

/**
 * Fields of KubeletConfiguration (kubelet-config.v1beta1) that make kubelet ask a server; `when`: for which values they
 * do.
 */
const KUBELET: Readonly<Record<string, { readonly when: (value: unknown) => boolean; readonly why: Text }>> = {
  imageMaximumGCAge: {
    when: (value) => typeof value === 'string' && /[1-9]/.test(value),
    why: 'makes kubelet delete images that were not used for a while, and fetch them again',
  },
  imagePullCredentialsVerificationPolicy: {
    when: (value) => value === 'AlwaysVerify',
    why: 'makes kubelet ask the registry for images that are there',
  },
  staticPodURL: { when: (value) => value !== '', why: 'makes kubelet fetch its pods from a server' },
}

/** All findings, each with what to do. */
export function checkOffline({ network, kubernetes }: Draft): Violation[] {
  if (network?.internet !== false || !kubernetes) return []
  const findings: Violation[] = []
  const tell = (path: Path, message: string) =>
    findings.push({ path, message: english('{message}; the nodes have no internet', { message }) })
  for (const flag of ADMISSION)
    if (kubernetes.apiServer?.extraArgs?.[flag]?.split(',').some((plugin) => plugin.trim() === 'AlwaysPullImages'))
      tell(
        ['kubernetes', 'apiServer', 'extraArgs', flag],
        english('AlwaysPullImages fetches the images of each pod again: take it out, {wayOut}', { wayOut: WAY_OUT }),
      )
  for (const [field, { when, why }] of Object.entries(KUBELET)) {
    const value = kubernetes.kubelet?.[field]
    if (value !== undefined && value !== null && when(value))
      tell(
        ['kubernetes', 'kubelet', field],
        english('{why}: take it out, {wayOut}', { why: english(why), wayOut: WAY_OUT }),
      )
  }
  return findings
}
