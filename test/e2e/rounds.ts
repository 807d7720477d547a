/**
 * Save and restore at random places of the tree while writers run: one on each node (its log on disk, its counter in
 * RAM), and one in the cluster (a ConfigMap in etcd, written by the control plane's writer). After each restore every
 * node and etcd must hold what the snapshot was taken with, and every writer must go on where it was.
 */
import type { Test } from 'tap'

type Run = (argv: readonly string[]) => Promise<{ code: number; stdout: string }>

/**
 * Counts, writes the number to its log, and on the control plane also into the ConfigMap. Plain curl: a kubectl costs
 * an emulated CPU seconds.
 */
const WRITER = `
set -u
if [ -e /etc/kubernetes/admin.conf ]; then
  for f in client-certificate client-key certificate-authority; do
    sed -n "s/.*$f-data: //p" /etc/kubernetes/admin.conf | base64 -d >/run/writer-$f
  done
fi
: >/var/tmp/log
i=0
while :; do
  i=$((i + 1))
  echo $i >>/var/tmp/log
  if [ -e /etc/kubernetes/admin.conf ]; then
    curl -s -o /dev/null -m 20 --cert /run/writer-client-certificate --key /run/writer-client-key \\
      --cacert /run/writer-certificate-authority \\
      -X PATCH -H 'Content-Type: application/merge-patch+json' -d "{\\"data\\":{\\"count\\":\\"$i\\"}}" \\
      https://192.168.31.61:6443/api/v1/namespaces/default/configmaps/writer
  fi
  sleep 2
done
`
/** Lines of the log, whether they are 1, 2, 3 and so on, and the label. */
const LOOK = `awk '$1 != NR { bad = 1 } END { print NR, bad + 0 }' /var/tmp/log; cat /var/tmp/label`

interface Seen {
  readonly labels: readonly string[]
  readonly counts: readonly number[]
  readonly gaps: boolean
  readonly etcd: { readonly label: string; readonly count: number }
}

/**
 * `klab`: the command with its Labfile; the lab's cluster must be Ready. Snapshots are deleted again, the lab goes on.
 */
export async function rounds(
  t: Test,
  o: { run: Run; klab: readonly string[]; nodes: readonly string[]; count: number },
): Promise<void> {
  const { nodes, count } = o
  const klab = async (...args: string[]): Promise<string> => {
    const { code, stdout } = await o.run([...o.klab, ...args])
    if (code !== 0) throw new Error(`klab ${args.join(' ')}: exit status ${code}`)
    return stdout
  }
  const ssh = (node: string, script: string): Promise<string> => klab('ssh', node, '--', 'sudo', 'bash', '-c', script)
  const label = async (text: string): Promise<void> => {
    await klab(
      'kubectl',
      'patch',
      'configmap',
      'writer',
      '--type=merge',
      '-p',
      JSON.stringify({ data: { label: text } }),
    )
    await Promise.all(nodes.map((n) => ssh(n, `echo ${text} >/var/tmp/label; sync`)))
  }
  const look = async (): Promise<Seen> => {
    const [data, ...said] = await Promise.all([
      klab('kubectl', 'get', 'configmap', 'writer', '-o', 'jsonpath={.data.label} {.data.count}'),
      ...nodes.map((n) => ssh(n, LOOK)),
    ])
    const words = said.map((s) => s.trim().split(/\s+/))
    const [etcd = '', written = '0'] = data.split(' ')
    return {
      labels: words.map((w) => w[2] ?? ''),
      counts: words.map((w) => Number(w[0])),
      gaps: words.some((w) => w[1] !== '0'),
      etcd: { label: etcd, count: Number(written) },
    }
  }

  await klab('kubectl', 'create', 'configmap', 'writer', '--from-literal=label=none', '--from-literal=count=0')
  for (const n of nodes)
    await ssh(
      n,
      `cat >/var/tmp/writer.sh <<'END'\n${WRITER}\nEND\nsystemd-run --quiet --unit=klab-writer bash /var/tmp/writer.sh`,
    )

  const saved: { name: string; counts: readonly number[] }[] = []
  for (let round = 1; round <= count; round++) {
    const name = `round-${round}`
    await label(name)
    const { counts } = await look()
    await klab('snapshot', 'save', name)
    saved.push({ name, counts })
    // Something that must be gone afterwards.
    await label(`lost-${round}`)
    const back = saved[Math.floor(Math.random() * saved.length)]
    if (!back) return
    await klab('snapshot', 'restore', back.name, '--no-undo')
    const seen = await look()
    t.comment(`round ${round}: back to ${back.name}: ${JSON.stringify(seen)}`)
    t.strictSame(
      seen.labels,
      nodes.map(() => back.name),
      `${back.name}: the files of all nodes`,
    )
    t.equal(seen.etcd.label, back.name, `${back.name}: etcd`)
    t.notOk(seen.gaps, 'no number lost, none written twice')
    t.ok(
      seen.counts.every((c, i) => c >= (back.counts[i] ?? Infinity)),
      `${back.name}: the counters go on from then`,
    )
    // The counter in etcd is the one in the writer's RAM: the last, or the one whose answer is still to come. Time
    // passes between the two looks.
    t.ok(Math.abs(seen.etcd.count - (seen.counts[0] ?? NaN)) <= 10, 'etcd and the writer’s RAM are of one moment')
  }
  for (const { name } of saved) await klab('snapshot', 'delete', name)
  await klab('kubectl', 'delete', 'configmap', 'writer')
  for (const n of nodes) await ssh(n, 'systemctl stop klab-writer')
}
