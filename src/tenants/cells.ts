import type pg from "pg";
import { AdminPools } from "../db/databases.ts";
import { exec, many, query } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";
import { connectionConfig, databaseOf } from "../db/url.ts";
import type { RootKey } from "../keys/derive.ts";
import { tenantError } from "./errors.ts";

export interface CellRow {
  key: string;
  region: string;
  name: string;
  status: "open" | "closed";
  sealed_url: Buffer | null;
}

export const listCells = query<CellRow>(
  "tenants.list_cells",
  `select key, region, name, status, sealed_url from tenancy.cells order by created_at, key`,
);

export const resealCell = query(
  "tenants.reseal_cell",
  `update tenancy.cells set sealed_url = $2::bytea where key = $1::text`,
);

/** How the address of a cell is sealed; it holds a password. */
export function cellContext(cell: string): string {
  return `cell:${cell}`;
}

/** After a change of the root key. */
export async function resealCells(tx: Tx, former: RootKey, rootKey: RootKey): Promise<void> {
  for (const { key, sealed_url } of await many(tx, listCells)) {
    if (!sealed_url) continue;
    const context = cellContext(key);
    await exec(tx, resealCell, [key, rootKey.seal(context, former.open(context, sealed_url))]);
  }
}

export interface CellsOptions {
  /** Admin URL of the control database; cells without a URL of their own live there. */
  readonly controlUrl: string;
  readonly rootKey: RootKey;
  /** Host and port that tenant connections use instead of the server's own: a PgBouncer in transaction mode. */
  readonly pooler?: { readonly host: string; readonly port: number };
}

/** The clusters that hold tenants, and how to reach them. */
export class Cells {
  readonly #options: CellsOptions;
  readonly #pools = new Map<string, AdminPools>();
  readonly control: AdminPools;

  constructor(options: CellsOptions) {
    this.#options = options;
    this.control = new AdminPools(options.controlUrl);
  }

  get isPooled(): boolean {
    return this.#options.pooler !== undefined;
  }

  /** Admin pools of a cell. */
  async admin(cell: string): Promise<AdminPools> {
    const known = this.#pools.get(cell);
    if (known) return known;
    const rows = await many(this.control.pool(), listCells);
    const row = rows.find((candidate) => candidate.key === cell);
    if (!row) throw tenantError("cell.not_found", { cell, cells: rows.map((r) => r.key).join(", ") });
    const pools = row.sealed_url
      ? new AdminPools(this.#options.rootKey.open(cellContext(cell), row.sealed_url))
      : this.control;
    this.#pools.set(cell, pools);
    return pools;
  }

  /** The database of a cell that its table-level and schema-level tenants share. */
  async sharedDatabase(cell: string): Promise<string> {
    return databaseOf((await this.admin(cell)).url);
  }

  /** How the app's login role reaches a database of a cell. */
  async appConnection(cell: string, database: string, role: string): Promise<pg.ClientConfig> {
    const config = connectionConfig((await this.admin(cell)).url, {
      database,
      user: role,
      password: this.#options.rootKey.password(role),
      applicationName: "tenancy",
    });
    const { pooler } = this.#options;
    return pooler ? { ...config, host: pooler.host, port: pooler.port, ssl: false } : config;
  }

  async close(): Promise<void> {
    const own = [...this.#pools.values()].filter((pools) => pools !== this.control);
    await Promise.all([this.control.close(), ...own.map((pools) => pools.close())]);
  }
}
