/**
 * HTML that cannot be forgotten to escape: whatever is put into a template is text, unless it is markup itself.
 *
 * @since 0.1.0
 */
import { clean } from "../output/TextWidth.ts"

/**
 * A piece of HTML.
 *
 * @category models
 * @since 0.1.0
 */
export interface Markup {
  readonly markup: string
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

/** Marks that turn the direction of what follows: with them a server's text could show as another one. */
const directions = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

const escape = (text: string): string =>
  clean(text)
    .replace(directions, "")
    .replace(/[&<>"']/g, (one) => entities[one] ?? "")

type Part = string | number | Markup | ReadonlyArray<Markup> | undefined

const written = (part: Part): string => {
  if (part === undefined) return ""
  if (typeof part !== "object") return escape(String(part))
  return "markup" in part ? part.markup : part.map(({ markup }) => markup).join("")
}

/**
 * A template of HTML; what is put into it is escaped.
 *
 * **Example** (A hostile name)
 *
 * ```ts import.meta.vitest
 * import { html } from "@holdfast/cli/report/Markup"
 *
 * html`<b>${"<script>"}</b>`.markup // => "<b>&lt;script&gt;</b>"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const html = (strings: TemplateStringsArray, ...parts: ReadonlyArray<Part>): Markup => ({
  markup: strings.map((text, index) => text + written(parts[index])).join("")
})
