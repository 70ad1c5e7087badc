import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import { withTx } from "../db/tx.ts";
import { listTenantPage } from "../tenants/catalog.ts";
import { isServing, type TenantRecord } from "../tenants/tenant.ts";
import type { Context, TenantDataManager } from "./data-manager.ts";
import { isolationError } from "./errors.ts";

const PAGE = 200;
const CONCURRENCY = 4;
const CONCURRENCY_MAX = 64;
const REASON_MAX = 500;

/** The only door across tenants: named, recorded, and even so one tenant at a time, each in a context of its own. */
export class SystemAccess {
  readonly #control: pg.Pool;
  readonly #data: TenantDataManager;
  readonly reason: string;

  private constructor(control: pg.Pool, data: TenantDataManager, reason: string) {
    this.#control = control;
    this.#data = data;
    this.reason = reason;
  }

  /** Records who enters and why before anything is opened. Throws system.reason_missing. */
  static async enter(
    control: pg.Pool,
    data: TenantDataManager,
    reason: string,
    by: Actor,
  ): Promise<SystemAccess> {
    if (typeof reason !== "string" || reason.trim() === "" || reason.length > REASON_MAX) {
      throw isolationError("system.reason_missing", { max: REASON_MAX });
    }
    await withTx(control, (tx) => recordEvent(tx, by, "system.entered", null, { reason }));
    return new SystemAccess(control, data, reason);
  }

  /**
   * Runs `work` once for each serving tenant, a few at a time. One tenant's failure does not keep the others from
   * theirs: all failures come together, as an AggregateError, when everything else is done.
   *
   * @example
   * const system = await tenancy.system("nightly digest");
   * await system.each(async (ctx, tenant) => sendDigest(tenant, await ctx.tracks.count()));
   */
  async each(
    work: (ctx: Context, tenant: TenantRecord) => Promise<unknown>,
    options: { concurrency?: number } = {},
  ): Promise<number> {
    const tenants = this.#tenants();
    const failures: Error[] = [];
    let done = 0;
    const workers = Math.min(CONCURRENCY_MAX, Math.max(1, options.concurrency ?? CONCURRENCY));
    const loop = async () => {
      for await (const tenant of tenants) {
        try {
          await this.#data.run(tenant.id, (ctx) => work(ctx, tenant));
          done += 1;
        } catch (cause) {
          failures.push(new Error(`${tenant.slug ?? tenant.id}: ${(cause as Error).message}`, { cause }));
        }
      }
    };
    await Promise.all(Array.from({ length: workers }, loop));
    if (failures.length > 0)
      throw new AggregateError(failures, `${failures.length} tenants failed, ${done} are done.`);
    return done;
  }

  /** Oldest first, so that tenants made meanwhile are met too. */
  async *#tenants(): AsyncGenerator<TenantRecord> {
    let after: { value: string; id: string } | undefined;
    for (;;) {
      const page = await listTenantPage(this.#control, {
        sort: "createdAt",
        limit: PAGE,
        ...(after ? { after } : {}),
      });
      for (const tenant of page) if (isServing(tenant.status)) yield tenant;
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      after = { value: last.createdAt.toISOString(), id: last.id };
    }
  }
}
