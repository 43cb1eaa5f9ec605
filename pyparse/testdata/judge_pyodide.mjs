// Runs judge.py on the CPython that Pyodide brings along.
//
//	node judge_pyodide.mjs <node_modules> <judge.py> [version | mode…]
//
// It takes questions and gives answers as judge.py does.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [modules, script, ...mode] = process.argv.slice(2);
const require = createRequire(path.resolve(modules, "..", "noop.js"));
const dir = path.dirname(require.resolve("pyodide/package.json"));
const { loadPyodide } = await import(pathToFileURL(path.join(dir, "pyodide.mjs")));
const pyodide = await loadPyodide({ indexURL: dir });

if (mode[0] === "version") {
  console.log(pyodide.runPython("import sys; '%d %d' % sys.version_info[:2]"));
  process.exit(0);
}

pyodide.globals.set("__name__", "judge");
pyodide.runPython(readFileSync(script, "utf8"));
const judge = pyodide.runPython(
  "lambda src, dump: judge(src.to_py().tobytes() if hasattr(src, 'to_py') else src, dump)",
);
const text = mode.includes("text");
const dump = mode.includes("dump");

for await (const line of createInterface({ input: process.stdin })) {
  let source;
  try {
    source = text ? Buffer.from(JSON.parse(line), "utf8") : readFileSync(line);
  } catch (e) {
    console.log("skip " + e.message);
    continue;
  }
  let answer;
  try {
    answer = judge(new Uint8Array(source), dump);
  } catch (e) {
    answer = "skip " + String(e.message).trim().split("\n").pop();
  }
  process.stdout.write(answer + "\n");
}
