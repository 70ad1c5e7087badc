/**
 * The API walks forward only, by cursor. The address holds the current cursor; the way back is remembered here.
 * After a reload, or behind a link that a colleague sent, it is unknown, and the way back is the first page.
 */
const previousCursors = new Map<string, string | undefined>();

export type WayBack = { kind: "none" } | { kind: "first" } | { kind: "page"; cursor: string };

export function rememberWayBack(cursor: string, previous: string | undefined): void {
  previousCursors.set(cursor, previous);
}

export function wayBackFrom(cursor: string | undefined): WayBack {
  if (cursor === undefined) return { kind: "none" };
  const previous = previousCursors.get(cursor);
  return previous === undefined ? { kind: "first" } : { kind: "page", cursor: previous };
}
