// Answers, as the API server would, whether it trusts a chain and what it reads from a bundle.
// Reads one JSON question a line, writes one JSON answer a line.
package main

import (
	"bufio"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"os"
)

type question struct {
	Chain, Roots, DNSName string
	Client                bool
}

type answer struct {
	// Error is what x509 says, empty when it trusts the chain.
	Error string `json:"error"`
	// Usable has the fingerprints of the certificates that AppendCertsFromPEM takes from Roots, in order.
	Usable []string `json:"usable"`
}

func parse(text string) (certificates []*x509.Certificate) {
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return
		}
		// The same two conditions as in x509.CertPool.AppendCertsFromPEM.
		if block.Type != "CERTIFICATE" || len(block.Headers) != 0 {
			continue
		}
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
			certificates = append(certificates, certificate)
		}
	}
}

func ask(q question) (a answer) {
	a.Usable = []string{}
	options := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), DNSName: q.DNSName}
	for _, root := range parse(q.Roots) {
		sum := sha256.Sum256(root.Raw)
		a.Usable = append(a.Usable, hex.EncodeToString(sum[:]))
		options.Roots.AddCert(root)
	}
	if q.Client {
		options.KeyUsages = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}
	chain := parse(q.Chain)
	if len(chain) == 0 {
		a.Error = "no certificate"
		return
	}
	for _, certificate := range chain[1:] {
		options.Intermediates.AddCert(certificate)
	}
	if _, err := chain[0].Verify(options); err != nil {
		a.Error = err.Error()
	}
	return
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var q question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			panic(err)
		}
		if err := out.Encode(ask(q)); err != nil {
			panic(err)
		}
	}
}
