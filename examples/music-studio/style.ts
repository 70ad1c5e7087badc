/** One sheet, light and dark. Each studio has a hue of its own, so that two windows are told apart at a glance. */
export const STYLE = `
:root { color-scheme: light dark; --bg: #fbfbfa; --panel: #fff; --ink: #1c1d20; --soft: #63666e; --line: #e4e4e1;
  --accent: oklch(50% 0.13 var(--hue)); --tint: oklch(96% 0.025 var(--hue)); --ok: #1d7a46; }
@media (prefers-color-scheme: dark) { :root { --bg: #141517; --panel: #1c1e21; --ink: #ececea; --soft: #a0a3aa;
  --line: #2f3236; --accent: oklch(76% 0.12 var(--hue)); --tint: oklch(27% 0.035 var(--hue)); --ok: #58c48a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 3px; }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, textarea:focus-visible, summary:focus-visible
  { outline: 2px solid var(--accent); outline-offset: 2px; }
.bar { border-top: 4px solid var(--accent); border-bottom: 1px solid var(--line); background: var(--panel); }
.bar > div { max-width: 1180px; margin: auto; padding: 14px 24px; display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: baseline; }
.bar strong { font-size: 18px; } .bar nav { display: flex; gap: 18px; }
.bar nav a { color: var(--soft); text-decoration: none; padding: 4px 0; } .bar nav a[aria-current] { color: var(--ink); box-shadow: 0 2px var(--accent); }
.level { margin-left: auto; background: var(--tint); color: var(--accent); border-radius: 99px; padding: 2px 12px; font-size: 13px; font-weight: 600; }
main { max-width: 1180px; margin: auto; padding: 28px 24px 48px; display: grid; grid-template-columns: minmax(0, 1fr) 320px; gap: 36px; }
main.refusal { display: block; max-width: 560px; padding-top: 18vh; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 4px; letter-spacing: -0.01em; } h2 { font-size: 16px; margin: 28px 0 8px; } h2:first-child { margin-top: 0; }
p { margin: 0 0 14px; } .muted { color: var(--soft); }
.wide { overflow-x: auto; } table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 500; font-size: 13px; color: var(--soft); } th, td { padding: 8px 12px 8px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; white-space: nowrap; padding-right: 28px; } td.number:last-child, th.number:last-child { padding-right: 0; } tr:hover td { background: color-mix(in srgb, var(--tint) 50%, transparent); } td a { font-weight: 550; text-decoration: none; } td a:hover { text-decoration: underline; }
.status { white-space: nowrap; text-transform: capitalize; } .status::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 7px; border-radius: 50%; border: 2px solid var(--soft); }
.status.mixing::before { border-color: var(--accent); } .status.mastered::before { border-color: var(--accent); background: linear-gradient(90deg, var(--accent) 50%, transparent 50%); }
.status.released::before { border-color: var(--accent); background: var(--accent); }
.filters { display: flex; flex-wrap: wrap; gap: 6px 14px; margin: 14px 0 10px; font-size: 14px; } .filters a { text-transform: capitalize; color: var(--soft); text-decoration: none; } .filters a[aria-current] { color: var(--ink); font-weight: 600; }
.pages { display: flex; justify-content: space-between; padding: 14px 0; font-size: 14px; }
aside { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; align-self: start; }
aside dl { margin: 0 0 16px; display: grid; grid-template-columns: auto 1fr; gap: 4px 14px; font-size: 14px; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
aside ul { list-style: none; margin: 0; padding: 0; } aside li { padding: 8px 0 8px 24px; border-top: 1px solid var(--line); font-size: 13px; position: relative; color: var(--soft); overflow-wrap: anywhere; }
aside li::before { content: "✓"; position: absolute; left: 2px; color: var(--ok); font-weight: 700; } aside li b { display: block; color: var(--ink); font-size: 14px; font-weight: 600; }
form { display: grid; gap: 12px; max-width: 460px; margin: 12px 0; } label { display: grid; gap: 4px; font-size: 13px; color: var(--soft); }
input, select, textarea, button { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 7px; padding: 8px 10px; }
button { justify-self: start; background: var(--accent); border-color: transparent; color: var(--bg); font-weight: 600; padding: 8px 16px; cursor: pointer; }
details { margin: 14px 0; } summary { cursor: pointer; color: var(--accent); font-weight: 550; } .chart text { fill: var(--soft); font-size: 12px; }
footer { max-width: 1180px; margin: auto; padding: 18px 24px 40px; border-top: 1px solid var(--line); font-size: 14px; color: var(--soft); display: flex; flex-wrap: wrap; gap: 6px 20px; }
@media (max-width: 1020px) { main { grid-template-columns: minmax(0, 1fr); } .level { margin-left: 0; } td.number, th.number { padding-right: 12px; } }
@media (max-width: 640px) { .minor { display: none; } }
`;
