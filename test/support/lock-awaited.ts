import type pg from "pg";

/** Resolves when somebody in this database waits for a lock. */
export async function lockAwaited(pool: pg.Pool): Promise<void> {
  for (;;) {
    const { rows } = await pool.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
