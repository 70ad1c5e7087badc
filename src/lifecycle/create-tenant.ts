import type { Actor } from "../audit/record.ts";
import { recordEvent } from "../audit/record.ts";
import { uuidv7 } from "../base/ids.ts";
import { exec, many, maybe } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { fleetError } from "../fleet/errors.ts";
import { hasTenantRows } from "../fleet/template-rows.ts";
import { placeOf } from "../isolation/place-names.ts";
import { installSeat } from "../isolation/seat.ts";
import { checkPlan, Faults, getTenant, parseFeatures, parseLimits, putDomain } from "../tenants/catalog.ts";
import { type CellRow, listCells } from "../tenants/cells.ts";
import { type DomainName, parseDomain } from "../tenants/domain-name.ts";
import { tenantError } from "../tenants/errors.ts";
import { parseSlug, parseTenantName, slugFromName } from "../tenants/names.ts";
import { insertPlacement, insertTenant, notifyTenantChanged } from "../tenants/store.ts";
import { ISOLATION_LEVELS, type IsolationLevel, type Limits, type TenantRecord } from "../tenants/tenant.ts";
import type { LifecycleParts } from "./parts.ts";
import { claimWarmPlace } from "./store.ts";
import type { Workflows } from "./workflow.ts";

export interface NewTenant {
  readonly name: string;
  /** Default: made from the name, with a number when taken. */
  readonly slug?: string;
  readonly domain?: string;
  /** Default: freemium. */
  readonly plan?: string;
  /** Default: TENANT_ISOLATION_LEVEL. */
  readonly isolation?: IsolationLevel;
  readonly region?: string;
  readonly cell?: string;
  readonly maxUsers?: number;
  readonly features?: readonly string[];
}

interface Parsed {
  readonly name: string;
  readonly slug: string | null;
  readonly domain: DomainName | null;
  readonly plan: string;
  readonly level: IsolationLevel;
  readonly features: string[];
  readonly limits: Limits;
}

const SLUG_TRIES_MAX = 20;

/**
 * Creates a tenant, ready to use when this returns. At table level, and from a warm place, that is one transaction;
 * otherwise a durable workflow that any process finishes should this one die.
 */
export async function createTenant(
  parts: LifecycleParts,
  workflows: Workflows,
  input: NewTenant,
  options: { defaultLevel: IsolationLevel; by: Actor; wait?: boolean },
): Promise<TenantRecord> {
  const parsed = await parseNewTenant(parts, input, options.defaultLevel);
  const cell = await chooseCell(parts, input);
  const app = await parts.appSchema();
  if (parsed.level === "schema" && app.model.schemas.length > 0) {
    throw fleetError("app.level_unsupported", { level: parsed.level });
  }
  const made = await withSlug(parsed, (slug) =>
    withTx(parts.control, (tx) =>
      insert(tx, parts, workflows, { ...parsed, slug }, cell, options.by, hasTenantRows(app)),
    ),
  );
  if (made.workflowId && options.wait !== false) await workflows.run(made.workflowId);
  return getTenant(parts.control, made.id);
}

async function insert(
  tx: Tx,
  parts: LifecycleParts,
  workflows: Workflows,
  tenant: Parsed & { slug: string },
  cell: CellRow,
  by: Actor,
  hasSeeds: boolean,
): Promise<{ id: string; workflowId: string | null }> {
  const warm =
    tenant.level === "table" ? undefined : await maybe(tx, claimWarmPlace, [cell.key, tenant.level]);
  const id = warm?.tenant_id ?? uuidv7();
  const place = placeOf(tenant.level, id, await parts.cells.sharedDatabase(cell.key));
  // Seat and catalogue are in one database when the cell is the control database's own.
  const isOneTransaction =
    warm !== undefined || (tenant.level === "table" && cell.sealed_url === null && !hasSeeds);
  const status = isOneTransaction ? "active" : "provisioning";
  await exec(tx, insertTenant, [
    id,
    tenant.slug,
    tenant.name,
    status,
    tenant.plan,
    cell.region,
    tenant.features,
    JSON.stringify(tenant.limits),
  ]);
  await exec(tx, insertPlacement, [id, cell.key, tenant.level, place.database, place.schema]);
  if (tenant.domain) await putDomain(tx, id, tenant.domain, true);
  await recordEvent(tx, by, "tenant.created", id, {
    name: tenant.name,
    slug: tenant.slug,
    plan: tenant.plan,
    level: tenant.level,
    cell: cell.key,
  });
  let workflowId: string | null = null;
  if (!isOneTransaction)
    workflowId = await workflows.plan(tx, "provision", id, { cell: cell.key, level: tenant.level }, by);
  else if (!warm) await installSeat(tx, parts.rootKey, id, 1);
  await exec(tx, notifyTenantChanged, [id]);
  return { id, workflowId };
}

async function parseNewTenant(
  parts: LifecycleParts,
  input: NewTenant,
  defaultLevel: IsolationLevel,
): Promise<Parsed> {
  const faults = new Faults();
  const name = faults.take("name", () => parseTenantName(input.name));
  const slug = input.slug === undefined ? null : faults.take("slug", () => parseSlug(input.slug));
  const domain = input.domain === undefined ? null : faults.take("domain", () => parseDomain(input.domain));
  const plan = input.plan ?? "freemium";
  await checkPlan(parts.control, plan, faults);
  const level = input.isolation ?? defaultLevel;
  if (!ISOLATION_LEVELS.includes(level)) {
    faults.add(
      "isolation",
      `Expected \`isolation\` to be one of ${ISOLATION_LEVELS.join(", ")}, got ${JSON.stringify(level)}.`,
    );
  }
  const features = parseFeatures(input.features ?? [], faults);
  const limits = input.maxUsers === undefined ? {} : parseMaxUsers(input.maxUsers, faults);
  faults.throwIfAny();
  return { name: name as string, slug, domain, plan, level, features, limits };
}

function parseMaxUsers(maxUsers: number, faults: Faults): Limits {
  if (!Number.isInteger(maxUsers) || maxUsers < 1) {
    faults.add(
      "maxUsers",
      `Expected \`maxUsers\` to be an integer from 1 and up, got ${JSON.stringify(maxUsers)}.`,
    );
    return {};
  }
  return parseLimits({ maxUsers }, faults);
}

async function chooseCell(parts: LifecycleParts, input: NewTenant): Promise<CellRow> {
  const cells = await many(parts.control, listCells);
  if (input.cell !== undefined) {
    const named = cells.find((cell) => cell.key === input.cell);
    if (!named)
      throw tenantError("cell.not_found", {
        cell: input.cell,
        cells: cells.map((cell) => cell.key).join(", "),
      });
    return named;
  }
  const open = cells.find(
    (cell) => cell.status === "open" && (input.region === undefined || cell.region === input.region),
  );
  if (!open) throw tenantError("cell.none_open", { region: input.region ?? "any" });
  return open;
}

/** A slug that was asked for must be free; one made from the name gets a number when it is taken. */
async function withSlug<T>(parsed: Parsed, work: (slug: string) => Promise<T>): Promise<T> {
  const base = parsed.slug ?? slugFromName(parsed.name);
  for (let n = 1; ; n++) {
    const slug = n === 1 ? base : `${base.slice(0, 58)}-${n}`;
    try {
      return await work(slug);
    } catch (failure) {
      if ((failure as { constraint?: string }).constraint !== "tenants_slug_key") throw failure;
      if (parsed.slug !== null || n >= SLUG_TRIES_MAX) {
        throw tenantError(
          "tenant.slug_taken",
          { slug, suggestion: `${base.slice(0, 58)}-${n + 1}` },
          { cause: failure },
        );
      }
    }
  }
}
