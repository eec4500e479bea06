#!/usr/bin/env node
// The compiler that forge and py-solc-x call: a native solc of the pinned version where there is one (PLEDGEBOOK_SOLC, py-solc-x's
// folder, the PATH), else the JavaScript build behind the two calls that they make: `--version`, and `--standard-json` on stdin
// with --base-path and --include-path.
"use strict";

const { spawnSync } = require("child_process");
const fs = require("fs");
const os = require("os");
const path = require("path");
const pinned = require("../package.json").dependencies.solc;

function options(argv) {
  const roots = [];
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === "--base-path" || argv[i] === "--include-path") roots.push(argv[++i]);
  }
  return { roots: [...roots, process.cwd()], version: argv.includes("--version") };
}

function isPinned(program) {
  const { stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });
  return (stdout || "").includes(`Version: ${pinned}+`);
}

function native() {
  const named = process.env.PLEDGEBOOK_SOLC;
  if (named) {
    if (isPinned(named)) return named;
    console.error(`PLEDGEBOOK_SOLC: ${named} is no solc ${pinned}; name another or unset it`);
    process.exit(1);
  }
  const onPath = (process.env.PATH || "").split(path.delimiter).map((folder) => path.join(folder, "solc"));
  const places = [path.join(os.homedir(), ".solcx", `solc-v${pinned}`), ...onPath];
  return places.find((file) => fs.existsSync(file) && isPinned(file));
}

function importer(roots) {
  return (name) => {
    const found = roots.map((root) => path.resolve(root, name)).find((file) => fs.existsSync(file));
    return found ? { contents: fs.readFileSync(found, "utf8") } : { error: `${name}: not found` };
  };
}

function javascript({ roots, version }) {
  const solc = require("solc");
  if (version) return `Version: ${solc.version().replace("Emscripten.clang", "Linux.g++")}\n`;
  return solc.compile(fs.readFileSync(0, "utf8"), { import: importer(roots) });
}

const program = native();
if (program) process.exit(spawnSync(program, process.argv.slice(2), { stdio: "inherit" }).status ?? 1);
process.stdout.write(javascript(options(process.argv.slice(2))));
