/** The ports of this host that lead into a node. */
import type { GraphNode } from './types.js'

/** As the host reaches it. */
export const onHost = (port: number): string => `127.0.0.1:${port}`

/** SSH, and the API server if one runs there. */
export const loopbackPorts = ({
  sshPort,
  apiPort,
}: GraphNode): readonly { readonly what: 'SSH' | 'API'; readonly port: number }[] => [
  ...(sshPort === null ? [] : [{ what: 'SSH' as const, port: sshPort }]),
  ...(apiPort === null ? [] : [{ what: 'API' as const, port: apiPort }]),
]
