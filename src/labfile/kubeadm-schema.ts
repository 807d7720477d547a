/** `kubernetes.kubelet`, `apiServer` and similar fields: settings for kubeadm's configuration, besides klab's own. */
import * as z from 'zod'
import { section } from './fields.js'
import { english } from '../words/say.js'

const FLAGS_RULE = english('must be a map of flags without dashes, each a text, such as {audit-log-maxage: "7"}')
const flag = z.string(FLAGS_RULE).regex(/^[\x20-\x7e]{0,1024}$/, FLAGS_RULE)
const name = z.string(FLAGS_RULE).regex(/^[a-z][a-z0-9-]{0,63}$/, FLAGS_RULE)

const component = (title: string) =>
  section({
    extraArgs: z
      .record(name, flag, {
        error: ({ code }) =>
          code === 'invalid_key' ? english('is not a flag without dashes, such as audit-log-maxage') : FLAGS_RULE,
      })
      .default({})
      .describe(`More flags of ${title}; they override klab’s.`),
  })
    .optional()
    .describe(`${title}, as in kubeadm’s ClusterConfiguration.`)

const KUBELET_RULE = english('must be a map of KubeletConfiguration’s fields, such as {maxPods: 50}')
const CHECK_RULE = english('must be a list of kubeadm’s checks, such as [NumCPU], or [all]')

/** kubeadm-config.v1beta3 and v1beta4: ClusterConfiguration, NodeRegistrationOptions; kubelet-config.v1beta1. */
export const kubeadmFields = {
  kubelet: z
    .record(z.string(KUBELET_RULE).regex(/^[a-zA-Z]{1,63}$/, KUBELET_RULE), z.unknown(), KUBELET_RULE)
    .optional()
    .describe('Fields of KubeletConfiguration for all nodes; they override klab’s.'),
  apiServer: component('kube-apiserver'),
  controllerManager: component('kube-controller-manager'),
  scheduler: component('kube-scheduler'),
  etcd: component('etcd'),
  ignorePreflightErrors: z
    .array(z.string(CHECK_RULE).regex(/^[A-Za-z][\w.-]{0,80}$/, CHECK_RULE), CHECK_RULE)
    .max(32, english('must be at most 32 checks'))
    .optional()
    .describe('Preflight checks of kubeadm that may fail, by its own names.'),
}
