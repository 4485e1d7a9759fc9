/**
 * How a report looks: light and dark as the reader's system is, on paper, and on a narrow screen.
 *
 * @since 0.1.0
 */

/**
 * The style sheet of a report.
 *
 * @category constants
 * @since 0.1.0
 */
export const style = `
:root { color-scheme: light dark; --text: #1f2328; --soft: #59636e; --back: #ffffff; --line: #d1d9e0; --row: #f6f8fa;
  --good: #1a7f37; --bad: #cf222e; --wait: #9a6700 }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --soft: #9198a1; --back: #0d1117; --line: #3d444d;
  --row: #151b23; --good: #3fb950; --bad: #ff7b72; --wait: #d29922 } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.5rem 1rem; max-width: 80rem; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif }
h1 { margin: 0; font-size: 1.5rem } h2 { margin: 2rem 0 .5rem; font-size: 1.15rem }
.good { color: var(--good) } .bad { color: var(--bad) } .soft { color: var(--soft) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem } dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
.error { margin: 1rem 0; padding: .6rem .8rem; border-left: 4px solid var(--bad); background: var(--row);
  overflow-wrap: anywhere }
table { width: 100%; border-collapse: collapse; table-layout: fixed } caption { text-align: left; color: var(--soft) }
th, td { padding: .3rem .5rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top;
  overflow-wrap: anywhere; font-weight: normal }
thead th { color: var(--soft) } .phase th { background: var(--row); font-weight: 600 }
.timeline { font-size: .92em } .timeline th:nth-child(1) { width: 36% } .timeline th:nth-child(3) { width: 18% }
.attempts { font-size: .9em } .attempts th:nth-child(1) { width: 5rem } .attempts th:nth-child(2) { width: 4rem }
.attempts th:nth-child(3) { width: 25% } .attempts th:nth-child(5) { width: 18% }
.log th:nth-child(1) { width: 6rem } .log th:nth-child(2) { width: 5rem }
svg { display: block; width: 100%; height: 1.3rem; overflow: visible } .axis { display: flex; justify-content: space-between }
rect.work { fill: var(--good) } rect.failed { fill: var(--bad) } rect.wait { fill: var(--wait) }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.5rem; margin: .3rem 0 } .key span { display: inline-flex; gap: .4rem; align-items: center }
.key svg { width: 1.6rem; height: 1rem; flex: none }
@media (max-width: 44rem) { .timeline, .timeline tbody, .timeline tr, .timeline td, .timeline th { display: block; width: auto !important }
  .timeline thead { display: none } .timeline td, .timeline th { border: 0; padding-block: .1rem }
  .timeline tr { border-bottom: 1px solid var(--line) } .attempts { table-layout: auto }
  .attempts th:nth-child(n), .log th:nth-child(n) { width: auto } }
@media print { :root { color-scheme: light; --text: #000; --soft: #444; --back: #fff; --line: #bbb; --row: #f2f2f2;
  --good: #1a7f37; --bad: #cf222e; --wait: #9a6700 } body { max-width: none; padding: 0; font-size: 10pt }
  rect, .phase th, .error { print-color-adjust: exact; -webkit-print-color-adjust: exact } tr { break-inside: avoid } thead { display: table-header-group } }
`
