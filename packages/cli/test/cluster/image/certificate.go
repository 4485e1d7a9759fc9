package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log"
	"math/big"
	"time"
)

// reissue makes a new CA of the same name and a leaf under it. From the caBundle's change on the API server refuses the
// leaf that the pods still show, until their kubelet has brought them the new one: the certificate vacuum.
func reissue() error {
	server, err := newAPI()
	if err != nil {
		return err
	}
	ca, leaf, key, err := issue()
	if err != nil {
		return err
	}
	err = server.send("PATCH", "/api/v1/namespaces/"+namespace+"/secrets/"+secret+"?fieldManager=certificate-job&force=true",
		"application/apply-patch+yaml", object{
			"apiVersion": "v1",
			"kind":       "Secret",
			"metadata":   object{"name": secret},
			"type":       "kubernetes.io/tls",
			"data":       object{"ca.crt": ca, "tls.crt": leaf, "tls.key": key},
		}, nil)
	if err != nil {
		return err
	}
	err = server.send("PATCH", "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/"+configuration,
		"application/json-patch+json", []object{
			{"op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": ca},
		}, nil)
	if err != nil {
		return err
	}
	log.Print("the webhook has a new CA and a new leaf")
	return nil
}

func issue() (ca, leaf, key []byte, err error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, nil, err
	}
	authority := template("repository CA")
	authority.IsCA = true
	authority.BasicConstraintsValid = true
	authority.KeyUsage = x509.KeyUsageCertSign
	caDER, err := x509.CreateCertificate(rand.Reader, authority, authority, caKey.Public(), caKey)
	if err != nil {
		return nil, nil, nil, err
	}
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, nil, err
	}
	server := template("repository webhook")
	server.DNSNames = []string{service + "." + namespace + ".svc"}
	server.KeyUsage = x509.KeyUsageDigitalSignature
	server.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	leafDER, err := x509.CreateCertificate(rand.Reader, server, authority, leafKey.Public(), caKey)
	if err != nil {
		return nil, nil, nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(leafKey)
	if err != nil {
		return nil, nil, nil, err
	}
	encode := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	return encode("CERTIFICATE", caDER), encode("CERTIFICATE", leafDER), encode("PRIVATE KEY", keyDER), nil
}

func template(commonName string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		panic(err)
	}
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: commonName},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(1, 0, 0),
	}
}
