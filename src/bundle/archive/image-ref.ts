/** Names of images. Pure. */

/**
 * An image's name in its parts. `docker.io` and `library/` are filled in as docker does (distribution/reference,
 * "normalize").
 */
export interface ImageRef {
  readonly host: string
  /** Without host and tag: `calico/node`. */
  readonly path: string
  readonly tag: string
}

const REGISTRY = /(?:[a-zA-Z0-9.-]+\.[a-zA-Z0-9.-]+|[a-zA-Z0-9.-]+(?=:\d)|localhost)(?::\d{1,5})?/.source
const REPOSITORY = /[a-z0-9]+(?:(?:[._/]|__|-+)[a-z0-9]+)*/.source
const TAG = /[\w][\w.-]{0,127}/.source
const REF = new RegExp(`^(?:(${REGISTRY})/)?(${REPOSITORY})(?::(${TAG}))?$`)

/**
 * The parts of a name with a tag (`latest` if there is none); undefined if it is no such name, for example a name with
 * a digest.
 */
export function parseRef(name: string): ImageRef | undefined {
  const match = REF.exec(name)
  if (!match) return undefined
  const [, host = 'docker.io', path = '', tag = 'latest'] = match
  return {
    host: host === 'index.docker.io' ? 'docker.io' : host,
    path: host === 'docker.io' && !path.includes('/') ? `library/${path}` : path,
    tag,
  }
}

/** `kube-proxy` of `k8s.gcr.io/kube-proxy:v1.20.2`. */
export const shortName = (name: string): string => (parseRef(name)?.path ?? name).split('/').at(-1) ?? name
