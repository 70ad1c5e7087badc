import type pg from "pg";
import { rewriteQuery } from "../adopt/rewrite.ts";
import type { Log } from "../base/log.ts";
import type { Listener } from "../db/listener.ts";
import { one } from "../db/sql.ts";
import { type AppSchema, loadAppSchema, sealingSteps } from "../fleet/app-migrations.ts";
import { latestAppVersion } from "../fleet/store.ts";
import { TenantContext, Transaction, tableShapes, withTables } from "../isolation/context.ts";
import type { SealingStage } from "../isolation/sealed-shape.ts";
import { refuseSealedSql } from "../isolation/sealed-sql.ts";

/** The app's schema as this process knows it, and the classes that follow from it. */
export class LiveAppSchema {
  #app: AppSchema;
  #shape: ReturnType<typeof shapeOf>;
  readonly #control: pg.Pool;
  readonly #onChange: () => void;

  private constructor(control: pg.Pool, app: AppSchema, onChange: () => void) {
    this.#control = control;
    this.#app = app;
    this.#shape = shapeOf(app);
    this.#onChange = onChange;
  }

  /** `onChange` is called after each new reading. */
  static async open(control: pg.Pool, onChange: () => void): Promise<LiveAppSchema> {
    return new LiveAppSchema(control, await loadAppSchema(control), onChange);
  }

  get app(): AppSchema {
    return this.#app;
  }

  get shape(): ReturnType<typeof shapeOf> {
    return this.#shape;
  }

  rewrite(text: string): ReturnType<typeof rewriteQuery> {
    return rewriteQuery(text, this.#app.model);
  }

  /** Throws context.sealed_column for SQL that would find nothing. */
  refuseSealed(text: string): void {
    refuseSealedSql(text, this.#app.model, this.stageOf);
  }

  /** How far the sealing of a column has come that had rows. */
  readonly stageOf = (sealedId: string): SealingStage => this.#app.stages.get(sealedId) ?? "declared";

  async reload(): Promise<AppSchema> {
    this.#app = await loadAppSchema(this.#control);
    this.#shape = shapeOf(this.#app);
    this.#onChange();
    return this.#app;
  }

  /** The newest: read again only when another process registered migrations, or went on sealing a column. */
  async newest(): Promise<AppSchema> {
    const { version, steps } = await one(this.#control, latestAppVersion);
    const isKnown = version === this.#app.version && steps === sealingSteps(this.#app.stages);
    return isKnown ? this.#app : this.reload();
  }

  /** Anybody who can send SQL can send a notification, so it only makes us look, once at a time. */
  watch(listener: Listener, log: Log): void {
    let looks = 0;
    const look = () => {
      looks += 1;
      if (looks > 1) return;
      void this.newest()
        .catch((error: Error) => log.warn("The app schema could not be read again", { error: error.message }))
        .finally(() => {
          const isStale = looks > 1;
          looks = 0;
          if (isStale) look();
        });
    };
    listener.on("tenancy_app_changed", look, look);
  }
}

function shapeOf(app: AppSchema) {
  const tables = tableShapes(app.model);
  return {
    tables,
    contextClass: withTables(TenantContext, tables),
    transactionClass: withTables(Transaction, tables),
  };
}
