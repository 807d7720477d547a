/** What kubectl needs to reach a lab's cluster. */
import { directEnv } from '../node/api-server.js'
import type { LabPaths } from '../state/paths.js'
import type { LabRecord } from '../state/record.js'

/** kubectl's environment for this lab. `env`: the caller's, for the proxy settings in it. */
export const kubectlEnv = (
  { record, paths }: { readonly record: LabRecord; readonly paths: LabPaths },
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> => ({ KUBECONFIG: paths.kubeconfig, ...directEnv(record, env) })
