module klab.local/flannel

go 1.15

require github.com/flannel-io/flannel v0.15.1
