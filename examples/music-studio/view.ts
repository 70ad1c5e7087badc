import type { Wall } from "../../src/isolation/walls.ts";
import { Html, html } from "./html.ts";
import { STUDIOS } from "./studios.ts";
import { STYLE } from "./style.ts";

/** Which studio a page belongs to, and what stands between it and the others. */
export interface Studio {
  readonly name: string;
  readonly slug: string;
  readonly level: "table" | "schema" | "database";
  readonly database: string;
  readonly schema: string;
  readonly walls: readonly Wall[];
}

const LEVELS = {
  table: { badge: "Shared tables", text: "Its rows lie in the same tables as those of other studios." },
  schema: { badge: "Own schema", text: "It has tables of its own, in a database with other studios." },
  database: { badge: "Own database", text: "It has a database of its own, and a login that opens no other." },
} as const;

const WALL_TITLES: Readonly<Record<Wall["key"], string>> = {
  seat: "A seat that cannot be forged",
  guard: "A guard on every table",
  forced: "Row security, forced",
  privileges: "A login without power",
  place: "Tables that take this studio alone",
  database: "A closed database",
  role: "A role of its own",
};

export function hueOf(slug: string): number {
  const known = STUDIOS.find((studio) => studio.slug === slug)?.hue;
  return known ?? [...slug].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
}

export function document(page: { title: string; hue: number; body: Html }): string {
  return `<!doctype html>${
    html`<html lang="en" style="--hue: ${page.hue}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${page.title}</title>
<link rel="icon" href="data:,"><style>${new Html(STYLE)}</style></head><body>${page.body}</body></html>`.text
  }`;
}

export interface Layout {
  readonly studio: Studio;
  readonly title: string;
  readonly path: "/" | "/people" | "";
  readonly content: Html;
  /** Addresses of the app's other studios. */
  readonly others: readonly { readonly name: string; readonly url: string }[];
}

export function layout({ studio, title, path, content, others }: Layout): string {
  const link = (to: string, text: string) =>
    html`<a href="${to}" ${path === to ? new Html('aria-current="page"') : ""}>${text}</a>`;
  const body = html`
<header class="bar"><div><strong>${studio.name}</strong><nav aria-label="Studio">${link("/", "Tracks")} ${link("/people", "Collaborators")}</nav>
<span class="level">${LEVELS[studio.level].badge}</span></div></header>
<main><section>${content}</section>${protection(studio)}</main>
<footer><span>Other studios of this app:</span>${others.map(({ name, url }) => html`<a href="${url}">${name}</a>`)}</footer>`;
  return document({ title: `${title} · ${studio.name}`, hue: hueOf(studio.slug), body });
}

function protection(studio: Studio): Html {
  return html`<aside aria-labelledby="walls"><h2 id="walls">What protects ${studio.name}</h2>
<p class="muted">${LEVELS[studio.level].text} The database enforces each of these; the app's code does not mention studios.</p>
<dl><dt>Level</dt><dd>${studio.level}</dd><dt>Database</dt><dd>${studio.database}</dd><dt>Schema</dt><dd>${studio.schema}</dd></dl>
<ul>${studio.walls.map((wall) => html`<li><b>${WALL_TITLES[wall.key]}</b>${wall.detail}</li>`)}</ul></aside>`;
}

export function length(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const DATE = new Intl.DateTimeFormat("en", {
  day: "numeric",
  month: "short",
  year: "numeric",
});

export function date(at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${DATE.format(at)}</time>`;
}
