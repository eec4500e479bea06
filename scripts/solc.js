#!/usr/bin/env node
// The compiler that forge and py-solc-x call: a native solc of the pinned version where there is one (PLEDGEBOOK_SOLC, py-solc-x's
// folder, the PATH), else the JavaScript build behind the two calls that they make: `--version`, and `--standard-json` on stdin
// with --base-path and --include-path.
"use strict";

const { spawnSync } = require("child_process");
const fs = require("fs");
const os = require("os");
const path = require("path");
const { Worker, isMainThread, parentPort, workerData } = require("worker_threads");
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

function compile(input, roots) {
  return JSON.parse(require("solc").compile(JSON.stringify(input), { import: importer(roots) }));
}

// The JavaScript compiler uses one core and up to 1 GB, and most of its time is code generation.
const MOST_WORKERS = 4;

// The same input for each worker, each asking for the output of some of the files.
function shares(input) {
  const selection = input.settings?.outputSelection ?? {};
  const files = Object.keys(selection).filter((file) => Object.values(selection[file]).some((outputs) => outputs.length));
  const count = Math.min(os.availableParallelism(), MOST_WORKERS, files.length);
  const share = (index) => Object.fromEntries(files.filter((_, at) => at % count === index).map((file) => [file, selection[file]]));
  const asking = (outputSelection) => ({ ...input, settings: { ...input.settings, outputSelection } });
  return count < 2 ? [input] : Array.from({ length: count }, (_, index) => asking(share(index)));
}

function inWorker(input, roots) {
  return new Promise((resolve, reject) => {
    new Worker(__filename, { workerData: { input, roots } }).once("message", resolve).once("error", reject);
  });
}

function joined(outputs) {
  const errors = new Map(outputs.flatMap(({ errors = [] }) => errors).map((error) => [JSON.stringify(error), error]));
  const sources = {};
  for (const output of outputs) {
    for (const [file, source] of Object.entries(output.sources ?? {})) sources[file] = { ...sources[file], ...source };
  }
  const contracts = Object.assign({}, ...outputs.map((output) => output.contracts));
  return { contracts, ...(errors.size && { errors: [...errors.values()] }), sources };
}

async function main() {
  const program = native();
  if (program) process.exit(spawnSync(program, process.argv.slice(2), { stdio: "inherit" }).status ?? 1);
  const { roots, version } = options(process.argv.slice(2));
  if (version) {
    process.stdout.write(`Version: ${require("solc").version().replace("Emscripten.clang", "Linux.g++")}\n`);
    return;
  }
  const outputs = await Promise.all(shares(JSON.parse(fs.readFileSync(0, "utf8"))).map((share) => inWorker(share, roots)));
  process.stdout.write(JSON.stringify(joined(outputs)));
}

if (isMainThread) main();
else parentPort.postMessage(compile(workerData.input, workerData.roots));
