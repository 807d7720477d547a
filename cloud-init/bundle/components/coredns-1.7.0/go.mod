module klab.local/coredns

go 1.15

require github.com/coredns/coredns v1.7.0
