#!/usr/bin/env node
// The JavaScript build of solc behind the two calls that forge and py-solc-x make of a native one:
// `--version`, and `--standard-json` on stdin with --base-path and --include-path.
"use strict";

const fs = require("fs");
const path = require("path");
const solc = require("solc");

function options(argv) {
  const roots = [];
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === "--base-path" || argv[i] === "--include-path") roots.push(argv[++i]);
  }
  return { roots: [...roots, process.cwd()], version: argv.includes("--version") };
}

function importer(roots) {
  return (name) => {
    const found = roots.map((root) => path.resolve(root, name)).find((file) => fs.existsSync(file));
    return found ? { contents: fs.readFileSync(found, "utf8") } : { error: `${name}: not found` };
  };
}

const { roots, version } = options(process.argv.slice(2));
if (version) {
  console.log("solc, the solidity compiler commandline interface");
  console.log(`Version: ${solc.version().replace("Emscripten.clang", "Linux.g++")}`);
} else {
  process.stdout.write(solc.compile(fs.readFileSync(0, "utf8"), { import: importer(roots) }));
}
