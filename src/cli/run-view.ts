import type { MigrationRunRow } from "../fleet/store.ts";

/** A migration run as programs get it. */
export function toRun(row: MigrationRunRow) {
  const { id, status, wave, total, done, failed, errors, actor } = row;
  const times = { startedAt: row.started_at, finishedAt: row.finished_at };
  return { id, status, toVersion: row.to_version, wave, total, done, failed, errors, actor, ...times };
}
