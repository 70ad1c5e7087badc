import type pg from "pg";

/** Resolves when so many in this database wait for locks. */
export async function lockAwaited(pool: pg.Pool, count = 1): Promise<void> {
  for (;;) {
    const { rows } = await pool.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (rows.length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
