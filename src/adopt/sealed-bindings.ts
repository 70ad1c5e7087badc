import type { Action, Table } from "./model.ts";
import { refuse } from "./work.ts";

const MOVES: ReadonlySet<Action> = new Set(["cascade", "set null", "set default"]);

/** A column to which sealed values are bound must not follow another table: they would open no more. */
export function refuseMoving(table: Table, bound: string): void {
  for (const { name, columns, onUpdate, onDelete } of table.foreignKeys) {
    if (!columns.includes(bound)) continue;
    const event = MOVES.has(onUpdate)
      ? "UPDATE"
      : onDelete !== "cascade" && MOVES.has(onDelete)
        ? "DELETE"
        : null;
    if (event !== null)
      refuse(
        `${bound} of ${table.name}, to which sealed values are bound, follows another table (${name}, ON ${event}).`,
        `Let the reference refuse: leave out its ON ${event}.`,
      );
  }
}
