/** The page around the charts. One column, system fonts, aligned figures; two narrower layouts: a phone and paper. */
export const PAGE_CSS = `*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
main,header,footer{max-width:960px;margin:0 auto;padding:0 20px}
header{padding-top:56px}
main{padding-bottom:24px}
footer{padding-top:20px;padding-bottom:56px;color:var(--muted);font-size:14px}
h1,h2,h3{line-height:1.25;font-weight:650;letter-spacing:-.012em;text-wrap:balance}
h1,h2,h3,p,li,summary{overflow-wrap:anywhere}
h1{font-size:30px;margin:6px 0 14px}
h2{font-size:20px;margin:56px 0 12px}
h3{font-size:17px;margin:32px 0 8px}
p{margin:0 0 12px;max-width:68ch}
a{color:var(--accent);text-underline-offset:2px}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.88em}
code{background:var(--panel);border-radius:4px;padding:.12em .35em}
pre{background:var(--panel);border-radius:6px;padding:14px 16px;overflow-x:auto;margin:0 0 16px}
pre code{background:none;padding:0}
.over{color:var(--muted);font-size:14px;margin:0}
.lead{font-size:18px;line-height:1.55;margin-bottom:20px}
.muted,figcaption{color:var(--muted)}
.verdict{font-weight:600}
.verdict.fail{color:var(--bad)}
.verdict.pass{color:var(--accent)}
ul{padding-left:1.2em;margin:0 0 16px;max-width:68ch}
li{margin:0 0 4px}
.notes{border-left:3px solid var(--line);list-style:none;padding:2px 0 2px 16px;color:var(--muted)}
figure{margin:16px 0 28px}
figcaption{font-size:14px;margin:0 0 14px;max-width:78ch}
.narrow{display:none}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,320px),1fr));gap:8px 40px}
.pair>div>h2{margin-top:40px}
.multiples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,250px),1fr));gap:28px 40px;margin:20px 0 28px}
.multiples h3{font-size:15px;margin:0 0 2px;display:flex;justify-content:space-between;gap:12px}
.multiples h3 span{font-weight:400;color:var(--muted);white-space:nowrap}
.multiples h3 span.bad{color:var(--bad);font-weight:600}
.multiples p{font-size:13px;color:var(--muted);margin:0 0 8px}
.scroll{overflow-x:auto;margin:0 0 20px;background:linear-gradient(to right,var(--bg) 40%,transparent) 0 0/40px 100%,linear-gradient(to left,var(--bg) 40%,transparent) 100% 0/40px 100%,linear-gradient(to right,var(--line),transparent) 0 0/14px 100%,linear-gradient(to left,var(--line),transparent) 100% 0/14px 100%;background-repeat:no-repeat;background-attachment:local,local,scroll,scroll}
.hint{display:none;color:var(--muted);font-size:14px}
table{border-collapse:collapse;width:100%;font-size:14.5px}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
th,td{text-align:left;padding:9px 16px 9px 0;border-bottom:1px solid var(--line);vertical-align:baseline}
th{font-weight:500;color:var(--muted);font-size:13px;min-width:4.5em}
tbody th{font-weight:inherit;color:inherit;font-size:inherit}
thead th.num,th.sketch{white-space:normal}
th:last-child,td:last-child{padding-right:0}
.num{text-align:right;white-space:nowrap}
td.sketch{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;white-space:pre;font-size:13px;color:var(--muted);letter-spacing:0}
.whole{white-space:nowrap}
.reason{display:block;color:var(--muted);max-width:46ch}
.rule{min-width:13em}
td.long,tbody th.long{overflow-wrap:anywhere;min-width:9em}
:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:2px}
table.matrix{width:auto;border-collapse:separate;border-spacing:2px}
.matrix th,.matrix td{border:0;padding:5px 9px;min-width:3.2em}
.matrix thead th{font-weight:400;text-align:right;max-width:9em;overflow-wrap:anywhere}
.matrix thead th:first-child{min-width:5.5em;overflow-wrap:normal}
.matrix thead th:first-child,.matrix tbody th{text-align:left}
.matrix tbody th{max-width:11em;overflow-wrap:anywhere;font-size:13px}
.matrix td{text-align:right;line-height:1.2;background:color-mix(in srgb,var(--accent) calc(var(--s,0)*.3%),var(--bg));box-shadow:inset 0 0 0 1px var(--line);print-color-adjust:exact;-webkit-print-color-adjust:exact}
.matrix td.right{font-weight:650;box-shadow:inset 0 0 0 1.5px var(--grey)}
.matrix small{display:block;font-size:12px;font-weight:400}
details{margin:0 0 12px}
summary{cursor:pointer;color:var(--muted);font-size:14px;padding:4px 0}
summary:hover{color:var(--ink)}
details[open]>summary{margin-bottom:8px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 24px;margin:0 0 16px;font-size:14.5px}
dt{color:var(--muted)}
dd{margin:0;overflow-wrap:anywhere}
nav ol{margin:0 0 8px;padding-left:1.4em}
article{border-top:1px solid var(--line);padding-top:4px;margin:24px 0 32px}
h2+article{border-top:0;margin-top:0}
h2+article>h3{margin-top:12px}
.num+:not(.num){padding-left:12px}
article h2,article h4{font-size:16px;margin:32px 0 8px}
@media (max-width:999px),print{
.sketch{display:none}
.whole{white-space:normal}
}
@media (max-width:699px){
.wide{display:none}
.narrow{display:block}
header{padding-top:32px}
main,header,footer{padding-left:16px;padding-right:16px}
h1{font-size:25px}
h2{margin-top:44px}
.lead{font-size:17px}
table.stack thead{display:none}
table.stack tr{display:block;padding:10px 0;border-bottom:1px solid var(--line)}
table.stack td,table.stack tbody th{overflow-wrap:anywhere;display:flow-root;border:0;padding:3px 0;text-align:right}
table.stack tbody th{min-width:0;text-align:left;font-weight:500}
table.stack td[data-label]::before{content:attr(data-label);color:var(--muted);float:left;margin-right:20px}
table.stack td.num{white-space:normal}
table.stack .whole{white-space:nowrap}
.reason{max-width:none;clear:both}
table.stack .num+:not(.num){padding-left:0}
table.stack td.sketch{display:none}
table.stack td:empty{display:none}
.hint{display:block}
.many .matrix{border-spacing:1px;font-size:12px}
.many .matrix th,.many .matrix td{padding:5px 3px;min-width:1.9em}
.many .matrix thead th{vertical-align:bottom;font-size:12px}
.upright .matrix thead th span{writing-mode:vertical-rl;max-height:9em;overflow:hidden;overflow-wrap:normal}
.many .matrix tbody th,.many .matrix thead th:first-child{position:sticky;left:0;background:var(--bg);max-width:7em;min-width:4.2em;font-size:12px}
.many .matrix small{display:none}
dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:10px}
}
@media print{
body{font-size:11pt}
header{padding-top:0}
figure,.multiples>div,tr,article>p{break-inside:avoid}
h1,h2,h3{break-after:avoid}
nav{display:none}
pre{white-space:pre-wrap;overflow-wrap:anywhere}
a{color:inherit;text-decoration:none}
}`;
