// SPDX-License-Identifier: BSD-2-Clause

// step-ca of Debian's library golang-github-smallstep-certificates-dev, which
// has no program: the server, and what its administrator does with `step`.
//
//	step-ca serve CONFIG
//	step-ca provisioner NAME PASSWORD TEMPLATE-FILE   JSON for the configuration
//	step-ca token URL ROOT NAME PASSWORD SUBJECT      a one-time token
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/smallstep/certificates/authority/config"
	"github.com/smallstep/certificates/authority/provisioner"
	"github.com/smallstep/certificates/ca"
	"go.step.sm/crypto/jose"
)

func serve(file string) error {
	configuration, err := config.LoadConfiguration(file)
	if err != nil {
		return err
	}
	server, err := ca.New(configuration, ca.WithConfigFile(file))
	if err != nil {
		return err
	}
	return server.Run()
}

func makeProvisioner(name, password, template string) error {
	public, encrypted, err := jose.GenerateDefaultKeyPair([]byte(password))
	if err != nil {
		return err
	}
	key, err := encrypted.CompactSerialize()
	if err != nil {
		return err
	}
	made := provisioner.JWK{
		Type: "JWK", Name: name, Key: public, EncryptedKey: key,
		Options: &provisioner.Options{X509: &provisioner.X509Options{TemplateFile: template}},
	}
	return json.NewEncoder(os.Stdout).Encode(made)
}

func makeToken(url, root, name, password, subject string) error {
	signer, err := ca.NewProvisioner(name, "", url, []byte(password), ca.WithRootFile(root))
	if err != nil {
		return err
	}
	token, err := signer.Token(subject)
	if err != nil {
		return err
	}
	fmt.Println(token)
	return nil
}

func main() {
	err := errors.New("usage: step-ca serve|provisioner|token ...")
	switch a := os.Args[1:]; {
	case len(a) == 2 && a[0] == "serve":
		err = serve(a[1])
	case len(a) == 4 && a[0] == "provisioner":
		err = makeProvisioner(a[1], a[2], a[3])
	case len(a) == 6 && a[0] == "token":
		err = makeToken(a[1], a[2], a[3], a[4], a[5])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
