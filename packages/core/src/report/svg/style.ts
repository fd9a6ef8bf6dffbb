/** Colours by meaning, light and dark. Every text pair has a contrast of 4.5 : 1 or more, every mark 3 : 1. */
const LIGHT =
  "--bg:#ffffff;--panel:#f6f7f9;--ink:#16191d;--muted:#5b6570;--line:#dfe3e8;--grey:#7f8a96;--fill:#d3d9e0;--accent:#0a62c4;--bad:#b3261e;--band:#eef3f1";
const DARK =
  "--bg:#101418;--panel:#171c22;--ink:#e7eaee;--muted:#9aa5b1;--line:#2b333c;--grey:#84909d;--fill:#3a444f;--accent:#69aefc;--bad:#ff8a80;--band:#18231f";

export const COLOUR_CSS = `:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
@media print{:root{color-scheme:light;${LIGHT}}}`;

/** How charts look; the colours come from the page. */
export const CHART_CSS = `.chart{display:block;max-width:100%;height:auto;overflow:visible;font:13px/1.3 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
.chart text{fill:var(--ink)}
.chart .muted{fill:var(--muted)}
.chart .small{font-size:11.5px}
.chart .halo{paint-order:stroke;stroke:var(--bg);stroke-width:4px;stroke-linejoin:round}
.chart .strong{font-weight:600}
.chart text.accent{fill:var(--accent);font-weight:600}
.chart text.grey{fill:var(--muted)}
.chart text.bad{fill:var(--bad);font-weight:600}
.chart .rule{stroke:var(--line);fill:none}
.chart .zero{stroke:var(--grey);stroke-width:1.5;fill:none}
.chart .limit{stroke:var(--ink);stroke-width:1;stroke-dasharray:2 3;fill:none}
.chart .diagonal{stroke:var(--line);stroke-width:1.5;fill:none}
.chart .range{stroke:var(--accent);stroke-width:2;fill:none;stroke-linecap:round}
.chart .range.bad{stroke:var(--bad)}
.chart .range.soft{stroke:var(--grey)}
.chart .mark{fill:var(--accent);stroke:var(--bg);stroke-width:1.5}
.chart .mark.bad{fill:var(--bad)}
.chart .mark.soft{fill:var(--grey)}
.chart .hollow{fill:var(--bg);stroke:var(--grey);stroke-width:1.5}
.chart .curve{stroke:var(--accent);stroke-width:2;fill:none;stroke-linejoin:round}
.chart .curve.base{stroke:var(--grey);stroke-dasharray:5 4}
.chart .curve.bad{stroke:var(--bad)}
.chart .bar{fill:var(--fill)}
.chart .band{fill:var(--band)}`;
