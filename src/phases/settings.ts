/** Tells guests that have booted before what a changed Labfile brings: names of the nodes, keys that may log in. */
import type { Lab } from '../labfile/model.js'
import { connect } from '../node/connections.js'
import type { Step } from '../step.js'
import type { LabRun } from '../world.js'
import { english } from '../words/say.js'

/**
 * $1: names whose lines are removed; $2: the new lines. Written into the same file, because containers may have it
 * mounted.
 */
export const HOSTS = `set -e
new=$(mktemp)
cp /etc/hosts "$new"
for name in $1; do sed -i -E "/^[^#]*[[:space:]]$name([[:space:]]|\\$)/d" "$new"; done
printf '%s\\n' "$2" >>"$new"
cat "$new" >/etc/hosts
rm -f "$new"
`

/** $1: the user; $2: keys to remove; $3: keys to add, one on each line. Other keys belong to somebody, and stay. */
export const KEYS = `set -e
file=$(getent passwd "$1" | cut -d: -f6)/.ssh/authorized_keys
new=$(mktemp)
grep -vxF -e "$2" "$file" >"$new" || true
[ -z "$3" ] || printf '%s\\n' "$3" >>"$new"
cat "$new" >"$file"
rm -f "$new"
`

const lines = (list: readonly string[]): string => [...new Set(list)].join('\n')

/** One step for each node. `before`: the old lab. */
export const settingsSteps = (run: LabRun, before: Lab): readonly Step[] =>
  run.lab.nodes.map((node) => ({
    id: `settings/${node.name}`,
    title: english('{node}: /etc/hosts, authorized keys', { node: node.name }),
    run: async () => {
      const { lab } = run
      const guest = await connect(run, node.name)
      const names = [...before.nodes, ...lab.nodes].map((n) => n.name)
      const hosts = lab.nodes.map((n) => `${n.ip} ${n.name}`)
      await guest.sudo(HOSTS, [[...new Set(names)].join(' '), lines(hosts)], { what: 'writing /etc/hosts' })
      const [gone, keys] = [before.os.authorizedKeys, lab.os.authorizedKeys]
      if (gone.length + keys.length > 0)
        await guest.sudo(KEYS, [lab.os.user, lines([...gone, ...keys]), lines(keys)], { what: 'writing its keys' })
    },
  }))
