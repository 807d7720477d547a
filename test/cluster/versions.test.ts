import t from 'tap'
import { criSocket, kubeadmApi, minorOf } from '../../src/cluster/versions.js'
import { UsageError } from '../../src/errors.js'

t.test('minorOf takes 1.MINOR.PATCH and nothing else', (t) => {
  t.equal(minorOf('1.20.2'), 20)
  t.equal(minorOf('1.9.11'), 9)
  t.equal(minorOf('1.100.0'), 100)
  for (const bad of ['', '1', '1.20', 'v1.20.2', '1.20.2-rc.1', '2.0.0', '1.20.2\n', ' 1.20.2', '1..2', '11.20.2', '1.20.2.1']) {
    t.throws(() => minorOf(bad), UsageError, JSON.stringify(bad))
  }
  t.end()
})

t.test('kubeadm API by minor', (t) => {
  const table: [number, string][] = [
    [15, 'v1beta2'],
    [21, 'v1beta2'],
    [22, 'v1beta3'],
    [30, 'v1beta3'],
    [31, 'v1beta4'],
    [40, 'v1beta4'],
  ]
  for (const [minor, api] of table) t.equal(kubeadmApi(minor), api, String(minor))
  t.end()
})

t.test('the runtime’s socket: a path before 1.24, a URL from then on; dockershim was gone with it', (t) => {
  t.equal(criSocket('docker', 23), '/var/run/dockershim.sock')
  t.equal(criSocket('docker', 24), 'unix:///run/cri-dockerd.sock')
  t.equal(criSocket('containerd', 23), '/run/containerd/containerd.sock')
  t.equal(criSocket('containerd', 24), 'unix:///run/containerd/containerd.sock')
  t.end()
})
