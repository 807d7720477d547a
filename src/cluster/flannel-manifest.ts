/**
 * flannel's manifest, filled in for one lab. klab's own has places for that; upstream's kube-flannel.yml is changed as
 * data. Pure.
 */
import { isMap, isSeq } from 'yaml'
import { CorruptError } from '../errors.js'
import { manifestDocuments } from './manifest-docs.js'
import { english } from '../words/say.js'

const OURS = '@POD_CIDR@'
const CONTAINERS = ['spec', 'template', 'spec', 'containers']

/** The manifest with this lab's pod range and card (name). Throws CorruptError if the text is no flannel manifest. */
export function fillFlannel(text: string, podCidr: string, labNic: string): string {
  if (text.includes(OURS)) return text.replaceAll(OURS, podCidr).replaceAll('@LAB_NIC@', labNic)
  const docs = manifestDocuments(text) ?? []
  let [ranges, cards] = [0, 0]
  for (const doc of docs) {
    if (!isMap(doc.contents)) continue
    const conf = doc.getIn(['data', 'net-conf.json'])
    if (typeof conf === 'string') {
      doc.setIn(['data', 'net-conf.json'], JSON.stringify({ ...networkOf(conf), Network: podCidr }, undefined, 2))
      ranges++
    }
    const containers = doc.getIn(CONTAINERS)
    for (const container of isSeq(containers) ? containers.items : []) {
      const args = isMap(container) && container.get('name') === 'kube-flannel' ? container.get('args') : undefined
      if (!isSeq(args)) continue
      args.items = args.items.filter((item) => !/^--?iface=/.test(String(item)))
      args.add(doc.createNode(`--iface=${labNic}`))
      cards++
    }
  }
  if (ranges !== 1 || cards === 0)
    throw new CorruptError(english('flannel.yaml of the bundle has no net-conf.json or no container kube-flannel'), {
      hint: 'klab bundle verify',
    })
  return docs.map((d) => d.toString({ lineWidth: 0, directives: false })).join('---\n')
}

function networkOf(json: string): object {
  try {
    return JSON.parse(json) as object
  } catch (cause) {
    throw new CorruptError(english('flannel.yaml of the bundle: net-conf.json is not JSON'), {
      cause,
      hint: 'klab bundle verify',
    })
  }
}
