import { type Html, html } from "./html.ts";
import type { findTrack, listPeople, listTracks } from "./queries.ts";
import { date, length } from "./view.ts";

type Tracks = Awaited<ReturnType<typeof listTracks>>;
type Found = NonNullable<Awaited<ReturnType<typeof findTrack>>>;
type People = Awaited<ReturnType<typeof listPeople>>;
type Mixes = Found["mixes"];

interface Filter {
  readonly genre?: number;
  readonly status?: string;
  readonly page: number;
}

const STATUSES = ["draft", "mixing", "mastered", "released"] as const;

export function tracksPage(page: {
  tracks: Tracks;
  hasNext: boolean;
  genres: readonly { id: number; name: string }[];
  total: number;
  filter: Filter;
}): Html {
  const { tracks, hasNext, genres, total, filter } = page;
  const rows = tracks.map(
    (track) => html`<tr><td><a href="/track/${track.id}">${track.title}</a></td><td>${track.genre}</td>
<td class="number minor">${track.bpm ?? "–"}</td><td class="number">${length(track.duration_ms)}</td><td><span class="status ${track.status}">${track.status}</span></td>
<td class="number minor">${Number(track.mixes ?? 0)}</td><td class="number minor">${date(track.created_at)}</td></tr>`,
  );
  return html`<h1>Tracks</h1><p class="muted">${total} in this studio, newest first</p>
<details><summary>Add a track</summary><form method="post" action="/track">
<label>Title <input name="title" required maxlength="200"></label>
<label>Genre <select name="genreId">${genres.map(({ id, name }) => html`<option value="${id}">${name}</option>`)}</select></label>
<label>Length in minutes <input name="minutes" type="number" min="0.1" max="1440" step="0.1" value="3.5" required></label>
<button>Add track</button></form></details>
${filters(filter)}
${
  tracks.length === 0
    ? html`<p>No track matches. <a href="/">Show all tracks</a></p>`
    : html`<div class="wide"><table><thead><tr><th>Title</th><th>Genre</th><th class="number minor">BPM</th><th class="number">Length</th>
<th>Status</th><th class="number minor">Mixes</th><th class="number minor">Added</th></tr></thead><tbody>${rows}</tbody></table></div>`
}
${pager(filter, hasNext)}`;
}

function filters(filter: Filter): Html {
  const links = [undefined, ...STATUSES].map((status) => {
    const current = filter.status === status ? "page" : "false";
    return html`<a href="${address({ ...filter, status, page: 1 })}" ${current === "page" && html`aria-current="page"`}>${status ?? "All"}</a>`;
  });
  return html`<nav class="filters" aria-label="Status">${links}</nav>`;
}

function pager(filter: Filter, hasNext: boolean): Html {
  const to = (page: number, text: string) => html`<a href="${address({ ...filter, page })}">${text}</a>`;
  return html`<nav class="pages" aria-label="Pages"><span>${filter.page > 1 && to(filter.page - 1, "Newer")}</span><span>${hasNext && to(filter.page + 1, "Older")}</span></nav>`;
}

function address({ genre, status, page }: Filter): string {
  const query = new URLSearchParams();
  if (genre !== undefined) query.set("genre", String(genre));
  if (status !== undefined) query.set("status", status);
  if (page > 1) query.set("page", String(page));
  return query.size > 0 ? `/?${query}` : "/";
}

export function trackPage(
  { track, people, mixes }: Found,
  everybody: readonly { id: string; name: string }[],
): Html {
  return html`<p><a href="/">All tracks</a></p><h1>${track.title}</h1>
<p class="muted">${track.genre} · ${length(track.duration_ms)}${track.bpm ? ` · ${track.bpm} BPM` : ""} · ${track.status} · added ${date(track.created_at)}</p>
<h2>People</h2>${people.length === 0 ? html`<p class="muted">Nobody is credited yet.</p>` : html`<p>${people.map((person, i) => html`${i > 0 && ", "}${person.name} <span class="muted">(${person.role_name})</span>`)}</p>`}
<h2>Mixes</h2>${mixes.length === 0 ? html`<p class="muted">Not mixed yet. Add the first one below.</p>` : html`${loudnessChart(mixes)}${mixTable(mixes)}`}
<details><summary>Add a mix</summary><form method="post" action="/track/${track.id}/mixes">
<label>Loudness in LUFS <input name="loudnessLufs" type="number" min="-70" max="0" step="0.1" value="-14" required></label>
<label>Engineer <select name="engineerId"><option value="">Nobody</option>${everybody.map(({ id, name }) => html`<option value="${id}">${name}</option>`)}</select></label>
<label>Notes <textarea name="notes" rows="2" maxlength="2000"></textarea></label>
<button>Add mix</button></form></details>`;
}

function mixTable(mixes: Mixes): Html {
  const rows = mixes.map(
    (mix) =>
      html`<tr><td>v${mix.version}</td><td class="number">${mix.loudness_lufs}</td><td>${mix.engineer ?? "–"}</td><td>${mix.notes ?? ""}</td><td class="number minor">${date(mix.created_at)}</td></tr>`,
  );
  return html`<div class="wide"><table><thead><tr><th>Version</th><th class="number">LUFS</th><th>Engineer</th><th>Notes</th><th class="number minor">Made</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

const TARGET_LUFS = -14;
const SCALE = { min: -24, max: -6 };

/** Loudness of each version against the level that streaming services play at. The table below has the figures. */
function loudnessChart(mixes: Mixes): Html {
  const x = (lufs: number) =>
    40 + ((Math.min(SCALE.max, Math.max(SCALE.min, lufs)) - SCALE.min) / (SCALE.max - SCALE.min)) * 400;
  const bars = mixes.map((mix, i) => {
    const lufs = Number(mix.loudness_lufs);
    return html`<text x="0" y="${i * 20 + 31}">v${mix.version}</text><circle cx="${x(lufs).toFixed(1)}" cy="${i * 20 + 27}" r="5" fill="var(--accent)"></circle>`;
  });
  const height = mixes.length * 20 + 24;
  return html`<svg class="chart" viewBox="0 0 460 ${height}" width="460" style="max-width: 100%" role="img" aria-label="Loudness of each mix in LUFS, against a target of ${TARGET_LUFS}">
<line x1="${x(TARGET_LUFS)}" x2="${x(TARGET_LUFS)}" y1="16" y2="${height}" stroke="var(--soft)" stroke-dasharray="3 3"></line>
<text x="${x(TARGET_LUFS)}" y="11" text-anchor="middle">target ${TARGET_LUFS}</text><text x="40" y="11">${SCALE.min} LUFS</text><text x="440" y="11" text-anchor="end">${SCALE.max}</text>${bars}</svg>`;
}

export function peoplePage(people: People): Html {
  const rows = people.map(
    (person) =>
      html`<tr><td>${person.name}</td><td>${person.craft}</td><td class="number">${person.tracks}</td><td class="number">${date(person.joined_on)}</td></tr>`,
  );
  return html`<h1>Collaborators</h1><p class="muted">Who works in this studio, and on how many tracks</p>
<div class="wide"><table><thead><tr><th>Name</th><th>Craft</th><th class="number">Tracks</th><th class="number">Since</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
