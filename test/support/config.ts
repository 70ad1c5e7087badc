import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, type ConfigInput, loadConfig } from "../../src/base/config.ts";
import { isTenancyError, type TenancyError } from "../../src/base/errors.ts";

export interface Project {
  readonly cwd: string;
  load(env?: Record<string, string>): Promise<Config>;
  [Symbol.dispose](): void;
}

/** A folder with, if given, a configuration file. */
export function project(file?: ConfigInput | string, name = "tenancy.config.ts"): Project {
  const cwd = mkdtempSync(join(tmpdir(), "tenancy-config-"));
  if (file !== undefined) {
    writeFileSync(
      join(cwd, name),
      typeof file === "string" ? file : `export default ${JSON.stringify(file)};\n`,
    );
  }
  return {
    cwd,
    load: (env = {}) => loadConfig({ env, cwd }),
    [Symbol.dispose]: () => rmSync(cwd, { recursive: true, force: true }),
  };
}

/** The expected error that `promise` ends with. */
export async function failure(promise: Promise<unknown>): Promise<TenancyError> {
  try {
    await promise;
  } catch (error) {
    if (isTenancyError(error)) return error;
    throw error;
  }
  return assert.fail("expected an error");
}
