import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Config } from "../../base/config.ts";
import type { Tenancy } from "../../start.ts";
import { type Call, defineCommand } from "../command.ts";
import { asExpected } from "../errors.ts";
import { EXIT, exitCodeOf } from "../exit-codes.ts";
import { bytes } from "../tenant-view.ts";

interface Check {
  readonly check: string;
  readonly status: "ok" | "warning" | "failed" | "skipped";
  readonly detail: string;
  /** What to do; empty when nothing is. */
  readonly cure: string;
}

/** In the order in which the platform opens: what fails first keeps the rest from being looked at. */
const OPENING = ["configuration", "database", "key", "security floor", "role"] as const;
const DISK_LOW_BYTES = 1_000_000_000;
const DISK_FULL_BYTES = 100_000_000;

const doctor = defineCommand({
  path: ["doctor"],
  action: "status.read",
  summary: "Check configuration, database, key, role, cells, seats and disk",
  about: "Ends with 0 when nothing failed; warnings do not count.",
  examples: ["tenancy doctor", "tenancy doctor --json"],
  async run(call) {
    const { out } = call;
    const { checks, code } = await examine(call);
    out.answer({ items: checks }, () =>
      checks
        .map(({ check, status, detail, cure }) => {
          const mark = out.paint(COLOURS[status], status.padEnd(7), "stdout");
          return `${mark}  ${check}: ${out.clean(detail)}\n${cure === "" ? "" : `         ${out.clean(cure)}\n`}`;
        })
        .join(""),
    );
    return code;
  },
});

const COLOURS = { ok: "green", warning: "yellow", failed: "red", skipped: "dim" } as const;

async function examine(call: Call): Promise<{ checks: Check[]; code: number }> {
  try {
    const config = await call.config();
    const disk = await checkDisk(config);
    try {
      const tenancy = await call.open();
      const checks = [...(await describeOpening(tenancy)), ...(await lookInside(tenancy)), disk];
      return { checks, code: checks.some(({ status }) => status === "failed") ? EXIT.failed : EXIT.ok };
    } catch (failure) {
      return { checks: [...explainOpening(failure), disk], code: exitCodeOf(asExpected(failure)) };
    }
  } catch (failure) {
    return { checks: explainOpening(failure), code: exitCodeOf(asExpected(failure)) };
  }
}

function explainOpening(failure: unknown): Check[] {
  const error = asExpected(failure);
  if (!error) throw failure;
  const failed = stageOf(error.code);
  return OPENING.map((check, i): Check => {
    if (i < failed) return { check, status: "ok", detail: "Nothing wrong was found.", cure: "" };
    if (i > failed) return { check, status: "skipped", detail: "Not looked at.", cure: "" };
    return { check, status: "failed", detail: error.message, cure: error.cure };
  });
}

function stageOf(code: string): number {
  if (code.startsWith("config.") || code === "installation.key_missing") return 0;
  if (code === "installation.wrong_key") return OPENING.indexOf("key");
  if (code === "isolation.server_too_old") return OPENING.indexOf("security floor");
  if (code === "isolation.unsafe_role") return OPENING.indexOf("role");
  return OPENING.indexOf("database");
}

/** It opened, which it does not when one of these is wrong. */
async function describeOpening({ internals, config }: Tenancy): Promise<Check[]> {
  const { describeCells } = await import("../../fleet/cell-status.ts");
  const engine = (await describeCells(internals, config.pool))[0]?.engine ?? "";
  const key = config.encryptionKey
    ? "TENANT_ENCRYPTION_KEY is the one that this installation was set up with."
    : `The key in ${config.dataDir} fits; keep a copy of root.key elsewhere.`;
  const details = [
    "Valid.",
    `${engine} answers${config.databaseUrl ? "" : `; embedded in ${config.dataDir}`}.`,
    key,
    `${engine} is above it.`,
    `${internals.parts.role} owns nothing and cannot get around row-level security.`,
  ];
  return OPENING.map((check, i) => ({ check, status: "ok", detail: details[i] ?? "", cure: "" }));
}

async function lookInside(tenancy: Tenancy): Promise<Check[]> {
  return [
    await checkCells(tenancy),
    await checkSeats(tenancy),
    await checkApp(tenancy),
    await checkWorkflows(tenancy),
  ];
}

async function checkCells({ internals, config }: Tenancy): Promise<Check> {
  const { describeCells } = await import("../../fleet/cell-status.ts");
  const { assertSafe } = await import("../../isolation/roles.ts");
  const cells = await describeCells(internals, config.pool);
  const lost = cells.filter(({ status }) => status === "unreachable").map(({ key }) => key);
  if (lost.length > 0) {
    return failed(
      "cells",
      `No answer from ${lost.join(", ")}.`,
      "Check that these clusters run and can be reached from here.",
    );
  }
  for (const { key } of cells) {
    try {
      await assertSafe((await internals.cells.admin(key)).pool(), internals.parts.role);
    } catch (failure) {
      const error = asExpected(failure);
      if (!error) throw failure;
      return failed("cells", `${key}: ${error.message}`, error.cure);
    }
  }
  return ok("cells", `${cells.map(({ key, status }) => `${key} (${status})`).join(", ")}.`);
}

async function checkSeats({ internals }: Tenancy): Promise<Check> {
  const { findSeatDrift } = await import("../../lifecycle/seat-drift.ts");
  const { checked, faults } = await findSeatDrift(internals.parts);
  const [first] = faults;
  if (!first) return ok("seats", `${checked} places hold the seats that the catalogue says.`);
  const name = first.slug ?? first.tenantId;
  const cures = {
    missing: `Draw a new seat: \`tenancy tenant suspend ${name} --reason seat\`, then \`tenancy tenant resume ${name}\`.`,
    left: `Run \`tenancy verify isolation --tenant-id ${first.tenantId}\`; suspending the tenant (again) removes all its seats.`,
    unreachable: "Check that its database exists and answers.",
  };
  return failed(
    "seats",
    `${faults.length} of ${checked} are wrong; the first is ${name}: ${first.detail}`,
    cures[first.kind],
  );
}

async function checkApp({ internals }: Tenancy): Promise<Check> {
  const { findPending } = await import("../../fleet/migration-run.ts");
  const app = await internals.reloadApp();
  const pending = (await findPending(internals, app)).length;
  if (pending === 0)
    return ok(
      "app schema",
      app.version === 0 ? "No migration yet." : `Every place is at version ${app.version}.`,
    );
  return warning(
    "app schema",
    `${pending} places are behind version ${app.version}.`,
    "Run `tenancy app migrate`.",
  );
}

async function checkWorkflows({ internals }: Tenancy): Promise<Check> {
  const [{ listFailingWorkflows }, { many }] = await Promise.all([
    import("../../lifecycle/store.ts"),
    import("../../db/sql.ts"),
  ]);
  const [first, ...others] = await many(internals.control, listFailingWorkflows);
  if (!first) return ok("workflows", "None is failing.");
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  return warning(
    "workflows",
    `${first.kind} of ${first.tenant_id} failed ${first.attempts} times${more}: ${first.error ?? "unknown"}`,
    `Mend the cause, then \`tenancy workflow resume ${first.id}\`.`,
  );
}

/** The disk of the data folder. That of a configured database is its server's business. */
async function checkDisk({ dataDir }: Config): Promise<Check> {
  for (let folder = dataDir; ; folder = dirname(folder)) {
    const disk = await statfs(folder).catch(() => undefined); // not made yet: its parent tells
    if (!disk && folder !== dirname(folder)) continue;
    const free = (disk?.bavail ?? 0) * (disk?.bsize ?? 0);
    const detail = `${bytes(free)} are free for ${dataDir}.`;
    if (free < DISK_FULL_BYTES)
      return failed("disk", detail, "Free some space: PostgreSQL stops when it cannot write.");
    return free < DISK_LOW_BYTES ? warning("disk", detail, "Free some space soon.") : ok("disk", detail);
  }
}

function ok(check: string, detail: string): Check {
  return { check, status: "ok", detail, cure: "" };
}

function warning(check: string, detail: string, cure: string): Check {
  return { check, status: "warning", detail, cure };
}

function failed(check: string, detail: string, cure: string): Check {
  return { check, status: "failed", detail, cure };
}

export const commands = [doctor];
