module klab.local/etcd

go 1.12

require go.etcd.io/etcd v0.0.0-20191023171146-3cf2f69b5738
