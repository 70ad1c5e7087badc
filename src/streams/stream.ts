import type { FieldProblem } from "../base/errors.ts";
import { parseUrl } from "../base/parse-url.ts";
import { ACTIONS_MAX, RECORDS_MAX, URL_CHARACTERS_MAX } from "./limits.ts";
import type { StreamRow } from "./store.ts";

/** A receiver of the audit log, as people see it: never the secret, and nothing of what the address asks for. */
export interface AuditStream {
  readonly id: string;
  /** Null: the whole log, for operators. */
  readonly tenantId: string | null;
  readonly name: string;
  /** Without its query, which may hold a token of the receiver. */
  readonly url: string;
  readonly sends: "records" | "checkpoints";
  readonly format: "json" | "ocsf";
  /** Empty: all. */
  readonly actions: readonly string[];
  readonly recordsMax: number;
  readonly status: "active" | "paused" | "disabled";
  readonly disabledBecause: "gone" | "failing" | "too_many_failures" | null;
  /** What comes next: number in the tenant's chain, index in the tree; for checkpoints, the size sent last. */
  readonly position: number;
  readonly failingSince: Date | null;
  readonly lastError: string | null;
  readonly deliveredAt: Date | null;
  /** Until then the secret before the last rotation signs too. */
  readonly formerSecretUntil: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A message that was given up. */
export interface FailedMessage {
  readonly id: string;
  readonly first: number;
  readonly last: number;
  readonly attempts: number;
  readonly error: string | null;
  readonly createdAt: Date;
  readonly failedAt: Date;
}

export interface StreamChange {
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly format?: "json" | "ocsf" | undefined;
  readonly actions?: readonly string[] | undefined;
  readonly recordsMax?: number | undefined;
  readonly status?: "active" | "paused" | undefined;
}

/** An action, or all of a noun: `tenant.created`, `user.*`. */
const ACTION = /^[a-z][a-z0-9_]*\.(\*|[a-z][a-z0-9_]*)$/;

/** @param isPrivateAllowed some private networks may be reached, and there plain http is enough */
export function problemsOf(change: StreamChange, isPrivateAllowed: boolean): FieldProblem[] {
  const { name, url, actions, recordsMax } = change;
  const problems: FieldProblem[] = [];
  if (name !== undefined && (name.trim() === "" || name.length > 100))
    problems.push({ path: "name", message: "Expected 1 to 100 characters." });
  if (url !== undefined) {
    const fault = urlFault(url, isPrivateAllowed);
    if (fault !== undefined) problems.push({ path: "url", message: fault });
  }
  if (actions !== undefined && actions.length > ACTIONS_MAX)
    problems.push({ path: "actions", message: `Expected at most ${ACTIONS_MAX} of them.` });
  const odd = actions?.find((action) => !ACTION.test(action));
  if (odd !== undefined) {
    const message = `Expected actions such as tenant.created or user.*, got ${JSON.stringify(odd.slice(0, 100))}.`;
    problems.push({ path: "actions", message });
  }
  if (recordsMax !== undefined && !(recordsMax >= 1 && recordsMax <= RECORDS_MAX))
    problems.push({ path: "recordsMax", message: `Expected 1 to ${RECORDS_MAX}.` });
  return problems;
}

function urlFault(text: string, isPrivateAllowed: boolean): string | undefined {
  if (text.length > URL_CHARACTERS_MAX) return `Expected at most ${URL_CHARACTERS_MAX} characters.`;
  const url = parseUrl(text);
  if (url?.protocol !== "https:" && !(isPrivateAllowed && url?.protocol === "http:"))
    return "Expected an https:// address.";
  if (url.username !== "" || url.password !== "") return "Expected an address without a user name in it.";
  return undefined;
}

export function matches(actions: readonly string[], action: string): boolean {
  if (actions.length === 0) return true;
  return actions.some((each) =>
    each.endsWith(".*") ? action.startsWith(each.slice(0, -1)) : each === action,
  );
}

export function shownUrl(text: string): string {
  const url = new URL(text);
  return `${url.origin}${url.pathname}${url.search === "" ? "" : "?…"}`;
}

export function fromRow(row: StreamRow): AuditStream {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    url: shownUrl(row.url),
    sends: row.sends,
    format: row.format,
    actions: row.actions,
    recordsMax: row.records_max,
    status: row.status,
    disabledBecause: row.disabled_because,
    position: Number(row.position),
    failingSince: row.failing_since,
    lastError: row.last_error,
    deliveredAt: row.delivered_at,
    formerSecretUntil: row.former_until,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
