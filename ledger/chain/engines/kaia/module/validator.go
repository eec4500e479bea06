//go:build engine

// Package validator names the program that go.mod and go.sum pin; it is built, never linked into anything of ours.
package validator

import _ "github.com/kaiachain/kaia/cmd/kcn"
