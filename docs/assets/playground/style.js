// The stylesheet of the shadow root; every color is one of the site's tokens, which it inherits.
export const STYLE = `
:host { display: block; container-type: inline-size; font: .8rem/1.45 var(--gd-sans); scroll-margin-top: 5.5rem; }
:host([small]) .full, [hidden] { display: none !important; }
p { margin: 0; }
.controls, .buttons { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
label, caption, th { font-size: .75rem; }
select, [type=number], [name=entries], button { display: block; box-sizing: border-box; height: 1.8rem; padding: 0 .5rem; font: .8rem var(--gd-sans); color: var(--gd-text); background: var(--gd-bg); border: 1px solid var(--gd-edge); border-radius: .2rem; }
[type=number] { width: 5rem; }
.detail, label, th, caption, :disabled { color: var(--gd-muted); }
.complaint, .failed, .grows :last-child { color: var(--gd-on-failure); }
.status { font: 600 .95rem/1.35 var(--gd-sans); margin-top: .8rem; }
:host([small]) .status { margin: 0; }
.two, .sliders, .products { display: grid; grid-template-columns: 5fr 7fr; gap: .3rem 1.4rem; margin-top: .5rem; }
.two > * { min-width: 0; }
.panel { position: relative; height: 19rem; user-select: none; contain: size layout style; }
:host([small]) .panel { height: 16.5rem; }
canvas, svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; pointer-events: none; }
.pad { position: absolute; inset: 54px 12px 40px 44px; touch-action: none; cursor: crosshair; }
.curve { touch-action: pan-y; cursor: ew-resize; }
text { font: 13px var(--gd-sans); }
.label { font-size: 14px; paint-order: stroke; stroke: var(--gd-bg); stroke-width: 4px; stroke-linejoin: round; }
.mark { fill: var(--gd-on-onlight); stroke: var(--gd-on-ondark); stroke-width: 1.5; }
.band { fill: var(--gd-floor); opacity: .16; }
.handle { position: absolute; inset: -11px auto auto -11px; width: 16px; height: 16px; border-radius: 50%; background: var(--gd-on-onlight); border: 3px solid var(--gd-on-ondark); box-shadow: 0 0 0 1px var(--gd-on-onlight); pointer-events: none; }
.sliders { grid-template-columns: auto 1fr auto; gap: .3rem .6rem; align-items: center; }
[type=range] { width: 100%; margin: 0; height: 1.5rem; accent-color: var(--gd-text); }
#at { width: calc(100% - 40px); margin-left: 36px; }
.why { contain: content; border-top: 1px solid var(--gd-rule); padding-top: .6rem; }
.now { grid-column: 1 / -1; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
caption, th { text-align: left; font-weight: 400; padding: 0; }
.modes :nth-child(even):is(td, th) { text-align: right; padding-right: .7rem; }
.modes :last-child:is(td, th) { padding: 0; }
td { border-top: 1px solid var(--gd-rule); height: 1.6rem; padding: 0; }
.modes th:nth-child(3) { width: 42%; }
.modes th:first-child { width: 11%; }
.modes th:nth-child(2) { width: 16%; }
.modes td:nth-child(3) { padding-left: .3rem; background: linear-gradient(color-mix(in srgb, var(--bar, var(--gd-predicted)) var(--deep, 30%), var(--gd-bg)) 0 0) no-repeat 0 / calc(100% * var(--share)) 1.2rem; }
.slow { --deep: 60%; }
.grows { --bar: var(--gd-failure); --deep: 40%; }
.products { grid-template-columns: repeat(auto-fit, minmax(calc(1.8rem * var(--n)), 1fr)); margin: 0; gap: .8rem; }
.cells td { text-align: center; font-size: clamp(.5rem, calc(4.2rem / var(--n)), .75rem); border: 1px solid var(--gd-bg); background: color-mix(in srgb, var(--role) var(--share), var(--gd-surface)); }
pre { overflow: auto; padding: .7rem; background: var(--gd-surface); font: .7rem/1.5 var(--gd-mono); }
.said { position: absolute; clip-path: inset(50%); }
@container (width < 50rem) { .two { grid-template-columns: 1fr 1fr; } }
@container (width < 34rem) {
  .two { grid-template-columns: 1fr; }
  .controls { display: grid; grid-template-columns: 1fr 1fr; }
  .controls * { width: 100% !important; }
  .panel { height: 11.5rem; }
  :host([small]) .panel { height: 10.5rem; }
  .status { font-size: .85rem; }
}
@media (forced-colors: active) { .panel, td { forced-color-adjust: none; background-color: var(--gd-bg); color: var(--gd-text); } }
`;
