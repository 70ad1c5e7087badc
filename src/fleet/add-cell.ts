import pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { FieldProblem } from "../base/errors.ts";
import { exec, many, one, type Queryable } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { connectionConfig } from "../db/url.ts";
import { prepareCell } from "../isolation/place-setup.ts";
import { assertSafe, assertServer } from "../isolation/roles.ts";
import type { RootKey } from "../keys/derive.ts";
import { type Cells, cellContext, listCells } from "../tenants/cells.ts";
import { tenantError } from "../tenants/errors.ts";
import type { AppSchema } from "./app-migrations.ts";
import { fleetError } from "./errors.ts";
import { ledgerKey } from "./place.ts";
import { migratePlace } from "./place-migration.ts";
import { listPlaces, readLedger } from "./places.ts";
import {
  clusterIdentity,
  deleteUnusedCell,
  holdsCatalogue,
  insertRegion,
  listRegions,
  setCellStatus,
  upsertUnusedCell,
} from "./store.ts";

export interface NewCell {
  readonly key: string;
  readonly region: string;
  readonly name: string;
  /** Admin login of the cluster, on the database that its tenants will share. */
  readonly url: string;
}

export interface AddCellParts {
  /** Its shared tables are made before the cell opens, so that its first tenant finds them. */
  readonly app: AppSchema;
  readonly control: pg.Pool;
  readonly cells: Cells;
  readonly rootKey: RootKey;
  /** Login role of table and schema level. */
  readonly role: string;
}

/** The check constraints cells_key_form and regions_key_form. */
const KEY = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;
const NAME_CHARACTERS_MAX = 100;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Adds a cluster that can hold tenants. It is tried before anything is stored, stands as closed while roles and schema
 * are prepared, and opens at the end; after a crash in between the same call goes on.
 */
export async function addCell(parts: AddCellParts, input: NewCell, by: Actor): Promise<void> {
  await checkInput(parts.control, input);
  await tryCluster(parts, input);
  const sealed = parts.rootKey.seal(cellContext(input.key), input.url);
  const stored = await exec(parts.control, upsertUnusedCell, [input.key, input.region, input.name, sealed]);
  if (stored === 0) throw fleetError("cell.exists", { cell: input.key });
  try {
    await prepareCell(parts.cells, input.key, parts.role);
    await assertSafe((await parts.cells.admin(input.key)).pool(), parts.role);
    await migrateShared(parts, input.key);
  } catch (failure) {
    await exec(parts.control, deleteUnusedCell, [input.key]);
    throw failure;
  }
  await withTx(parts.control, async (tx) => {
    await exec(tx, setCellStatus, [input.key, "open"]);
    await recordEvent(tx, by, "cell.added", null, {
      cell: input.key,
      region: input.region,
      name: input.name,
    });
  });
}

async function migrateShared({ control, cells, app }: AddCellParts, key: string): Promise<void> {
  const pool = (await cells.admin(key)).pool();
  const ledger = await readLedger(pool);
  for (const place of await listPlaces(control, cells)) {
    if (place.cell === key) await migratePlace(pool, place, app, ledger.get(ledgerKey(place)) ?? new Set());
  }
}

/** open takes new tenants; closed serves those it has. */
export async function changeCellStatus(
  control: pg.Pool,
  key: string,
  status: "open" | "closed",
  by: Actor,
): Promise<void> {
  await withTx(control, async (tx) => {
    const cells = await many(tx, listCells);
    const cell = cells.find((candidate) => candidate.key === key);
    if (!cell)
      throw tenantError("cell.not_found", { cell: key, cells: cells.map((each) => each.key).join(", ") });
    if (cell.status === status) return;
    await exec(tx, setCellStatus, [key, status]);
    const states = { of: `cell:${key}`, before: { status: cell.status }, after: { status } };
    await recordEvent(tx, by, "cell.updated", null, { cell: key, status }, { states });
  });
}

export async function addRegion(
  control: pg.Pool,
  input: { key: string; name: string },
  by: Actor,
): Promise<void> {
  throwIfAny([...keyFault(input.key), ...nameFault(input.name)]);
  await withTx(control, async (tx) => {
    if ((await exec(tx, insertRegion, [input.key, input.name.trim()])) === 0) {
      throw fleetError("region.exists", { region: input.key });
    }
    await recordEvent(tx, by, "region.added", null, { region: input.key, name: input.name });
  });
}

async function checkInput(control: pg.Pool, input: NewCell): Promise<void> {
  const problems = [...keyFault(input.key), ...nameFault(input.name)];
  const regions = (await many(control, listRegions)).map(({ key }) => key);
  if (!regions.includes(input.region)) {
    const message = `Expected \`region\` to be one of ${regions.join(", ")}, got ${JSON.stringify(input.region)}.`;
    problems.push({ path: "region", message });
  }
  // The URL holds a password: it is never shown.
  if (!/^postgres(ql)?:\/\//.test(input.url) || !URL.canParse(input.url)) {
    problems.push({
      path: "url",
      message: "Expected a URL such as postgresql://admin:password@host:5432/database.",
    });
  }
  throwIfAny(problems);
}

function keyFault(key: string): FieldProblem[] {
  if (KEY.test(key)) return [];
  const message = `Expected \`key\` to be 1 to 40 lower-case letters, digits and inner hyphens, got ${JSON.stringify(key)}.`;
  return [{ path: "key", message }];
}

function nameFault(name: string): FieldProblem[] {
  const { length } = [...name.trim()];
  if (length > 0 && length <= NAME_CHARACTERS_MAX) return [];
  return [
    {
      path: "name",
      message: `Expected \`name\` to be 1 to ${NAME_CHARACTERS_MAX} characters, got ${length}.`,
    },
  ];
}

function throwIfAny(problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw fleetError("cell.input_invalid", {}, { problems });
}

/** Reaches it, and refuses a server that is too old or a database that is somebody's already. */
async function tryCluster(parts: AddCellParts, { key, url }: NewCell): Promise<void> {
  const client = new pg.Client({ ...connectionConfig(url), connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on("error", () => undefined); // the statement at hand fails with it
  try {
    await client.connect().catch((cause: Error) => {
      throw fleetError(
        "cell.unreachable",
        { cell: key, reason: cause.message.replace(/\.$/, "") },
        { cause },
      );
    });
    await checkCluster(parts, key, client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function checkCluster(parts: AddCellParts, key: string, db: Queryable): Promise<void> {
  await assertServer(db);
  const identity = await one(db, clusterIdentity);
  if (!identity.is_superuser) throw fleetError("cell.not_admin", { cell: key, login: identity.login });
  const taken = (owner: string) => fleetError("cell.database_taken", { database: identity.database, owner });
  if ((await one(db, holdsCatalogue)).holds) throw taken("the catalogue of an installation");
  for (const cell of await many(parts.control, listCells)) {
    if (cell.key === key) continue;
    const pool = (await parts.cells.admin(cell.key)).pool();
    const other = await one(pool, clusterIdentity).catch(() => undefined); // unreachable: nothing to compare
    if (other?.identity === identity.identity) throw taken(`cell ${cell.key}`);
  }
}
