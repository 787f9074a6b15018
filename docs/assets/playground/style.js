// The stylesheet of the shadow root; every color is one of the site's tokens, which it inherits.
export const STYLE = `
:host { display: block; container-type: inline-size; font: .8rem/1.45 var(--gd-sans); color: var(--gd-text); scroll-margin-top: 5.5rem; }
:host([small]) .full, [hidden] { display: none !important; }
p { margin: 0; }
.controls, .buttons { display: flex; flex-wrap: wrap; gap: .5rem .9rem; align-items: end; }
label { display: grid; gap: .1rem; font-size: .7rem; color: var(--gd-muted); }
select, input:not([type=range]), button { box-sizing: border-box; height: 1.8rem; padding: 0 .5rem; font: .8rem var(--gd-sans); color: var(--gd-text); background: var(--gd-bg); border: 1px solid var(--gd-edge); border-radius: .2rem; }
input[type=number] { width: 4.6rem; font-variant-numeric: tabular-nums; }
input[name=entries] { width: 15rem; }
button { cursor: pointer; padding: 0 .7rem; }
button:hover, select:hover { background: var(--gd-surface); }
button:disabled { color: var(--gd-muted); cursor: default; }
:focus-visible { outline: 2px solid var(--gd-link); outline-offset: 2px; }
.complaint { color: var(--gd-on-failure); margin-top: .5rem; }
.complaint:empty { display: none; }
.status { font: 600 .95rem/1.35 var(--gd-sans); margin-top: .9rem; }
.status.failed { color: var(--gd-on-failure); }
:host([small]) .status { margin-top: 0; }
.detail { color: var(--gd-muted); min-height: 1.45em; }
.views { display: grid; grid-template-columns: 5fr 7fr; gap: 0 1.4rem; margin-top: .6rem; }
.views > * { min-width: 0; }
.panel { position: relative; height: 19rem; user-select: none; -webkit-user-select: none; }
:host([small]) .panel { height: 16.5rem; }
.panel > canvas, .panel > svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.panel > svg { pointer-events: none; }
.pad { position: absolute; inset: 54px 8px 40px 44px; touch-action: none; cursor: crosshair; }
.scrubbed { touch-action: pan-y; cursor: ew-resize; }
text { font: 13px var(--gd-sans); font-variant-numeric: tabular-nums; }
text.label { font-size: 14px; paint-order: stroke; stroke: var(--gd-bg); stroke-width: 4px; stroke-linejoin: round; }
.mark { fill: var(--gd-on-onlight); stroke: var(--gd-on-ondark); stroke-width: 1.5; }
.band { fill: var(--gd-floor); opacity: .16; }
.cursor { stroke: var(--gd-edge); fill: none; }
.handle { position: absolute; left: -11px; top: -11px; width: 22px; height: 22px; border-radius: 50%; box-sizing: border-box; background: var(--gd-on-onlight); border: 3px solid var(--gd-on-ondark); box-shadow: 0 0 0 1px var(--gd-on-onlight); pointer-events: none; }
.sliders { display: grid; grid-template-columns: auto 1fr auto; gap: .3rem .7rem; align-items: center; margin-top: .4rem; }
.sliders label { font-size: .75rem; color: var(--gd-text); }
input[type=range] { width: 100%; margin: 0; height: 1.5rem; accent-color: var(--gd-text); }
.scrub { margin: 0 0 .3rem; }
.buttons { gap: .5rem; }
.why { display: grid; grid-template-columns: 5fr 7fr; gap: .3rem 1.4rem; border-top: 1px solid var(--gd-rule); margin-top: 1rem; padding-top: .7rem; }
.why > * { min-width: 0; }
.now { grid-column: 1 / -1; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--gd-muted); font-size: .7rem; padding-bottom: .2rem; }
th { font-weight: 400; color: var(--gd-muted); text-align: right; font-size: .7rem; padding: 0 0 .1rem .6rem; }
th:first-child { padding-left: 0; }
.modes td { text-align: right; padding: .12rem 0 .12rem .6rem; border-top: 1px solid var(--gd-rule); }
.modes td:first-child { padding-left: 0; width: 1.4rem; text-align: left; }
.modes td:nth-child(3), .modes th:nth-child(3) { width: 45%; text-align: left; }
.modes td:nth-child(3) { position: relative; }
.modes i { position: absolute; left: .6rem; top: .2rem; bottom: .2rem; max-width: calc(100% - .6rem); background: var(--gd-predicted); opacity: .3; }
.modes .slow i { opacity: .75; }
.modes .grows i { background: var(--gd-failure); }
.modes .grows td:last-child { color: var(--gd-on-failure); }
.modes span { position: relative; padding-left: .3rem; }
.products { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
.cells { table-layout: fixed; }
.cells td { height: 1.7rem; padding: 0; text-align: center; font-size: clamp(.5rem, calc(4.2rem / var(--n)), .75rem); border: 1px solid var(--gd-bg); background: color-mix(in srgb, var(--role) var(--strength), var(--gd-surface)); }
pre { overflow: auto; padding: .7rem .9rem; margin: .6rem 0 0; background: var(--gd-surface); border-radius: .2rem; font: .7rem/1.5 var(--gd-mono); }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@container (max-width: 38rem) {
  .views, .why, .products { grid-template-columns: minmax(0, 1fr); }
  .panel { height: 12rem; }
  :host([small]) .panel { height: 9.6rem; }
  .products { grid-template-columns: 1fr 1fr; gap: .6rem; }
}
@media (forced-colors: active) {
  .panel, .cells td, .modes i { forced-color-adjust: none; background-color: var(--gd-bg); }
  .modes i { background-color: var(--gd-predicted); }
}
@media print { .controls, .buttons, .sliders, .scrub, .handle { display: none; } }
`;
