import type pg from "pg";
import { many } from "../db/sql.ts";
import type { Asked } from "./body.ts";
import { lowId } from "./export.ts";
import { listRecordsBetween } from "./search-store.ts";

/** A recorded act of a tenant; null where no policy was asked about it. */
export interface RecordedCall {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly ip: string | null;
  /** One request may leave more than one record. */
  readonly requestId: string | null;
  readonly asked: Asked | null;
}

/** Windows of time that a sample is spread over: the hours of a week. */
const WINDOWS = 168;
const PAGE = 500;

/**
 * Recorded acts of a tenant between two times: all of them, or at most `max`, spread over the time as evenly as there
 * are any. The generator returns whether something was left out.
 */
export async function* readTraffic(
  pool: pg.Pool,
  of: { readonly tenantId: string; readonly from: Date; readonly to: Date; readonly max: number },
): AsyncGenerator<RecordedCall, boolean> {
  let windows = windowsOf(of.from, of.to);
  let left = of.max;
  while (windows.length > 0 && left > 0) {
    const share = Math.min(PAGE, Math.max(1, Math.floor(left / windows.length)));
    const open: Window[] = [];
    for (const window of windows) {
      const limit = Math.min(share, left);
      const rows =
        limit > 0
          ? await many(pool, listRecordsBetween, [of.tenantId, window.from, window.before, limit])
          : [];
      left -= rows.length;
      for (const row of rows) yield toCall(row);
      const last = rows.at(-1);
      // A window that gave all that was asked for may have more.
      if (limit === 0) open.push(window);
      else if (last && rows.length === limit) open.push({ from: window.from, before: last.id });
    }
    windows = open;
  }
  return windows.length > 0;
}

interface Window {
  readonly from: string;
  readonly before: string;
}

/** Newest first. */
function windowsOf(from: Date, to: Date): Window[] {
  const stepMs = Math.max(1, Math.ceil((to.getTime() - from.getTime()) / WINDOWS));
  const windows: Window[] = [];
  for (let endMs = to.getTime(); endMs > from.getTime(); endMs -= stepMs) {
    const startMs = Math.max(from.getTime(), endMs - stepMs);
    windows.push({ from: idAt(startMs), before: idAt(endMs) });
  }
  return windows;
}

function idAt(ms: number): string {
  return lowId(new Date(ms)) as string; // a time has one
}

function toCall({ id, body }: { readonly id: string; readonly body: string }): RecordedCall {
  const said = JSON.parse(body) as {
    at: string;
    actor: string;
    action: string;
    ip?: string | null;
    requestId?: string | null;
    asked?: Asked;
  };
  const { at, actor, action, ip = null, requestId = null, asked = null } = said;
  return { id, at: new Date(at), actor, action, ip, requestId, asked };
}
