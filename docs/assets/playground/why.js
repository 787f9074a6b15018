// Why: what is left of each mode, and the products that turn into the identity.
import { within } from "./panel.js";
import { modesAt, rate, stepsPerTen } from "./theory.js";
import { cell, short } from "./words.js";

const DIGITS = 16; // from a full bar to none, and from a pale cell to a strong one
const LOST = 2; // so far from the identity an entry is a run that grows

/** One row per mode: its bar, and how many steps it needs for a digit. */
export function drawModes(body, problem, state, k, predicted) {
  const left =
    predicted?.left && k === predicted.first ? predicted.left : modesAt(problem, state, k);
  const rates = rate(problem.curvature, state.lr, state.momentum, state.rung)?.modes;
  const most = Math.max(...(left ?? []));
  grid(body, problem.n, 4);
  body.parentNode.hidden = !left;
  for (const [i, sigma] of left ? problem.sigma.entries() : []) {
    const dead = !problem.curvature[i];
    const grows = rates?.[i] > 1 && !dead;
    const speed = dead
      ? "never"
      : grows
        ? `× ${short(rates[i], 4)} a step`
        : rates
          ? short(stepsPerTen(rates[i]), 4)
          : "";
    const row = body.rows[i];
    row.className = grows ? "grows" : left[i] === most ? "slow" : "";
    [i + 1, dead ? "0" : short(sigma), short(left[i], 2), speed].forEach((words, j) =>
      write(row.cells[j], words),
    );
    row.style.setProperty("--share", within(1 + Math.log10(left[i]) / DIGITS) || 0);
  }
}

/** X M, the stronger the color the larger the entry; and how far it is from I, in digits. */
export function drawProducts(plain, logs, XM, n) {
  for (const body of [plain, logs]) grid(body, n, n);
  XM.forEach((value, at) => {
    const off = Math.abs(value - (at % (n + 1) ? 0 : 1));
    const digits = Math.log10(off);
    const signed = value > 0 ? "measured" : "predicted";
    const lost = off > LOST && "failure";
    paint(plain, at, n, cell(value), lost || signed, within(Math.abs(value)));
    paint(
      logs,
      at,
      n,
      off ? cell(digits, 1) : "exact",
      lost || "limit",
      lost ? 1 : shining(digits),
    );
  });
}

/** The nearer to the identity, the stronger. */
function shining(digits) {
  return within(-digits / DIGITS);
}

function paint(body, at, n, words, role, strength) {
  const td = body.rows[Math.floor(at / n)].cells[at % n];
  write(td, words);
  td.style.setProperty("--role", `var(--gd-${role})`);
  td.style.setProperty("--share", `${46 * strength}%`);
}

/** A cell that says the same again costs a layout. */
function write(td, words) {
  if (td.textContent !== String(words)) td.textContent = words;
}

function grid(body, rows, columns) {
  if (body.rows.length !== rows)
    body.innerHTML = `<tr>${"<td></td>".repeat(columns)}</tr>`.repeat(rows);
  body.parentNode.parentNode.style.setProperty("--n", columns);
}
