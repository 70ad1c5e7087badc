import type pg from "pg";
import type { Actor } from "../audit/record.ts";
import { uuidv7 } from "../base/ids.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { type Tx, withAdvisoryLock } from "../db/tx.ts";
import { lifecycleError } from "./errors.ts";
import {
  findWorkflow,
  insertWorkflow,
  listDueWorkflows,
  type StepState,
  saveWorkflow,
  type WorkflowRow,
} from "./store.ts";

/** What a step is told. Steps keep nothing in memory: a crash leaves only this. */
export interface StepInput {
  readonly tenantId: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly actor: string;
}

/** One step: `run` may be repeated after a crash at any point inside it, so it must be idempotent. */
export interface Step {
  readonly name: string;
  run(input: StepInput): Promise<void>;
  /** Takes back what `run` made, whole or in part. */
  undo?(input: StepInput): Promise<void>;
}

export interface Definition {
  readonly steps: readonly Step[];
  /** retry: until it works, with growing pauses. undo: after five tries everything is taken back. */
  readonly onFailure: "retry" | "undo";
}

const TRIES_MAX = 5;
const PAUSE_S_MAX = 300;
const POLL_MS = 25;

/** Runs durable work step by step. The row says what is done; a lock that dies with the process says who is at it. */
export class Workflows {
  readonly #pool: pg.Pool;
  readonly #definitions: Readonly<Record<string, Definition>>;
  readonly #onStep:
    | ((kind: string, step: string, moment: "before" | "after") => Promise<void> | void)
    | undefined;

  /** @param options.onStep Called around each step; crash tests kill the process there. */
  constructor(options: {
    pool: pg.Pool;
    definitions: Readonly<Record<string, Definition>>;
    onStep?: (kind: string, step: string, moment: "before" | "after") => Promise<void> | void;
  }) {
    this.#pool = options.pool;
    this.#definitions = options.definitions;
    this.#onStep = options.onStep;
  }

  /** Writes the work down in the caller's transaction; it is done by `run`, or by any process' `runDue`. */
  async plan(
    tx: Tx,
    kind: string,
    tenantId: string,
    input: Record<string, unknown>,
    by: Actor,
  ): Promise<string> {
    const id = uuidv7();
    const steps = this.#define(kind).steps.map(
      (step): StepState => ({ name: step.name, status: "waiting", finishedAt: null }),
    );
    await exec(tx, insertWorkflow, [
      id,
      kind,
      tenantId,
      JSON.stringify(input),
      JSON.stringify(steps),
      by.actor,
    ]);
    return id;
  }

  async find(id: string): Promise<WorkflowRow> {
    const row = await maybe(this.#pool, findWorkflow, [id]);
    if (!row) throw lifecycleError("workflow.not_found", { id });
    return row;
  }

  /** Works until it ends; if another process is at it, waits for that one. Throws workflow.failed when it was undone. */
  async run(id: string): Promise<WorkflowRow> {
    for (;;) {
      const outcome = await withAdvisoryLock(this.#pool, `workflow:${id}`, () => this.#work(id, true));
      const row = outcome.isHeld ? outcome.result : await this.find(id);
      if (row.status === "done") return row;
      if (row.status === "failed" || row.status === "undone") {
        const step = row.steps.find((s) => s.status === "failed" || s.status === "undone")?.name ?? "?";
        throw lifecycleError("workflow.failed", {
          kind: row.kind,
          tenantId: row.tenant_id,
          step,
          reason: row.error ?? "unknown",
        });
      }
      if (outcome.isHeld && this.#define(row.kind).onFailure === "retry") return row;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** One pass over work that is due: what a crashed process left, and what waits for its next try. */
  async runDue(): Promise<number> {
    const due = await many(this.#pool, listDueWorkflows);
    for (const { id } of due) {
      await withAdvisoryLock(this.#pool, `workflow:${id}`, () => this.#work(id, false));
    }
    return due.length;
  }

  async #work(id: string, isPatient: boolean): Promise<WorkflowRow> {
    for (;;) {
      const row = await one(this.#pool, findWorkflow, [id]);
      if (row.status === "undoing") return this.#undo(row);
      if (row.status !== "running") return row;
      const at = row.steps.findIndex((step) => step.status !== "done");
      if (at < 0) return this.#save({ ...row, status: "done", error: null }, 0);
      const definition = this.#define(row.kind);
      const failure = await this.#step(definition, row, at);
      if (!failure) {
        await this.#save({ ...row, steps: mark(row.steps, at, "done"), attempts: 0, error: null }, 0);
        continue;
      }
      const attempts = row.attempts + 1;
      const isOver = definition.onFailure === "undo" && attempts >= TRIES_MAX;
      const pauseS = isOver ? 0 : Math.min(PAUSE_S_MAX, 0.1 * 2 ** attempts);
      const steps = isOver ? mark(row.steps, at, "failed") : row.steps;
      await this.#save(
        { ...row, status: isOver ? "undoing" : "running", steps, attempts, error: failure.message },
        pauseS,
      );
      if (isOver) continue;
      if (!isPatient || definition.onFailure === "retry") return one(this.#pool, findWorkflow, [id]);
      await new Promise((resolve) => setTimeout(resolve, pauseS * 1_000));
    }
  }

  async #step(definition: Definition, row: WorkflowRow, at: number): Promise<Error | null> {
    const step = definition.steps[at];
    if (!step) return new Error(`Workflow ${row.kind} has no step ${at}.`);
    try {
      await this.#onStep?.(row.kind, step.name, "before");
      await step.run(inputOf(row));
      await this.#onStep?.(row.kind, step.name, "after");
      return null;
    } catch (failure) {
      return failure instanceof Error ? failure : new Error(String(failure));
    }
  }

  async #undo(row: WorkflowRow): Promise<WorkflowRow> {
    const { steps } = this.#define(row.kind);
    let current = row;
    for (let at = steps.length - 1; at >= 0; at--) {
      if (current.steps[at]?.status === "undone") continue;
      try {
        await steps[at]?.undo?.(inputOf(current));
      } catch (failure) {
        return this.#save(
          { ...current, attempts: current.attempts + 1, error: (failure as Error).message },
          Math.min(PAUSE_S_MAX, 2 ** current.attempts),
        );
      }
      current = await this.#save({ ...current, steps: mark(current.steps, at, "undone") }, 0);
    }
    return this.#save({ ...current, status: "undone" }, 0);
  }

  async #save(row: WorkflowRow, pauseS: number): Promise<WorkflowRow> {
    await exec(this.#pool, saveWorkflow, [
      row.id,
      row.status,
      JSON.stringify(row.steps),
      row.attempts,
      row.error,
      pauseS,
    ]);
    return row;
  }

  #define(kind: string): Definition {
    const definition = this.#definitions[kind];
    if (!definition) throw new Error(`Unknown workflow ${kind}.`);
    return definition;
  }
}

function mark(steps: readonly StepState[], at: number, status: StepState["status"]): StepState[] {
  return steps.map((step, i) =>
    i === at ? { ...step, status, finishedAt: new Date().toISOString() } : step,
  );
}

function inputOf(row: WorkflowRow): StepInput {
  return { tenantId: row.tenant_id, input: row.input, actor: row.actor };
}
