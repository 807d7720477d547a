module klab.local/coredns

go 1.12

require github.com/coredns/coredns v1.6.5

replace (
	github.com/Azure/go-autorest => github.com/Azure/go-autorest v13.0.0+incompatible
	github.com/miekg/dns => github.com/miekg/dns v1.1.22
)
