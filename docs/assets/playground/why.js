// Why: what is left of each mode, and the products that turn into the identity.
import { modesAt, rate, stepsPerTen } from "./core.js";
import { cell, short } from "./words.js";

const DIGITS = 16; // from a full bar to none

/** One row per mode: its bar, and how many steps it needs for a factor of ten. */
export function modeRows(problem, state, k) {
  const left = modesAt(problem, state, k);
  const rates = rate(problem.curvature, state.lr, state.momentum, state.rung)?.modes;
  return Array.from(problem.sigma, (sigma, i) => {
    const dead = problem.curvature[i] === 0;
    const grows = rates && rates[i] > 1 && !dead;
    const size = left ? left[i] : NaN;
    const share = Math.min(1, Math.max(0, 1 + Math.log10(size) / DIGITS)) || 0;
    const speed = dead ? "never" : grows ? `× ${rates[i].toFixed(3)} a step` : rates ? perTen(rates[i]) : "";
    return { sigma: dead ? "0" : short(sigma), share, size, grows, dead, speed };
  });
}

function perTen(factor) {
  const steps = stepsPerTen(factor);
  return steps < 100 ? steps.toFixed(1) : short(steps, 4);
}

export function drawModes(table, problem, state, k) {
  const rows = modeRows(problem, state, k);
  table.parentNode.tHead.rows[0].cells[3].textContent = rows[0].speed && "steps per ten";
  const slowest = Math.max(...rows.map((row) => row.share));
  rows.forEach((row, i) => {
    const tr = table.rows[i] ?? table.insertRow();
    if (!tr.cells.length) tr.innerHTML = "<td></td><td></td><td><i></i><span></span></td><td></td>";
    const [number, sigma, bar, speed] = tr.cells;
    number.textContent = i + 1;
    sigma.textContent = row.sigma;
    bar.firstChild.style.width = `${(100 * row.share).toFixed(1)}%`;
    bar.lastChild.textContent = Number.isNaN(row.size) ? "" : short(row.size, 2);
    speed.textContent = row.speed;
    tr.className = row.grows ? "grows" : row.share === slowest ? "slow" : "";
  });
  while (table.rows.length > rows.length) table.deleteRow(-1);
}

/** X M, the stronger the color the larger the entry; and how far it is from I, in digits. */
export function drawProducts(tables, XM, n) {
  const [plain, logs] = tables;
  for (const table of tables) {
    if (table.rows.length !== n) table.innerHTML = `<tr>${"<td></td>".repeat(n)}</tr>`.repeat(n);
    table.style.setProperty("--n", n);
  }
  for (let at = 0; at < n * n; at += 1) {
    const [row, column] = [Math.floor(at / n), at % n];
    const value = XM[at];
    const off = Math.abs(value - (row === column ? 1 : 0));
    paint(plain, row, column, cell(value), value > 0 ? "measured" : "predicted", Math.min(1, Math.abs(value)));
    const digits = off > 0 ? Math.log10(off) : -Infinity;
    const words = off > 0 ? digits.toFixed(digits > -10 ? 1 : 0).replace("-0.0", "0.0").replace("-", "−") : "0";
    paint(logs, row, column, words, "floor", Math.min(1, Math.max(0, 1 + digits / DIGITS)) || 0);
  }
}

function paint(table, row, column, words, role, strength) {
  const td = table.rows[row].cells[column];
  td.textContent = words;
  td.style.setProperty("--role", `var(--gd-${role})`);
  td.style.setProperty("--strength", `${Math.round(46 * strength)}%`);
}
