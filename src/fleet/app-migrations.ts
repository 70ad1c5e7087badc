import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { assertAdopted, type Compiled, compile } from "../adopt/compile.ts";
import { type AppModel, emptyModel } from "../adopt/model.ts";
import type { CompiledStatement, Finding } from "../adopt/work.ts";
import { type Actor, recordEvent } from "../audit/record.ts";
import { exec, many, maybe } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { SEALING_STAGES, type SealingStage } from "../isolation/sealed-shape.ts";
import { fleetError } from "./errors.ts";
import {
  insertAppMigration,
  latestAppModel,
  listAppMigrations,
  listStages,
  lockAppMigrations,
  notifyAppChanged,
} from "./store.ts";

export interface AppMigration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  readonly statements: readonly CompiledStatement[];
  readonly createdAt: Date;
}

/** The app's schema as registered: all its migrations and what they make. */
export interface AppSchema {
  readonly version: number;
  readonly migrations: readonly AppMigration[];
  readonly model: AppModel;
  /** How far the sealing of columns that had rows has come, by their sealed ids. */
  readonly stages: ReadonlyMap<string, SealingStage>;
}

export interface MigrationFile {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

const FILE = /^(\d{1,9})[_-][\w.-]*\.sql$/;

/** Numbered SQL files of a folder, in order. */
export async function readMigrationFolder(folder: string): Promise<MigrationFile[]> {
  const names = await readdir(folder).catch((cause) => {
    throw fleetError("app.no_migrations", { folder }, { cause });
  });
  const files: MigrationFile[] = [];
  for (const name of names.filter((n) => n.endsWith(".sql"))) {
    const match = FILE.exec(name);
    if (!match) throw fleetError("app.migration_name", { file: name });
    files.push({ version: Number(match[1]), name, sql: await readFile(join(folder, name), "utf8") });
  }
  if (files.length === 0) throw fleetError("app.no_migrations", { folder });
  return files.sort((a, b) => a.version - b.version);
}

export async function loadAppSchema(pool: pg.Pool): Promise<AppSchema> {
  const rows = await many(pool, listAppMigrations);
  const latest = await maybe(pool, latestAppModel);
  const stages = await many(pool, listStages);
  return {
    stages: new Map(stages.map(({ id, stage }) => [id, stage])),
    version: latest?.version ?? 0,
    model: latest?.model ?? emptyModel(),
    migrations: rows.map((row) => ({
      version: row.version,
      name: row.name,
      checksum: row.checksum,
      statements: row.statements,
      createdAt: row.created_at,
    })),
  };
}

/**
 * Adopts the files and stores those that are new; nothing is applied to any place yet. Throws adopt.refused with
 * every refusal, and app.migration_* when files changed, vanished or came out of order.
 */
export async function registerMigrations(
  pool: pg.Pool,
  input: readonly MigrationFile[],
  options: { shared: readonly string[]; by: Actor },
): Promise<{ added: string[]; version: number; notices: Finding[] }> {
  const files = input.toSorted((a, b) => a.version - b.version);
  const compiled = await compileFiles(files, options.shared);
  return withTx(pool, async (tx) => {
    await exec(tx, lockAppMigrations);
    const fresh = findNew(await many(tx, listAppMigrations), files);
    for (const [i, file] of files.entries()) {
      if (!fresh.includes(file)) continue;
      const statements = compiled.files[i]?.statements ?? [];
      await exec(tx, insertAppMigration, [
        file.version,
        file.name,
        checksum(file.sql),
        file.sql,
        JSON.stringify(statements),
        JSON.stringify(compiled.model),
      ]);
      await recordEvent(tx, options.by, "app.migration_registered", null, {
        version: file.version,
        name: file.name,
      });
    }
    if (fresh.length > 0) await exec(tx, notifyAppChanged);
    return {
      added: fresh.map(({ name }) => name),
      version: files.at(-1)?.version ?? 0,
      notices: noticesOf(compiled),
    };
  });
}

/** What `registerMigrations` would do and the schema that would follow; stores nothing. Throws the same. */
export async function previewMigrations(
  pool: pg.Pool,
  input: readonly MigrationFile[],
  options: { shared: readonly string[] },
): Promise<{ added: string[]; app: AppSchema; notices: Finding[] }> {
  const files = input.toSorted((a, b) => a.version - b.version);
  const compiled = await compileFiles(files, options.shared);
  const { migrations, stages } = await loadAppSchema(pool);
  const fresh = findNew(migrations, files);
  const added = fresh.map((file): AppMigration => {
    const { version, name, sql } = file;
    const statements = compiled.files[files.indexOf(file)]?.statements ?? [];
    return { version, name, checksum: checksum(sql), statements, createdAt: new Date() };
  });
  const app = {
    version: files.at(-1)?.version ?? 0,
    migrations: [...migrations, ...added],
    model: compiled.model,
    stages,
  };
  return { added: fresh.map(({ name }) => name), app, notices: noticesOf(compiled) };
}

/** All steps taken in sealing columns, as `latestAppVersion` counts them. */
export function sealingSteps(stages: AppSchema["stages"]): number {
  return [...stages.values()].reduce((sum, stage) => sum + SEALING_STAGES.indexOf(stage), 0);
}

async function compileFiles(files: readonly MigrationFile[], shared: readonly string[]): Promise<Compiled> {
  const duplicate = files.find((file, i) => files[i - 1]?.version === file.version);
  if (duplicate) throw fleetError("app.migration_name", { file: duplicate.name });
  const compiled = await compile(files, { shared });
  assertAdopted(compiled);
  return compiled;
}

/** The files that are not registered yet. What is registered never changes, vanishes or is overtaken. */
function findNew(
  registered: readonly { version: number; name: string; checksum: string }[],
  files: readonly MigrationFile[],
): MigrationFile[] {
  for (const row of registered) {
    const file = files.find((candidate) => candidate.version === row.version);
    if (!file) throw fleetError("app.migration_missing", { file: row.name });
    if (checksum(file.sql) !== row.checksum) throw fleetError("app.migration_changed", { file: file.name });
  }
  const latest = registered.at(-1);
  const fresh = files.filter((file) => !registered.some((row) => row.version === file.version));
  const early = latest && fresh.find((file) => file.version < latest.version);
  if (early) {
    const details = { file: early.name, latest: latest.name, latestNumber: latest.version };
    throw fleetError("app.migration_order", details);
  }
  return fresh;
}

function noticesOf(compiled: Compiled): Finding[] {
  return compiled.findings.filter((finding) => finding.severity === "notice");
}

function checksum(sql: string): string {
  return createHash("sha256").update(sql).digest("hex");
}
