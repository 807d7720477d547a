/** `kubernetes.bundle`: where binaries, images and manifests come from. */
import * as z from 'zod'
import { SOURCE_VERSIONS } from '../versions/source.js'
import { english } from '../words/say.js'
import { choice, path, section, text, unless } from './fields.js'

/** Plain http is only for a server on this machine. From anywhere else, nobody could know who sent the bytes. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/
const URL_RULE = english('must be an https:// address without a password in it (http:// only on 127.0.0.1)')
const address = text(/^https?:\/\/[^\s@\\?#]+$/, URL_RULE)
  .check(
    unless((value) => {
      const url = URL.canParse(value) ? new URL(value) : undefined
      return url && (url.protocol === 'https:' || LOOPBACK.test(url.hostname)) ? undefined : URL_RULE
    }),
  )
  .transform((value) => value.replace(/\/+$/, ''))
const REGISTRY_RULE =
  'must be a registry such as registry.example:5000 or registry.example/mirror, without https:// and password'
/** With a dot or a port, or localhost: otherwise docker takes the word for a folder of Docker Hub. */
const HOST = String.raw`(?:localhost|[a-zA-Z0-9][a-zA-Z0-9-]*(?:(?:\.[a-zA-Z0-9-]+)+|(?=:\d)))(?::\d{1,5})?`
const registry = text(new RegExp(String.raw`^${HOST}(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$`), REGISTRY_RULE)

/** Your own mirrors, with the layout of the original. */
const mirrors = section({
  release: address.optional().describe('upstream: instead of https://dl.k8s.io/release.'),
  github: address
    .optional()
    .describe('upstream: instead of https://github.com (CNI plugins, crictl, newer Calico manifests).'),
  calico: address.optional().describe('Instead of https://docs.projectcalico.org (Calico manifests up to 3.21).'),
  packages: address
    .optional()
    .describe('aliyun: instead of https://mirrors.aliyun.com (kubeadm, kubelet, kubectl, CNI plugins, crictl).'),
  registries: z
    .record(z.string().regex(new RegExp(`^${HOST}$`)), registry, {
      error: ({ code }) =>
        code === 'invalid_key'
          ? english('is not the host of an image name, such as docker.io')
          : english('must be a map of registries'),
    })
    .optional()
    .describe('Where images are pulled from, by the host in their names: {docker.io: registry.example/hub}.'),
})

const online = section({
  source: choice('auto', 'upstream', 'aliyun').describe(
    'auto: upstream where it answers, else source; upstream: the official servers; aliyun: the mirrors of the course.',
  ),
  arch: choice('amd64', 'arm64').optional().describe('Architecture of the nodes. Default: that of this machine.'),
  mirrors: mirrors.prefault({}).describe('Servers to use instead, with the same layout.'),
})

export const bundle = z
  .union(
    [
      z.literal('source').transform((source) => ({ source })),
      z.enum(['auto', 'upstream', 'aliyun']).transform((source) => ({ source, mirrors: {} })),
      section({
        dir: path.describe('Folder with archives, binaries and manifests, or of a bundle, relative to the Labfile.'),
      }).transform(({ dir }) => ({ source: 'dir' as const, path: dir })),
      online,
    ],
    {
      error: ({ input }) =>
        input === 'debian'
          ? `debian is no longer supported: write source, and one of the versions ${SOURCE_VERSIONS.join(', ')}`
          : english('must be auto, source, upstream, aliyun, {source, arch, mirrors} or {dir: PATH}'),
    },
  )
  .prefault('auto')
  .describe(
    'Where binaries and images come from: built from Go modules and Debian packages (source), downloaded from the ' +
      'official servers (upstream) or the mirrors of the course, a folder that you were given, or (auto) ' +
      'upstream where it answers within 3 s, else source.',
  )
