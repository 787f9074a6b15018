// Reads [[display, tex], …] as JSON, writes [{html, words} or {error}, …].
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// From where the site is built: this file may lie elsewhere.
const katex = createRequire(`${process.cwd()}/package.json`)("katex");

function typeset([displayMode, tex]) {
  try {
    return { html: katex.renderToString(tex, { displayMode, strict: "error" }) };
  } catch (error) {
    return { error: error.message };
  }
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(typeset)));
