// Command repository-operator is the smallest package operator that has a certificate vacuum: a validating webhook
// whose serving certificate comes from a mounted Secret, and a Job that re-issues that certificate the way Glasskube's
// does. It has no dependency, so that its image is this one file.
//
//	repository-operator serve         the webhook, and a controller that calls repositories ready
//	repository-operator certificate   the Job: a new CA and leaf, Secret first, caBundle right after
package main

import (
	"fmt"
	"log"
	"os"
)

const (
	namespace     = "repository-system"
	service       = "repository-webhook"
	secret        = "repository-webhook-tls"
	configuration = "repository-webhook"
	repositories  = "/apis/packages.glasskube.dev/v1alpha1/packagerepositories"
)

func main() {
	mode := ""
	if len(os.Args) == 2 {
		mode = os.Args[1]
	}
	var err error
	switch mode {
	case "serve":
		err = serve()
	case "certificate":
		err = reissue()
	default:
		err = fmt.Errorf("usage: %s serve|certificate", os.Args[0])
	}
	if err != nil {
		log.Fatal(err)
	}
}
