/**
 * A report as one HTML page that needs nothing but itself: no script, no request, and a policy that forbids both, since
 * half of its text was written by servers and webhooks that may be anyone's.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import { format } from "../output/Durations.ts"
import { html, type Markup } from "./Markup.ts"
import type { FailedAttempt, Lane, RunRecord, Span } from "./RunRecord.ts"
import * as Secrets from "./Secrets.ts"
import { style } from "./Style.ts"

/**
 * A run and how it ended.
 *
 * @category models
 * @since 0.1.0
 */
export interface Report {
  readonly title: string
  readonly version: string
  /** When the command began. */
  readonly began: Date
  /** Milliseconds. */
  readonly duration: number
  readonly exitCode: number
  readonly error: string | undefined
  readonly record: RunRecord
}

const longest = 2000

/** A text from elsewhere: without secrets, and not without end. */
const shown = (text: string, most = longest): string => {
  // Secrets go first: one that is cut in the middle would not be known for one.
  const bare = Secrets.hide(text.slice(0, 4 * longest))
  return bare.length > most ? `${bare.slice(0, most)}…` : bare
}

/** Of very many things the first and the last ones say it all. */
const ends = <A>(all: ReadonlyArray<A>, most: number): ReadonlyArray<A> =>
  all.length <= most ? all : [...all.slice(0, most / 2), ...all.slice(-most / 2)]

const omitted = (count: number, most: number): Markup | undefined =>
  count <= most ? undefined : html`<p class="soft">The first ${most / 2} and the last ${most / 2} of ${count}.</p>`

const result = ({ exitCode }: Report): Markup =>
  exitCode === 0
    ? html`<span class="good">✔ succeeded</span>`
    : html`<span class="bad">✗ ${exitCode === 130 || exitCode === 143 ? "interrupted" : "failed"}</span>`

const facts = (report: Report): Markup => {
  const rows: ReadonlyArray<readonly [string, string]> = [
    ["Began", `${report.began.toISOString().slice(0, 19).replace("T", " ")} UTC`],
    ["Took", format(report.duration)],
    ["Exit code", String(report.exitCode)],
    ...report.record.facts
  ]
  return html`<dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${shown(value)}</dd>\n`)}</dl>`
}

const scale = 1000

/** What is short is still to be seen. */
const thinnest = 3

const bar = ({ kind, from, to, text }: Span, duration: number): Markup => {
  const x = (Math.min(from, duration) / duration) * scale
  const width = Math.max(thinnest, ((to - from) / duration) * scale)
  const [y, height] = kind === "wait" ? [10, 4] : [4, 16]
  return html`<rect class="${kind}" x="${Math.min(x, scale - thinnest).toFixed(1)}" y="${y}" width="${Math.min(width, scale - x + thinnest).toFixed(1)}" height="${height}"><title>${format(from)} to ${format(to)}: ${shown(text, 200)}</title></rect>`
}

const picture = ({ subject, spans, attempts, outcome }: Lane, duration: number): Markup => {
  const said = `${subject}: ${outcome}${attempts.length === 0 ? "" : `, ${attempts.length} failed before`}`
  return html`<svg role="img" aria-label="${shown(said)}" viewBox="0 0 ${scale} 24" preserveAspectRatio="none">${ends(spans, 500).map((span) => bar(span, duration))}</svg>`
}

const laneRow = (lane: Lane, duration: number): Markup =>
  html`<tr><td>${shown(lane.subject)}</td><td>${picture(lane, duration)}</td><td class="${lane.failed ? "bad" : "good"}">${lane.failed ? "✗" : "✔"} ${shown(lane.outcome)}</td></tr>\n`

const phases = (lanes: ReadonlyArray<Lane>): ReadonlyArray<readonly [phase: string, lanes: ReadonlyArray<Lane>]> => [
  ...Map.groupBy(lanes, ({ phase }) => phase)
]

const key = html`<div class="key soft">
<span><svg aria-hidden="true" viewBox="0 0 24 24"><rect class="work" y="4" width="24" height="16"/></svg> worked on</span>
<span><svg aria-hidden="true" viewBox="0 0 24 24"><rect class="failed" y="4" width="24" height="16"/></svg> failed attempt</span>
<span><svg aria-hidden="true" viewBox="0 0 24 24"><rect class="wait" y="10" width="24" height="4"/></svg> waited</span>
</div>`

const timeline = ({ record: { lanes }, duration }: Report): Markup => {
  if (lanes.length === 0) return html`<p class="soft">Nothing was begun.</p>`
  const whole = Math.max(duration, 1)
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => html`<span>${format(whole * part)}</span>`)
  const bodies = phases(lanes).map(
    ([phase, members]) =>
      html`<tbody>${phase === "" ? undefined : html`<tr class="phase"><th colspan="3" scope="rowgroup">${shown(phase)}</th></tr>\n`}${members.map((lane) => laneRow(lane, whole))}</tbody>\n`
  )
  return html`${key}<table class="timeline"><thead><tr><th scope="col">Object</th><th scope="col"><div class="axis">${ticks}</div></th><th scope="col">Result</th></tr></thead>\n${bodies}</table>`
}

const mostAttempts = 100
const mostLines = 1000

const attemptRow = ({ number, at, reason, webhook, detail, waited, endedBy }: FailedAttempt): Markup =>
  html`<tr><td>${format(at)}</td><td>${number}</td><td>${webhook === undefined ? "" : `webhook ${shown(webhook)}: `}${shown(reason)}</td><td>${shown(detail)}</td><td>${waited === undefined ? "" : `${format(waited)} (${shown(endedBy ?? "")})`}</td></tr>\n`

const attemptTable = ({ subject, attempts }: Lane): Markup =>
  html`<h3>${shown(subject)}</h3>${omitted(attempts.length, mostAttempts)}
<table class="attempts"><thead><tr><th scope="col">Time</th><th scope="col">No.</th><th scope="col">Reason</th><th scope="col">Message</th><th scope="col">Then waited</th></tr></thead><tbody>
${ends(attempts, mostAttempts).map(attemptRow)}</tbody></table>\n`

const attempts = ({ record }: Report): Markup => {
  const lanes = record.lanes.filter((lane) => lane.attempts.length > 0)
  return lanes.length === 0 ? html`<p class="soft">No attempt failed.</p>` : html`${lanes.map(attemptTable)}`
}

const log = ({ record: { lines } }: Report): Markup =>
  lines.length === 0
    ? html`<p class="soft">Nothing was told.</p>`
    : html`${omitted(lines.length, mostLines)}<table class="log"><thead><tr><th scope="col">Time</th><th scope="col">Kind</th><th scope="col">Text</th></tr></thead><tbody>
${ends(lines, mostLines).map(({ at, mark, text }) => html`<tr><td>${format(at)}</td><td class="soft">${mark}</td><td>${shown(text)}</td></tr>\n`)}</tbody></table>`

const policy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; img-src data:; base-uri 'none'; form-action 'none'`

/**
 * Renders a report.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (report: Report): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${{ markup: policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${report.title}</title>
<link rel="icon" href="data:,">
<style>${{ markup: style }}</style>
</head>
<body>
<main>
<h1>${report.title}: ${result(report)}</h1>
${facts(report)}
${report.error === undefined ? undefined : html`<p class="error">${shown(report.error)}</p>`}
<h2>Timeline</h2>
${timeline(report)}
<h2>Attempts that failed</h2>
${attempts(report)}
<h2>What was told</h2>
${log(report)}
<p class="soft">Written by holdfast ${report.version}.</p>
</main>
</body>
</html>
`.markup
